"""How an attempt can end: one value per way, and the retry policy that chooses after an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

import msgspec

from chalicelib.errors import AttemptError, TransientError
from chalicelib.jobs.model import Job

FIRST_DELAY_SECONDS = 5
LONGEST_DELAY_SECONDS = 300
LONGEST_QUEUE_DELAY_SECONDS = 900

CaseBody = Literal["call_analysis", "call_summary", "form_7801_analysis", "final_document_analysis"]
CaseField = Literal["form_7801_analysis_timestamp", "analysis_status"]


class WriteBack(msgspec.Struct, frozen=True, kw_only=True):
    """What a completed job changes in its case, in the same transaction as "completed".

    `bodies` are heavy members, JSON values; `fields` small ones. With `call_id` the write lands only while the case
    still has that call. Members that a younger job of the same type wrote are left as they are.
    """

    bodies: Mapping[CaseBody, Any] = msgspec.field(default_factory=dict)
    fields: Mapping[CaseField, str] = msgspec.field(default_factory=dict)
    call_id: str | None = None


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """The analysis is done: its JSON result, and what goes back to the case."""

    result: Mapping[str, Any]
    write_back: WriteBack = WriteBack()


class Failed(msgspec.Struct, frozen=True):
    """The job ends here: the error is permanent, or the attempts are used up."""

    error: AttemptError


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """The job goes back to pending and is tried again after `after_seconds`."""

    error: AttemptError
    after_seconds: float


class Yield(msgspec.Struct, frozen=True):
    """Out of function time: go on from the checkpoints in a fresh invocation, at no attempt's cost."""


class Cancelled(msgspec.Struct, frozen=True):
    """The job was cancelled while it ran."""


Outcome = Completed | Failed | Retry | Yield | Cancelled


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
