"""When a failed attempt is repeated."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from chalicelib.errors import AttemptError, ProviderQuotaExhausted, ProviderRateLimited
from chalicelib.jobs.outcomes import Failed, Retry, after_error, retry_delay
from tests.fakes.jobs import CREATED_AT, a_job


@pytest.mark.parametrize(
    ("attempt", "longest"),
    [
        (1, 10),  # 5 * 2**1
        (2, 20),  # 5 * 2**2
        (5, 160),  # 5 * 2**5
        (6, 300),  # 5 * 2**6 = 320, capped
        (40, 300),
    ],
)
def test_a_delay_is_spread_over_the_whole_interval(attempt: int, longest: int) -> None:
    delays = [retry_delay(attempt, retry_after=None, rng=Random(seed)) for seed in range(400)]

    assert 0 <= min(delays) < longest * 0.1
    assert longest * 0.9 < max(delays) <= longest


@pytest.mark.parametrize(("asked", "least"), [(120, 120), (3600, 900)])
def test_a_longer_wait_asked_by_the_provider_wins_up_to_what_the_queue_takes(asked: float, least: float) -> None:
    assert retry_delay(1, retry_after=asked, rng=Random(1)) == least


def test_attempts_count_from_one() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        retry_delay(0, retry_after=None, rng=Random(1))


@pytest.mark.parametrize(
    ("error", "attempt", "minutes_left", "ends"),
    [
        (ProviderRateLimited("busy"), 1, 60, False),
        (ProviderRateLimited("busy"), 3, 60, True),  # the third of three attempts
        (ProviderRateLimited("busy", retry_after_seconds=600), 1, 5, True),  # due after the deadline
        (ProviderQuotaExhausted("no credit"), 1, 60, True),
    ],
)
def test_only_a_transient_error_with_attempts_and_time_left_is_repeated(
    error: AttemptError, attempt: int, minutes_left: int, ends: bool
) -> None:
    job = a_job(attempt=attempt, max_attempts=3, deadline_at=CREATED_AT + timedelta(minutes=minutes_left))

    decision = after_error(job, error, now=CREATED_AT, rng=Random(1))

    assert isinstance(decision, Failed if ends else Retry)
