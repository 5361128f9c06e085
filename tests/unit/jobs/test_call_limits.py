"""The arithmetic of limits: shards, cool-downs, what counts as lost."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from chalicelib.errors import WorkerLost
from chalicelib.jobs import lifecycle
from chalicelib.jobs.call_limits import (
    MOST_SHARDS,
    CoolDown,
    Slots,
    after_refusal,
    allowed,
    calls_counted,
    home_shard,
    is_lost,
    limit_name,
    over_at,
    shard_count,
    shard_size,
    slots_of,
    waiter_of,
)
from chalicelib.jobs.model import Status
from tests.fakes.jobs import CREATED_AT, a_job

NOW = CREATED_AT


@pytest.mark.parametrize(
    ("most", "shards"),
    [
        (1, 1),  # never none
        (20, 1),
        (39, 1),
        (40, 2),
        (200, 10),  # prod
        (1740, 87),  # a million jobs a day in their busiest hour
        (100_000, MOST_SHARDS),
    ],
)
def test_slots_are_spread_over_shards_of_about_twenty(most: int, shards: int) -> None:
    sizes = [shard_size(most, shard) for shard in range(shards)]

    assert shard_count(most) == shards
    assert sum(sizes) == most
    assert max(sizes) - min(sizes) <= 1


def test_jobs_have_their_homes_in_all_shards() -> None:
    homes = {home_shard(f"job-{number}", 200) for number in range(500)}

    assert homes == set(range(10))


def test_a_job_counts_for_no_more_calls_than_a_shard_has() -> None:
    assert [calls_counted(3, most) for most in (1, 2, 20, 200)] == [1, 2, 3, 3]


def test_slots_are_written_into_the_record_and_read_from_it() -> None:
    slots = Slots(limit="openai-low", shard=7, calls=3)

    assert slots_of(str(slots)) == slots


def test_calls_of_low_priority_count_for_a_limit_of_their_own() -> None:
    assert [limit_name("openai", priority) for priority in ("high", "normal", "low")] == [
        "openai",
        "openai",
        "openai-low",
    ]


def test_high_ranks_before_normal() -> None:
    assert [waiter_of(a_job(priority=one), calls=1).rank for one in ("high", "normal", "low")] == [0, 1, 1]


def test_a_refusal_takes_a_quarter_of_the_limit_once_for_all_that_belong_together() -> None:
    first = after_refusal(None, retry_after_seconds=None, now=NOW)
    same = after_refusal(first, retry_after_seconds=None, now=NOW + timedelta(seconds=9))
    next_one = after_refusal(same, retry_after_seconds=None, now=NOW + timedelta(seconds=10))

    assert [allowed(200, one, now=NOW + timedelta(seconds=10)) for one in (None, first, same, next_one)] == [
        200,
        150,  # 75 %; ten seconds bring back less than one
        150,
        112,  # three quarters of 75 %
    ]


def test_the_limit_never_falls_to_none_and_rises_again() -> None:
    lowered = None
    for number in range(30):
        lowered = after_refusal(lowered, retry_after_seconds=None, now=NOW + timedelta(seconds=11 * number))
    assert lowered is not None
    end = lowered.lowered_at

    assert allowed(5, lowered, now=end) == 1
    assert allowed(200, lowered, now=end) == 4
    assert allowed(200, lowered, now=end + timedelta(minutes=10)) == 104
    assert allowed(200, lowered, now=over_at(lowered)) == 200


def test_one_refusal_is_over_in_five_minutes() -> None:
    lowered = after_refusal(None, retry_after_seconds=None, now=NOW)

    assert over_at(lowered) == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("asked", "paused"),
    [(None, 0), (0, 0), (30, 30), (120.5, 120.5), (300, 300), (3600, 300)],  # an hour stops the one job, not all
)
def test_a_retry_after_stops_all_calls_for_so_long(asked: float | None, paused: float) -> None:
    lowered = after_refusal(None, retry_after_seconds=asked, now=NOW)

    assert lowered.paused_until == NOW + timedelta(seconds=paused)
    assert allowed(200, lowered, now=lowered.paused_until) > 0
    assert paused == 0 or allowed(200, lowered, now=lowered.paused_until - timedelta(seconds=0.1)) == 0


def test_a_later_refusal_never_shortens_a_pause() -> None:
    first = after_refusal(None, retry_after_seconds=60, now=NOW)

    again = after_refusal(first, retry_after_seconds=5, now=NOW + timedelta(seconds=3))

    assert again.paused_until == first.paused_until


def test_a_clock_that_is_behind_raises_no_limit() -> None:
    lowered = CoolDown(percent=50, lowered_at=NOW, paused_until=NOW - timedelta(minutes=1))

    assert allowed(200, lowered, now=NOW - timedelta(seconds=5)) == 100


def test_slots_are_lost_when_their_job_can_have_no_call() -> None:
    running = a_job(status=Status.RUNNING)
    retrying = lifecycle.retrying(running, WorkerLost("gone"), due_at=NOW, at=NOW)

    assert [is_lost(job) for job in (None, lifecycle.cancelled(running, at=NOW), retrying)] == [True, True, True]
    assert [is_lost(job) for job in (running, a_job(), lifecycle.awaiting_slot(running, at=NOW))] == [False] * 3


def test_who_waits_for_a_slot_keeps_its_attempt_and_gives_its_slots_away() -> None:
    running = msgspec.structs.replace(a_job(status=Status.RUNNING, attempt=1), slots="openai#0#1", progress=40)

    waiting = lifecycle.awaiting_slot(running, at=NOW)

    assert (waiting.status, waiting.waiting_for, waiting.next_claim_cost) == (Status.PENDING, "worker", 0)
    assert (waiting.slots, waiting.progress, waiting.continuations, waiting.fruitless) == (None, 40, 0, 0)
