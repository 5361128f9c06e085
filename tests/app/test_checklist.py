"""Is everything that clients may rely on shown by a test? tests/app/checklist lists it all and names the tests.

What the application knows (routes, statuses, headers, fields, codes) must be listed, and nothing else; every test that
is named must exist, and the file that it stands in must speak of what it shows.
"""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

import app as casework
from chalicelib.api.cors import ALLOWED_HEADERS, EXPOSED_HEADERS
from chalicelib.api.openapi_headers import ANSWER_HEADERS, REQUEST_HEADERS
from chalicelib.api.problems import STATUS_OF
from chalicelib.cases.model import DocumentStatus
from chalicelib.errors import PermanentError, TransientError
from chalicelib.jobs.model import EventType, Status
from tests.app.described import DOCUMENT

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "tests/app/checklist").iterdir()
}
OPERATIONS = {route.endpoint.name: route for route in casework.app.served}
CORS_HEADERS = {
    f"Access-Control-{name}" for name in ("Allow-Origin", "Expose-Headers", "Allow-Headers", "Allow-Methods")
}
VALUES = {"Status", "DocumentStatus"}
"""Components that are no objects; their values are listed under codes."""


def mapped(room: str, table: str) -> Mapping[str, list[str]]:
    """What one table lists, each with its tests."""
    return {name: tests if isinstance(tests, list) else [tests] for name, tests in ROOMS[room][table].items()}


def everything() -> Iterator[tuple[str, list[str]]]:
    """Every entry of every room: what is shown, and by which tests."""
    for room, tables in ROOMS.items():
        for table, entries in tables.items():
            if isinstance(entries, list):
                yield from ((f"{room} {entry['status']}", [entry["shown_by"]]) for entry in entries)
            else:
                yield from ((f"{table}: {name}", tests) for name, tests in mapped(room, table).items())


def exists(test: str) -> bool:
    """Whether there is a test with this node id (without parameters)."""
    file, _, name = test.partition("::")
    return re.fullmatch(r"tests/[\w/]+/test_\w+\.py", file) is not None and name in functions_in(file)


@functools.cache
def functions_in(file: str) -> frozenset[str]:
    """The test functions of a file; none when there is no such file."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def listed_statuses() -> list[tuple[str, int]]:
    pairs = []
    for entry in ROOMS["routes"]["statuses"]:
        names = OPERATIONS if entry["operations"] == ["*"] else entry["operations"]
        pairs += [(name, entry["status"]) for name in names]
    return pairs


def described_statuses() -> list[tuple[str, int]]:
    return [
        (operation["operationId"], int(status))
        for operations in DOCUMENT["paths"].values()
        for operation in operations.values()
        for status in operation["responses"]
    ]


def described_fields() -> Mapping[str, set[str]]:
    components: Mapping[str, Any] = DOCUMENT["components"]["schemas"]
    return {name: set(schema["properties"]) for name, schema in components.items() if name not in VALUES}


def test_every_route_is_listed():
    assert set(mapped("routes", "routes")) == {f"{route.method} {route.path}" for route in casework.app.served}


def test_every_status_of_every_operation_is_listed_once():
    assert sorted(listed_statuses()) == sorted(described_statuses())


def test_every_header_is_listed():
    assert set(mapped("headers", "sent")) == {*ALLOWED_HEADERS, *REQUEST_HEADERS}
    assert set(mapped("headers", "answered")) == {*EXPOSED_HEADERS, *ANSWER_HEADERS, *CORS_HEADERS}


def test_every_field_of_every_body_and_query_is_listed():
    assert {name: set(fields) for name, fields in ROOMS["fields"].items()} == described_fields()


@pytest.mark.parametrize(
    ("table", "known"),
    [
        ("refusals", {*STATUS_OF}),
        ("failures", {error.code for kind in (TransientError, PermanentError) for error in kind.__subclasses__()}),
        ("job_statuses", {*Status}),
        ("document_statuses", {*DocumentStatus}),
        ("event_types", {*get_args(EventType)}),
    ],
)
def test_every_code_is_listed(table, known):
    assert set(mapped("codes", table)) == known


def test_every_entry_names_tests_that_exist():
    entries = [*everything()]
    unmapped = [shown for shown, tests in entries if not tests]
    missing = [(shown, test) for shown, tests in entries for test in tests if not exists(test)]

    assert unmapped == []
    assert missing == []


@pytest.mark.parametrize("room", ["headers", "fields", "codes"])
def test_the_file_of_a_test_speaks_of_what_it_shows(room):
    silent = [
        (name, test)
        for table in ROOMS[room]
        for name, tests in mapped(room, table).items()
        for test in tests
        if not {name, name.replace("-", "_"), "".join(word.title() for word in name.split("_"))}
        & set(re.findall(r"[\w-]+", (ROOT / test.partition("::")[0]).read_text(encoding="utf-8")))
    ]

    assert silent == []
