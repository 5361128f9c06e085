"""Does every part of a request bear anything? Headers, cursors, tokens, calls and names, one by one."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib import bootstrap
from chalicelib.api.cursors import CLOCK_SLACK, cursor_after, position_of
from chalicelib.api.http import job_tag, seen_already
from chalicelib.auth import TokenVerifier
from chalicelib.cases.checks import MAX_FILE_NAME_CHARACTERS, cleaned_file_name
from chalicelib.cases.vapi import read_call, read_webhook
from chalicelib.errors import FieldProblem, InvalidRequest, Unauthorized
from chalicelib.jobs.lists import Position
from tests.app.client import SECRET, Api

thorough = settings(max_examples=300, deadline=None, derandomize=True)
anything = st.text() | st.text(st.sampled_from('0123456789,;"\\ W/*-'), max_size=60)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "message", "call", "artifact", "transcript", "messages", "analysis", "role"]
            ),
            inner | st.sampled_from(["end-of-call-report", "user", "bot"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@thorough
@given(anything, st.integers(1, 10**9))
def test_any_if_none_match_has_an_answer(header, version):
    assert seen_already(header, job_tag(version)) in (True, False)


@thorough
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5), st.integers(1, 10**6), st.booleans())
def test_a_version_is_seen_exactly_when_it_is_listed(listed, version, weak):
    header = ", ".join(f'{"W/" if weak else ""}"{number}"' for number in listed)

    assert seen_already(header, job_tag(version)) == (version in listed)


@thorough
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.text(st.characters(codec="ascii"), min_size=1, max_size=64),
    st.text(min_size=16, max_size=16),
)
def test_any_position_comes_back_from_its_cursor(at, identifier, listed):
    position = Position(created_at=at.replace(tzinfo=UTC), id=identifier)

    assert (
        position_of(
            cursor_after(position, of_list=listed), of_list=listed, now=datetime.max.replace(tzinfo=UTC) - CLOCK_SLACK
        )
        == position
    )


@thorough
@given(st.text() | st.binary(max_size=80).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
@example("W10")
@example("WyIyMDI2LTA2LTEwVDA5OjAwOjAwWiIsICIiLCAibCJd")  # no id
def test_any_other_cursor_is_refused(cursor):
    with pytest.raises(InvalidRequest):
        position_of(cursor, of_list="l", now=datetime(2026, 6, 10, tzinfo=UTC))


@thorough
@given(
    st.text() | st.builds("Bearer {}.{}.{}".format, *[json_values.map(lambda v: segment(v))] * 2, st.text(max_size=9))
)
def test_any_token_but_a_signed_one_is_refused(authorization):
    verifier = TokenVerifier(clock=lambda: datetime(2026, 6, 10, tzinfo=UTC), secret=SECRET, keys=None)

    with pytest.raises(Unauthorized):
        verifier.principal(authorization)


@thorough
@given(json_values)
def test_any_call_and_any_report_is_read_or_refused(payload):
    for read in (read_call, read_webhook):
        problems = problems_of(read, payload)

        assert problems is None or len(problems) > 0


@thorough
@given(st.text())
def test_any_file_name_is_shown_clean_or_refused(name):
    try:
        shown = cleaned_file_name(name)
    except InvalidRequest:
        return

    assert 1 <= len(shown) <= MAX_FILE_NAME_CHARACTERS
    assert not set("/\\\n\r\t\0\u202e") & set(shown)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    labels=st.dictionaries(
        st.text(min_size=1, max_size=20).map("l{}".format), st.text(min_size=1, max_size=20), max_size=5
    ),
    deadline=st.integers(60, 21600),
    seed=st.randoms(use_true_random=False),
)
def test_one_request_has_one_fingerprint_however_its_members_are_ordered(labels, deadline, seed):
    api = Api()
    with bootstrap.use(api.system):
        case_id = api.user.new_case()
        api.user.new_document(case_id)
        body = {"labels": labels, "deadline_seconds": deadline, "dedupe": "none"}
        first = api.user.new_job(case_id, body, Idempotency_Key="k")

        again = api.user.new_job(case_id, shuffled(body, seed), Idempotency_Key="k")
        other = api.user.post(
            f"/cases/{case_id}/analyze-documents-form7801",
            {**body, "labels": {**labels, "one": "more"}} if len(labels) < 10 else {},
            Idempotency_Key="k",
        )

    assert again == first
    assert other.code == "idempotency_key_reused"


def problems_of(read: Callable[[object], object], payload: object) -> Sequence[FieldProblem] | None:
    """What is wrong with the payload; None when it is taken."""
    try:
        read(payload)
    except InvalidRequest as refused:
        return refused.problems
    return None


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode("utf-8", "surrogatepass")).rstrip(b"=").decode()


def shuffled(value: object, seed: random.Random) -> object:
    if not isinstance(value, dict):
        return value
    names = [*value]
    seed.shuffle(names)
    return {name: shuffled(value[name], seed) for name in names}
