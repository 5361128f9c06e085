"""The routes without a token: health, the OpenAPI document, and a page to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from chalicelib import __version__, telemetry
from chalicelib.api.endpoint import Endpoint, Route, anybody, authenticated, open_endpoint
from chalicelib.api.http import HTML, Request, Response
from chalicelib.errors import Forbidden, StorageUnavailable, Unauthorized

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

Check = Literal["ok", "unavailable"]

# Neither description holds anything about anyone. The page has no script at all.
OPENAPI_HEADERS = {"Cache-Control": "public, max-age=300"}
PAGE_HEADERS = {
    **OPENAPI_HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


class HealthQuery(msgspec.Struct, frozen=True, kw_only=True):
    """With deep=1 (admins) the table, the queue and the bucket are checked too."""

    deep: Literal["0", "1"] = "0"


class HealthView(msgspec.Struct, frozen=True, kw_only=True):
    """`checks` only with deep=1."""

    status: Literal["ok", "degraded"]
    version: str
    checks: Mapping[str, Check] | msgspec.UnsetType = msgspec.UNSET


@open_endpoint(query=HealthQuery, responses={200: HealthView, 503: HealthView}, refusals=(Unauthorized, Forbidden))
def health(request: Request, system: System, *, query: HealthQuery) -> Response:
    """Say that the API runs; with deep=1 (admins), whether its table, queue and bucket respond."""
    if query.deep == "0":
        return Response(content=HealthView(status="ok", version=__version__))
    if not authenticated(request, system).principal.is_admin:
        raise Forbidden("Only an admin may ask for a deep health check.")
    checks: dict[str, Check] = {name: _outcome(check) for name, check in system.health_checks.items()}
    if all(outcome == "ok" for outcome in checks.values()):
        return Response(content=HealthView(status="ok", version=__version__, checks=checks))
    return Response(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        content=HealthView(status="degraded", version=__version__, checks=checks),
        headers={"Retry-After": "5"},
    )


def openapi_endpoint(routes: Sequence[Route]) -> Endpoint:
    """The endpoint that serves the OpenAPI document of the routes, those added later included."""

    def openapi_json(request: Request, system: System) -> Response:
        return Response(content=_document(routes, request), headers=OPENAPI_HEADERS)

    return Endpoint(
        name="openapi_json",
        summary="The OpenAPI 3.1 description of this API.",
        handler=openapi_json,
        admit=anybody,
        responses={200: dict[str, Any]},
    )


def docs_endpoint(routes: Sequence[Route]) -> Endpoint:
    """The endpoint that serves the same as a page to read."""

    def docs(request: Request, system: System) -> Response:
        from chalicelib.api.docs_page import docs_page

        page = docs_page(_document(routes, request))
        return Response(content=page, headers=PAGE_HEADERS, content_type=HTML)

    return Endpoint(
        name="docs", summary="This description as a page.", handler=docs, admit=anybody, responses={200: str}
    )


def _outcome(check: Callable[[], None]) -> Check:
    try:
        check()
    except StorageUnavailable:
        return "unavailable"
    except Exception as exc:  # noqa: BLE001  # a missing table or permission: the answer says so, the log says why
        telemetry.defect("health_check_failed", exc)
        return "unavailable"
    return "ok"


def _document(routes: Sequence[Route], request: Request) -> dict[str, Any]:
    from chalicelib.api.openapi import openapi_document  # only these two routes need it

    return openapi_document(routes, version=__version__, prefix=request.prefix)
