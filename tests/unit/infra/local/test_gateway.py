"""The local API answers as API Gateway does where Chalice's own server would not."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from chalice import Response
from chalice.config import Config
from chalice.local import LocalDevServer, create_local_server

from chalicelib.api.application import Application, Cors
from infra.local.gateway import LARGEST_BODY_BYTES, RequestHandler


def no_system() -> Any:
    raise AssertionError("nothing here needs a system")


def toy_app() -> Application:
    app = Application("toy", system=no_system, cors=Cors())

    @app.route(
        "/echo/{name}",
        methods=["GET", "POST"],
        content_types=["application/json", "text/plain"],
        cors=Cors(),
    )
    def echo(name: str) -> Response:
        request = app.current_request
        assert request is not None
        body = {"body": request.raw_body.decode(), "headers": dict(request.headers), "name": name}
        return Response(body=json.dumps(body), headers={"Content-Type": "application/json", "X-Request-Id": "r1"})

    return app


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a local server with the toy app."""
    app = toy_app()
    create_local_server(app, Config.create(), "127.0.0.1", 0).server.server_close()  # makes the app a local one
    server = LocalDevServer(app, Config.create(), "127.0.0.1", 0, handler_cls=RequestHandler)
    thread = threading.Thread(target=server.server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server.server_address[1]
    server.shutdown()
    thread.join()
    server.server.server_close()


def ask(port: int, method: str, path: str, **options: Any) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, **options)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def raw(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def test_an_unknown_path_is_a_404_problem_that_repeats_no_credentials(port):
    answer, body = ask(port, "GET", "/nowhere?x=1", headers={"Authorization": "Bearer secret"})

    problem = json.loads(body)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert problem["code"] == "not_found"
    assert problem["instance"] == "/nowhere"
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert b"secret" not in body


def test_a_path_that_cannot_be_parsed_is_a_404_too(port):
    assert raw(port, b"GET //[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 404")


def test_a_preflight_of_a_known_path_names_its_methods(port):
    answer, _ = ask(
        port, "OPTIONS", "/echo/a", headers={"Origin": "https://x", "Access-Control-Request-Method": "POST"}
    )

    assert answer.status in (200, 204)
    assert answer.headers["Access-Control-Allow-Methods"] == "GET,POST,OPTIONS"


def test_head_has_the_headers_and_no_body(port):
    answer = raw(port, b"HEAD /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404")
    assert b"Content-Length: " in head
    assert body == b""


def test_a_method_that_chalice_does_not_know_reaches_the_app(port):
    answer, _ = ask(port, "PROPFIND", "/echo/a")

    assert answer.status == 405


def test_a_chunked_body_is_read(port):
    answer, body = ask(
        port,
        "POST",
        "/echo/a",
        body=iter([b"one ", b"two"]),
        headers={"Content-Type": "text/plain"},
        encode_chunked=True,
    )

    assert answer.status == 200
    assert json.loads(body)["body"] == "one two"


def test_repeated_headers_are_joined(port):
    answer = raw(
        port,
        b"GET /echo/a HTTP/1.1\r\nHost: x\r\nPrefer: wait=1\r\nPrefer: other\r\nConnection: close\r\n\r\n",
    )

    assert json.loads(answer.partition(b"\r\n\r\n")[2])["headers"]["prefer"] == "wait=1, other"


def test_a_body_over_the_gateways_limit_is_refused_without_being_read(port):
    answer = raw(
        port,
        b"POST /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BODY_BYTES + 1),
    )

    assert answer.startswith(b"HTTP/1.1 413")
    assert b'"body_too_large"' in answer


@pytest.mark.parametrize(
    "request_head",
    [
        b"POST /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /echo/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"nonsense\r\n\r\n",
        b"GET /echo/a HTTP/9.9\r\n\r\n",
    ],
)
def test_what_is_no_http_request_is_refused_as_a_problem(port, request_head):
    answer = raw(port, request_head)

    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert problem["code"] == "invalid_request"
    assert 400 <= problem["status"] < 600


def test_a_refusal_of_the_gateway_can_be_read_by_a_browser(port):
    answer = raw(port, b"POST /echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n")

    assert b"\r\nAccess-Control-Allow-Origin: *\r\n" in answer


def test_answers_on_one_connection_are_not_held_back():
    assert RequestHandler.disable_nagle_algorithm
