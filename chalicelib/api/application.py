"""The Chalice app: it routes requests to endpoints and gives every response, its own refusals included, one form, with
CORS headers: which pages may call, what they may send, and what they may read.

Works the same in Lambda, in `chalice local` (many threads, one app object) and in `chalice.test.Client`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import chalice
import msgspec

from chalicelib import telemetry, time_budget
from chalicelib.api.endpoint import Endpoint, Route, respond
from chalicelib.api.http import Request, Response, body_text, is_too_large, read_request
from chalicelib.api.problems import internal_error, refused
from chalicelib.errors import MethodNotAllowed, NotFound, Refusal
from chalicelib.setting_values import ANY_ORIGIN

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

REQUEST_ID = "X-Request-Id"

# For every response that does not set its own: medical data stays out of caches.
STANDING_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

ALLOWED_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Prefer",
    # Tracing: libraries in a page add these to every request. None is read, but a preflight must allow each by name.
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
    "x-datadog-origin",
    "x-datadog-parent-id",
    "x-datadog-sampled",
    "x-datadog-sampling-priority",
    "x-datadog-tags",
    "x-datadog-trace-id",
)
EXPOSED_HEADERS = (
    "Location",
    "Retry-After",
    "ETag",
    "Link",
    "Idempotency-Replayed",
    "X-Request-Id",
)
PREFLIGHT_KEPT_SECONDS = 7200
"""The longest a browser remembers a preflight (Chromium's limit); a poller asks once, not before every poll."""


TOO_LARGE_DETAIL = (
    "The response is larger than the 6 MB that can be sent. The request was carried out; nothing is lost. "
    "Ask for less: a smaller page, or a job with ?result=link."
)

# Chalice keeps the current request on the app object, which all threads of a process share; each has its own here.
_CURRENT: ContextVar[Request] = ContextVar("current_request")


class Cors(chalice.CORSConfig):  # type: ignore[misc]  # chalice is untyped
    """The same rules for every route: API Gateway's preflights, `chalice local`'s and our own responses."""

    # Chalice adds three X-Amz and X-Api headers to the allowed ones; clients of this API send none of them.
    _REQUIRED_HEADERS: list[str] = []  # noqa: RUF012  its type is Chalice's

    def __init__(self, *, origins: Sequence[str] = (ANY_ORIGIN,), more_headers: Sequence[str] = ()) -> None:
        """`origins` may call (or any, `*`), sending the usual headers and `more_headers`."""
        super().__init__(
            allow_origin=origins[0],
            allow_headers=tuple(dict.fromkeys((*ALLOWED_HEADERS, *more_headers))),
            expose_headers=EXPOSED_HEADERS,
            max_age=PREFLIGHT_KEPT_SECONDS,
        )
        self._origins = tuple(origins)
        self._headers: dict[str, str] = super().get_access_control_headers()

    def get_access_control_headers(self) -> dict[str, str]:
        """The headers for a caller of the first origin, or of any."""
        return self._headers

    def headers_for(self, origin: str | None, *, vary: str = "") -> dict[str, str]:
        """The headers of a response to a page of this origin; of several allowed origins its own is named.

        `vary` is what the response varies by already: with several origins, caches must tell them apart too.
        """
        if len(self._origins) == 1:
            return self._headers
        allowed = origin if origin in self._origins else self._origins[0]
        return {
            **self._headers,
            "Access-Control-Allow-Origin": str(allowed),
            "Vary": f"{vary}, Origin" if vary else "Origin",
        }


class Application(chalice.Chalice):  # type: ignore[misc]  # chalice is untyped
    """A Chalice app whose routes are endpoints."""

    def __init__(self, name: str, *, system: Callable[[], System], cors: Cors) -> None:
        """`system` gives the assembled system when the first request needs it."""
        super().__init__(app_name=name)
        self.experimental_feature_flags.add("WEBSOCKETS")
        self.api.binary_types = []  # every body here is text
        self._system = system
        self._cors = cors
        self.served: list[Route] = []

    def serve(self, method: str, path: str, endpoint: Endpoint) -> None:
        """Serve requests of this method and path by the endpoint."""

        def view(**_: str) -> chalice.Response:
            request = _CURRENT.get()
            response = respond(endpoint, request, system=self._system)
            return chalice.Response(
                body_text(response), headers=_headers(response, request), status_code=response.status
            )

        # With content types, Chalice would check them before the token: 415 before 401.
        self.route(path, methods=[method], name=endpoint.name, cors=self._cors, content_types=[])(view)
        if method != "HEAD":  # its GET describes it
            self.served.append(Route(method=method, path=path, endpoint=endpoint))

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """The response to an API Gateway event, in the form that Lambda takes."""
        started = time.perf_counter()
        request = read_request(event, request_id=_request_id(context))
        answer = self._routed(event, context, request)
        self._finish(answer, request)
        if is_too_large(answer):
            telemetry.warning("response_too_large", request_id=request.id, route=request.route)
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
            return _refused(NotFound("No such route."), request)
        if request.method == "OPTIONS":
            return _plain(Response(status=HTTPStatus.NO_CONTENT, headers=_preflight(methods)), request)
        if request.method not in methods:
            allowed = sorted(methods)
            detail = f"Method not allowed. Use {' or '.join(allowed)}."
            return _refused(MethodNotAllowed(detail, allowed=allowed), request)
        token = _CURRENT.set(request)
        try:
            with time_budget.limited_to(time_budget.REQUEST_SECONDS):
                answer: dict[str, Any] = super().__call__(event, context)
        finally:
            _CURRENT.reset(token)
        if REQUEST_ID not in answer["headers"]:  # Chalice's own error response
            return _plain(internal_error(instance=request.path, request_id=request.id), request)
        return answer

    def _finish(self, answer: dict[str, Any], request: Request) -> None:
        """Add the headers of every response. A response to HEAD has no body: it would break the connection."""
        cors = self._cors.headers_for(request.header("Origin"), vary=answer["headers"].get("Vary", ""))
        answer["headers"] = {**STANDING_HEADERS, **answer["headers"], **cors}
        if request.method == "HEAD":
            answer["body"] = ""


def _preflight(methods: Mapping[str, Any]) -> Mapping[str, str]:
    return {"Access-Control-Allow-Methods": ",".join([*sorted(methods), "OPTIONS"])}


def _refused(refusal: Refusal, request: Request) -> dict[str, Any]:
    return _plain(refused(refusal, instance=request.path, request_id=request.id), request)


def _too_large_to_send(request: Request) -> Response:
    """The response instead of one that would become API Gateway's 502; the request itself was carried out."""
    response = internal_error(instance=request.path, request_id=request.id)
    problem = msgspec.structs.replace(response.content, title="Response too large", detail=TOO_LARGE_DETAIL)
    return msgspec.structs.replace(response, content=problem)


def _plain(response: Response, request: Request) -> dict[str, Any]:
    """The response in the form that Lambda takes, without Chalice's help."""
    return {
        "statusCode": int(response.status),
        "headers": _headers(response, request),
        "multiValueHeaders": {},
        "body": body_text(response),
    }


def _headers(response: Response, request: Request) -> dict[str, str]:
    typed = {} if response.content is None else {"Content-Type": response.content_type}
    return {REQUEST_ID: request.id, **typed, **response.headers}


def _request_id(context: Any) -> str:
    """Lambda's id of the invocation, which its own log lines carry too."""
    return getattr(context, "aws_request_id", None) or str(uuid.uuid4())
