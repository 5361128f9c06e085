"""Pages of lists: their query parameters, and cursors, each valid only for the list it came from."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from chalicelib.api.http import Request
from chalicelib.api.parsing import invalid
from chalicelib.errors import FieldProblem
from chalicelib.jobs.lists import Position

FINGERPRINT_DIGITS = 16
LONGEST_CURSOR = 300
LONGEST_ID = 64
CLOCK_SLACK = timedelta(minutes=5)
"""How far the clock of the function that made a cursor may be ahead."""

FOREIGN_CURSOR = FieldProblem("query:cursor", "does not belong to this list; start again without it")

Limit = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, Meta(description="`next_cursor` of the page before, with the same filters")]
Scope = Annotated[
    Literal["all", "mine"],
    Meta(description="mine: of my cases or started by me. Admins default to all, which nobody else may ask for"),
]


class _Content(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    created_at: datetime
    id: str
    list: str


def list_fingerprint(*parts: object) -> str:
    """What names a list: whose it is, of what, with which filters."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:FINGERPRINT_DIGITS]


def cursor_after(position: Position, *, of_list: str) -> str:
    """The cursor of the page after a position. It holds no key and no right: the key is rebuilt from the caller."""
    content = msgspec.json.encode(_Content(position.created_at, position.id, of_list))
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def position_of(cursor: str, *, of_list: str, now: datetime) -> Position:
    """The position in a cursor, never later than `now`: a cursor is not signed, and a list reads month after month.

    Raises: InvalidRequest when it is malformed or belongs to another list.
    """
    content = _decoded(cursor)
    if content is None or content.list != of_list:
        raise invalid(FOREIGN_CURSOR)
    return Position(created_at=min(content.created_at, now + CLOCK_SLACK), id=content.id)


def next_link(request: Request, cursor: str | None) -> dict[str, str]:
    """The Link header to the page after this one of the list that was asked for; none on the last page."""
    if cursor is None:
        return {}
    asked = {name: values[-1] for name, values in request.query.items()}
    return {"Link": f'<{request.path}?{urlencode({**asked, "cursor": cursor})}>; rel="next"'}


def _decoded(cursor: str) -> _Content | None:
    if len(cursor) > LONGEST_CURSOR or not cursor.isascii():
        return None
    try:
        content = msgspec.json.decode(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True), type=_Content
        )
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return content if content.created_at.tzinfo == UTC and 0 < len(content.id) <= LONGEST_ID else None
