"""The slots of a provider's limit in the simulation: the rules of `jobs.call_limits`, and what counting them costs."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.jobs.call_limits import CoolDown, after_refusal, allowed, home_shard, shard_size

START = datetime(2026, 1, 1, tzinfo=UTC)
SHARD_BYTES, HOLDER_BYTES, UNIT_BYTES = 150, 42, 1024
"""A shard's item: what it always has, and the attribute of each job that holds a slot (36 characters of its id)."""
ADMISSION_UNITS = 2
"""A write in a transaction costs twice."""


class Slots:
    """`most` slots; jobs that find none wait, those of the high lane first, the oldest first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: set[str] = set()
        self._line: list[tuple[bool, float, str, Any]] = []
        self._cool_down: CoolDown | None = None
        self._written: Counter[int] = Counter()

    @property
    def waiting(self) -> int:
        """Jobs that wait for a slot."""
        return len(self._line)

    @property
    def busiest_units(self) -> int:
        """The most units that were written in one second. The shards of a limit have one partition key."""
        return max(self._written.values(), default=0)

    def enter(self, name: str, *, high: bool, arrived: float, job: Any, now: float) -> bool:
        """Whether the job has a slot now; if not, it waits for one."""
        if name in self._held:
            return True
        self._write(name, now)
        if not self._line and self._is_free(now):
            self._held.add(name)
            return True
        heapq.heappush(self._line, (not high, arrived, name, job))
        return False

    def leave(self, name: str, *, now: float) -> None:
        """Give the job's slot back, if it has one."""
        if name in self._held:
            self._held.remove(name)
            self._write(name, now)

    def forget(self, *, arrived_before: float) -> int:
        """Let jobs wait no longer that arrived before; how many they are. The oldest of each lane come first."""
        kept = [one for one in self._line if one[1] >= arrived_before] if self._line else self._line
        forgotten = len(self._line) - len(kept)
        if forgotten:
            heapq.heapify(kept)
            self._line = kept
        return forgotten

    def admitted(self, now: float) -> Iterator[Any]:
        """The jobs that get a free slot now."""
        while self._line and self._is_free(now):
            _, _, name, job = heapq.heappop(self._line)
            self._held.add(name)
            self._write(name, now, units=ADMISSION_UNITS)
            yield job

    def refused(self, now: float) -> None:
        """The provider refused a call: the limit is lowered."""
        self._cool_down = after_refusal(self._cool_down, retry_after_seconds=None, now=_time(now))

    def _is_free(self, now: float) -> bool:
        return len(self._held) < allowed(self._most, self._cool_down, now=_time(now))

    def _write(self, name: str, now: float, *, units: int = 1) -> None:
        shard = home_shard(name, self._most)
        size = SHARD_BYTES + HOLDER_BYTES * shard_size(self._most, shard)
        self._written[int(now)] += units * -(-size // UNIT_BYTES)


def _time(now: float) -> datetime:
    return START + timedelta(seconds=now)
