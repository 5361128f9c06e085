"""Restart policy for processes of the local system that ended unexpectedly: a pure decision over their past ends."""

from __future__ import annotations

from collections.abc import Sequence

REMEMBERED_SECONDS = 60.0
MAX_CRASHES = 5
DELAYS_SECONDS = (0.0, 1.0, 2.0, 4.0)


def restart_delay(ends: Sequence[float]) -> float | None:
    """Seconds until the process is started again, or None to give it up.

    `ends` are the times (seconds on any clock, ascending) at which it ended, the last one just now. The delay grows
    with the ends of the last minute: 0, 1, 2, 4; the fifth within a minute is one too many.
    """
    recent = [end for end in ends if end > ends[-1] - REMEMBERED_SECONDS]
    if len(recent) >= MAX_CRASHES:
        return None
    return DELAYS_SECONDS[len(recent) - 1]
