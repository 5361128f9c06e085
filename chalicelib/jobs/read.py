"""What may a caller see of the jobs? Expired records and other people's jobs do not exist here."""

from __future__ import annotations

import re
from datetime import datetime

from chalicelib.errors import NotFound
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import JobFilter, JobPage, JobStore, Position
from chalicelib.principal import Principal

_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def read_job(job_id: str, *, principal: Principal, store: JobStore, now: datetime) -> Job:
    """The job, for its starter, the owner of its case and admins.

    Raises: NotFound, the same for an unknown, an expired, a malformed and somebody else's id.
    """
    job = store.get(job_id) if _is_uuid(job_id) else None
    if job is None or job.expires_at <= now or not principal.sees(job.user_id, job.requested_by):
        raise NotFound("There is no such job.")
    return job


def result_of(job: Job, *, store: JobStore) -> bytes | None:
    """The result of a completed job as JSON bytes (UTF-8); None for every other job."""
    return None if job.result_bytes is None else store.result(job)


def list_jobs(wanted: JobFilter, *, store: JobStore, now: datetime, after: Position | None, limit: int) -> JobPage:
    """One page of the jobs that match, newest first."""
    return store.list(wanted, now=now, after=after, limit=limit)


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None
