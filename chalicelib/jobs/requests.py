"""What a caller asks of jobs after the start: read, list, cancel, retry, delete.

Expired records and other people's jobs do not exist here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

import msgspec

from chalicelib import telemetry
from chalicelib.auth import Principal
from chalicelib.errors import NotFinished, NotFound, StorageUnavailable
from chalicelib.jobs import job_log
from chalicelib.jobs.lifecycle import cancel_accepted
from chalicelib.jobs.lists import JobFilter, JobPage, Position
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import TEXT_STEP, Conflict, JobMessage, JobQueue, JobStore
from chalicelib.jobs.wake import send_again

CANCEL_TRIES = 8

_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def read_job(job_id: str, *, principal: Principal, store: JobStore, now: datetime) -> Job:
    """The job, for the owner of its case, who is its starter too unless an admin started it, and for admins.

    Raises: NotFound, the same for an unknown, an expired, a malformed and somebody else's id.
    """
    job = store.get(job_id) if _UUID.fullmatch(job_id) else None
    if job is None or job.expires_at <= now or not principal.sees(job.user_id):
        raise NotFound("There is no such job.")
    return job


def result_of(job: Job, *, store: JobStore) -> bytes | None:
    """The result of a completed job as JSON bytes (UTF-8); None for every other job."""
    return None if job.result_bytes is None else store.result(job)


def list_jobs(wanted: JobFilter, *, store: JobStore, now: datetime, after: Position | None, limit: int) -> JobPage:
    """One page of the jobs that match, newest first."""
    return store.list(wanted, now=now, after=after, limit=limit)


def cancel_job(job_id: str, *, principal: Principal, store: JobStore, queue: JobQueue, now: datetime) -> Job:
    """The job after the cancel: `cancelled`, or running with `cancel_requested` until its worker stops.

    For a job that waits for a model a worker is sent for, to end what its provider does.

    Raises: NotFound; AlreadyFinished when it completed or failed; StorageUnavailable when it changes too fast.
    """
    for _ in range(CANCEL_TRIES):
        job = read_job(job_id, principal=principal, store=store, now=now)
        asked = cancel_accepted(job, at=now)
        if asked is job:
            return job
        try:
            stored = store.save(job, asked)
        except Conflict:
            continue  # the worker wrote first; what the job is now decides
        job_log.cancel_accepted(stored)
        if stored.parked is not None or stored.calls:
            send_again(stored, queue=queue, delay_seconds=0)
        return stored
    raise StorageUnavailable("The job is changing too fast to be cancelled just now. Try again.", retry_after_seconds=1)


def retryable_job(job_id: str, *, principal: Principal, store: JobStore, now: datetime) -> Job:
    """The finished job that is to be run again.

    Raises: NotFound; NotFinished while it is open.
    """
    job = read_job(job_id, principal=principal, store=store, now=now)
    if job.is_open:
        raise NotFinished("The job is not finished; only a finished job can be run again.")
    return job


def reusable_checkpoints(source: Job) -> str | None:
    """The job whose checkpoints the new one may use (`checkpoints_from`); after a completed one it starts afresh."""
    return None if source.status is Status.COMPLETED else source.job_id


def delete_job(job_id: str, *, principal: Principal, store: JobStore, queue: JobQueue, now: datetime) -> None:
    """Remove the job, its result, checkpoints, events and stored objects; a worker, what it left at a provider.

    Raises: NotFound; NotFinished while it is open, a cancelled worker that has not stopped yet included.
    """
    job = read_job(job_id, principal=principal, store=store, now=now)
    if job.is_open:
        raise NotFinished("The job is not finished. Cancel it first, and delete it when it is done.")
    _forget_calls(job, queue=queue)
    store.delete(job)
    telemetry.info("job_deleted", job_id=job_id, job_type=job.job_type)


class JobsOfCase:
    """What deletions ask of a case's jobs (`cases.changes.CaseJobs`, `cases.documents.Texts`)."""

    def __init__(self, store: JobStore, queue: JobQueue) -> None:
        self._store = store
        self._queue = queue

    def refuse_open(self, case_id: str) -> None:
        """Raises: NotFinished while a job of the case is open."""
        if any(job.is_open for job in self._store.jobs_of_case(case_id)):
            raise NotFinished(
                "A job of this case is not finished. Cancel it first, and delete the case when it is done."
            )

    def ended(self, job_ids: Collection[str]) -> frozenset[str]:
        """Those of the jobs that are done or gone."""
        found = {job_id: self._store.get(job_id) for job_id in job_ids}
        return frozenset(job_id for job_id, job in found.items() if job is None or job.is_done)

    def forget_texts(self, case_id: str) -> None:
        """Remove what the case's jobs have stored of documents' text: of a finished job all checkpoints, of an open one
        the texts, which it reads again when it needs them, and with its end all others."""
        for job in self._store.jobs_of_case(case_id):
            marked = _marked(job, store=self._store)
            if marked is not None:
                self._store.forget_checkpoints(marked, starting_with=TEXT_STEP if marked.is_open else "")

    def delete(self, case_id: str) -> None:
        """Remove all jobs of a case that gets no new ones."""
        for job in self._store.jobs_of_case(case_id):
            _forget_calls(job, queue=self._queue)
            self._store.delete(job)


def _marked(job: Job, *, store: JobStore) -> Job | None:
    """The job, marked while it is open: its checkpoints go before its end is written. None when it is gone.

    Raises: StorageUnavailable when it changes too fast.
    """
    for _ in range(CANCEL_TRIES):
        if job.is_done or job.quotes_deleted:
            return job
        try:
            return store.save(job, msgspec.structs.replace(job, quotes_deleted=True))
        except Conflict as conflict:  # its worker wrote first, or ended it
            if conflict.current is None:
                return None
            job = conflict.current
    raise StorageUnavailable("A job of the case is changing too fast. Try again.", retry_after_seconds=1)


def _forget_calls(job: Job, *, queue: JobQueue) -> None:
    """Have a worker delete what the job left at its provider: the record that knows of it goes. Raises:
    StorageUnavailable."""
    left = tuple(call.id for call in job.calls if call.id)
    if left:
        message = JobMessage(job_id=job.job_id, forget=left)
        queue.send(message, lane=job.priority, group=job.requested_by)
