"""How an attempt can end: one value per way, and the retry policy that chooses after an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

import msgspec

from chalicelib.errors import AttemptError, OutputInvalid, TransientError
from chalicelib.jobs import calls
from chalicelib.jobs.model import Job

FIRST_DELAY_SECONDS = 5
LONGEST_DELAY_SECONDS = 300
LAST_CHANCE_SECONDS = 30
"""A repetition is never planned for later than this before the deadline: it must have time to succeed."""

MAX_LOST_WORKERS = 3
MAX_FRUITLESS_ATTEMPTS = 3
MAX_INVALID_ANSWERS = 2

CaseBody = Literal["call_analysis", "call_summary", "form_7801_analysis", "final_document_analysis"]
CaseField = Literal["form_7801_analysis_timestamp", "analysis_status", "claimant", "attention"]
FORM_BODY: CaseBody = "final_document_analysis"
"""The working form is shown over this member: a new one is a new version of the form."""


class WriteBack(msgspec.Struct, frozen=True, kw_only=True):
    """What a completed job changes in its case, in the same transaction as "completed".

    `bodies` are heavy members, JSON values; `fields` small ones. With `call_id` the write lands only while the case
    still has that call. Members that a younger job of the same type wrote are left as they are.
    """

    bodies: Mapping[CaseBody, Any] = msgspec.field(default_factory=dict)
    fields: Mapping[CaseField, str | Mapping[str, int]] = msgspec.field(default_factory=dict)
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
    """Out of function time: go on from the checkpoints in a fresh invocation, at no attempt's cost.

    `fruitless`: this invocation stored no step to go on from.
    """

    fruitless: bool = False


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """A model works on without us: no worker holds the job until its answer is there, or `look_after_seconds`."""

    look_after_seconds: float
    waiting: calls.Parked


class AwaitSlot(msgspec.Struct, frozen=True, kw_only=True):
    """The provider works on as many calls as it may: wait for slots, at no attempt's cost."""

    provider: str
    calls: int


class Cancelled(msgspec.Struct, frozen=True):
    """The job was cancelled while it ran."""


Outcome = Completed | Failed | Retry | Yield | Parked | AwaitSlot | Cancelled


def after_error(job: Job, error: AttemptError, *, now: datetime, rng: Random) -> Retry | Failed:
    """Repeat a transient error until the deadline, an invalid answer once; everything else ends the job.

    A provider's Retry-After is waited for in full; one that ends after the deadline fails the job now.
    """
    if not _is_repeatable(job, error):
        return Failed(error)
    left = (job.deadline_at - now).total_seconds()
    asked = error.retry_after_seconds or 0
    if asked >= left:
        return Failed(_asked_for_too_long(error, until=_after(now, seconds=asked)))
    delay = max(asked, min(retry_delay(job.failures + 1, rng=rng), left - LAST_CHANCE_SECONDS))
    return Retry(error=error, after_seconds=delay) if delay > 0 else Failed(error)


def retry_delay(failures: int, *, rng: Random) -> float:
    """Seconds until an attempt is repeated that has failed so many times in a row.

    Equal jitter: half of min(300, 5 * 2**(failures - 1)) is certain, the other half uniform.

    Raises: ValueError if failures < 1.
    Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
    """
    if failures < 1:
        raise ValueError("failures count from 1")
    doublings = min(failures - 1, LONGEST_DELAY_SECONDS.bit_length())
    half = min(float(LONGEST_DELAY_SECONDS), FIRST_DELAY_SECONDS * 2.0**doublings) / 2
    return half + rng.uniform(0, half)


def _is_repeatable(job: Job, error: AttemptError) -> bool:
    if job.attempt >= job.max_attempts or job.lost_workers >= MAX_LOST_WORKERS:
        return False
    if isinstance(error, OutputInvalid):
        return job.invalid_answers + 1 < MAX_INVALID_ANSWERS
    return isinstance(error, TransientError)


def _after(now: datetime, *, seconds: float) -> datetime:
    try:
        return now + timedelta(seconds=seconds)
    except OverflowError:  # such as a time in milliseconds where seconds belong
        return datetime.max.replace(tzinfo=now.tzinfo)


def _asked_for_too_long(error: AttemptError, *, until: datetime) -> AttemptError:
    return type(error)(
        f"{error} We were asked to wait until {until:%Y-%m-%d %H:%M:%S} UTC, which is after the job's deadline.",
        provider=error.provider,
        provider_status=error.provider_status,
        provider_request_id=error.provider_request_id,
        retry_after_seconds=error.retry_after_seconds,
    )
