"""When a failed attempt is repeated."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from chalicelib.errors import AttemptError, ProviderQuotaExhausted, ProviderRateLimited
from chalicelib.jobs.outcomes import Failed, Retry, after_error, retry_delay
from tests.fakes.jobs import CREATED_AT, a_job


@pytest.mark.parametrize(
    ("failures", "longest"),
    [
        (1, 5),
        (2, 10),
        (6, 160),  # 5 * 2**5
        (7, 300),  # 5 * 2**6 = 320, capped
        (4000, 300),
    ],
)
def test_half_of_a_delay_is_certain_and_half_is_spread(failures: int, longest: int) -> None:
    delays = [retry_delay(failures, rng=Random(seed)) for seed in range(400)]

    assert longest * 0.5 <= min(delays) < longest * 0.55
    assert longest * 0.95 < max(delays) <= longest


def test_failures_count_from_one() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        retry_delay(0, rng=Random(1))


@pytest.mark.parametrize(("asked", "hours"), [(120, 1), (3600, 6), (20_000, 6)])
def test_a_providers_retry_after_is_waited_for_in_full(asked: float, hours: int) -> None:
    job = a_job(attempt=1, deadline_at=CREATED_AT + timedelta(hours=hours))

    decision = after_error(job, ProviderRateLimited("busy", retry_after_seconds=asked), now=CREATED_AT, rng=Random(1))

    assert isinstance(decision, Retry)
    assert decision.after_seconds == asked


def test_a_retry_after_that_ends_after_the_deadline_fails_the_job_and_says_until_when() -> None:
    job = a_job(attempt=1, deadline_at=CREATED_AT + timedelta(hours=1))
    error = ProviderRateLimited("Busy.", provider="openai", provider_status=429, retry_after_seconds=3600)

    decision = after_error(job, error, now=CREATED_AT, rng=Random(1))

    until = CREATED_AT + timedelta(hours=1)
    assert isinstance(decision, Failed)
    assert f"{until:%Y-%m-%d %H:%M:%S} UTC" in str(decision.error)
    assert (decision.error.code, decision.error.provider_status) == ("provider_rate_limited", 429)


@pytest.mark.parametrize("asked", [1_796_067_730_936, 1e300, float("inf")], ids=["a time in ms", "huge", "infinite"])
def test_a_retry_after_beyond_all_calendars_fails_the_job_too(asked: float) -> None:
    error = ProviderRateLimited("Busy.", retry_after_seconds=asked)

    decision = after_error(a_job(attempt=1), error, now=CREATED_AT, rng=Random(1))

    assert isinstance(decision, Failed)
    assert "until 9999-12-31" in str(decision.error)


@pytest.mark.parametrize(("left_seconds", "delay"), [(400, None), (100, 70), (31, 1), (30, None)])
def test_the_last_repetition_is_planned_before_the_deadline(left_seconds: int, delay: int | None) -> None:
    job = a_job(attempt=9, failures=8, deadline_at=CREATED_AT + timedelta(seconds=left_seconds))

    decision = after_error(job, ProviderRateLimited("busy"), now=CREATED_AT, rng=Random(1))

    assert isinstance(decision, Failed if left_seconds == 30 else Retry)
    assert not isinstance(decision, Retry) or delay in (None, decision.after_seconds)


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
