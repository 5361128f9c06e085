"""One HTTP request as a value, the same from API Gateway, `chalice local` and tests."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from chalicelib.errors import Unauthorized
from chalicelib.principal import Principal


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request. `path` is the path of the URL, `prefix` its part before the route (the stage, or "").

    Header names are lower-case; a header sent more than once is joined by commas. `route` has its parameters in
    braces; `parameters` are their values, percent-decoded.
    """

    id: str
    method: str
    path: str
    route: str
    prefix: str
    headers: Mapping[str, str]
    query: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, str]
    body: bytes
    caller: Principal | None = None

    @property
    def principal(self) -> Principal:
        """The caller. Raises: Unauthorized on a route without authentication."""
        if self.caller is None:
            raise Unauthorized("A bearer token is required.")
        return self.caller

    @property
    def own_path(self) -> str:
        """The path without the stage prefix."""
        return self.path.removeprefix(self.prefix)

    def header(self, name: str) -> str | None:
        """The header's value, whatever the case of its name."""
        return self.headers.get(name.lower())


def read_request(event: Mapping[str, Any], *, request_id: str) -> Request:
    """The request in an API Gateway proxy event (REST API, payload format 1.0)."""
    context = event["requestContext"]
    route = context["resourcePath"]
    path = context.get("path") or route
    return Request(
        id=request_id,
        method=context["httpMethod"],
        path=path,
        route=route,
        prefix=stage_prefix(path, route=route),
        headers=_headers(event),
        query={name: tuple(values) for name, values in (event.get("multiValueQueryStringParameters") or {}).items()},
        parameters={name: unquote(value) for name, value in (event.get("pathParameters") or {}).items()},
        body=_body(event),
    )


def stage_prefix(path: str, *, route: str) -> str:
    """The part of the path before the route: "/api" for "/api/jobs/1" of "/jobs/{job_id}"; "" when there is none."""
    segments = _segments(path)
    before = segments[: len(segments) - len(_segments(route))]
    return "/" + "/".join(before) if before else ""


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _headers(event: Mapping[str, Any]) -> Mapping[str, str]:
    """From the form that has every value; `chalice local` sends only the other one, with the last value of each."""
    if every := event.get("multiValueHeaders"):
        return {name.lower(): ", ".join(values) for name, values in every.items()}
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body")
    if body is None:
        return b""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")
