"""How long may an answer be held back? `Prefer: wait=N` (RFC 7240), and the waiting itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.errors import Unavailable

T = TypeVar("T")

LONGEST_WAIT_SECONDS = 20
"""API Gateway gives up after 29 s; what comes before and after the waiting needs its share."""
LONGEST_HEADER = 1024
"""Characters of a header that is read: quotes that never close take time that grows with the square of their number."""
FIRST_LOOKS = 10
FIRST_PAUSE_SECONDS = 0.5
LATER_PAUSE_SECONDS = 1.0

# A preference stands between commas, may have parameters after a semicolon, and its value may be quoted.
_PREFERENCE = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_WAIT = re.compile(r'\s*wait\s*=\s*(?:"([0-9]+)"|([0-9]+))\s*(?:$|;)', re.IGNORECASE)


def wait_seconds(prefer: str | None) -> int:
    """The seconds a Prefer header asks to wait, at most 20; 0 when it asks for nothing, is malformed or very long."""
    if prefer is None or len(prefer) > LONGEST_HEADER:
        return 0
    for preference in _PREFERENCE.findall(prefer):
        if found := _WAIT.match(preference):
            return min(int(found[1] or found[2]), LONGEST_WAIT_SECONDS)
    return 0


def held(
    value: T,
    *,
    read: Callable[[], T],
    until: Callable[[T], bool],
    seconds: float,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> T:
    """`value`, or a later one from `read` once `until` holds for it; the latest one when `seconds` have passed.

    A look that fails as Unavailable is one without news: what is known already stays the answer.
    """
    ends_at = clock() + timedelta(seconds=seconds)
    looks = 0
    while not until(value) and (left := (ends_at - clock()).total_seconds()) > 0:
        sleep(min(left, FIRST_PAUSE_SECONDS if looks < FIRST_LOOKS else LATER_PAUSE_SECONDS))
        with suppress(Unavailable):
            value = read()
        looks += 1
    return value


def applied(seconds: int) -> dict[str, str]:
    """The header that says that an answer was held back."""
    return {"Preference-Applied": f"wait={seconds}"}
