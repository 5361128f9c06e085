"""How does a job disappear before it expires? Only when it is done, and with everything it stored."""

from __future__ import annotations

from datetime import datetime

from chalicelib import telemetry
from chalicelib.errors import NotFinished
from chalicelib.jobs.ports import JobStore
from chalicelib.jobs.read import read_job
from chalicelib.principal import Principal


def delete_job(job_id: str, *, principal: Principal, store: JobStore, now: datetime) -> None:
    """Remove the job, its result, checkpoints, events and stored objects.

    Raises: NotFound; NotFinished while it is open, a cancelled worker that has not stopped yet included.
    """
    job = read_job(job_id, principal=principal, store=store, now=now)
    if job.is_open:
        raise NotFinished("The job is not finished. Cancel it first, and delete it when it is done.")
    store.delete(job)
    telemetry.info("job_deleted", job_id=job_id, job_type=job.job_type)


def delete_jobs_of_case(case_id: str, *, store: JobStore) -> None:
    """Remove all jobs of a case that is about to be deleted.

    Raises: NotFinished while one of them is open; then none is removed.
    """
    jobs = store.jobs_of_case(case_id)
    if any(job.is_open for job in jobs):
        raise NotFinished("A job of this case is not finished. Cancel it first, and delete the case when it is done.")
    # Only what was seen to be done: a job that started since is not among them.
    for job in jobs:
        store.delete(job)
