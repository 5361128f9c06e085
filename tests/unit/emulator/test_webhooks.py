"""OpenAI's webhooks: signed so that the real SDK takes them, tried again, repeated, early, forged, and lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import openai
import pytest

Control = Callable[..., Any]
WAIT_SECONDS = 10.0


class Receiver:
    """An endpoint on this machine: keeps what comes, answers with the statuses it was given, then with 200."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self._came = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None:
                """Silent."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver._came:
                    status = receiver.answers.pop(0) if receiver.answers else 200
                    receiver.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                    receiver._came.notify_all()
                self.send_response(status)
                self.send_header("location", "http://127.0.0.1:9/")
                self.send_header("content-length", "0")
                self.end_headers()

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/openai/webhook"

    def wait_for(self, count: int) -> list[tuple[dict[str, str], bytes]]:
        """The first so many that came."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.received) >= count, WAIT_SECONDS), self.received
            return self.received[:count]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def secret(openai_client: openai.OpenAI, control: Control, receiver: Receiver) -> Iterator[str]:
    """The secret of the one endpoint."""
    endpoint = openai_client.webhooks.create(
        event_types=["response.completed", "response.failed", "response.cancelled"], name="test", url=receiver.url
    )
    yield endpoint.signing_secret
    control("DELETE", "webhooks")


def _create(client: openai.OpenAI) -> Any:
    return client.responses.create(model="gpt-6-luna", input="x", background=True, store=True)


def test_the_end_of_a_response_is_announced_and_the_sdk_takes_the_signature(
    openai_client: openai.OpenAI, receiver: Receiver, secret: str
) -> None:
    begun = _create(openai_client)

    ((headers, body),) = receiver.wait_for(1)

    event = openai_client.webhooks.unwrap(body, headers, secret=secret)
    assert (event.type, event.data.id, event.object) == ("response.completed", begun.id, "event")
    with pytest.raises(openai.InvalidWebhookSignatureError):
        openai_client.webhooks.unwrap(body + b" ", headers, secret=secret)


@pytest.mark.usefixtures("secret")
def test_what_is_not_answered_with_2xx_comes_again_under_the_same_id(
    openai_client: openai.OpenAI, control: Control, receiver: Receiver
) -> None:
    receiver.answers = [500, 302]
    _create(openai_client)

    receiver.wait_for(1)
    _until(control, lambda outcomes: outcomes == [500])
    control("POST", "clock", {"advance_seconds": 2})
    receiver.wait_for(2)
    _until(control, lambda outcomes: outcomes == [500, 302])
    control("POST", "clock", {"advance_seconds": 6})
    tries = receiver.wait_for(3)

    assert len({headers["webhook-id"] for headers, _ in tries}) == 1
    _until(control, lambda outcomes: outcomes == [500, 302, 200])


@pytest.mark.usefixtures("secret")
def test_a_cancelled_response_is_announced_as_such_and_not_as_completed(
    openai_client: openai.OpenAI, control: Control, receiver: Receiver
) -> None:
    control("POST", "pace", {"seconds": 60})
    begun = _create(openai_client)

    openai_client.responses.cancel(begun.id)
    receiver.wait_for(1)
    _until(control, lambda outcomes: outcomes == [200])
    control("POST", "clock", {"advance_seconds": 61})

    kinds = [delivery["event_type"] for delivery in control("GET", "webhooks")["deliveries"] if delivery["outcomes"]]
    assert kinds == ["response.cancelled"]


@pytest.mark.usefixtures("secret")
def test_a_failed_response_is_announced_as_failed(
    openai_client: openai.OpenAI, control: Control, receiver: Receiver
) -> None:
    control("POST", "faults", {"kind": "failed", "code": "server_error"})
    begun = _create(openai_client)

    receiver.wait_for(1)

    assert control("GET", "webhooks")["deliveries"][-1]["event_type"] == "response.failed"
    assert openai_client.responses.retrieve(begun.id).status == "failed"


@pytest.mark.usefixtures("secret")
def test_it_can_come_twice_under_one_id(openai_client: openai.OpenAI, control: Control, receiver: Receiver) -> None:
    control("POST", "faults", {"kind": "webhook_twice"})
    _create(openai_client)

    first, second = receiver.wait_for(2)

    assert first[0]["webhook-id"] == second[0]["webhook-id"]


@pytest.mark.usefixtures("secret")
def test_it_can_come_before_the_answer_to_the_creation(
    openai_client: openai.OpenAI, control: Control, receiver: Receiver
) -> None:
    control("POST", "pace", {"seconds": 60})
    control("POST", "faults", {"kind": "webhook_early"})

    begun = _create(openai_client)

    assert begun.id.encode() in receiver.received[0][1]
    assert openai_client.responses.retrieve(begun.id).status == "completed"


@pytest.mark.usefixtures("secret")
def test_it_can_be_lost(openai_client: openai.OpenAI, control: Control, receiver: Receiver) -> None:
    control("POST", "faults", {"kind": "webhook_lost"})
    lost, announced = _create(openai_client), _create(openai_client)

    receiver.wait_for(1)

    told = [delivery["response_id"] for delivery in control("GET", "webhooks")["deliveries"]]
    assert announced.id in told
    assert lost.id not in told


def test_it_can_be_forged_at_first(
    openai_client: openai.OpenAI, control: Control, receiver: Receiver, secret: str
) -> None:
    control("POST", "faults", {"kind": "webhook_forged"})
    receiver.answers = [401]
    _create(openai_client)

    ((headers, body),) = receiver.wait_for(1)
    with pytest.raises(openai.InvalidWebhookSignatureError):
        openai_client.webhooks.unwrap(body, headers, secret=secret)
    _until(control, lambda outcomes: outcomes == [401])
    control("POST", "clock", {"advance_seconds": 2})
    headers, body = receiver.wait_for(2)[1]

    assert openai_client.webhooks.unwrap(body, headers, secret=secret)


def test_both_secrets_sign_for_a_day_after_a_rotation(
    openai_client: openai.OpenAI, control: Control, receiver: Receiver, secret: str
) -> None:
    (endpoint,) = openai_client.webhooks.list().data
    rotated = openai_client.webhooks.rotate_secret(endpoint.id, keep_old_secret_active_for_24_hours=True)
    _create(openai_client)
    headers, body = receiver.wait_for(1)[0]

    for good in (secret, rotated.signing_secret):
        assert openai_client.webhooks.unwrap(body, headers, secret=good)
    control("POST", "clock", {"advance_seconds": 24 * 3600 + 1})
    _create(openai_client)
    headers, body = receiver.wait_for(2)[1]
    assert openai_client.webhooks.unwrap(body, headers, secret=rotated.signing_secret)
    with pytest.raises(openai.InvalidWebhookSignatureError):
        openai_client.webhooks.unwrap(body, headers, secret=secret)


@pytest.mark.usefixtures("secret")
def test_an_endpoint_is_read_changed_tried_and_deleted(openai_client: openai.OpenAI, receiver: Receiver) -> None:
    (endpoint,) = openai_client.webhooks.list().data

    renamed = openai_client.webhooks.update(endpoint.id, name="another")
    tried = openai_client.webhooks.test(endpoint.id, event_type="response.completed")
    deleted = openai_client.webhooks.delete(endpoint.id)

    assert (renamed.name, renamed.url) == ("another", receiver.url)
    assert (tried.success, tried.status_code) == (True, 200)
    assert deleted.deleted
    with pytest.raises(openai.NotFoundError):
        openai_client.webhooks.retrieve(endpoint.id)


def test_an_endpoint_needs_an_address(openai_client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="https"):
        openai_client.webhooks.create(event_types=["response.completed"], name="n", url="http://example.com/")


def _until(control: Control, holds: Callable[[list[Any]], bool]) -> None:
    """Waits until the outcomes of the newest delivery are so."""
    waited = threading.Event()
    for _ in range(int(WAIT_SECONDS / 0.02)):
        if holds(control("GET", "webhooks")["deliveries"][-1]["outcomes"]):
            return
        waited.wait(0.02)
    raise AssertionError(control("GET", "webhooks")["deliveries"])
