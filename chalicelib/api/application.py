"""How does Chalice meet the endpoints? It routes; every answer, its own refusals included, leaves in one form.

Works the same in Lambda, in `chalice local` (many threads, one app object) and in `chalice.test.Client`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

import msgspec
from chalice import Chalice, Response

from chalicelib import telemetry
from chalicelib.api.answer import Answer, body_text
from chalicelib.api.answer_size import is_too_large
from chalicelib.api.cors import Cors
from chalicelib.api.endpoint import Endpoint, Route, respond
from chalicelib.api.problems import internal_error, refused
from chalicelib.api.request import Request, read_request
from chalicelib.api.system import System
from chalicelib.errors import MethodNotAllowed, NotFound, Refusal

REQUEST_ID = "X-Request-Id"

# What holds for every answer unless it says otherwise: medical data stays out of caches.
STANDING_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

TOO_LARGE_DETAIL = "The answer is larger than the 6 MB that can be sent. What was asked has been done; nothing is lost."

# Chalice keeps the current request on the app object, which all threads of a process share; each has its own here.
_CURRENT: ContextVar[Request] = ContextVar("current_request")


class Application(Chalice):  # type: ignore[misc]  # chalice is untyped
    """A Chalice app whose routes are endpoints."""

    def __init__(self, name: str, *, system: Callable[[], System], allow_origin: str) -> None:
        """`system` gives the assembled system when the first request needs it; `allow_origin` is CORS's."""
        super().__init__(app_name=name)
        self.api.binary_types = []  # every body here is text; Chalice looks through its list three times an answer
        self._system = system
        self._cors = Cors(allow_origin=allow_origin)
        self._standing_headers = {**STANDING_HEADERS, **self._cors.get_access_control_headers()}
        self.served: list[Route] = []

    def serve(self, method: str, path: str, endpoint: Endpoint) -> None:
        """Answer requests of this method and path with the endpoint."""

        def view(**_: str) -> Response:
            request = _CURRENT.get()
            answer = respond(endpoint, request, system=self._system)
            return Response(body_text(answer), headers=_headers(answer, request), status_code=answer.status)

        # Without content types Chalice leaves 415 to us: it would come before 401.
        self.route(path, methods=[method], name=endpoint.name, cors=self._cors, content_types=[])(view)
        self.served.append(Route(method=method, path=path, endpoint=endpoint))

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """The answer to an API Gateway event; an unknown route and method are refused here, as in every other way."""
        started = time.perf_counter()
        request = read_request(event, request_id=_request_id(context))
        answer = self._routed(event, context, request)
        self._finish(answer, request)
        if is_too_large(answer):
            telemetry.warning("answer_too_large", request_id=request.id, route=request.route)
            answer = _plain(_too_large_to_send(request), request)
            self._finish(answer, request)
        telemetry.info(
            "request",
            request_id=request.id,
            method=request.method,
            route=request.route,
            status=answer["statusCode"],
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return answer

    def _routed(self, event: Mapping[str, Any], context: Any, request: Request) -> dict[str, Any]:
        methods = self.routes.get(request.route)
        if methods is None:
            return _refused(NotFound("There is nothing under this address."), request)
        if request.method == "OPTIONS":
            return _plain(Answer(status=HTTPStatus.NO_CONTENT, headers=_preflight(methods)), request)
        if request.method not in methods:
            allowed = sorted(methods)
            return _refused(MethodNotAllowed(f"This address takes {', '.join(allowed)}.", allowed=allowed), request)
        token = _CURRENT.set(request)
        try:
            answer: dict[str, Any] = super().__call__(event, context)
        finally:
            _CURRENT.reset(token)
        if REQUEST_ID not in answer["headers"]:  # not one of our answers: Chalice met an error of its own
            return _plain(internal_error(instance=request.path, request_id=request.id), request)
        return answer

    def _finish(self, answer: dict[str, Any], request: Request) -> None:
        """Add what every answer carries; a HEAD has no body, or the next answer of the connection would be lost."""
        answer["headers"] = {**self._standing_headers, **answer["headers"]}
        if request.method == "HEAD":
            answer["body"] = ""


def _preflight(methods: Mapping[str, Any]) -> Mapping[str, str]:
    return {"Access-Control-Allow-Methods": ",".join([*sorted(methods), "OPTIONS"])}


def _refused(refusal: Refusal, request: Request) -> dict[str, Any]:
    return _plain(refused(refusal, instance=request.path, request_id=request.id), request)


def _too_large_to_send(request: Request) -> Answer:
    """What is said instead of an answer that would be API Gateway's 502; the request itself has been done."""
    answer = internal_error(instance=request.path, request_id=request.id)
    said = msgspec.structs.replace(answer.content, title="Answer too large", detail=TOO_LARGE_DETAIL)
    return msgspec.structs.replace(answer, content=said)


def _plain(answer: Answer, request: Request) -> dict[str, Any]:
    """The answer as API Gateway takes it, without Chalice's help."""
    return {
        "statusCode": int(answer.status),
        "headers": _headers(answer, request),
        "multiValueHeaders": {},
        "body": body_text(answer),
    }


def _headers(answer: Answer, request: Request) -> dict[str, str]:
    typed = {} if answer.content is None else {"Content-Type": answer.content_type}
    return {REQUEST_ID: request.id, **typed, **answer.headers}


def _request_id(context: Any) -> str:
    """Lambda's id of the invocation, which its own log lines carry too."""
    return getattr(context, "aws_request_id", None) or str(uuid.uuid4())
