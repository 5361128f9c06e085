"""How is a finished job run again? As a new job of the same case that may reuse what the old one had checkpointed."""

from __future__ import annotations

from datetime import datetime

from chalicelib.errors import NotFinished
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import JobStore
from chalicelib.jobs.read import read_job
from chalicelib.principal import Principal


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
