"""A webhook goes to the address that was checked, whatever the name says afterwards, and nowhere else."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from chalicelib.adapters.webhook_post import WebhookPost
from chalicelib.outbox.addresses import ForbiddenTarget

Respond = Callable[[socket.socket], None]


class Listener:
    """A server on loopback that reads a request and lets `respond` do the rest; `requests` are what came."""

    def __init__(self, respond: Respond) -> None:
        self.requests: list[bytes] = []
        self._respond = respond
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.requests.append(_request(connection))
                self._respond(connection)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=5)


def _request(connection: socket.socket) -> bytes:
    """A whole request, in however many pieces it comes."""
    received = b""
    while b"\r\n\r\n" not in received and (piece := connection.recv(65536)):
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(body) < int(length[1]) and (piece := connection.recv(65536)):
        body += piece
    return head + b"\r\n\r\n" + body


@pytest.fixture
def listen() -> Iterator[Callable[[Respond], Listener]]:
    listeners: list[Listener] = []

    def start(respond: Respond) -> Listener:
        listeners.append(Listener(respond))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.close()


def saying(answer: bytes) -> Respond:
    return lambda connection: connection.sendall(answer)


def post(url: str, *, resolve: Callable[[str, int], Sequence[str]] | None = None, within_seconds: float = 5.0) -> int:
    send = WebhookPost(
        loopback_allowed=True, resolve=resolve or (lambda host, port: ["127.0.0.1"]), within_seconds=within_seconds
    )
    return send(url, headers={"webhook-id": "msg_1", "content-type": "application/json"}, body=b'{"a":1}')


def test_the_receiver_gets_the_body_and_the_host_it_was_called_by(listen: Callable[[Respond], Listener]) -> None:
    receiver = listen(saying(b"HTTP/1.1 204 No Content\r\n\r\n"))

    status = post(f"http://localhost:{receiver.port}/hook?x=1")

    assert status == 204
    head, body = receiver.requests[0].split(b"\r\n\r\n")
    assert head.startswith(b"POST /hook?x=1 HTTP/1.1\r\n")
    assert f"Host: localhost:{receiver.port}".encode() in head
    assert b"webhook-id: msg_1" in head
    assert body == b'{"a":1}'


def test_an_interim_answer_is_not_the_answer(listen: Callable[[Respond], Listener]) -> None:
    receiver = listen(saying(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"))

    assert post(f"http://localhost:{receiver.port}/") == 200


def test_a_redirect_is_an_answer_and_is_not_followed(listen: Callable[[Respond], Listener]) -> None:
    target = listen(saying(b"HTTP/1.1 200 OK\r\n\r\n"))
    location = f"Location: http://127.0.0.1:{target.port}/".encode()
    receiver = listen(saying(b"HTTP/1.1 302 Found\r\n" + location + b"\r\n\r\n"))

    assert post(f"http://localhost:{receiver.port}/") == 302
    assert target.requests == []


@pytest.mark.parametrize("answer", [b"", b"hello\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n", b"x" * 40_000])
def test_what_is_no_http_is_no_answer(listen: Callable[[Respond], Listener], answer: bytes) -> None:
    receiver = listen(saying(answer))

    with pytest.raises(ConnectionError):
        post(f"http://localhost:{receiver.port}/")


def test_a_receiver_that_hangs_or_drips_is_left_when_the_time_is_over(listen: Callable[[Respond], Listener]) -> None:
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        while not over.wait(0.05):
            try:
                connection.sendall(b"H")
            except OSError:
                return

    receiver = listen(drip)
    begun = time.monotonic()

    with pytest.raises((TimeoutError, ConnectionError)):
        post(f"http://localhost:{receiver.port}/", within_seconds=0.4)

    assert time.monotonic() - begun < 20  # it would drip for ever
    over.set()


class Trust:
    """Takes the place of TLS: whom the certificate must name, and how long its handshake might wait."""

    def __init__(self, *, takes_seconds: float = 0.0) -> None:
        self.names: list[str] = []
        self.timeouts: list[float | None] = []
        self._takes_seconds = takes_seconds

    def __call__(self) -> Any:
        time.sleep(self._takes_seconds)
        return self

    def wrap_socket(self, plain: socket.socket, *, server_hostname: str) -> socket.socket:
        self.names.append(server_hostname)
        self.timeouts.append(plain.gettimeout())
        return plain


@pytest.mark.parametrize("host", ["hooks.localhost", "hooks.localhost."])
def test_a_certificate_names_the_host_without_the_dot_at_its_end(
    listen: Callable[[Respond], Listener], host: str
) -> None:
    receiver, trust = listen(saying(b"HTTP/1.1 200 OK\r\n\r\n")), Trust()
    send = WebhookPost(loopback_allowed=True, resolve=lambda host, port: ["127.0.0.1"], trust=trust)

    assert send(f"https://{host}:{receiver.port}/", headers={}, body=b"{}") == 200
    assert trust.names == ["hooks.localhost"]


def test_a_handshake_has_what_is_left_of_the_time(listen: Callable[[Respond], Listener]) -> None:
    receiver, trust = listen(saying(b"HTTP/1.1 200 OK\r\n\r\n")), Trust(takes_seconds=0.2)
    resolve = lambda host, port: ["127.0.0.1"]  # noqa: E731
    send = WebhookPost(loopback_allowed=True, resolve=resolve, within_seconds=10.0, trust=trust)

    send(f"https://hooks.localhost:{receiver.port}/", headers={}, body=b"{}")

    (waits,) = trust.timeouts
    assert waits is not None
    assert waits <= 9.8


def test_nobody_there_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(ConnectionError):
        post(f"http://localhost:{port}/")


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["169.254.169.254"], ["8.8.8.8", "192.168.0.1"], ["::ffff:10.0.0.1"]]
)
def test_a_name_that_leads_inside_is_never_connected_to(addresses: list[str]) -> None:
    with pytest.raises(ForbiddenTarget):
        post("https://hooks.example.com/", resolve=lambda host, port: addresses)


def test_a_name_is_resolved_once_so_that_a_second_answer_cannot_lead_elsewhere(
    listen: Callable[[Respond], Listener],
) -> None:
    receiver = listen(saying(b"HTTP/1.1 200 OK\r\n\r\n"))
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    assert post(f"http://localhost:{receiver.port}/", resolve=rebinding) == 200
    assert answers == [["10.0.0.1"]]


def test_outside_a_developers_machine_loopback_is_refused_even_by_name() -> None:
    send = WebhookPost(loopback_allowed=False, resolve=lambda host, port: ["127.0.0.1"])

    with pytest.raises(ForbiddenTarget):
        send("https://hooks.example.com/", headers={}, body=b"")


def test_an_address_that_cannot_be_reached_leaves_the_next_one(listen: Callable[[Respond], Listener]) -> None:
    inbox = listen(saying(b"HTTP/1.1 204 No Content\r\n\r\n"))

    status = post(
        f"http://localhost:{inbox.port}/hook",
        resolve=lambda host, port: ["127.0.0.2", "::1", "127.0.0.1", "127.0.0.3"],
    )

    assert (status, len(inbox.requests)) == (204, 1)


def test_a_silent_address_leaves_time_for_the_others(
    listen: Callable[[Respond], Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = listen(saying(b"HTTP/1.1 204 No Content\r\n\r\n"))
    connect, waited = socket.create_connection, []

    def slow(address: tuple[str, int], timeout: float) -> socket.socket:
        waited.append(timeout)
        if address[0] == "127.0.0.2":
            raise TimeoutError
        return connect(address, timeout=timeout)

    monkeypatch.setattr(socket, "create_connection", slow)

    status = post(f"http://localhost:{inbox.port}/", resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"])

    assert status == 204
    assert 2 < waited[0] <= 2.5 < waited[1] <= 5


def test_a_name_none_of_whose_addresses_can_be_reached_is_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        post(f"http://localhost:{port}/", resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"])
