"""The simulation behind docs/scale.md does what its rules say."""

from __future__ import annotations

import random

from benchmarks.scale.simulation import Limits, Outcome, quantile, simulate

AMPLE = 10_000


def simulated(jobs_a_day: float, **limits: float) -> Outcome:
    most: dict[str, float] = {"high": AMPLE, "normal": AMPLE, "provider_per_minute": 1e9, **limits}
    given = Limits(high=int(most["high"]), normal=int(most["normal"]), provider_per_minute=most["provider_per_minute"])
    return simulate(jobs_a_day, given, rng=random.Random(1))


def test_nobody_waits_while_there_is_room() -> None:
    outcome = simulated(10_000)

    assert outcome.jobs > 1_000
    assert quantile(outcome.high_waits, 0.99) == quantile(outcome.normal_waits, 0.95) == 0
    assert (outcome.refused, outcome.too_late) == (0, 0)


def test_an_event_source_takes_minutes_to_run_as_many_as_it_may() -> None:
    """A million jobs a day need some 700 workers at once from the first second; 5 and 300 more a minute are there."""
    outcome = simulated(1_000_000)

    assert 10 < outcome.normal_waits[-1] < 300
    assert quantile(outcome.normal_waits, 0.5) == 0


def test_a_full_normal_lane_does_not_delay_the_high_one() -> None:
    outcome = simulated(10_000, normal=5)

    assert quantile(outcome.normal_waits, 0.5) > 600
    assert outcome.high_waits[-1] <= 2  # its event source grows


def test_a_lane_that_cannot_keep_up_fails_jobs_at_their_deadline() -> None:
    outcome = simulated(10_000, normal=1)

    assert outcome.too_late > outcome.jobs / 2
    assert outcome.normal_waits[-1] <= 3600


def test_a_provider_that_refuses_until_the_deadline_fails_the_job() -> None:
    outcome = simulated(100_000, provider_per_minute=10)

    assert outcome.refused > outcome.jobs / 2


def test_the_same_seed_is_the_same_day() -> None:
    assert simulated(10_000, normal=20) == simulated(10_000, normal=20)
