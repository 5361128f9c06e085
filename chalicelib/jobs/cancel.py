"""How is a job cancelled? Accepted means it ends cancelled: at once, or as soon as its worker sees it."""

from __future__ import annotations

from datetime import datetime

from chalicelib.errors import Unavailable
from chalicelib.jobs import transitions
from chalicelib.jobs.lifecycle import cancel_accepted
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import Conflict, JobStore
from chalicelib.jobs.read import read_job
from chalicelib.principal import Principal

CANCEL_TRIES = 8


def cancel_job(job_id: str, *, principal: Principal, store: JobStore, now: datetime) -> Job:
    """The job after the cancel: `cancelled`, or running with `cancel_requested` until its worker stops.

    Raises: NotFound; AlreadyFinished when it completed or failed; Unavailable when it changes too fast to be cancelled.
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
        transitions.cancel_accepted(stored)
        return stored
    raise Unavailable("The job is changing too fast to be cancelled just now. Try again.", retry_after_seconds=1)
