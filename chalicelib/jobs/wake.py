"""A worker is sent to a job: to go on with it, or because a provider reports the end of a call that it waits for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from chalicelib import telemetry
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.calls import CallIndex
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import JobMessage, JobQueue, JobStore

BUSY_SECONDS = 3
"""A job that a worker has is looked at again then: the worker may just be parking it."""

LOOK_UP_AFTER_SECONDS = 5
"""A call that no job is known for may have been made a moment ago: its worker is about to store it."""

ASKED_AGAIN_AFTER = timedelta(minutes=5)
"""For so long one worker is enough to find out whose a call is, however often its message comes."""

CallEndOutcome = Literal["woken", "waiting_for_others", "duplicate", "not_needed", "unknown"]


def send_again(job: Job, *, queue: JobQueue, delay_seconds: int, is_look: bool = False) -> None:
    """Send a worker to an open job; a message that cannot be sent is left to rescue.

    `is_look`: it is to look at the calls of a parked job, unless a worker has done so before the message comes.
    """
    message = JobMessage(job_id=job.job_id, fence=job.fence if is_look else msgspec.UNSET)
    try:
        queue.send(message, lane=job.priority, group=job.requested_by, delay_seconds=delay_seconds)
    except StorageUnavailable:
        telemetry.warning("message_not_sent", job_id=job.job_id, job_type=job.job_type, attempt=job.attempt)


def call_ended(
    call_id: str, *, webhook_id: str, store: JobStore, index: CallIndex, queue: JobQueue, now: datetime
) -> CallEndOutcome:
    """Wake the job of the call, once for each message, and only when the other calls that it waits for have ended too.

    Of a call that no job is known for a worker finds out whose it is; its message is to come again.
    Raises: StorageUnavailable: nothing was done that a repetition would not do.
    """
    owner = index.owner(call_id)
    if owner is None:
        if index.is_new(call_id, until=now + ASKED_AGAIN_AFTER):
            message = JobMessage(job_id="", call_id=call_id)
            queue.send(message, lane="normal", group=call_id, delay_seconds=LOOK_UP_AFTER_SECONDS)
        return "unknown"
    if owner.webhook_id == webhook_id:
        return "duplicate"
    job = store.get(owner.job_id)
    if job is None or job.is_done:
        return "not_needed"
    if _waits_for_others(job, call_id, index=index):
        return "waiting_for_others"
    queue.send(
        JobMessage(job_id=job.job_id),
        lane=job.priority,
        group=job.requested_by,
        delay_seconds=0 if job.parked is not None else BUSY_SECONDS,
    )
    index.note_answer(call_id, webhook_id=webhook_id)
    return "woken"


def _waits_for_others(job: Job, call_id: str, *, index: CallIndex) -> bool:
    others = [call.id for call in job.calls if call.id != call_id and not call.booked and not call.over]
    if not others:
        return False
    index.note_answer(call_id, webhook_id=None)  # first: of two that end at once, one sees the other
    owners = (index.owner(other) for other in others)
    return any(owner is not None and not owner.answered for owner in owners)
