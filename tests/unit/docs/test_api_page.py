"""Does docs/api.md still show the API as it is? Its shape is held to the description; the values are those of a run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator

from chalicelib.analyses import catalogue
from chalicelib.api.problems import STATUS_OF
from docs.builder.api.__main__ import PAGE
from docs.builder.api.page import COMMON_STATUSES, page
from docs.builder.api.recorder import Exchange
from docs.builder.api.shown import CUT, Earlier, as_json
from tests.app.described import DOCUMENT

LONGEST_PAGE = 500
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([A-Z]+ /\S*)` \|.*\| ([\d ]+) \|$", TEXT, re.M))
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
# An exchange may leave out what was shown before, so that its schemas require nothing.
PARTIAL = {
    name: {key: value for key, value in schema.items() if key != "required"}
    for name, schema in DOCUMENT["components"]["schemas"].items()
}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer as the page shows them."""

    route: str
    asked: str
    sent: list[str]
    request: Any
    status: str
    headers: Mapping[str, str]
    answer: Any


def shown(text: str) -> Iterator[Shown]:
    for block in re.findall(r"^```http\n(.*?)^```$", text, re.M | re.S):
        for exchange in block.strip().split("\n\n"):
            asked, answered = re.split(r"^→ ", exchange, flags=re.M)
            _about, first, *rest = asked.splitlines()
            head, _, body = answered.partition("\n")
            status, *headers = head.split(" · ")
            sent = [line for line in rest if re.match(r"[A-Za-z][\w-]+: ", line)]
            yield Shown(
                route=next(route for route in OPERATIONS if is_to(route, first)),
                asked=first,
                sent=sent,
                request=json.loads("".join(rest[len(sent) :]) or "null"),
                status=status.split(" ")[0],
                headers=dict(header.split(": ", 1) for header in headers),
                answer=json.loads(body or "null"),
            )


def is_to(route: str, asked: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", route) + r"(\?\S+)?", asked) is not None


EXCHANGES = list(shown(TEXT))


def problems(schema: Mapping[str, Any], value: Any) -> list[str]:
    """What the schema forbids; of a value that is shown in part, what it forbids of that part."""
    kept = without_cuts(value)
    schemas = DOCUMENT["components"]["schemas"] if kept == value else PARTIAL
    rooted = {**schema, "components": {"schemas": schemas}}
    return [error.message for error in OAS31Validator(rooted).iter_errors(kept)]


def without_cuts(value: Any) -> Any:
    if isinstance(value, list):
        return [without_cuts(item) for item in value if item != CUT]
    if isinstance(value, dict):
        return {name: without_cuts(member) for name, member in value.items() if CUT not in (name, member)}
    return value


def test_every_endpoint_is_in_a_table_with_its_statuses():
    """An analysis may come to the page with its next run: they are all alike."""
    starts = {f"POST {analysis.route}" for analysis in catalogue().values()}

    assert set(ROWS) | starts == set(OPERATIONS)
    assert {exchange.route for exchange in EXCHANGES} & starts
    for route, statuses in ROWS.items():
        assert set(statuses.split()) == set(OPERATIONS[route]["responses"]) - COMMON_STATUSES


def test_every_endpoint_that_answers_with_json_has_an_exchange():
    starts = {f"POST {analysis.route}" for analysis in catalogue().values()}
    with_json = {
        route
        for route, operation in OPERATIONS.items()
        if any("application/json" in response.get("content", {}) for response in operation["responses"].values())
    }

    assert {exchange.route for exchange in EXCHANGES} | starts == with_json - {"GET /openapi.json"}


def test_the_page_can_be_read_in_one_sitting():
    assert len(TEXT.splitlines()) <= LONGEST_PAGE


def test_every_code_is_on_the_page():
    for code, status in STATUS_OF.items():
        assert re.search(rf"^\| {status} \|.*`{code}`", TEXT, re.M)


@pytest.mark.parametrize("route", OPERATIONS)
def test_what_is_shown_is_what_is_described(route):
    for exchange in (exchange for exchange in EXCHANGES if exchange.route == route):
        response = OPERATIONS[route]["responses"][exchange.status]
        known = {*response["headers"], "Content-Type", "Cache-Control", "Content-Security-Policy"}
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


def test_a_token_is_shown_only_where_it_is_not_needed_as_everywhere():
    with_token = {exchange.asked for exchange in EXCHANGES if "Authorization: Bearer $TOKEN" in exchange.sent}

    assert with_token == {"GET /health?deep=1"}
    assert "Authorization: Bearer <JWT>` on every request" in TEXT
    for route in ROWS:
        row = re.search(rf"^\| `{re.escape(route)}` \|.*", TEXT, re.M)
        assert row is not None
        assert ("No token." in row[0]) == (OPERATIONS[route].get("security") == [])


def an_exchange(**changes: Any) -> Exchange:
    stored = Exchange(
        route="POST /cases",
        path="/cases",
        sent={"Authorization": "Bearer secret.of.somebody", "Content-Type": "application/json"},
        request={"title": "x" * 500},
        status=201,
        headers={"Content-Type": "application/json", "Location": "/cases/1", "X-Request-Id": "r"},
        answer={"documents": [1, 2, 3], "form_7801_analysis": {"a": {"b": {"c": {"d": 1}}}}},
        about="An example.",
    )
    return msgspec.structs.replace(stored, **changes)


def test_the_page_is_written_from_exchanges():
    written = page(DOCUMENT, [an_exchange()], STATUS_OF)

    assert f'# An example.\nPOST /cases\n{{"title": "{"x" * 100}…"}}\n→ 201 Created · Location: /cases/1\n' in written
    assert "secret" not in written
    (found,) = shown(written)
    assert found.answer == {"documents": [1, 2], "form_7801_analysis": {"a": "…"}}


def test_an_optional_token_is_shown_as_a_variable():
    health = an_exchange(route="GET /health", path="/health?deep=1", request=None, status=200, answer={"status": "ok"})

    (found,) = shown(page(DOCUMENT, [health], STATUS_OF))

    assert found.sent == ["Authorization: Bearer $TOKEN"]


def test_a_shape_that_was_shown_is_shown_again_in_what_differs():
    schemas = {"Case": {"properties": {"documents": {"items": {"$ref": "#/components/schemas/Document"}}}}}
    document = {"id": "2b1c8f3e-0000-4000-8000-000000000001", "name": "a.pdf", "kind": "the long name of its kind"}
    other = {**document, "id": "2b1c8f3e-0000-4000-8000-000000000002", "name": "b.pdf"}
    earlier = Earlier(schemas)

    first = earlier.news(document, {"$ref": "#/components/schemas/Document"}, where="here")
    second = earlier.news({"documents": [other]}, {"$ref": "#/components/schemas/Case"}, where="there")

    assert first == document
    assert second == {"documents": [{"name": "b.pdf", "…": "as for here"}]}


def test_a_request_that_was_sent_before_is_not_repeated():
    earlier = Earlier({})

    assert earlier.request("POST /cases", {"title": "a"}) == {"title": "a"}
    assert earlier.request("POST /cases", {"title": "a"}) == {"…": "as above"}
    assert earlier.request("POST /cases", {"title": "b"}) == {"title": "b"}


def test_json_has_as_many_members_a_line_as_it_takes():
    value = {"short": 1, "names": ["x" * 60, "y" * 60], "more": 2, "last": 3}

    written = as_json(value)

    assert json.loads(written) == value
    assert max(map(len, written.splitlines())) <= 120
    assert written.splitlines()[-2] == '  "more": 2, "last": 3'
    assert as_json({"a": 1}) == '{"a": 1}'
