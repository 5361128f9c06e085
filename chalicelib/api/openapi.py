"""The OpenAPI 3.1 document, written from the endpoints and their types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from chalicelib.api.case_view import AddedDocumentView, CaseView
from chalicelib.api.endpoint import Endpoint, Route, anybody, authenticated
from chalicelib.api.examples import examples
from chalicelib.api.http import JSON, PROBLEM_JSON
from chalicelib.api.openapi_headers import PATH_PARAMETERS, REQUEST_HEADERS, RESPONSE_HEADERS
from chalicelib.api.problems import STATUS_OF, Problem
from chalicelib.api.starts import StartView
from chalicelib.errors import (
    BodyTooLarge,
    InvalidRequest,
    MalformedJson,
    Refusal,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)

Schema = dict[str, Any]

DESCRIPTION = (
    "Long AI analyses of disability-claim cases behind an API that responds at once: start an analysis with POST, get "
    "a `job_id`, read `/jobs/{job_id}` until `done`. `retry_after_ms` (and the Retry-After header) says when to poll "
    "again. Every error is `application/problem+json` with a stable `code`; every response carries X-Request-Id. "
    "Lists are read from indexes that follow writes within moments: a case or job just created may be missing there; "
    "reading it by its id always finds it."
)
INTERNAL_MEANING = "`internal`: An internal error; the request id identifies it in the logs."
HEADERS_OF_REFUSALS = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}

IDENTIFIERS: Mapping[Any, Mapping[str, str]] = {
    CaseView: {"case_id": "/id"},
    AddedDocumentView: {"case_id": "/document/case_id", "document_id": "/document/id"},
    StartView: {"job_id": "/job_id"},
}
"""Where a response that creates something has its id, as a JSON pointer."""

PAGE = "text/html"

_PARAMETER = re.compile(r"{(\w+)}")
_COMPONENT = "#/components/schemas/"


def openapi_document(routes: Sequence[Route], *, version: str, prefix: str) -> Schema:
    """The document of these routes, as JSON values. `prefix` is the stage's path, "" when there is none."""
    schemas = _Schemas(_types(routes))
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas, routes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Casework", "version": version, "description": DESCRIPTION},
        "servers": [{"url": prefix or "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


class _Schemas:
    """JSON Schemas of types; those with a name are components, with an example when there is one."""

    def __init__(self, types: Sequence[Any]) -> None:
        self._types = types
        found, components = msgspec.json.schema_components(types, ref_template=_COMPONENT + "{name}")
        names = {name: name.removesuffix("View") for name in components}
        self._found: list[Schema] = [_renamed(schema, names) for schema in found]
        self.components: dict[str, Schema] = {names[name]: _renamed(part, names) for name, part in components.items()}
        for kind, example in examples().items():
            if kind.__name__ in names:
                self.components[names[kind.__name__]]["examples"] = [_as_json(example)]

    def of(self, kind: Any) -> Schema:
        """The schema of one type, or of one of several."""
        if isinstance(kind, tuple):
            return {"anyOf": [self.of(one) for one in kind]}
        return self._found[self._types.index(kind)]

    def component(self, kind: Any) -> Schema:
        """The schema itself instead of a reference to it."""
        schema = self.of(kind)
        return self.components[schema["$ref"].removeprefix(_COMPONENT)] if "$ref" in schema else schema


def _types(routes: Iterable[Route]) -> list[Any]:
    wanted: list[Any] = [Problem]
    for served in (route.endpoint for route in routes):
        for kind in (served.body, served.query, *served.responses.values()):
            wanted += kind if isinstance(kind, tuple) else [kind]
    return [kind for place, kind in enumerate(wanted) if kind is not None and kind not in wanted[:place]]


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The schema with its components under their public names: `JobView` is `Job` there."""
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    renamed = {name: _renamed(item, names) for name, item in value.items()}
    if isinstance(value.get("$ref"), str):
        renamed["$ref"] = _COMPONENT + names[value["$ref"].removeprefix(_COMPONENT)]
    if isinstance(value.get("title"), str):
        renamed["title"] = names.get(value["title"], value["title"])
    return renamed


def _as_json(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _operation(route: Route, schemas: _Schemas, routes: Sequence[Route]) -> Schema:
    served = route.endpoint
    operation: Schema = {
        "operationId": served.name,
        "summary": served.summary,
        "tags": [_tag(route)],
        "parameters": _parameters(route, schemas),
        "responses": _responses(route, schemas, routes),
    }
    if served.body is not None:
        # Rules that begin with "if" speak of members that may be left out, and so may the body.
        has_to_be = bool(served.body_rules) and "if" not in served.body_rules
        required = bool(schemas.component(served.body).get("required")) or has_to_be
        schema = {**schemas.of(served.body), **served.body_rules}
        operation["requestBody"] = {"required": required, "content": {JSON: {"schema": schema}}}
    if served.admit is not authenticated:
        operation["security"] = [{}, {"bearer": []}] if _may_ask_for_a_token(served) else []
    return operation


def _may_ask_for_a_token(served: Endpoint) -> bool:
    """True when anybody may call, but some of it needs a token."""
    return served.admit is anybody and Unauthorized in served.refusals


def _tag(route: Route) -> str:
    if route.endpoint.name.startswith("start_"):
        return "Start an analysis"
    first = route.path.split("/")[1]
    return {"jobs": "Jobs", "cases": "Cases"}.get(first, "More")


def _parameters(route: Route, schemas: _Schemas) -> list[Schema]:
    served = route.endpoint
    in_path = [
        {"name": name, "in": "path", "required": True, **PATH_PARAMETERS[name]}
        for name in _PARAMETER.findall(route.path)
    ]
    asked = {} if served.query is None else schemas.component(served.query)["properties"]
    in_query = [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in asked.items()]
    in_header = [
        {"name": name, "in": "header", "required": False, **REQUEST_HEADERS[name]} for name in served.request_headers
    ]
    return [*in_path, *in_query, *in_header]


def _responses(route: Route, schemas: _Schemas, routes: Sequence[Route]) -> dict[str, Schema]:
    served = route.endpoint
    responses: dict[str, Schema] = {}
    for status, kind in served.responses.items():
        response: Schema = {"description": _first_line(kind), "headers": _headers(*served.response_headers)}
        if kind is not None:
            response["content"] = {PAGE if kind is str else JSON: {"schema": schemas.of(kind)}}
        if status in (HTTPStatus.CREATED, HTTPStatus.ACCEPTED) and kind in IDENTIFIERS:
            response["links"] = _links(IDENTIFIERS[kind], routes)
        responses[str(status)] = response
    for status, refusals in _refusals(route).items():
        meanings = " ".join(f"`{refusal.code}`: {_first_line(refusal)}" for refusal in refusals) or INTERNAL_MEANING
        header = HEADERS_OF_REFUSALS.get(status)
        response = responses.setdefault(str(status), {"description": meanings, "headers": {}})
        response["headers"] |= _headers(*([header] if header else []))
        response.setdefault("content", {})[PROBLEM_JSON] = {"schema": schemas.of(Problem)}
    return dict(sorted(responses.items()))


def _links(identifiers: Mapping[str, str], routes: Sequence[Route]) -> Schema:
    """The operations that can follow: each whose path has exactly these identifiers."""
    return {
        route.endpoint.name: {
            "operationId": route.endpoint.name,
            "parameters": {name: f"$response.body#{place}" for name, place in identifiers.items()},
        }
        for route in routes
        if set(_PARAMETER.findall(route.path)) == set(identifiers)
    }


def _refusals(route: Route) -> Mapping[int, Sequence[type[Refusal]]]:
    """Why a request may be refused, by status: what follows from the description, and what the handler adds."""
    served = route.endpoint
    kinds: list[type[Refusal]] = [Unavailable]
    if served.admit is authenticated:
        kinds.append(Unauthorized)
    if served.body is not None:
        kinds += [BodyTooLarge, UnsupportedMediaType, MalformedJson, InvalidRequest]
    if served.query is not None:
        kinds.append(InvalidRequest)
    kinds += served.refusals
    by_status: dict[int, list[type[Refusal]]] = {STATUS_OF["internal"]: []}
    for kind in dict.fromkeys(kinds):
        by_status.setdefault(STATUS_OF[kind.code], []).append(kind)
    return by_status


def _headers(*names: str) -> Schema:
    return {name: RESPONSE_HEADERS[name] for name in (*names, "X-Request-Id")}


def _first_line(kind: Any) -> str:
    """The first sentence of a type's docstring."""
    if kind is None:
        return "No body."
    first = kind[0] if isinstance(kind, tuple) else kind
    return (first.__doc__ or "").partition("\n")[0]
