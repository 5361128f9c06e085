"""How long jobs wait: two lanes, their workers, and providers that admit so many jobs a minute, event by event.

A job arrives, waits in its lane for a worker, and asks its provider. A provider that is full refuses at once: the
attempt is repeated as `jobs.outcomes` says, or fails when it was the last. A job that is not done by its deadline
fails too. Bursts arrive within a minute. Times are seconds; randomness is an argument.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from chalicelib.jobs.outcomes import retry_delay
from chalicelib.jobs.ports import RetryPolicy

HOUR = 3600.0
DAY = 24 * HOUR
HOURLY_SHARE = (1.0, 2.5, 1.0)
"""Three hours of a day, in parts of its average: the middle one is the busiest."""

BURST_AT = 1.5 * HOUR
BURST_SECONDS = 60.0
BURST_OF_AN_HOUR = 0.1
HIGH_SHARE = 0.05
SHORTEST_JOB, LONGEST_JOB = 30.0, 90.0
DEADLINE = HOUR
REFUSED_AFTER = 1.0
BUCKET_SECONDS = 10.0


SOURCE_BEGINS_WITH = 5
SOURCE_ADDS_A_MINUTE = 300
SOURCE_RUNS_AT_MOST = 1000
GROWTH_SECONDS = 1.0
"""Lambda's event source of a standard queue: five invocations at once, then 300 more a minute while messages wait
(docs.aws.amazon.com, "Configuring scaling behavior for SQS event source mappings")."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs at once in each lane, and jobs a minute that the provider admits."""

    high: int
    normal: int
    provider_per_minute: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds from arrival to the claim that went through, sorted, by lane; jobs that failed; the longest queue."""

    high_waits: Sequence[float]
    normal_waits: Sequence[float]
    refused: int
    too_late: int
    longest_queue: int

    @property
    def jobs(self) -> int:
        """All jobs that arrived."""
        return len(self.high_waits) + len(self.normal_waits) + self.refused + self.too_late


class _Job(msgspec.Struct):
    arrived: float
    lane: str
    attempt: int = 1


class _Lane:
    """One queue with its event source: how many run, and how many it would run at once by now."""

    def __init__(self, most: int) -> None:
        self.waiting: deque[_Job] = deque()
        self.running = 0
        self._most = most
        self._sources = max(1, -(-most // SOURCE_RUNS_AT_MOST))
        self._grown = float(SOURCE_BEGINS_WITH * self._sources)
        self._at = 0.0
        self.growth_is_due = False

    @property
    def at_once(self) -> int:
        return min(self._most, int(self._grown))

    def grow(self, now: float) -> None:
        """While messages wait it runs more at once. How an idle source shrinks is not documented: here it does not."""
        passed, self._at = now - self._at, now
        if self.waiting:
            self._grown = min(self._most, self._grown + passed * SOURCE_ADDS_A_MINUTE / 60 * self._sources)

    def take(self, what: str, job: _Job) -> int:
        """One event of this lane: a job is "queued" or "ended", or the source "grew"; how many wait now."""
        if what == "queued":
            self.waiting.append(job)
        elif what == "grew":
            self.growth_is_due = False
        else:
            self.running -= 1
        return len(self.waiting)

    @property
    def needs_growth(self) -> bool:
        """Whether messages wait for nothing but that, and no look at it is planned."""
        return bool(self.waiting) and self.at_once < self._most and not self.growth_is_due


class _Provider:
    """A token bucket: it admits at a steady rate, and at once what ten seconds of that rate would be."""

    def __init__(self, per_minute: float) -> None:
        self._rate = per_minute / 60
        self._most = max(1.0, self._rate * BUCKET_SECONDS)
        self._left, self._at = self._most, 0.0

    def admits(self, now: float) -> bool:
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def simulate(jobs_a_day: float, limits: Limits, *, rng: random.Random) -> Outcome:
    """Three hours of such a day, and until the last job is done."""
    lanes = {"high": _Lane(limits.high), "normal": _Lane(limits.normal)}
    provider = _Provider(limits.provider_per_minute)
    waits: dict[str, list[float]] = {"high": [], "normal": []}
    failed = {"refused": 0, "too_late": 0}
    longest, number = 0, 0
    events: list[tuple[float, int, str, _Job]] = []
    for number, at in enumerate(arrivals(jobs_a_day, rng=rng)):
        job = _Job(arrived=at, lane="high" if rng.random() < HIGH_SHARE else "normal")
        events.append((at, number, "queued", job))
    heapq.heapify(events)

    def later(at: float, what: str, job: _Job) -> None:
        nonlocal number
        number += 1
        heapq.heappush(events, (at, number, what, job))

    while events:
        now, _, what, job = heapq.heappop(events)
        lane = lanes[job.lane]
        lane.grow(now)
        longest = max(longest, lane.take(what, job))
        while lane.running < lane.at_once and lane.waiting:
            claimed = lane.waiting.popleft()
            if now - claimed.arrived > DEADLINE:
                failed["too_late"] += 1
                continue
            lane.running += 1
            if provider.admits(now):
                waits[job.lane].append(now - claimed.arrived)
                later(now + rng.uniform(SHORTEST_JOB, LONGEST_JOB), "ended", claimed)
                continue
            later(now + REFUSED_AFTER, "ended", claimed)
            again_at = now + REFUSED_AFTER + retry_delay(claimed.attempt, rng=rng)
            if claimed.attempt == RetryPolicy().max_attempts or again_at - claimed.arrived > DEADLINE:
                failed["refused"] += 1
                continue
            later(again_at, "queued", _Job(arrived=claimed.arrived, lane=claimed.lane, attempt=claimed.attempt + 1))
        if lane.needs_growth:
            lane.growth_is_due = True
            later(now + GROWTH_SECONDS, "grew", job)
    return Outcome(
        high_waits=sorted(waits["high"]), normal_waits=sorted(waits["normal"]), longest_queue=longest, **failed
    )


def arrivals(jobs_a_day: float, *, rng: random.Random) -> Iterator[float]:
    """When jobs arrive: at random, by the hour's share, and a tenth of the busiest hour in one minute of it."""
    average = jobs_a_day / DAY
    for hour, share in enumerate(HOURLY_SHARE):
        at = hour * HOUR
        while (at := at + rng.expovariate(average * share)) < (hour + 1) * HOUR:
            yield at
    for _ in range(round(BURST_OF_AN_HOUR * average * max(HOURLY_SHARE) * HOUR)):
        yield BURST_AT + rng.uniform(0, BURST_SECONDS)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the sorted values does not pass; 0 of none."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0
