"""The simulation behind docs/scale.md does what its rules say."""

from __future__ import annotations

import random

import msgspec
import pytest

from benchmarks.scale.simulation import Limits, Outcome, least_too_late, quantile, simulate

AMPLE = 10_000


def simulated(jobs_a_day: float, **limits: float) -> Outcome:
    ample = Limits(high=AMPLE, normal=AMPLE, provider_per_minute=1e9, calls=AMPLE, parked=0)
    return simulate(jobs_a_day, msgspec.structs.replace(ample, **limits), rng=random.Random(1))


@pytest.fixture(scope="module")
def a_million() -> Outcome:
    """A million jobs a day, and as many workers and calls at once as they need."""
    return simulated(1_000_000, calls=3000, parked=2 / 3)


@pytest.fixture(scope="module")
def too_many() -> Outcome:
    """Ten thousand jobs a day, of which the provider takes one a minute."""
    return simulated(10_000, provider_per_minute=1)


def test_nobody_waits_while_there_is_room() -> None:
    outcome = simulated(10_000)

    assert outcome.jobs > 1_000
    assert quantile(outcome.high_waits, 0.99) == quantile(outcome.normal_waits, 0.95) == 0
    assert (outcome.refused, outcome.too_late) == (0, 0)


def test_an_event_source_takes_minutes_to_run_as_many_as_it_may(a_million: Outcome) -> None:
    """A million jobs a day need hundreds of workers at once; 5 are there, and 300 more a minute."""
    assert 10 < a_million.normal_waits[-1] < 300
    assert quantile(a_million.normal_waits, 0.5) == 0


def test_a_full_normal_lane_does_not_delay_the_high_one() -> None:
    outcome = simulated(10_000, normal=5)

    assert quantile(outcome.normal_waits, 0.5) > 600
    assert outcome.high_waits[-1] <= 2  # its event source grows


def test_a_lane_that_cannot_keep_up_fails_jobs_at_their_deadline() -> None:
    outcome = simulated(10_000, normal=1)

    assert outcome.too_late > outcome.jobs / 2
    assert outcome.normal_waits[-1] <= 3600


def test_a_provider_that_refuses_until_the_deadline_fails_the_job(too_many: Outcome) -> None:
    assert too_many.refused + too_many.too_late > too_many.jobs / 2


def test_past_the_limit_of_calls_jobs_wait_and_are_not_refused() -> None:
    """4 calls of 60 s are 4 a minute, the provider takes 13: nobody is refused, whatever the workers could do."""
    outcome = simulated(20_000, provider_per_minute=13, calls=4, deadline=1e9)

    assert (outcome.refused, outcome.too_late) == (0, 0)
    assert outcome.longest_queue > 1_000


def test_a_limit_above_the_providers_is_lowered_and_nobody_fails() -> None:
    outcome = simulated(20_000, provider_per_minute=13, calls=40, deadline=1e9)

    assert (outcome.refused, outcome.too_late) == (0, 0)


def test_parked_jobs_need_few_workers() -> None:
    """Four workers do 4 jobs of 60 s a minute, and some 60 that need 4 s of them."""
    held, parked = simulated(20_000, normal=4), simulated(20_000, normal=4, parked=1)

    assert held.too_late > held.jobs / 2
    assert parked.too_late == 0


def test_high_goes_before_normal_where_slots_are_few() -> None:
    outcome = simulated(20_000, calls=12, deadline=1e9)

    assert quantile(outcome.high_waits, 0.95) < quantile(outcome.normal_waits, 0.5)


def test_counting_the_slots_of_a_million_jobs_a_day_is_no_hot_partition(a_million: Outcome) -> None:
    """A partition takes 1,000 units a second; the busiest second of a burst needs about half of that."""
    assert 100 < a_million.slot_units < 800


def test_the_same_seed_is_the_same_day() -> None:
    assert simulated(10_000, normal=20) == simulated(10_000, normal=20)


def test_jobs_that_no_order_could_save_are_counted(too_many: Outcome) -> None:
    """One job a minute, a bucket of one: of ten at once, one begins now and one in each of the next three minutes."""
    limits = Limits(high=1, normal=1, provider_per_minute=1, deadline=180)

    assert least_too_late([0.0] * 10, limits) == 6
    assert least_too_late([60.0 * number for number in range(10)], limits) == 0
    assert too_many.hopeless > 0
