"""In what does `chalice local` differ from API Gateway? Each difference that a client would notice is corrected here.

Every path and method reaches the app, unknown ones too (Chalice's own answer is a 403 that repeats the Authorization
header); HEAD has no body, chunked bodies are read, repeated headers are joined, bodies over 10 MB are refused, and
keep-alive answers are not held back for 40 ms by Nagle's algorithm.
"""

from __future__ import annotations

import http.server
import uuid
from collections.abc import Mapping
from typing import Any

from chalice.local import ChaliceRequestHandler, LocalGateway

from chalicelib.api.http import PROBLEM_JSON, Response, body_text
from chalicelib.api.problems import Problem, refused
from chalicelib.errors import BodyTooLarge, FieldProblem, InvalidRequest

LARGEST_BODY_BYTES = 10 * 1024 * 1024
LONGEST_LINE_BYTES = 64 * 1024


class Gateway(LocalGateway):  # type: ignore[misc]  # chalice is untyped
    """Chalice's local gateway, except that every request is the app's to answer, unknown paths and preflights too."""

    def handle_request(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, Any]:
        """The app's answer to one request, as Lambda's proxy integration has it."""
        try:
            event = self._generate_lambda_event(method, path, headers, body)
        except ValueError:
            event = _event_of_no_route(method, path, headers)
        answer: dict[str, Any] = self._app_object(event, self._generate_lambda_context())
        return answer

    def refusal(self, answer: Response) -> dict[str, Any]:
        """A refusal of the gateway's own, with the headers that every answer has."""
        return {
            "statusCode": answer.status,
            "headers": {
                "Content-Type": PROBLEM_JSON,
                "X-Request-Id": answer.content.request_id,
                **self._cors_headers(),
                **answer.headers,
            },
            "multiValueHeaders": {},
            "body": body_text(answer),
        }

    def _cors_headers(self) -> dict[str, str]:
        for methods in self._app_object.routes.values():
            for route in methods.values():
                if route.cors is not None:
                    headers: dict[str, str] = route.cors.get_access_control_headers()
                    return headers
        return {}


def _event_of_no_route(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    path = path.partition("?")[0]
    return {
        "requestContext": {"httpMethod": method, "resourcePath": path, "path": path},
        "headers": {name.lower(): value for name, value in headers.items()},
        "pathParameters": {},
        "multiValueQueryStringParameters": None,
        "stageVariables": {},
        "body": None,
    }


class RequestHandler(ChaliceRequestHandler):  # type: ignore[misc]  # chalice is untyped
    """One connection to the local API."""

    disable_nagle_algorithm = True

    def __init__(self, request: Any, client_address: Any, server: Any, app_object: Any, config: Any) -> None:
        self.local_gateway = Gateway(app_object, config)
        # Chalice's own __init__ would put its gateway in place of this one.
        http.server.BaseHTTPRequestHandler.__init__(self, request, client_address, server)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # methods that Chalice does not know: the app says 405 with Allow
            return self._generic_handle
        raise AttributeError(name)

    def _generic_handle(self) -> None:
        try:
            super()._generic_handle()
        except _NotTaken as refusal:
            self.close_connection = True  # the rest of the body is still on its way
            self._send(self.local_gateway.refusal(refusal.answer))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _generic_handle  # noqa: N815

    def _parse_payload(self) -> tuple[dict[str, str], bytes | None]:
        headers = {name: ", ".join(self.headers.get_all(name)) for name in self.headers}
        if "chunked" in headers.get("Transfer-Encoding", "").lower():
            return headers, self._chunks()
        length = self.headers.get("Content-Length", "0").strip()
        if not length.isdecimal():
            raise self._malformed()
        return headers, self._exactly(int(length)) or None

    def _chunks(self) -> bytes:
        body = b""
        while True:
            size = self.rfile.readline(LONGEST_LINE_BYTES).partition(b";")[0].strip()
            try:
                count = int(size, 16)
            except ValueError as exc:
                raise self._malformed() from exc
            if count == 0:
                while self.rfile.readline(LONGEST_LINE_BYTES).strip():
                    pass  # trailers
                return body
            body += self._exactly(count, already=len(body))
            self.rfile.readline(LONGEST_LINE_BYTES)

    def _exactly(self, count: int, *, already: int = 0) -> bytes:
        if not 0 <= count <= LARGEST_BODY_BYTES - already:
            raise self._not_taken(BodyTooLarge("The gateway accepts no body over 10 MB."))
        body: bytes = self.rfile.read(count)
        return body

    def _malformed(self) -> _NotTaken:
        problem = FieldProblem("header:Content-Length", "does not say where the body ends")
        return self._not_taken(InvalidRequest("The request's framing cannot be understood.", problems=[problem]))

    def _not_taken(self, refusal: BodyTooLarge | InvalidRequest) -> _NotTaken:
        return _NotTaken(refused(refusal, instance=self.path.partition("?")[0], request_id=str(uuid.uuid4())))

    def _send_http_response_with_body(self, code: int, headers: dict[str, Any], body: str | bytes) -> None:
        if self.command != "HEAD":
            super()._send_http_response_with_body(code, headers, body)
            return
        encoded = body if isinstance(body, bytes) else body.encode()
        self.send_response(code)
        self._send_headers({**headers, "Content-Length": str(len(encoded))})

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no HTTP request (the base class would send HTML)."""
        self.close_connection = True
        self.request_version = self.protocol_version  # unread so far; as HTTP/0.9 the answer would have no head
        problem = Problem(
            type="urn:casework:error:invalid_request",
            title="Invalid request",
            status=int(code),
            detail=f"{message or self.responses.get(code, ('This is no request',))[0]}.".replace("..", "."),
            instance=getattr(self, "path", "").partition("?")[0],
            code="invalid_request",
            request_id=str(uuid.uuid4()),
        )
        self.command = getattr(self, "command", None) or "GET"
        self._send(self.local_gateway.refusal(Response(status=int(code), content=problem, content_type=PROBLEM_JSON)))

    def log_request(self, *_: Any) -> None:
        """The app logs each request itself, with more to it."""

    def _send(self, answer: dict[str, Any]) -> None:
        self._send_http_response(
            answer["statusCode"],
            {**answer["headers"], **({"Connection": "close"} if self.close_connection else {})},
            answer["body"],
        )


class _NotTaken(Exception):
    """The request cannot be handed to the app; `answer` says why."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer
