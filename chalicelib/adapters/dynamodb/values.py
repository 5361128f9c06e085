"""How are times, numbers and names written in DynamoDB? The small change of every table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

Item = Mapping[str, Any]
"""An item, or some attributes of one, as the low-level client has them: `{"progress": {"N": "45"}}`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PER_SECOND = 1_000_000


def text(value: str) -> Item:
    """A string attribute."""
    return {"S": value}


def number(value: int) -> Item:
    """A whole number attribute."""
    return {"N": str(value)}


def iso(at: datetime) -> str:
    """UTC with microseconds and Z, always 27 characters: it sorts as time does."""
    text: str = msgspec.to_builtins(at.astimezone(UTC))  # far quicker than strftime; it leaves ".000000" out
    return text if at.microsecond else f"{text[:-1]}.000000Z"


def from_iso(value: str) -> datetime:
    """The aware time that `iso` wrote."""
    return datetime.fromisoformat(value)


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970, exact."""
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The aware time that `microseconds` counted."""
    return _EPOCH + timedelta(microseconds=value)


def epoch_seconds(at: datetime) -> Item:
    """A number attribute: seconds since 1970 with six decimals, exact."""
    seconds, rest = divmod(microseconds(at), _PER_SECOND)
    return {"N": f"{seconds}.{rest:06d}"}


def from_epoch_seconds(value: str) -> datetime:
    """The aware time that `epoch_seconds` wrote; the store may have dropped zeros at the end."""
    seconds, _, decimals = value.partition(".")
    return from_microseconds(int(seconds) * _PER_SECOND + int(decimals.ljust(6, "0")))


def expiry(at: datetime) -> Item:
    """The two attributes that let an item expire: `expires_at` for DynamoDB, whole seconds; `expires` exact, for us.

    DynamoDB deletes late, so whoever reads compares `expires` with the time.
    """
    return {"expires_at": number(-(-microseconds(at) // _PER_SECOND)), "expires": text(iso(at))}


def names(*attributes: str) -> Mapping[str, str]:
    """Placeholders `#status` for attributes: many of the words we use are reserved."""
    return {f"#{attribute}": attribute for attribute in attributes}
