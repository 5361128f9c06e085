"""When does a provider want to be asked again? Its Retry-After, whichever way it is written, in seconds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MILLISECONDS_PER_SECOND = 1000


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds from now, however long; None when the answer names no time that can be understood.

    `headers` are looked up in lower case. `retry-after-ms` wins over `retry-after`; a date there is counted from the
    answer's own `date`, so no clock of ours has to agree with the provider's.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / MILLISECONDS_PER_SECOND
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None:
        return seconds
    until, since = _date(text), _date(headers.get("date"))
    return max(0.0, (until - since).total_seconds()) if until and since else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
