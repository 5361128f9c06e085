"""How does a moment look to clients? Always UTC, always with microseconds and Z."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

Timestamp = Annotated[
    str,
    Meta(
        description="UTC, with microseconds",
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$",
        extra_json_schema={"format": "date-time"},
        examples=["2025-12-31T10:30:00.000000Z"],
    ),
]


def timestamp(moment: datetime) -> Timestamp:
    """The moment (aware UTC) as clients read it."""
    text: str = msgspec.to_builtins(moment)  # far quicker than strftime; it leaves ".000000" out
    return text if moment.microsecond else f"{text[:-1]}.000000Z"


def timestamp_or_none(moment: datetime | None) -> Timestamp | None:
    """The same, None when there is no such moment."""
    return None if moment is None else timestamp(moment)
