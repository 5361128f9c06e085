"""Who has a slot, who waits? A SlotStore in memory, held to the same contract as the one on DynamoDB."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.call_limits import CoolDown, LimitState, Shard, Waiter


class FakeSlotStore:
    """One lock around everything. `writes` counts the calls that change something, refused ones included; `fails`
    makes every call fail."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._held: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
        self._careful: dict[tuple[str, int], datetime] = {}
        self._waiters: dict[str, set[Waiter]] = defaultdict(set)
        self._cool_downs: dict[str, CoolDown] = {}
        self.writes = 0
        self.reads = 0
        self.fails = False

    def take(
        self, limit: str, shard: int, *, job_id: str, calls: int, held: int, size: int, careful_at: datetime | None
    ) -> bool:
        """See SlotStore.take."""
        with self._lock:
            self._written()
            by_job = self._held[limit, shard]
            if by_job.get(job_id, 0) != held:
                return by_job.get(job_id, 0) > held
            careful_until = self._careful.get((limit, shard))
            is_careful = careful_at is not None and careful_until is not None and careful_until > careful_at
            if is_careful or sum(by_job.values()) + calls - held > size:
                return False
            by_job[job_id] = calls
            return True

    def give_back(self, limit: str, shard: int, *, job_id: str) -> datetime | None:
        """See SlotStore.give_back."""
        with self._lock:
            self._written()
            self._held[limit, shard].pop(job_id, None)
            return self._careful.get((limit, shard))

    def state(self, limit: str) -> LimitState:
        """See SlotStore.state."""
        with self._lock:
            self._read()
            keys = sorted({key for key in (*self._held, *self._careful) if key[0] == limit})
            shards = [
                Shard(number=key[1], held=dict(self._held[key]), careful_until=self._careful.get(key)) for key in keys
            ]
            return LimitState(shards=shards, cool_down=self._cool_downs.get(limit))

    def wait(self, limit: str, waiter: Waiter, *, expires_at: datetime) -> None:
        """See SlotStore.wait."""
        with self._lock:
            self._written()
            self._waiters[limit].add(waiter)

    def leave(self, limit: str, waiter: Waiter) -> None:
        """See SlotStore.leave."""
        with self._lock:
            self._written()
            self._waiters[limit].discard(waiter)

    def waiting(self, limit: str, *, count: int) -> Sequence[Waiter]:
        """See SlotStore.waiting."""
        with self._lock:
            self._read()
            return sorted(self._waiters[limit], key=lambda one: (one.rank, one.created_at, one.job_id))[:count]

    def anyone_waits(self) -> bool:
        """See SlotStore.anyone_waits."""
        with self._lock:
            self._read()
            return any(self._waiters.values())

    def admit(self, limit: str, waiter: Waiter, shard: int, *, size: int) -> bool:
        """See SlotStore.admit."""
        with self._lock:
            self._written()
            held = self._held[limit, shard]
            is_full = waiter.job_id in held or sum(held.values()) + waiter.calls > size
            if is_full or waiter not in self._waiters[limit]:
                return False
            self._waiters[limit].discard(waiter)
            held[waiter.job_id] = waiter.calls
            return True

    def be_careful(self, limit: str, shard: int, *, until: datetime) -> None:
        """See SlotStore.be_careful."""
        with self._lock:
            self._written()
            self._careful[limit, shard] = max(until, self._careful.get((limit, shard), until))

    def cool_down(self, limit: str, cool_down: CoolDown) -> None:
        """See SlotStore.cool_down."""
        with self._lock:
            self._written()
            self._cool_downs[limit] = cool_down

    def _written(self) -> None:
        self.writes += 1
        self._answer()

    def _read(self) -> None:
        self.reads += 1
        self._answer()

    def _answer(self) -> None:
        if self.fails:
            raise StorageUnavailable("The store does not answer.")
