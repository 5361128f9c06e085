"""How is a job started? One transaction, then one message; in that order, so that no message names a missing job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from chalicelib import telemetry
from chalicelib.errors import IdempotencyKeyReused, NotFound, StorageUnavailable, TooManyOpenJobs
from chalicelib.jobs import job_log
from chalicelib.jobs.lifecycle import FIRST_CHECK_SECONDS, overdue
from chalicelib.jobs.model import Event, Job, Priority, Status, with_event
from chalicelib.jobs.ports import (
    ActiveAlready,
    CaseMissing,
    Conflict,
    Created,
    IdempotencyKey,
    JobMessage,
    JobQueue,
    JobStore,
    KeyTaken,
    KeyUse,
    RetryPolicy,
)

LIMIT_RETRY_AFTER_SECONDS = 30
DEDUPE_TRIES = 3


class StartRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A start that was checked at the edge. `user_id` owns the case, `requested_by` is the starter.

    `lock` (see `lock_name`) makes this the only such job that is open; None lets several be.
    `checkpoints_from` names a finished job whose checkpoints the new one may use.
    """

    job_type: str
    case_id: str
    user_id: str
    requested_by: str
    endpoint: str
    call_id: str | None = None
    document_count: int | None = None
    lock: str | None = None
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)
    priority: Priority = "normal"
    deadline_seconds: int = 3600
    max_cost_usd: Decimal | None = None
    max_attempts: int = RetryPolicy().max_attempts
    notify_url: str | None = None
    retried_from: str | None = None
    checkpoints_from: str | None = None
    key: IdempotencyKey | None = None


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """The job that answers a start: a new one, the open one of the same lock, or the one an earlier key made."""

    job: Job
    deduplicated: bool = False
    replayed: bool = False


def lock_name(*, job_type: str, case_id: str, call_id: str | None) -> str:
    """The dedupe lock of a job type and a case, and of a call for analyses that may run once per call."""
    return "#".join(["active", case_id, job_type, *([call_id] if call_id else [])])


def replay(key: IdempotencyKey, *, store: JobStore, now: datetime) -> Job | None:
    """The job that the first request with this key got, or None when the key is new.

    Raises: IdempotencyKeyReused when that request was a different one.
    """
    use = store.find_key(key, now=now)
    return None if use is None else _replayed(use, key=key, store=store, now=now)


def submit(
    request: StartRequest,
    *,
    store: JobStore,
    queue: JobQueue,
    now: datetime,
    job_id: str,
    retention_days: int,
    open_jobs_limit: int | None,
) -> Submitted:
    """Store a new job and send its message, or return the existing job that answers this start.

    A message that cannot be sent is left to rescue: the job exists. `open_jobs_limit` None exempts from the limit.
    Raises: NotFound when the case is gone; IdempotencyKeyReused; TooManyOpenJobs; StorageUnavailable when nothing was
    stored.
    """
    job = _new_job(request, now=now, job_id=job_id, retention_days=retention_days)
    for _ in range(DEDUPE_TRIES):
        match store.create(job, key=request.key, open_jobs_limit=open_jobs_limit):
            case Created(job=stored):
                _copy_checkpoints(stored, source=request.checkpoints_from, store=store)
                _send(stored, queue=queue)
                telemetry.measured(
                    "job_created",
                    [telemetry.Metric(name="JobsCreated", value=1, unit="Count")],
                    job_id=stored.job_id,
                    job_type=stored.job_type,
                    attempt=stored.attempt,
                    lane=stored.priority,
                )
                return Submitted(job=stored)
            case KeyTaken(use=use):
                known = _replayed(use, key=request.key, store=store, now=now)
                if known is not None:
                    return Submitted(job=known, replayed=True)
                if request.key is not None:
                    store.forget_key(request.key, job_id=use.job_id)
            case ActiveAlready(job_id=holder):
                open_job = store.get(holder)
                if open_job is not None and open_job.status is Status.PENDING and open_job.deadline_at <= now:
                    _end(open_job, store=store, now=now)
                elif open_job is not None and open_job.is_open:
                    return _deduplicated(open_job, request=request, store=store, now=now)
            case CaseMissing():
                raise NotFound("There is no such case.")
            case _:
                raise TooManyOpenJobs(
                    f"You have {open_jobs_limit} open jobs, as many as one user may have. Wait for one to finish.",
                    retry_after_seconds=LIMIT_RETRY_AFTER_SECONDS,
                )
    raise StorageUnavailable("The job could not be started just now. Try again.", retry_after_seconds=1)


def _end(overdue_job: Job, *, store: JobStore, now: datetime) -> None:
    """End a job whose deadline has passed, as rescue would, so that it does not answer a new start."""
    try:
        ended = store.save(overdue_job, overdue(overdue_job, at=now))
    except Conflict:
        return  # somebody else was first; what the job is now decides
    job_log.ended(ended, by="deadline_exceeded")


def _deduplicated(open_job: Job, *, request: StartRequest, store: JobStore, now: datetime) -> Submitted:
    if request.key is None:
        return Submitted(job=open_job, deduplicated=True)
    use = store.use_key(request.key, job_id=open_job.job_id, now=now, expires_at=open_job.expires_at)
    if use.job_id == open_job.job_id and use.fingerprint == request.key.fingerprint:
        return Submitted(job=open_job, deduplicated=True)
    known = _replayed(use, key=request.key, store=store, now=now)
    return Submitted(job=known or open_job, replayed=known is not None, deduplicated=known is None)


def _replayed(use: KeyUse, *, key: IdempotencyKey | None, store: JobStore, now: datetime) -> Job | None:
    job = store.get(use.job_id)
    if job is None or job.expires_at <= now:
        return None
    if key is not None and use.fingerprint != key.fingerprint:
        raise IdempotencyKeyReused
    return job


def _new_job(request: StartRequest, *, now: datetime, job_id: str, retention_days: int) -> Job:
    job = Job(
        job_id=job_id,
        job_type=request.job_type,
        case_id=request.case_id,
        user_id=request.user_id,
        requested_by=request.requested_by,
        endpoint=request.endpoint,
        call_id=request.call_id,
        document_count=request.document_count,
        labels=request.labels,
        priority=request.priority,
        max_attempts=request.max_attempts,
        max_cost_usd=request.max_cost_usd,
        notify_url=request.notify_url,
        lock=request.lock,
        retried_from=request.retried_from,
        created_at=now,
        updated_at=now,
        due_at=now,
        check_at=now + timedelta(seconds=FIRST_CHECK_SECONDS),
        check_interval_seconds=FIRST_CHECK_SECONDS,
        deadline_at=now + timedelta(seconds=request.deadline_seconds),
        expires_at=now + timedelta(days=retention_days),
    )
    return with_event(job, Event(at=now, type="created"))


def _copy_checkpoints(job: Job, *, source: str | None, store: JobStore) -> None:
    if source is None:
        return
    try:
        copied = store.copy_checkpoints(source, target=job)
        if copied and not store.checkpoints(source):  # a document was deleted meanwhile: what was copied may quote it
            store.forget_checkpoints(job)
            copied = 0
    except StorageUnavailable:
        telemetry.warning("checkpoints_not_copied", job_id=job.job_id, source_job_id=source)
    else:
        telemetry.info("checkpoints_copied", job_id=job.job_id, source_job_id=source, count=copied)


def _send(job: Job, *, queue: JobQueue) -> None:
    try:
        queue.send(JobMessage(job_id=job.job_id), lane=job.priority, group=job.requested_by)
    except StorageUnavailable:
        telemetry.warning("message_not_sent", job_id=job.job_id, job_type=job.job_type)
