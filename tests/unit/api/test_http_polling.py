"""ETags of jobs; a client that follows the hints polls rarely and sees the end soon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import msgspec
import pytest

from chalicelib.api.http import (
    SHORTEST_SECONDS,
    START_MS,
    header_seconds,
    job_tag,
    pause_while_running,
    retry_after_ms,
    seen_already,
    typical_seconds,
)
from chalicelib.jobs.attempt import PROGRESS_INTERVAL_SECONDS
from chalicelib.jobs.model import Status
from tests.fakes.jobs import CREATED_AT, a_job

TYPICAL = (30, 90)
RUNS = 500
ROUND_TRIP_SECONDS = 0.05

Progress = Callable[[float], int]
"""Progress in percent by the share of the job's duration that has passed (0..1)."""


def even(share: float) -> int:
    return int(100 * share)


def ahead_of_time(share: float) -> int:
    return int(100 * share**0.6)  # 60 % are reported after 43 % of the time


def behind_time(share: float) -> int:
    return int(100 * share**1.6)  # 60 % are reported after 73 % of the time


def read_stream_store(share: float) -> int:
    """Documents are read, the answer streams in, it is checked and stored."""
    marks = [(0.02, 0), (0.06, 5), (0.10, 15)]
    for until, percent in marks:
        if share < until:
            return percent
    return int(20 + 70 * (share - 0.10) / 0.82) if share < 0.92 else 95


def polled(seconds: float, progress: Progress, *, by_header: bool) -> tuple[int, float]:
    """How often a client asked about a job of this duration, and how many seconds after its end it saw it."""
    at, polls = START_MS / 1000, 1
    while at < seconds:
        percent = min(99, progress(at / seconds))
        now = CREATED_AT + timedelta(seconds=at)
        job = a_job(status=Status.RUNNING, started_at=CREATED_AT, progress=percent)
        pause = retry_after_ms(job, typical_seconds=TYPICAL, now=now)
        assert pause is not None
        at += float(header_seconds(pause)) if by_header else pause / 1000
        at += ROUND_TRIP_SECONDS
        polls += 1
    return polls, at - seconds


@pytest.mark.parametrize("by_header", [False, True], ids=["retry_after_ms", "Retry-After"])
@pytest.mark.parametrize("progress", [even, ahead_of_time, behind_time, read_stream_store])
def test_a_client_that_follows_asks_at_most_15_times_and_sees_the_end_within_3_seconds(progress, by_header):
    rng = Random(7801)

    runs = [polled(rng.uniform(30, 90), progress, by_header=by_header) for _ in range(RUNS)]

    assert max(polls for polls, _ in runs) <= 15
    assert sum(late <= 3 for _, late in runs) >= 0.9 * RUNS


@pytest.mark.parametrize("by_header", [False, True], ids=["retry_after_ms", "Retry-After"])
def test_a_job_of_a_minute_is_polled_nine_times(by_header):
    assert polled(60, even, by_header=by_header)[0] == 9  # docs/frontend.md, deploy.md, scale.md


@pytest.mark.parametrize(
    ("elapsed_seconds", "pause_seconds"),
    [
        (0, 3),  # the first signs of life are worth a look: 3 s and what has passed
        (2, 5),
        (10, 10),  # 60 % of 50 s are 30: at most 10
        (48, 7.2),  # 60 % of the last 12 s
        (54, 3.6),
        (59, 2.5),  # 60 % of 1 s are 0.6: at least 2.5
    ],
)
def test_pauses_grow_at_first_and_shrink_towards_the_end(elapsed_seconds, pause_seconds):
    percent = elapsed_seconds * 100 // 60

    assert pause_while_running(elapsed_seconds, progress=percent, typical_seconds=TYPICAL) == pytest.approx(
        pause_seconds, rel=0.1
    )


def test_a_job_far_beyond_its_time_is_asked_for_less_often():
    pause = pause_while_running(400, progress=99, typical_seconds=TYPICAL)

    assert pause == 8.0  # 2 % of 400 s


def test_progress_is_written_as_often_as_a_client_that_follows_may_look():
    assert PROGRESS_INTERVAL_SECONDS <= SHORTEST_SECONDS


@pytest.mark.parametrize("typical", [(5, 10), (30, 90), (600, 1800)])
@pytest.mark.parametrize("progress", [0, 1, 50, 100])
@pytest.mark.parametrize("elapsed", [0, 10, 1000, 100_000])
def test_a_pause_is_always_between_two_and_a_half_and_ten_seconds(elapsed, progress, typical):
    assert 2.5 <= pause_while_running(elapsed, progress=progress, typical_seconds=typical) <= 10


@pytest.mark.parametrize(
    ("waited_seconds", "expected_ms"),
    [(0, 2000), (8, 2000), (20, 5000), (3600, 10_000)],  # a quarter of the time it waited, within 2..10 s
)
def test_a_job_that_waits_long_for_a_worker_is_asked_for_less_often(waited_seconds, expected_ms):
    now = CREATED_AT + timedelta(seconds=waited_seconds)

    assert retry_after_ms(a_job(), typical_seconds=TYPICAL, now=now) == expected_ms


@pytest.mark.parametrize(
    ("due_in_seconds", "expected_ms"),
    [(0.5, 2000), (10, 11_000), (300, 30_000)],  # one second after it is due, within 2..30 s
)
def test_a_job_that_waits_for_its_next_attempt_is_asked_for_when_it_is_due(due_in_seconds, expected_ms):
    job = a_job(due_at=CREATED_AT + timedelta(seconds=due_in_seconds))

    assert retry_after_ms(job, typical_seconds=TYPICAL, now=CREATED_AT) == expected_ms


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.CANCELLED])
def test_there_is_no_next_poll_of_a_job_that_is_done(status):
    assert retry_after_ms(a_job(status=status), typical_seconds=TYPICAL, now=CREATED_AT) is None


def test_a_job_that_was_asked_to_stop_is_asked_for_soon():
    job = a_job(status=Status.RUNNING, started_at=CREATED_AT, progress=5, cancel_requested=True)

    assert retry_after_ms(job, typical_seconds=TYPICAL, now=CREATED_AT) == 2000


def test_a_clock_that_runs_behind_the_workers_does_no_harm():
    job = msgspec.structs.replace(
        a_job(status=Status.RUNNING), started_at=CREATED_AT + timedelta(seconds=5), progress=10
    )

    assert retry_after_ms(job, typical_seconds=TYPICAL, now=CREATED_AT) is not None


@pytest.mark.parametrize(("milliseconds", "seconds"), [(2000, "2"), (2001, "3"), (2500, "3"), (0, "0")])
def test_the_header_never_says_sooner(milliseconds, seconds):
    assert header_seconds(milliseconds) == seconds


def test_a_job_of_a_type_that_is_gone_has_hints_all_the_same():
    assert typical_seconds(None) == (30, 90)


def test_a_version_has_one_weak_tag_and_a_variant_another():
    assert job_tag(7) == 'W/"7"'
    assert job_tag(7, variant="link") == 'W/"7-link"'


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ('W/"7"', True),
        ('"7"', True),
        ('"1", W/"7", "9"', True),
        ('"1",W/"7"', True),
        ("*", True),
        (" * ", True),
        ('W/"8"', False),
        ('"77"', False),
        ("7", False),
        ("W/7", False),
        ('w/"8"', False),
        ('"7', False),
        ("", False),
        ('"*"', False),
        (None, False),
    ],
)
def test_weak_comparison_of_lists_and_the_star(header, seen):
    assert seen_already(header, 'W/"7"') is seen
