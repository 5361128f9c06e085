"""How does a job move from status to status? Each rule is a pure function: the job before, the job after.

    pending → running → completed | failed | cancelled
    running → pending      the attempt is to be repeated, or goes on in a fresh invocation
    pending → cancelled | failed

The claim (pending → running) is not here: it is the one write made without reading first, see `JobStore.claim`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, cast

import msgspec

from chalicelib.errors import (
    AlreadyFinished,
    AttemptError,
    DeadlineExceeded,
    OutputInvalid,
    TransientError,
    WorkerLost,
)
from chalicelib.jobs.calls import Parked
from chalicelib.jobs.model import ErrorInfo, Event, EventType, Job, Status, StepFacts, Usage, with_event
from chalicelib.jobs.outcomes import MAX_LOST_WORKERS
from chalicelib.jobs.ports import LONGEST_QUEUE_DELAY_SECONDS
from chalicelib.jobs.progress import SENTENCES, ProgressCode

LEASE_SECONDS = 45
HEARTBEAT_SECONDS = 12
FIRST_CHECK_SECONDS = 30
LONGEST_CHECK_SECONDS = 15 * 60
SLOT_CHECK_SECONDS = 5 * 60
"""When rescue sends a message for a job that waits for a slot: it gets one with its slot, long before."""

HIGHEST_PROGRESS_BEFORE_COMPLETED = 99

PAST_DEADLINE = "The analysis did not finish before its deadline. Run it again, with a longer deadline_seconds."
UNKNOWN_PRICE = "The job has a cost limit, and the price of its model is not known. Run it again without max_cost_usd."

LONGEST_PARAM = 60
"""Characters of a text among the params: names of files may be long, and the record is small."""


def lease_end(now: datetime) -> datetime:
    """Until when a worker that renews its lease now owns its job."""
    return now + timedelta(seconds=LEASE_SECONDS)


def reported(said: str, params: Mapping[str, Any]) -> tuple[str, ProgressCode, Mapping[str, Any]]:
    """The sentence, the code and the params of a report: a code of the list with its params, or a free sentence."""
    if said not in SENTENCES:
        return said, "working", {"message": _short(said)}
    code = cast(ProgressCode, said)
    kept = {name: _short(value) if isinstance(value, str) else value for name, value in params.items()}
    return SENTENCES[code].format(**kept), code, kept


def progressed(
    job: Job,
    *,
    percent: int,
    message: str,
    usage: Usage,
    at: datetime,
    code: str = "working",
    params: Mapping[str, Any] = MappingProxyType({}),
) -> Job:
    """Progress was reported; it never falls and stays below 100. The lease is renewed by the same write."""
    return _changed(
        job,
        at=at,
        progress=max(job.progress, min(percent, HIGHEST_PROGRESS_BEFORE_COMPLETED)),
        progress_message=message,
        progress_code=code,
        progress_params=dict(params),
        usage=usage,
        lease_until=lease_end(at),
    )


def step_stored(job: Job, *, name: str, at: datetime, facts: StepFacts | None = None) -> Job:
    """A step's checkpoint is stored with this change; the lease is renewed by the same write."""
    going = _changed(job, at=at, lease_until=lease_end(at), failures=0, invalid_answers=0, fruitless=0, lost_workers=0)
    return with_event(going, Event(at=going.updated_at, type="step", message=name, step=facts))


def completed(job: Job, *, result_bytes: int, at: datetime, result_sent_bytes: int | None = None) -> Job:
    """The analysis is done and its result is stored with this change.

    `result_sent_bytes` is its size inside Lambda's response, which escapes it: whether it is shown inline or as a link
    is settled by that now, not at each read.
    """
    done = _ended(job, Status.COMPLETED, at=at, progress=100, **_said("completed"), error=None)
    return _told(
        msgspec.structs.replace(done, result_bytes=result_bytes, result_sent_bytes=result_sent_bytes), "completed"
    )


def failed(job: Job, error: AttemptError, *, at: datetime) -> Job:
    """The job ends with an error; progress keeps its last value."""
    info = error_info(error, attempt=job.attempt)
    return _told(
        _ended(job, Status.FAILED, at=at, **_said("failed", title=info.title), error=info), "failed", info.code
    )


def cancelled(job: Job, *, at: datetime) -> Job:
    """The job ends because it was cancelled."""
    done = _ended(job, Status.CANCELLED, at=at, **_said("cancelled"), cancel_requested=True, error=None)
    return _told(done, "cancelled")


def cancel_accepted(job: Job, *, at: datetime) -> Job:
    """A cancel was asked for: a pending job ends at once, a running one when its worker stops; the lock is free now.

    A job that is cancelled already, or is asked to stop already, is returned as it is.
    Raises: AlreadyFinished when the job completed or failed.
    """
    if job.status is Status.CANCELLED or (job.is_open and job.cancel_requested):
        return job
    if job.is_done:
        raise AlreadyFinished(f"The job has {job.status}; only an open job can be cancelled.")
    # A parked job has no worker to see it: one is sent for, and rescue sends for another soon.
    soon = {} if job.parked is None else {"check_at": at + timedelta(seconds=FIRST_CHECK_SECONDS)}
    asked = _told(_changed(job, at=at, cancel_requested=True, lock=None, **soon), "cancel_requested")
    return cancelled(asked, at=at) if job.status is Status.PENDING else asked


def retrying(job: Job, error: AttemptError, *, due_at: datetime, at: datetime) -> Job:
    """The attempt failed and is repeated at `due_at`; the error shows while the job waits."""
    info = msgspec.structs.replace(error_info(error, attempt=job.attempt), retryable=True)
    waiting = _waiting(
        job,
        due_at=due_at,
        at=at,
        error=info,
        **_said("waiting_to_retry"),
        failures=job.failures + 1,
        invalid_answers=job.invalid_answers + isinstance(error, OutputInvalid),
    )
    return _told(waiting, "retrying", info.code)


def yielded(job: Job, *, fruitless: bool, at: datetime) -> Job:
    """The function's time is over; the same attempt goes on at once in a fresh invocation."""
    waiting = _waiting(
        job,
        due_at=at,
        at=at,
        error=None,
        next_claim_cost=0,
        continuations=job.continuations + 1,
        fruitless=job.fruitless + fruitless,
    )
    return _told(waiting, "yielded")


def parked(job: Job, waiting: Parked, *, look_at: datetime, at: datetime) -> Job:
    """A model works on without us: the job has no worker and no lease until it is woken, which costs no attempt."""
    left = _waiting(job, due_at=look_at, at=at, next_claim_cost=0)
    return msgspec.structs.replace(left, status=Status.RUNNING, parked=waiting, waited=waiting, slots=job.slots)


def awaiting_slot(job: Job, *, at: datetime) -> Job:
    """No call more may begin at its provider: the job waits, and the same attempt goes on when it has slots."""
    waiting = _waiting(job, due_at=at, at=at, error=None, next_claim_cost=0)
    check_at = min(at + timedelta(seconds=SLOT_CHECK_SECONDS), max(job.deadline_at, waiting.check_at))
    return msgspec.structs.replace(waiting, check_at=check_at, check_interval_seconds=SLOT_CHECK_SECONDS)


def worker_lost(job: Job, *, at: datetime) -> Job:
    """The worker died: the job waits for another one, unless it was cancelled or has no attempt left."""
    if job.cancel_requested:
        return cancelled(job, at=at)
    error = WorkerLost("The worker stopped unexpectedly.")
    lost = msgspec.structs.replace(job, lost_workers=job.lost_workers + 1)
    if job.attempt >= job.max_attempts or lost.lost_workers >= MAX_LOST_WORKERS:
        return failed(lost, error, at=at)
    return retrying(lost, error, due_at=at, at=at)


def overdue(job: Job, *, at: datetime) -> Job:
    """The deadline passed while nobody worked on the job: it ends."""
    if job.cancel_requested:
        return cancelled(job, at=at)
    return failed(job, DeadlineExceeded(PAST_DEADLINE), at=at)


def next_check_seconds(job: Job) -> int:
    """Seconds until rescue looks again at a pending job whose message it sent again: doubled, up to 15 minutes."""
    return min(2 * job.check_interval_seconds, LONGEST_CHECK_SECONDS)


def error_info(error: AttemptError, *, attempt: int) -> ErrorInfo:
    """What the record keeps of an error: nothing but what is safe to show."""
    return ErrorInfo(
        code=error.code,
        title=error.title,
        message=str(error),
        retryable=isinstance(error, TransientError),
        attempt=attempt,
        provider=error.provider,
        provider_status=error.provider_status,
        provider_request_id=error.provider_request_id,
    )


def _said(code: ProgressCode, **params: str) -> Mapping[str, Any]:
    message, code, kept = reported(code, params)
    return {"progress_message": message, "progress_code": code, "progress_params": kept}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_PARAM else f"{text[: LONGEST_PARAM - 1]}…"


def _changed(job: Job, *, at: datetime, **changes: Any) -> Job:
    return msgspec.structs.replace(job, updated_at=_not_before(job, at), **changes)


def _not_before(job: Job, at: datetime) -> datetime:
    """The time of a change: whoever asks for it may have looked at the clock before the last one landed."""
    return max(at, job.updated_at)


def _told(job: Job, event: EventType, message: str = "") -> Job:
    return with_event(job, Event(at=job.updated_at, type=event, message=message))


def _ended(job: Job, status: Status, *, at: datetime, **changes: Any) -> Job:
    ended_at = _not_before(job, at)
    return _changed(
        job,
        at=at,
        status=status,
        completed_at=ended_at,
        lock=None,
        lease_until=None,
        claim_token=None,
        held=0,
        parked=None,
        waited=None,
        **checked_again(job, at=ended_at),
        slots=None,
        **{"progress": job.progress_at(ended_at), **changes},
    )


def checked_again(job: Job, *, at: datetime) -> Mapping[str, Any]:
    """Rescue looks at a job that has ended only while something of it is stored at a provider."""
    if not job.calls:
        return {}
    return {
        "check_at": at + timedelta(seconds=FIRST_CHECK_SECONDS),
        "check_interval_seconds": FIRST_CHECK_SECONDS,
    }


def _waiting(job: Job, *, due_at: datetime, at: datetime, **changes: Any) -> Job:
    # A message cannot wait for so long: rescue sends it when the job is due.
    is_far = due_at - at > timedelta(seconds=LONGEST_QUEUE_DELAY_SECONDS)
    return _changed(
        job,
        at=at,
        status=Status.PENDING,
        due_at=due_at,
        check_at=due_at if is_far else due_at + timedelta(seconds=FIRST_CHECK_SECONDS),
        check_interval_seconds=FIRST_CHECK_SECONDS,
        lease_until=None,
        claim_token=None,
        held=0,
        parked=None,
        waited=None,
        progress=job.progress_at(at),
        slots=job.slots if job.has_calls_in_flight else None,
        **changes,
    )
