"""Every request ends while API Gateway still waits, however slowly each part of our storage answers."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import bootstrap, time_budget
from chalicelib.settings import read_settings
from infra.local.resources import Resources
from tests.app.client import ENVIRONMENT, Gateway

API_GATEWAY_SECONDS = 29
SLOW_SECONDS = 3.9
"""Of a call that is answered just before the SDK gives it up."""


class SlowAws(Gateway):
    """A Casework on the real adapters, whose every try to reach AWS takes `seconds_a_try` of `now`."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.seconds_a_try = 0.0
        self.tries: list[str] = []
        self.elsewhere: dict[str, str] = {}
        """Where the calls of a service are sent instead."""

    def tried(self, event_name: str, request: Any, **_: Any) -> None:
        _, service, operation = event_name.split(".")
        self.tries.append(operation)
        self.now += self.seconds_a_try
        request.url = self.elsewhere.get(service, request.url)


@pytest.fixture
def slow(local_resources: Resources, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowAws]:
    environment = {**ENVIRONMENT, **local_resources.environment}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    aws = SlowAws()
    monkeypatch.setattr(time_budget, "monotonic", lambda: aws.now)
    with bootstrap.use(bootstrap.System(read_settings(environment))) as system:
        system.aws_session.register("before-send", aws.tried)
        yield aws


def _uploads(aws: SlowAws, count: int) -> str:
    """A case with so many uploads that nobody has looked for yet."""
    case_id = aws.user.new_case()
    for number in range(count):
        body = {"file_name": f"{number}.txt", "content_type": "text/plain", "size": 10}
        assert aws.user.post(f"/cases/{case_id}/documents", body).status == 201
    return case_id


REQUESTS: list[tuple[str, Callable[[SlowAws], tuple[str, str, Any]]]] = [
    ("a case with many uploads", lambda aws: ("GET", f"/cases/{_uploads(aws, 40)}", None)),
    ("the start of an analysis", lambda aws: ("POST", f"/cases/{_uploads(aws, 40)}/analyze-with-agent", {})),
    ("the deletion of a case", lambda aws: ("DELETE", f"/cases/{_uploads(aws, 40)}", None)),
    ("the list of cases", lambda aws: (str(_uploads(aws, 3) and "GET"), "/cases", None)),
    ("a page of a document", lambda aws: ("GET", _page(aws), None)),
]


def _page(aws: SlowAws) -> str:
    case_id = aws.user.new_case()
    return f"/cases/{case_id}/documents/{aws.user.new_document(case_id)}/pages/1"


@pytest.mark.parametrize("wanted", [wanted for _, wanted in REQUESTS], ids=[name for name, _ in REQUESTS])
def test_a_request_ends_in_time_while_each_call_is_slow(slow: SlowAws, wanted: Any) -> None:
    method, path, body = wanted(slow)
    slow.now, slow.seconds_a_try = 0.0, SLOW_SECONDS

    answer = slow.user.send(method, path, body)

    assert slow.now <= API_GATEWAY_SECONDS
    assert answer.status < 500 or (answer.status, answer.code) == (503, "unavailable")


def test_a_request_that_ran_out_of_time_is_refused_and_works_when_storage_is_well_again(slow: SlowAws) -> None:
    case_id = _uploads(slow, 60)
    slow.seconds_a_try = SLOW_SECONDS

    refused = slow.user.get(f"/cases/{case_id}")
    slow.seconds_a_try = 0.0

    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (503, "unavailable", "2")
    assert slow.user.get(f"/cases/{case_id}").status == 200


def test_a_deep_health_check_names_what_was_not_reached_in_time(slow: SlowAws) -> None:
    slow.seconds_a_try = 2 * SLOW_SECONDS

    deep = slow.admin.get("/health?deep=1")

    assert slow.now <= API_GATEWAY_SECONDS
    assert deep.status == 503
    assert "unavailable" in deep.json["checks"].values()


def test_a_message_of_a_socket_is_answered_in_time_too(slow: SlowAws, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox, case_id = bootstrap.system().outbox, slow.user.new_case()
    slow.user.new_document(case_id)
    job_ids = [slow.user.new_job(case_id, {"dedupe": "none"}) for _ in range(12)]
    ticket = slow.user.post("/streams", {"job_ids": job_ids[:1]}).json["protocols"][1]
    opening = {
        "requestContext": {"connectionId": "c1"},
        "headers": {"Sec-WebSocket-Protocol": f"casework.v1, {ticket}"},
    }
    assert outbox.connect(opening)["statusCode"] == 200
    posted: list[Any] = []
    sockets = SimpleNamespace(post=lambda connection_id, text: posted.append(json.loads(text)))
    monkeypatch.setitem(outbox.__dict__, "sockets", sockets)
    slow.now, slow.seconds_a_try = 0.0, SLOW_SECONDS

    message = {"type": "follow", "job_ids": job_ids}
    outbox.message({"requestContext": {"connectionId": "c1"}, "body": json.dumps(message)})

    assert slow.now <= API_GATEWAY_SECONDS - SLOW_SECONDS  # which the post itself may take
    assert [answer["code"] for answer in posted] == ["unavailable"]


@contextmanager
def trickling(sent_at_once: bytes) -> Iterator[str]:
    """The URL of a server whose answers begin with these bytes, and go on with one byte a (quickened) second."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(sent_at_once)
            while True:
                connection.sendall(b"x")
                time.sleep(1 / QUICKENED)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


QUICKENED = 25
"""So many seconds of a request pass in one of the test's."""
IN_THE_HEADERS = b"HTTP/1.1 200 OK\r\nX-Padding: "
IN_THE_BODY = b'HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 3000000\r\n\r\n'


@pytest.mark.parametrize("sent_at_once", [IN_THE_HEADERS, IN_THE_BODY], ids=["in the headers", "in the body"])
@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_a_request_ends_in_time_while_an_answer_comes_byte_by_byte(
    slow: SlowAws, monkeypatch: pytest.MonkeyPatch, service: str, sent_at_once: bytes
) -> None:
    page = _page(slow)
    assert slow.user.get(page).status == 200  # all is connected and loaded
    with trickling(sent_at_once) as url, monkeypatch.context() as patched:
        slow.elsewhere = {service: url}
        patched.setattr(time_budget, "monotonic", lambda: QUICKENED * time.monotonic())

        began = time.monotonic()
        answer = slow.user.get(page)
        seconds = time.monotonic() - began

    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "unavailable", "2")
    assert QUICKENED * seconds >= time_budget.REQUEST_SECONDS / 2
    assert seconds <= API_GATEWAY_SECONDS / QUICKENED + BUSY_MACHINE_SECONDS


BUSY_MACHINE_SECONDS = 2.0


def test_a_worker_has_no_such_limit(slow: SlowAws) -> None:
    slow.seconds_a_try = 100.0

    bootstrap.system().job_store.get("00000000-0000-0000-0000-000000000000")
    bootstrap.system().job_store.get("00000000-0000-0000-0000-000000000000")

    assert slow.tries == ["GetItem", "GetItem"]
