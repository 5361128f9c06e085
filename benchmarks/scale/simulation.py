"""How long jobs wait: two lanes, their workers, and providers that admit so many jobs a minute, event by event.

A job arrives, waits in its lane for a worker, takes a slot of its provider's limit or waits for one, and asks the
provider. Two of three jobs are parked while the model works; the third holds its worker. A provider that is full
refuses at once: the limit is lowered for all, and the attempt is repeated as `jobs.outcomes` says, or fails when it was
the last. A job that is not begun by its deadline fails too. Bursts arrive within a minute. Times are seconds;
randomness is an argument.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from benchmarks.scale.slots import Slots
from chalicelib.jobs.outcomes import LAST_CHANCE_SECONDS, retry_delay
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
MINUTE = 60.0
REFUSED_AFTER = 1.0
PARKED_SHARE = 2 / 3
"""A third of each analysis: the agent's model cannot go on without a worker."""
START_SECONDS, FINISH_SECONDS = 3.0, 1.0
"""What a parked job needs of a worker, before and after the model's work."""
BUCKET_SECONDS = 10.0


SOURCE_BEGINS_WITH = 5
SOURCE_ADDS_A_MINUTE = 300
SOURCE_RUNS_AT_MOST = 1000
GROWTH_SECONDS = 1.0
"""Lambda's event source of a standard queue: five invocations at once, then 300 more a minute while messages wait
(docs.aws.amazon.com, "Configuring scaling behavior for SQS event source mappings")."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs at once in each lane, jobs a minute that the provider admits, and our own limit of calls in flight; which
    share of the jobs is parked, and their deadline."""

    high: int
    normal: int
    provider_per_minute: float
    calls: int = 200
    parked: float = PARKED_SHARE
    deadline: float = DEADLINE


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds from arrival to the claim that went through, sorted, by lane; jobs that failed; the longest queue, those
    that wait for a slot included; the most units that were written in a second to count slots."""

    high_waits: Sequence[float]
    normal_waits: Sequence[float]
    refused: int
    too_late: int
    longest_queue: int
    slot_units: int
    hopeless: int

    @property
    def jobs(self) -> int:
        """All jobs that arrived."""
        return len(self.high_waits) + len(self.normal_waits) + self.refused + self.too_late


class _Job(msgspec.Struct):
    arrived: float
    lane: str
    name: str
    attempt: int = 1
    is_answered: bool = False


class _Lane:
    """One queue with its event source: how many run, and how many it would run at once now."""

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


class _Day:
    """One simulated day: its events, and what came of its jobs."""

    def __init__(self, limits: Limits, *, rng: random.Random) -> None:
        self._limits = limits
        self._rng = rng
        self._lanes = {"high": _Lane(limits.high), "normal": _Lane(limits.normal)}
        self._provider = _Provider(limits.provider_per_minute)
        self._slots = Slots(limits.calls)
        self._events: list[tuple[float, int, str, _Job]] = []
        self._number = 0
        self._ticks = False
        self.waits: dict[str, list[float]] = {"high": [], "normal": []}
        self.failed = {"refused": 0, "too_late": 0}
        self.longest = 0

    def later(self, at: float, what: str, job: _Job) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, what, job))

    def run(self) -> None:
        while self._events:
            now, _, what, job = heapq.heappop(self._events)
            if what == "answered":
                # A worker gives the slot back when it has stored the answer; that takes it no time here.
                self._give_back(job, now)
                job.is_answered = True
                what = "queued"
            elif what == "left":
                self._give_back(job, now)
                continue
            elif what == "tick":
                self._ticks = False
                self._admit(now)
                continue
            lane = self._lanes[job.lane]
            lane.grow(now)
            self.longest = max(self.longest, lane.take(what, job) + self._slots.waiting)
            while lane.running < lane.at_once and lane.waiting:
                lane.running += 1
                self._work(lane.waiting.popleft(), now)
            if lane.needs_growth:
                lane.growth_is_due = True
                self.later(now + GROWTH_SECONDS, "grew", job)

    def _work(self, job: _Job, now: float) -> None:
        """A worker has claimed the job."""
        if job.is_answered:
            self.later(now + FINISH_SECONDS, "ended", job)
        elif now - job.arrived > self._limits.deadline:
            self.failed["too_late"] += 1
            self._give_back(job, now)
            self.later(now, "ended", job)
        elif not self._slots.enter(job.name, high=job.lane == "high", arrived=job.arrived, job=job, now=now):
            self.later(now + REFUSED_AFTER, "ended", job)
            self._tick(now)
        elif self._provider.admits(now):
            self.waits[job.lane].append(now - job.arrived)
            seconds = self._rng.uniform(SHORTEST_JOB, LONGEST_JOB)
            if self._rng.random() < self._limits.parked:
                self.later(now + START_SECONDS, "ended", job)
                self.later(now + seconds, "answered", job)
            else:
                self.later(now + seconds, "ended", job)
                self.later(now + seconds, "left", job)
        else:
            self._refuse(job, now)

    def _refuse(self, job: _Job, now: float) -> None:
        self._slots.refused(now)
        self._give_back(job, now + REFUSED_AFTER)
        self.later(now + REFUSED_AFTER, "ended", job)
        ended_at = now + REFUSED_AFTER
        left = job.arrived + self._limits.deadline - ended_at - LAST_CHANCE_SECONDS
        if job.attempt == RetryPolicy().max_attempts or left <= 0:
            self.failed["refused"] += 1
            return
        again = _Job(arrived=job.arrived, lane=job.lane, name=job.name, attempt=job.attempt + 1)
        self.later(ended_at + min(left, retry_delay(job.attempt, rng=self._rng)), "queued", again)

    def _give_back(self, job: _Job, now: float) -> None:
        self._slots.leave(job.name, now=now)
        self._admit(now)

    def _admit(self, now: float) -> None:
        """Who waits is given the free slots, and sent to its lane."""
        self.failed["too_late"] += self._slots.forget(arrived_before=now - self._limits.deadline)
        for job in self._slots.admitted(now):
            self.later(now, "queued", job)
        self._tick(now)

    def _tick(self, now: float) -> None:
        """While jobs wait, rescue looks once a minute."""
        if self._slots.waiting and not self._ticks:
            self._ticks = True
            self.later(now + MINUTE, "tick", _Job(arrived=now, lane="normal", name=""))

    @property
    def slots(self) -> Slots:
        return self._slots


def simulate(jobs_a_day: float, limits: Limits, *, rng: random.Random) -> Outcome:
    """Three hours of such a day, and until the last job is done."""
    day = _Day(limits, rng=rng)
    arrived = []
    for number, at in enumerate(arrivals(jobs_a_day, rng=rng)):
        arrived.append(at)
        lane = "high" if rng.random() < HIGH_SHARE else "normal"
        day.later(at, "queued", _Job(arrived=at, lane=lane, name=f"job-{number}"))
    day.run()
    return Outcome(
        high_waits=sorted(day.waits["high"]),
        normal_waits=sorted(day.waits["normal"]),
        longest_queue=day.longest,
        slot_units=day.slots.busiest_units,
        hopeless=least_too_late(sorted(arrived), limits),
        **day.failed,
    )


def least_too_late(arrived: Sequence[float], limits: Limits) -> int:
    """How many of these jobs the provider cannot admit before their deadlines, whoever goes first.

    All have the same time to wait, so nobody does better than who takes them as they came and skips those too late.
    """
    rate = limits.provider_per_minute / MINUTE
    most = max(1.0, rate * BUCKET_SECONDS)
    left, now, late = most, 0.0, 0
    for at in arrived:
        passed = max(at - now, 0.0)
        begins = max(at, now) + max(0.0, 1 - min(most, left + passed * rate)) / rate
        if begins > at + limits.deadline:
            late += 1
            continue
        left, now = min(most, left + (begins - now) * rate) - 1, begins
    return late


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
