"""Requests of the Python client: who asks, what is repeated and for how long, which error says why not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from clients.python.casework import Client, NetworkError, ProblemError, TokenError
from clients.python.casework.http import send_once
from tests.fakes.scripted_api import BASE_URL, CUT_OFF, ScriptedApi, answer, problem

CASE: dict[str, Any] = {"id": "c1"}


def client_of(api: ScriptedApi, *token: Any) -> Client:
    return Client(BASE_URL, *(token or ("t",)), ports=api.ports)


def test_every_request_carries_the_token():
    api = ScriptedApi(answer(CASE))

    client_of(api).cases.get("c1")

    assert api.requests[0].headers["Authorization"] == "Bearer t"
    assert api.lines == ["GET /cases/c1"]


def test_a_function_that_gives_tokens_is_asked_before_each_request():
    tokens = iter(["first", "second"])
    api = ScriptedApi(answer(CASE), answer(CASE))
    client = client_of(api, lambda: next(tokens))

    client.cases.get("c1")
    client.cases.get("c1")

    assert [request.headers["Authorization"] for request in api.requests] == ["Bearer first", "Bearer second"]


def test_a_refused_token_is_replaced_once_by_a_newer_one():
    tokens = iter(["old", "new"])
    api = ScriptedApi(problem(401, "unauthorized"), answer(CASE))

    assert client_of(api, lambda: next(tokens)).cases.get("c1") == CASE
    assert api.requests[1].headers["Authorization"] == "Bearer new"


@pytest.mark.parametrize("token", ["same", lambda: "same"])
def test_a_token_that_stays_refused_is_an_error_at_once(token):
    api = ScriptedApi(problem(401, "unauthorized"))

    with pytest.raises(ProblemError) as caught:
        client_of(api, token).cases.get("c1")

    assert caught.value.code == "unauthorized"
    assert len(api.requests) == 1


def test_a_token_function_that_raises_is_a_token_error_with_its_cause():
    cause = RuntimeError("the login is gone")

    def token() -> str:
        raise cause

    with pytest.raises(TokenError, match="the login is gone") as caught:
        client_of(ScriptedApi(), token).cases.get("c1")

    assert caught.value.__cause__ is cause


@pytest.mark.parametrize(
    "failure", [CUT_OFF, problem(503, "unavailable"), problem(500, "internal"), answer(status=502)]
)
def test_what_may_pass_is_asked_again_with_the_same_key(failure):
    api = ScriptedApi(failure, failure, answer(CASE, 201))

    assert client_of(api).cases.create("A case") == CASE
    assert {request.headers["Idempotency-Key"] for request in api.requests} == {"key-1"}
    assert api.pauses == [0.25, 0.25]


def test_a_retry_after_is_waited_for():
    api = ScriptedApi(problem(429, "too_many_open_jobs", retry_after="7"), answer(CASE))

    client_of(api).cases.get("c1")

    assert api.pauses == [7.0]


@pytest.mark.parametrize("malformed", ["soon", "-5", "nan", "Wed, 99 Xyz 2026 07:28:00 GMT", ""])
def test_a_retry_after_that_cannot_be_read_is_no_reason_to_ask_at_once(malformed):
    api = ScriptedApi(problem(429, "too_many_open_jobs", retry_after=malformed), answer(CASE))

    client_of(api).cases.get("c1")

    assert api.pauses == [0.25]


def test_pauses_grow_up_to_half_a_minute_and_patience_ends():
    api = ScriptedApi(*[CUT_OFF] * 50)
    ports = api.ports
    certain = type(ports)(send=ports.send, monotonic=ports.monotonic, sleep=ports.sleep, random=lambda: 1.0)
    client = Client(BASE_URL, "t", patience_seconds=100, ports=certain)

    with pytest.raises(NetworkError):
        client.cases.get("c1")

    assert api.pauses == [1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (409, "no_documents"), (422, "invalid_request")])
def test_a_refusal_is_raised_at_once_with_its_code(status, code):
    api = ScriptedApi(problem(status, code))

    with pytest.raises(ProblemError, match=f"Refused: {code}") as caught:
        client_of(api).cases.get("c1")

    assert (caught.value.status, caught.value.code, caught.value.request_id) == (status, code, "r-1")


def test_what_is_wrong_in_a_request_is_said_place_by_place():
    told = {
        "code": "invalid_request",
        "detail": "The request is invalid.",
        "errors": [{"pointer": "/title", "message": "must have 1 to 200 characters"}],
    }

    with pytest.raises(ProblemError, match="/title: must have 1 to 200 characters"):
        client_of(ScriptedApi(answer(told, 422))).cases.create("")


def test_an_answer_that_is_not_the_apis_is_a_network_error_with_its_status():
    with pytest.raises(NetworkError, match="HTTP 403") as caught:
        client_of(ScriptedApi(answer({"message": "Forbidden"}, 403))).cases.get("c1")

    assert caught.value.status == 403


def test_deletions_are_sent_once():
    api = ScriptedApi(CUT_OFF)

    with pytest.raises(NetworkError):
        client_of(api).cases.delete("c1")

    assert api.lines == ["DELETE /cases/c1"]


def test_request_gives_any_answer_as_it_is():
    api = ScriptedApi(problem(404, "not_found"))

    response = client_of(api, None).request(
        "GET", "/nowhere", query={"a": 1, "b": None, "c": "\ud83d"}, headers={"X-One": "1"}
    )

    assert (response.status, response.json["code"]) == (404, "not_found")
    assert api.lines == ["GET /nowhere?a=1&c=%3F"]
    assert "Authorization" not in api.requests[0].headers
    assert api.requests[0].headers["X-One"] == "1"


def test_an_address_without_a_scheme_is_refused():
    with pytest.raises(ValueError, match=r"must be the API's address.*'casework\.example'"):
        Client("casework.example")


class Handler(BaseHTTPRequestHandler):
    """A server that redirects, answers 404 with a body, and breaks off in the middle."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
        elif self.path == "/broken":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
        else:
            self.send_response(404)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"none")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


def test_every_status_is_an_answer_and_no_redirect_is_followed(server):
    assert send_once("GET", f"{server}/moved", {}, None, 5).status == 302
    assert send_once("GET", f"{server}/none", {}, None, 5).content == b"none"


def test_an_answer_that_breaks_off_is_a_network_error(server):
    with pytest.raises(NetworkError, match="got no answer"):
        send_once("GET", f"{server}/broken", {}, None, 5)


def test_a_server_that_is_not_there_is_a_network_error():
    with pytest.raises(NetworkError, match="got no answer"):
        send_once("GET", "http://127.0.0.1:9/", {}, None, 5)
