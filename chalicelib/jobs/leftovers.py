"""Calls at a provider that no attempt is about: left by a job that has ended or is deleted, or of nobody known yet.

A worker ends and deletes what nobody needs, and books what it used; one whose creation was never stored it gives to the
job that made it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib import telemetry
from chalicelib.errors import AttemptError
from chalicelib.jobs.attempt_calls import Background
from chalicelib.jobs.calls import Call, ProviderCalls, is_of_step
from chalicelib.jobs.lifecycle import LEASE_SECONDS, checked_again, next_check_seconds
from chalicelib.jobs.model import Job, Status, Usage
from chalicelib.jobs.ports import LONGEST_QUEUE_DELAY_SECONDS, Clock, Conflict, JobMessage, JobQueue, JobStore
from chalicelib.jobs.wake import send_again

MOST_TRIES = 96
"""A day of quarter hours."""


def finish_calls(job_id: str, *, store: JobStore, clock: Clock, background: Callable[[Job], Background | None]) -> None:
    """End and delete the calls of a job that has ended; rescue sends for another worker while some are left.

    What they used is stored before they are deleted: nobody can ask for it after that. Raises: StorageUnavailable.
    """
    job = store.get(job_id)
    if job is None or job.is_open or not job.calls:
        return
    found = background(job)
    if found is None:
        return
    interval = next_check_seconds(job)
    checked = {"check_interval_seconds": interval, "check_at": clock() + timedelta(seconds=interval)}
    try:
        usage, calls = _booked(job, provider=found.provider)
        if calls != job.calls:
            job = store.save(job, msgspec.structs.replace(job, calls=calls, usage=usage, **checked))
        left = tuple(call for call in calls if not _is_deleted(call, job=job, provider=found.provider))
        if left != calls:
            store.save(job, msgspec.structs.replace(job, calls=left, **checked))
    except Conflict:
        telemetry.info("calls_finished_by_another", job_id=job_id)


def _booked(job: Job, *, provider: ProviderCalls) -> tuple[Usage, tuple[Call, ...]]:
    """The job's usage with what its calls used, and the calls; those that could be ended are booked."""
    usage, calls = job.usage, []
    for call in job.calls:
        ended = call
        if call.id and not call.booked:
            try:
                used = provider.end(call.id).usage
            except AttemptError as error:
                telemetry.warning("call_left_at_provider", job_id=job.job_id, code=error.code)
            else:
                usage = usage if used is None else usage.plus(used)
                ended = msgspec.structs.replace(call, booked=True, over=True)
        calls.append(ended)
    return usage, tuple(calls)


def _is_deleted(call: Call, *, job: Job, provider: ProviderCalls) -> bool:
    """Whether nothing of the call is left at the provider. One that is not booked yet is kept there."""
    if not call.id or not call.booked:
        return not call.id
    try:
        provider.forget(call.id)
    except AttemptError as error:
        telemetry.warning("call_left_at_provider", job_id=job.job_id, code=error.code)
        return False
    return True


def forget_calls(message: JobMessage, *, provider: ProviderCalls, queue: JobQueue) -> None:
    """End and delete the calls of a job that is deleted; what fails is tried again for a day.

    Raises: StorageUnavailable.
    """
    left = [call_id for call_id in message.forget or () if not _is_forgotten(call_id, provider=provider)]
    tries = (message.tries or 0) + 1
    if left and tries <= MOST_TRIES:
        again = JobMessage(job_id=message.job_id, forget=tuple(left), tries=tries)
        queue.send(again, lane="normal", group=message.job_id, delay_seconds=LONGEST_QUEUE_DELAY_SECONDS)


def adopt_call(
    call_id: str, *, store: JobStore, queue: JobQueue, background: Background, clock: Clock, tries: int = 0
) -> None:
    """Give a call that no job is known for to the job that its metadata names, which is woken if it is parked.

    The worker that made it died, or the connection did, before its id was stored. One that its job does not need, or
    whose job is gone, is ended and deleted, and what it used is booked; one of somebody else is ignored. One that was
    given to its job is looked up again, until the job's record has it: the job may end without having asked for it.
    So is one of which its provider did not tell, for a day; `tries` says how often it did not.
    Raises: StorageUnavailable.
    """
    try:
        made_for = background.provider.made_for(call_id)
    except AttemptError as error:
        telemetry.warning("call_not_looked_up", code=error.code)
        if tries < MOST_TRIES:
            _look_up_later(call_id, queue=queue, delay_seconds=LONGEST_QUEUE_DELAY_SECONDS, tries=tries + 1)
        return
    job_id, question = made_for.get("job"), made_for.get("question")
    if not job_id or not question:
        return
    job = store.get(job_id)
    if job is None:
        _is_forgotten(call_id, provider=background.provider)
        return
    began_at, most = max(job.created_at, job.started_at or job.created_at), made_for.get("most_usd")
    call = Call(id=call_id, question=question, began_at=began_at, most_usd=Decimal(most) if most else None)
    if any(known.id == call_id for known in job.calls):
        is_to_wake = True
    elif is_to_wake := _is_wanted(call, job):
        background.index.adopt(job_id, call, expires_at=job.expires_at)
        telemetry.warning("call_adopted", job_id=job_id)
        _look_up_later(call_id, queue=queue, delay_seconds=LONGEST_QUEUE_DELAY_SECONDS)
    else:
        _leave_to_job(call, job, store=store, queue=queue, provider=background.provider, now=clock())
    if is_to_wake and job.parked is not None:
        send_again(job, queue=queue, delay_seconds=0)


def _leave_to_job(
    call: Call, job: Job, *, store: JobStore, queue: JobQueue, provider: ProviderCalls, now: datetime
) -> None:
    """End a call that its job does not need, and let the job book what it used and delete it, as its other calls."""
    telemetry.warning("call_not_needed", job_id=job.job_id)
    try:
        provider.end(call.id)
    except AttemptError as error:
        telemetry.warning("call_left_at_provider", job_id=job.job_id, code=error.code)
    after = msgspec.structs.replace(job, calls=(*job.calls, msgspec.structs.replace(call, over=True)))
    if job.is_done:
        after = msgspec.structs.replace(after, **checked_again(after, at=now))
    stored = None
    if job.status is not Status.RUNNING or job.parked is not None:  # else its worker would not see the call
        with suppress(Conflict):
            stored = store.save(job, after, call=call)
    if stored is None:
        _look_up_later(call.id, queue=queue, delay_seconds=LEASE_SECONDS)
    elif stored.is_done:
        send_again(stored, queue=queue, delay_seconds=0)


def _look_up_later(call_id: str, *, queue: JobQueue, delay_seconds: int, tries: int | UnsetType = UNSET) -> None:
    """Have a worker find out once more whose the call is. Raises: StorageUnavailable."""
    message = JobMessage(job_id="", call_id=call_id, tries=tries)
    queue.send(message, lane="normal", group=call_id, delay_seconds=delay_seconds)


def _is_wanted(call: Call, job: Job) -> bool:
    asked_again = any(known.question == call.question and known.id for known in job.calls)
    is_stored = any(is_of_step(call, event.message) for event in job.steps)
    return job.is_open and not asked_again and not is_stored


def _is_forgotten(call_id: str, *, provider: ProviderCalls) -> bool:
    try:
        provider.end(call_id)
        provider.forget(call_id)
    except AttemptError as error:
        telemetry.warning("call_left_at_provider", code=error.code)
        return False
    return True
