"""Where does the next page begin? A cursor says it, and is good only for the list it came from."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec

from chalicelib.api.parsing import invalid
from chalicelib.api.request import Request
from chalicelib.errors import FieldProblem, InvalidRequest
from chalicelib.jobs.ports import Position

FINGERPRINT_DIGITS = 16
LONGEST_CURSOR = 300
LONGEST_ID = 64


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


def position_of(cursor: str, *, of_list: str) -> Position:
    """The position in a cursor. Raises: InvalidRequest when it is malformed or belongs to another list."""
    content = _decoded(cursor)
    if content is None or content.list != of_list:
        raise _refused()
    return Position(created_at=content.created_at, id=content.id)


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
    except (binascii.Error, msgspec.DecodeError):
        return None
    return content if content.created_at.tzinfo == UTC and 0 < len(content.id) <= LONGEST_ID else None


def _refused() -> InvalidRequest:
    return invalid(FieldProblem("query:cursor", "does not belong to this list"))
