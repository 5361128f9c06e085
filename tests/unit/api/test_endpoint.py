"""Where exactly is a query wrong?"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from chalicelib.api.endpoint import parse_query
from chalicelib.api.http import Request
from chalicelib.errors import FieldProblem, InvalidRequest


class Query(msgspec.Struct, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    status: Literal["null", "open"] | UnsetType = UNSET

    def problems(self):
        return [FieldProblem("query:limit", "is thirteen")] if self.limit == 13 else []


def parsed(**query: str | tuple[str, ...]) -> Query:
    given = {name: values if isinstance(values, tuple) else (values,) for name, values in query.items()}
    request = Request(
        id="r", method="GET", path="/x", route="/x", prefix="", headers={}, query=given, parameters={}, body=b""
    )
    return parse_query(request, Query)


def test_a_query_is_converted_and_what_it_does_not_know_passed_over():
    assert parsed(limit="5", other="x") == Query(limit=5)


@pytest.mark.parametrize(
    ("query", "pointer", "message"),
    [
        ({"limit": "x"}, "query:limit", "must be an integer, not a string"),
        ({"limit": "101"}, "query:limit", "must be an integer <= 100"),
        ({"limit": ("1", "2")}, "query:limit", "is given more than once; give it once"),
        ({"status": "closed"}, "query:status", "must be one of: null, open"),
        ({"limit": "13"}, "query:limit", "is thirteen"),
    ],
)
def test_a_wrong_parameter_is_named(query, pointer, message):
    with pytest.raises(InvalidRequest) as refused:
        parsed(**query)

    assert [(problem.pointer, problem.message) for problem in refused.value.problems] == [(pointer, message)]


def test_null_in_a_query_is_a_text_like_any_other():
    assert parsed(status="null").status == "null"
