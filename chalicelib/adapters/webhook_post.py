"""One POST of a webhook, to one of the very addresses that were checked.

No library: an HTTP client that resolves the name a second time would connect to whatever the second answer says. No
proxy, no redirect, and of the answer only the status is read.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from chalicelib.outbox.addresses import Target, address_in, checked_addresses, target_of

ANSWER_WITHIN_SECONDS = 15.0
LONGEST_HEAD_BYTES = 16 * 1024

Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name. Raises: OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class WebhookPost:
    """The Post of webhooks. `loopback_allowed` is for a developer's machine."""

    def __init__(
        self,
        *,
        loopback_allowed: bool,
        resolve: Resolve = resolve,
        within_seconds: float = ANSWER_WITHIN_SECONDS,
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._loopback_allowed = loopback_allowed
        self._resolve = resolve
        self._within_seconds = within_seconds
        self._trust = trust

    def __call__(self, url: str, *, headers: Mapping[str, str], body: bytes) -> int:
        """See Post."""
        target = target_of(url, loopback_allowed=self._loopback_allowed)
        ends_at = time.monotonic() + self._within_seconds
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = self._connected(target, ends_at)
        try:
            connection.request("POST", target.path, body=body, headers={**headers, "Host": target.host_header})
            connection.sock.settimeout(_left(ends_at))
            return _status(connection.sock, ends_at)
        finally:
            connection.close()

    def _connected(self, target: Target, ends_at: float) -> socket.socket:
        literal = address_in(target.host)
        addresses = [str(literal)] if literal is not None else self._resolve(target.host, target.port)
        checked = checked_addresses(addresses, loopback_allowed=self._loopback_allowed)
        plain = _first_connection(checked, target.port, ends_at)
        if target.scheme == "http":
            return plain
        try:
            trust = self._trust()
            plain.settimeout(_left(ends_at))  # connecting took some of the time, and the handshake waits anew
            return trust.wrap_socket(plain, server_hostname=target.host.rstrip("."))  # no certificate has that dot
        except BaseException:
            plain.close()
            raise


def _first_connection(addresses: Sequence[str], port: int, ends_at: float) -> socket.socket:
    """To the first address that can be reached: a receiver may have an IPv6 address that leads nowhere, or a dead host.

    Each may take an equal share of the time that is left. Raises: OSError, TimeoutError, of the last address.
    """
    *others, last = addresses
    for number, address in enumerate(others):
        share = _left(ends_at) / (len(addresses) - number)
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=share)
    return socket.create_connection((last, port), timeout=_left(ends_at))


def _status(sock: socket.socket, ends_at: float) -> int:
    """The status of the answer; interim ones (100 Continue) are skipped. Raises: OSError, TimeoutError."""
    head = b""
    while True:
        while b"\n" not in head:
            head += _received(sock, ends_at, already=len(head))
        status = _status_of(head.partition(b"\n")[0])
        if status >= 200:
            return status
        while b"\r\n\r\n" not in head:
            head += _received(sock, ends_at, already=len(head))
        head = head.partition(b"\r\n\r\n")[2]


def _received(sock: socket.socket, ends_at: float, *, already: int) -> bytes:
    if already > LONGEST_HEAD_BYTES:
        raise ConnectionError("the answer is not HTTP")
    sock.settimeout(_left(ends_at))
    part = sock.recv(1024)
    if not part:
        raise ConnectionError("the connection was closed without an answer")
    return part


def _status_of(line: bytes) -> int:
    parts = line.split()
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/") or not parts[1].isdigit() or len(parts[1]) != 3:
        raise ConnectionError("the answer is not HTTP")
    return int(parts[1])


def _left(ends_at: float) -> float:
    """Seconds left. Raises: TimeoutError when there are none."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left
