"""A cursor is valid for its own list only, and never leads into the future."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.api.cursors import cursor_after, list_fingerprint, position_of
from chalicelib.errors import InvalidRequest
from chalicelib.jobs.lists import Position

POSITION = Position(
    created_at=datetime(2026, 6, 10, 9, 0, 0, 123456, tzinfo=UTC), id="11111111-1111-4111-8111-111111111111"
)
MINE = list_fingerprint("jobs", "user-1", "mine", None)


def encoded(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_cursor_leads_back_to_its_position():
    assert position_of(cursor_after(POSITION, of_list=MINE), of_list=MINE, now=POSITION.created_at) == POSITION


def test_a_cursor_is_safe_in_a_query():
    assert cursor_after(POSITION, of_list=MINE).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "other", [("jobs", "user-2", "mine", None), ("cases", "user-1", "mine", None), ("jobs", "user-1", "mine", "failed")]
)
def test_a_cursor_of_another_list_is_refused_at_the_query(other):
    cursor = cursor_after(POSITION, of_list=list_fingerprint(*other))

    with pytest.raises(InvalidRequest) as refused:
        position_of(cursor, of_list=MINE, now=POSITION.created_at)

    assert [problem.pointer for problem in refused.value.problems] == ["query:cursor"]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!!!",
        "אבגד",
        "A" * 400,
        encoded([]),
        encoded({}),
        encoded(None),
        encoded(["2026-06-10T09:00:00Z", POSITION.id]),
        encoded(["2026-06-10T09:00:00Z", POSITION.id, MINE, "more"]),
        encoded(["2026-06-10T09:00:00", POSITION.id, MINE]),  # no zone
        encoded(["0001-01-01T00:00:00+14:00", POSITION.id, MINE]),  # no such moment in UTC
        encoded(["yesterday", POSITION.id, MINE]),
        encoded(["2026-06-10T09:00:00Z", "", MINE]),
        encoded(["2026-06-10T09:00:00Z", "x" * 65, MINE]),
        encoded(["2026-06-10T09:00:00Z", 5, MINE]),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b'["2026-06-10T09:00:00Z", "\xff", "x"]').decode(),
    ],
)
def test_a_malformed_cursor_is_refused(cursor):
    with pytest.raises(InvalidRequest):
        position_of(cursor, of_list=MINE, now=POSITION.created_at)


@pytest.mark.parametrize("year", [2027, 9999])
def test_a_cursor_of_the_future_begins_now(year):
    now = POSITION.created_at
    forged = cursor_after(Position(created_at=datetime(year, 12, 31, tzinfo=UTC), id="x"), of_list=MINE)

    position = position_of(forged, of_list=MINE, now=now)

    assert position.created_at <= now + timedelta(minutes=5)
