"""How does the API describe itself? To machines as OpenAPI, to people as a page; both from what is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib import __version__
from chalicelib.api.answer import HTML, Answer
from chalicelib.api.endpoint import Endpoint, Route, anybody
from chalicelib.api.request import Request
from chalicelib.api.system import System

# Neither holds anything about anyone. The page has no script at all.
OPENAPI_HEADERS = {"Cache-Control": "public, max-age=300"}
PAGE_HEADERS = {
    **OPENAPI_HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


def openapi_endpoint(routes: Sequence[Route]) -> Endpoint:
    """The endpoint that serves the OpenAPI document of the routes, those added later included."""

    def openapi_json(request: Request, system: System) -> Answer:
        return Answer(content=_document(routes, request), headers=OPENAPI_HEADERS)

    return Endpoint(
        name="openapi_json",
        summary="The OpenAPI 3.1 description of this API.",
        handler=openapi_json,
        admit=anybody,
        answers={200: dict[str, Any]},
    )


def docs_endpoint(routes: Sequence[Route]) -> Endpoint:
    """The endpoint that serves the same as a page to read."""

    def docs(request: Request, system: System) -> Answer:
        from chalicelib.api.docs_page import docs_page

        page = docs_page(_document(routes, request))
        return Answer(content=page, headers=PAGE_HEADERS, content_type=HTML)

    return Endpoint(name="docs", summary="This description as a page.", handler=docs, admit=anybody, answers={200: str})


def _document(routes: Sequence[Route], request: Request) -> dict[str, Any]:
    from chalicelib.api.openapi import openapi_document  # only these two routes need it

    return openapi_document(routes, version=__version__, prefix=request.prefix)
