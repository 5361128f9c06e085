"""Is an answer what the OpenAPI document says? Every answer that a test of the API gets is held to it."""

from __future__ import annotations

import functools
import json
from typing import Any

from openapi_schema_validator import OAS31Validator

import app as casework
from chalicelib import __version__
from chalicelib.api.openapi import openapi_document

DOCUMENT = json.loads(json.dumps(openapi_document(casework.app.served, version=__version__, prefix="")))
LONGEST_CHECKED = 100_000
SEEN: set[tuple[str, str, int]] = set()
"""Method, route and status of every answer that was held to the description in this run."""


def check_against_description(method: str, route: str, *, status: int, headers: Any, text: str) -> None:
    """Status, headers and body are described for this operation; unknown addresses and methods belong to none."""
    operation = DOCUMENT["paths"].get(route, {}).get(method.lower())
    if operation is None:
        return
    assert str(status) in operation["responses"], f"{method} {route} answered {status}, which is not described"
    SEEN.add((method, route, status))
    response = operation["responses"][str(status)]
    undescribed = {"ETag", "Location", "Retry-After", "Link", "Allow"} & set(headers) - set(response["headers"])
    assert undescribed == set(), f"{method} {route} {status}: {undescribed}"
    media_type = headers.get("Content-Type", "").partition(";")[0]
    if not text:
        assert "content" not in response
    elif media_type != "text/html" and len(text) < LONGEST_CHECKED:
        assert media_type in response["content"]
        problems = [
            error.message for error in _validator(method, route, status, media_type).iter_errors(json.loads(text))
        ]
        assert problems == []


def never_answered() -> list[str]:
    """The described statuses that no answer of this run had, such as "409 of start an analysis".

    The starts are one kind of operation: what one of them answered, all of them do.
    """
    seen = {(_kind(method, route), status) for method, route, status in SEEN}
    described = {
        (_kind(method, route), int(status))
        for route, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
    }
    return sorted(f"{status} of {kind}" for kind, status in described - seen)


def _kind(method: str, route: str) -> str:
    name: str = DOCUMENT["paths"][route][method.lower()]["operationId"]
    return "start an analysis" if name.startswith("start_") else name


@functools.cache
def _validator(method: str, route: str, status: int, media_type: str) -> Any:
    response = DOCUMENT["paths"][route][method.lower()]["responses"][str(status)]
    schema = response["content"][media_type]["schema"]
    return OAS31Validator({**schema, "components": DOCUMENT["components"]})
