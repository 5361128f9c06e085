"""How many calls may run at a provider at once? Arithmetic of slots, shards and cool-downs, and the port to store them.

A slot is the right to have one call in flight. A job takes its slots before its first call and gives them back when
the attempt has ended; a job that waits for the model without a worker keeps them. The slots of a limit are spread
over shards of about 20, so that no item of the store is written by all workers.

A slot is not leased apart from its job: it is free again as soon as the record of the job says that nobody can have a
call in flight (see `is_lost`). So nothing is renewed, and a slot that was never given back is found by looking.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from chalicelib.jobs.model import Job, Priority, Status

LIMITS = ("openai", "openai-low", "anthropic")
"""The limits that there are, see `limit_name`."""

SLOTS_A_SHARD = 20
MOST_SHARDS = 200

COOL_DOWN_SECONDS = 10
"""Refusals within so long belong together: calls that began before the first of them are refused, too."""

LONGEST_PAUSE_SECONDS = 300
"""For so long a provider's Retry-After stops the calls of all jobs; the job that was refused waits for all of it."""

SMALLEST_PERCENT = 2
LOWERED_TO = 0.75
PERCENT_A_MINUTE = 5
"""A refusal takes a quarter of what is allowed, and each minute brings back a twentieth of the whole limit. So little
of what a provider takes stays unused (`make scale`), and one refusal is over in five minutes."""

_RANKS: Mapping[str, int] = {"high": 0, "normal": 1}


class Slots(msgspec.Struct, frozen=True, kw_only=True):
    """What a job holds of a limit: so many slots of one shard."""

    limit: str
    shard: int
    calls: int

    def __str__(self) -> str:
        """As the job's record has it."""
        return f"{self.limit}#{self.shard}#{self.calls}"


class CoolDown(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider's refusals made of a limit: lowered to `percent` at `lowered_at`, and no call before
    `paused_until`."""

    percent: int
    lowered_at: datetime
    paused_until: datetime


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """The slots of a shard that are taken, by job. Until `careful_until` nobody takes one without looking who waits."""

    number: int
    held: Mapping[str, int] = msgspec.field(default_factory=dict)
    careful_until: datetime | None = None

    @property
    def used(self) -> int:
        """Slots taken."""
        return sum(self.held.values())


class Waiter(msgspec.Struct, frozen=True, kw_only=True):
    """A pending job that waits for slots. They are given out by rank, and the oldest job first within a rank."""

    job_id: str
    rank: int
    created_at: datetime
    calls: int


class LimitState(msgspec.Struct, frozen=True, kw_only=True):
    """All of a limit: its shards, and its cool-down if there was one."""

    shards: Sequence[Shard] = ()
    cool_down: CoolDown | None = None

    @property
    def used(self) -> int:
        """Slots taken."""
        return sum(shard.used for shard in self.shards)

    def holding(self, job_id: str) -> Shard | None:
        """The shard in which the job has slots."""
        return next((shard for shard in self.shards if job_id in shard.held), None)

    def with_slots(self, waiter: Waiter, shard: int) -> LimitState:
        """The state after the job was given its slots in this shard."""
        given = {waiter.job_id: waiter.calls}
        before = next((one for one in self.shards if one.number == shard), Shard(number=shard))
        others = [one for one in self.shards if one.number != shard]
        after = msgspec.structs.replace(before, held={**before.held, **given})
        return msgspec.structs.replace(self, shards=[*others, after])


class SlotStore(Protocol):
    """Where slots are counted. Every method raises StorageUnavailable when the storage does not answer."""

    def take(
        self, limit: str, shard: int, *, job_id: str, calls: int, held: int, size: int, careful_at: datetime | None
    ) -> bool:
        """Take slots of a shard that has `size`, by one conditional write: the job has `calls` then, and `held` before.

        False when there are not so many, or the shard is careful at `careful_at` (None: that does not matter). True
        without a change when the job has more than `held` there: it was admitted, or our first answer was lost.
        """

    def give_back(self, limit: str, shard: int, *, job_id: str) -> datetime | None:
        """Free the job's slots, if it has any, by one conditional write; until when the shard is careful."""

    def state(self, limit: str) -> LimitState:
        """The shards that were ever used and the cool-down, by one consistent read."""

    def wait(self, limit: str, waiter: Waiter, *, expires_at: datetime) -> None:
        """Let a job wait; one that waits already keeps its place."""

    def leave(self, limit: str, waiter: Waiter) -> None:
        """Let a job wait no longer."""

    def waiting(self, limit: str, *, count: int) -> Sequence[Waiter]:
        """The first of those who wait, by one consistent read."""

    def anyone_waits(self) -> bool:
        """Whether a job waits for slots of any limit, by one consistent read."""

    def admit(self, limit: str, waiter: Waiter, shard: int, *, size: int) -> bool:
        """Give a waiting job its slots, in one transaction; False when it waits no longer or the shard is full."""

    def be_careful(self, limit: str, shard: int, *, until: datetime) -> None:
        """Make a shard careful until then, or for as long as it is already."""

    def cool_down(self, limit: str, cool_down: CoolDown) -> None:
        """Replace the cool-down."""


def limit_name(provider: str, priority: Priority) -> str:
    """The limit that a job's calls count for. Those of low priority take hours: they have a limit of their own."""
    return f"{provider}-low" if priority == "low" else provider


def slots_of(text: str) -> Slots:
    """The slots that a job's record names."""
    limit, shard, calls = text.rsplit("#", 2)
    return Slots(limit=limit, shard=int(shard), calls=int(calls))


def waiter_of(job: Job, *, calls: int) -> Waiter:
    """The job as one that waits: high before normal; a job of low priority waits among its own."""
    return Waiter(job_id=job.job_id, rank=_RANKS.get(job.priority, 1), created_at=job.created_at, calls=calls)


def shard_count(most: int) -> int:
    """Over how many shards so many slots are spread."""
    return max(1, min(MOST_SHARDS, most // SLOTS_A_SHARD))


def shard_size(most: int, shard: int) -> int:
    """Slots of a shard. All sizes together are `most`, and no two differ by more than one."""
    size, larger = divmod(most, shard_count(most))
    return size + (shard < larger)


def home_shard(job_id: str, most: int) -> int:
    """The shard in which a job looks first."""
    return zlib.crc32(job_id.encode()) % shard_count(most)


def calls_counted(calls: int, most: int) -> int:
    """For how many slots so many calls of one job count: never for more than a shard has."""
    return min(calls, most // shard_count(most))


def after_refusal(before: CoolDown | None, *, retry_after_seconds: float | None, now: datetime) -> CoolDown:
    """The cool-down after the provider refused a call because there were too many.

    The limit is lowered by a quarter, once for refusals that belong together. While the provider's Retry-After lasts,
    at most five minutes, no call begins at all.
    """
    pause = now + timedelta(seconds=min(retry_after_seconds or 0, LONGEST_PAUSE_SECONDS))
    if before is not None and now - before.lowered_at < timedelta(seconds=COOL_DOWN_SECONDS):
        return msgspec.structs.replace(before, paused_until=max(before.paused_until, pause))
    percent = max(SMALLEST_PERCENT, int(_percent(before, now=now) * LOWERED_TO))
    return CoolDown(percent=percent, lowered_at=now, paused_until=pause)


def over_at(cool_down: CoolDown) -> datetime:
    """When the whole limit is allowed again."""
    minutes = (100 - cool_down.percent) / PERCENT_A_MINUTE
    return max(cool_down.paused_until, cool_down.lowered_at + timedelta(minutes=minutes))


def allowed(most: int, cool_down: CoolDown | None, *, now: datetime) -> int:
    """How many calls may be in flight now: none during a pause, at least one after it."""
    if cool_down is not None and now < cool_down.paused_until:
        return 0
    return max(1, most * _percent(cool_down, now=now) // 100)


def is_lost(job: Job | None) -> bool:
    """Whether slots held for this job are nobody's: it is gone or done, or waits to be tried again without a call."""
    if job is None or job.is_done:
        return True
    return job.status is Status.PENDING and job.error is not None and not job.has_calls_in_flight


def _percent(cool_down: CoolDown | None, *, now: datetime) -> int:
    if cool_down is None:
        return 100
    raised = (now - cool_down.lowered_at).total_seconds() / 60 * PERCENT_A_MINUTE
    return min(100, cool_down.percent + max(0, int(raised)))
