"""Which job may call its provider next? Slots are taken, given back, and given out to the jobs that wait for them.

Unhindered it is one small write before a job's first call, and one after its attempt. Only when that first write is
refused anybody looks further: at all shards, and at who waits. While jobs wait, the shards are careful: whoever gives
slots back then gives them out, to the oldest job of the high lane first, and nobody takes one past those who wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib import telemetry
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.call_limits import (
    LimitState,
    Slots,
    SlotStore,
    Waiter,
    after_refusal,
    allowed,
    calls_counted,
    home_shard,
    is_lost,
    limit_name,
    over_at,
    shard_count,
    shard_size,
    waiter_of,
)
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import Clock, JobQueue, JobStore
from chalicelib.jobs.wake import send_again

CAREFUL_SECONDS = 90
"""How long shards are careful after somebody had to wait; longer than a minute, after which rescue looks again."""

PAGE = 25
MOST_PAGES = 20
MINUTE = 60
MOST_LOOKED_AT = 500
"""Holders of slots whose records one tick of rescue reads, to find slots that were never given back."""


class Admission:
    """The limits of calls in flight, by name: `most` has the slots of each."""

    def __init__(
        self, *, slots: SlotStore, jobs: JobStore, queue: JobQueue, clock: Clock, most: Mapping[str, int]
    ) -> None:
        self._slots = slots
        self._jobs = jobs
        self._queue = queue
        self._clock = clock
        self._most = most

    def take(self, job: Job, *, provider: str, calls: int, held: Slots | None = None) -> Slots | None:
        """Slots for so many calls at once: those that are held, and more if they are not enough. None when the job has
        to wait; then it still has those that it held.

        Raises: StorageUnavailable.
        """
        limit = limit_name(provider, job.priority)
        most, now = self._most[limit], self._clock()
        home = home_shard(job.job_id, most)
        if not job.has_calls_in_flight:  # those that are may be waited for; a job that needs many at once needs them
            calls = calls_counted(calls, most)
        if held is not None:
            if held.limit == limit:
                return held if held.calls >= calls else self._more(job, held, calls=calls)
            self.give_back(job, held)
        if self._take(limit, home, job=job, calls=calls, careful_at=now):
            return Slots(limit=limit, shard=home, calls=calls)
        state = self._slots.state(limit)
        holding = state.holding(job.job_id)
        if holding is not None:
            return Slots(limit=limit, shard=holding.number, calls=holding.held[job.job_id])
        first = next(iter(self._slots.waiting(limit, count=1)), None)
        if first is not None and first.job_id != job.job_id:
            return None
        shard = self._shard_for(waiter_of(job, calls=calls), state, most=most, free=self._free(limit, state))
        if shard is None or not self._take(limit, shard, job=job, calls=calls, careful_at=None):
            return None
        if first is not None:  # it has what it waited for
            self._slots.leave(limit, first)
        return Slots(limit=limit, shard=shard, calls=calls)

    def _more(self, job: Job, held: Slots, *, calls: int) -> Slots | None:
        size, now = shard_size(self._most[held.limit], held.shard), self._clock()
        taken = self._slots.take(
            held.limit,
            held.shard,
            job_id=job.job_id,
            calls=calls,
            held=held.calls,
            size=size,
            careful_at=now,
        )
        return Slots(limit=held.limit, shard=held.shard, calls=calls) if taken else None

    def give_back(self, job: Job, slots: Slots) -> None:
        """Free a job's slots, and give them to those who wait. What cannot be done now is left to rescue."""
        try:
            careful_until = self._slots.give_back(slots.limit, slots.shard, job_id=job.job_id)
            if careful_until is not None and careful_until > self._clock():
                self._give_out(slots.limit)
        except StorageUnavailable:
            telemetry.warning("slots_not_given_back", job_id=job.job_id, limit=slots.limit)

    def wait(self, job: Job, *, provider: str, calls: int) -> None:
        """Let a pending job wait for slots; a message comes when it has them. Failing that, rescue sends one."""
        limit = limit_name(provider, job.priority)
        waiter = waiter_of(job, calls=calls_counted(calls, self._most[limit]))
        try:
            self._slots.wait(limit, waiter, expires_at=job.expires_at)
            self._give_out(limit)
        except StorageUnavailable:
            telemetry.warning("does_not_wait_for_slot", job_id=job.job_id, limit=limit)

    def cool_down(self, job: Job, *, provider: str, retry_after_seconds: float | None) -> None:
        """The provider refused a call because there were too many: lower the limit for all."""
        limit, now = limit_name(provider, job.priority), self._clock()
        try:
            state = self._slots.state(limit)
            lowered = after_refusal(state.cool_down, retry_after_seconds=retry_after_seconds, now=now)
            if lowered == state.cool_down:
                return
            self._slots.cool_down(limit, lowered)
            self._be_careful(limit, state, until=over_at(lowered))
        except StorageUnavailable:
            telemetry.warning("limit_not_lowered", job_id=job.job_id, limit=limit)
        else:
            telemetry.warning("limit_lowered", job_id=job.job_id, limit=limit, percent=lowered.percent)

    def admit_waiting(self) -> int:
        """Once a minute: give out what is free, and what was never given back; how many jobs got their slots.

        Raises: StorageUnavailable.
        """
        admitted = 0
        for limit in self._most if self._slots.anyone_waits() else ():
            if not self._slots.waiting(limit, count=1):
                continue
            if self._free(limit, state := self._slots.state(limit)) <= 0:
                self._free_lost(limit, state)
            admitted += self._give_out(limit)
        return admitted

    def _give_out(self, limit: str) -> int:
        """Admit those who wait, as far as there are slots; how many were admitted."""
        admitted = 0
        for _ in range(MOST_PAGES):
            state = self._slots.state(limit)
            waiters = self._slots.waiting(limit, count=PAGE)
            before = admitted
            for waiter in waiters:
                shard = self._shard_for(waiter, state, most=self._most[limit], free=self._free(limit, state))
                if shard is None:
                    # Slots that were given back since the state was read, by somebody who did not have to be careful
                    # yet, are seen by one more look.
                    if self._be_careful(limit, state, until=self._clock() + timedelta(seconds=CAREFUL_SECONDS)):
                        break
                    return admitted
                if self._admit(limit, waiter, shard):
                    admitted += 1
                    state = state.with_slots(waiter, shard)
            else:
                if len(waiters) < PAGE or admitted == before:
                    return admitted
        return admitted

    def _admit(self, limit: str, waiter: Waiter, shard: int) -> bool:
        job = self._jobs.get(waiter.job_id)
        if job is None or is_lost(job) or job.deadline_at <= self._clock():
            self._slots.leave(limit, waiter)
            return False
        if job.status is not Status.PENDING:  # a message woke it: it takes its slots itself, or waits again
            self._slots.leave(limit, waiter)
            return False
        if not self._slots.admit(limit, waiter, shard, size=shard_size(self._most[limit], shard)):
            return False
        send_again(job, queue=self._queue, delay_seconds=0)
        return True

    def _free_lost(self, limit: str, state: LimitState) -> None:
        holders = [(shard.number, job_id) for shard in state.shards for job_id in shard.held]
        first = int(self._clock().timestamp()) // MINUTE * MOST_LOOKED_AT % len(holders) if holders else 0
        for shard, job_id in (holders[first:] + holders[:first])[:MOST_LOOKED_AT]:  # others each minute
            if is_lost(self._jobs.get(job_id)):
                self._slots.give_back(limit, shard, job_id=job_id)
                telemetry.warning("lost_slot_freed", job_id=job_id, limit=limit)

    def _take(self, limit: str, shard: int, *, job: Job, calls: int, careful_at: datetime | None) -> bool:
        size = shard_size(self._most[limit], shard)
        return self._slots.take(limit, shard, job_id=job.job_id, calls=calls, held=0, size=size, careful_at=careful_at)

    def _free(self, limit: str, state: LimitState) -> int:
        return allowed(self._most[limit], state.cool_down, now=self._clock()) - state.used

    def _shard_for(self, waiter: Waiter, state: LimitState, *, most: int, free: int) -> int | None:
        """The shard that has slots for the job: its home, or else the emptiest. None: it has to wait."""
        if free < min(waiter.calls, allowed(most, state.cool_down, now=self._clock()) or waiter.calls):
            return None
        used = {shard.number: shard.used for shard in state.shards}
        left = {number: shard_size(most, number) - used.get(number, 0) for number in range(shard_count(most))}
        home = home_shard(waiter.job_id, most)
        best = home if left[home] >= waiter.calls else max(left, key=lambda number: left[number])
        return best if left[best] >= waiter.calls else None

    def _be_careful(self, limit: str, state: LimitState, *, until: datetime) -> bool:
        """Make all shards careful that are not for long enough; whether there was one that was not at all."""
        soon, now = until - timedelta(seconds=CAREFUL_SECONDS / 2), self._clock()
        known = {shard.number: shard.careful_until for shard in state.shards}
        numbers = known.keys() | set(range(shard_count(self._most[limit])))
        for number in sorted(numbers):
            at = known.get(number)
            if at is None or at < soon:
                self._slots.be_careful(limit, number, until=until)
        return any((at := known.get(number)) is None or at <= now for number in numbers)
