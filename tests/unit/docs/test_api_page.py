"""Does docs/api.md still show the API as it is? Its shape is held to the description; the values are those of a run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator

from chalicelib.analyses import catalogue
from chalicelib.api.problems import STATUS_OF
from docs.builder.api.__main__ import PAGE
from docs.builder.api.page import page
from docs.builder.api.recorder import Exchange
from tests.app.described import DOCUMENT

TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### ([A-Z]+ \S+)\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S))
MESSAGE = re.compile(r"```http\n(?P<head>.*?)\n```\n(?:```json\n(?P<body>.*?)\n```)?", re.S)
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


class Shown(msgspec.Struct, frozen=True):
    """A request and its answer as the page shows them."""

    route: str
    asked: str
    sent: str
    request: Any
    status: str
    headers: Mapping[str, str]
    answer: Any


def shown() -> list[Shown]:
    found = []
    for route, text in SECTIONS.items():
        messages = [*MESSAGE.finditer(text)]
        for asked, answered in zip(messages[::2], messages[1::2], strict=True):
            first, *lines = answered["head"].splitlines()
            found.append(
                Shown(
                    route,
                    asked["head"].splitlines()[0],
                    asked["head"],
                    json.loads(asked["body"]) if asked["body"] else None,
                    first.split(" ")[0],
                    dict(line.split(": ", 1) for line in lines),
                    json.loads(answered["body"]) if answered["body"] else None,
                )
            )
    return found


EXCHANGES = shown()


def problems(schema: Mapping[str, Any], value: Any) -> list[str]:
    rooted = {**schema, "components": DOCUMENT["components"]}
    return [error.message for error in OAS31Validator(rooted).iter_errors(value)]


def test_every_endpoint_is_on_the_page_with_an_exchange():
    """An analysis may come to the page with its next run: one start shows what all are like."""
    starts = {f"POST {analysis.route}" for analysis in catalogue().values()}

    assert set(SECTIONS) | starts == set(OPERATIONS)
    assert {exchange.route for exchange in EXCHANGES} == set(SECTIONS)
    assert set(SECTIONS) & starts


def test_every_code_is_on_the_page():
    for code, status in STATUS_OF.items():
        assert re.search(rf"^\| {status} \|.*`{code}`", TEXT, re.M)


@pytest.mark.parametrize("route", OPERATIONS)
def test_what_is_shown_is_what_is_described(route):
    address = re.sub(r"{\w+}", "[^/]+", route) + r"(\?\S+)?"

    for exchange in (exchange for exchange in EXCHANGES if exchange.route == route):
        response = OPERATIONS[route]["responses"][exchange.status]
        known = {*response["headers"], "Content-Type", "Cache-Control", "Content-Security-Policy"}
        assert re.fullmatch(address, exchange.asked)
        assert set(exchange.headers) <= known
        if exchange.answer is not None:
            media_type = exchange.headers.get("Content-Type", "application/json")
            assert problems(response["content"][media_type]["schema"], exchange.answer) == []


@pytest.mark.parametrize(
    "route", [route for route, o in OPERATIONS.items() if o.get("requestBody", {}).get("required")]
)
def test_a_body_that_must_be_sent_is_shown_and_accepted(route):
    schema = OPERATIONS[route]["requestBody"]["content"]["application/json"]["schema"]
    requests = [exchange.request for exchange in EXCHANGES if exchange.route == route]

    assert requests
    assert [problems(schema, request) for request in requests] == [[]] * len(requests)


def test_a_token_is_shown_where_it_is_needed_and_nowhere_else():
    for exchange in EXCHANGES:
        security = OPERATIONS[exchange.route].get("security", DOCUMENT["security"])
        has_token = "Authorization: Bearer $TOKEN" in exchange.sent
        assert ({"bearer": []} if has_token else {}) in (security or [{}]), exchange.asked
    assert {e.asked: "Authorization" in e.sent for e in EXCHANGES if e.route == "GET /health"} == {
        "GET /health": False,
        "GET /health?deep=1": True,
    }


def test_the_page_is_written_from_exchanges():
    exchange = Exchange(
        route="POST /cases",
        path="/cases",
        sent={"Authorization": "Bearer secret.of.somebody"},
        request={"title": "x" * 500},
        status=201,
        headers={"Content-Type": "application/json", "Location": "/cases/1", "X-Request-Id": "r"},
        answer={"documents": [1, 2, 3], "call_details": {"a": {"b": {"c": {"d": 1}}}}},
        about="An example.",
    )

    written = page(DOCUMENT, [exchange], STATUS_OF)

    assert "An example.\n\n```http\nPOST /cases\nAuthorization: Bearer $TOKEN\n```" in written
    assert "```http\n201 Created\nLocation: /cases/1\n```" in written
    assert "secret" not in written
    assert f'"title": "{"x" * 100}…"' in written
    assert json.loads(MESSAGE.findall(written)[1][1]) == {"documents": [1, 2], "call_details": {"a": {"b": {"c": "…"}}}}
