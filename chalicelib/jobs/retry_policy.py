"""When is a failed attempt repeated, if at all?"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from chalicelib.errors import AttemptError, TransientError
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import Failed, Retry

FIRST_DELAY_SECONDS = 5
LONGEST_DELAY_SECONDS = 300
LONGEST_QUEUE_DELAY_SECONDS = 900


def after_error(job: Job, error: AttemptError, *, now: datetime, rng: Random) -> Retry | Failed:
    """Retry a transient error while attempts are left and the deadline allows; everything else ends the job."""
    if not isinstance(error, TransientError) or job.attempt >= job.max_attempts:
        return Failed(error)
    delay = retry_delay(job.attempt, retry_after=error.retry_after_seconds, rng=rng)
    if now + timedelta(seconds=delay) >= job.deadline_at:
        return Failed(error)
    return Retry(error=error, after_seconds=delay)


def retry_delay(attempt: int, *, retry_after: float | None, rng: Random) -> float:
    """Seconds until a failed attempt is repeated.

    Full jitter: uniform over 0..min(300, 5 * 2**attempt). A longer `retry_after` (seconds, from the provider) wins,
    capped at 900, the longest delay SQS accepts.

    Raises: ValueError if attempt < 1.
    Source: AWS Builders' Library, "Timeouts, retries and backoff with jitter"; SQS SendMessage DelaySeconds.
    """
    if attempt < 1:
        raise ValueError(f"attempts count from 1, not {attempt}")
    delay = rng.uniform(0, min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2**attempt))
    return max(delay, min(retry_after or 0, LONGEST_QUEUE_DELAY_SECONDS))
