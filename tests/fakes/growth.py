"""How time grows with the size of what is worked on; a busy machine changes seconds, not proportions."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

TIMES_AS_LARGE = 4
MOST_TIMES_AS_LONG = 8
"""Work in proportion takes 4 times as long, work with the square of the size 16 times."""
ROUNDS = 6


def assert_time_in_proportion(work: Callable[[int], object], *, size: int) -> None:
    """`work(4 * size)` takes about four times the processor time of `work(size)`; each is measured until it does."""
    work(size)  # what is loaded or compiled at first use is no part of it
    small = large = float("inf")
    for _ in range(ROUNDS):
        small = min(small, _seconds(work, size))
        large = min(large, _seconds(work, TIMES_AS_LARGE * size))
        if large <= MOST_TIMES_AS_LONG * small:
            return
    pytest.fail(
        f"{TIMES_AS_LARGE} times the size took {large / small:.0f} times the time ({small:.3f} s, {large:.3f} s)"
    )


def _seconds(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started
