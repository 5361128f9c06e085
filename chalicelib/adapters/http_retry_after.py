"""When does a provider want to be asked again? Seconds, from its headers or from its message.

`retry-after-ms`, `retry-after` (seconds or a date), then the moment at which an exhausted window opens again
(`x-ratelimit-reset-tokens: 6m0s`, `anthropic-ratelimit-input-tokens-reset: 2026-11-30T08:15:00Z`): limits per minute
often come without a Retry-After.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MILLISECONDS_PER_SECOND = 1000
_SECONDS_OF_UNIT = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
_DURATION = re.compile(rf"(?:{_DURATION_PIECE.pattern})+")
_UNIT = r"(?:ms|milliseconds?|s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?|d|days?)"
_PIECE_IN_WORDS = re.compile(rf"(\d+(?:\.\d+)?)\s?({_UNIT})", re.IGNORECASE)
_IN_WORDS = re.compile(
    rf"(?:try again|retry|wait)\D{{0,20}}?((?:\d+(?:\.\d+)?\s?{_UNIT}(?:,? and |,? )?)+)(?![a-z])", re.IGNORECASE
)
_REMAINING = re.compile(r"(x-ratelimit|anthropic-ratelimit)-(?:remaining-(\w+)|([\w-]+)-remaining)")


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
    return max(0.0, (until - since).total_seconds()) if until and since else _window_reset_seconds(headers, since)


def seconds_in_words(message: str) -> float | None:
    """The wait that a sentence names ("Please try again in 2.5s.", "in 1h12m3.6s"); None: it names none."""
    match = _IN_WORDS.search(message)
    if match is None:
        return None
    return sum(float(number) * _SECONDS_OF_UNIT[_short(unit)] for number, unit in _PIECE_IN_WORDS.findall(match[1]))


def _short(unit: str) -> str:
    return "ms" if unit.lower().startswith(("ms", "mil")) else unit[0].lower()


def _window_reset_seconds(headers: Mapping[str, str], now: datetime | None) -> float | None:
    """Until the last of the exhausted windows opens again."""
    waits = []
    for name, left in headers.items():
        match = _REMAINING.fullmatch(name.lower())
        if match and _number(left) == 0:
            of_openai = match[1].startswith("x-")
            reset = f"{match[1]}-reset-{match[2]}" if of_openai else f"{match[1]}-{match[3]}-reset"
            waits.append(_wait(headers.get(reset), now))
    known = [wait for wait in waits if wait is not None]
    return max(known) if known else None


def _wait(reset: str | None, now: datetime | None) -> float | None:
    if reset and _DURATION.fullmatch(reset):
        return sum(float(number) * _SECONDS_OF_UNIT[unit] for number, unit in _DURATION_PIECE.findall(reset))
    try:
        until = datetime.fromisoformat(reset or "")
    except ValueError:
        return None
    return max(0.0, (until - now).total_seconds()) if now and until.tzinfo else None


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
