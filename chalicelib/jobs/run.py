"""How is one attempt run? Claim, execute, settle: the outcome is a value, and each kind of it is one write."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from random import Random

import msgspec

from chalicelib import telemetry
from chalicelib.errors import (
    AttemptError,
    AttemptStopped,
    CancelSeen,
    DeadlineExceeded,
    InputInvalid,
    Internal,
    LeaseLost,
    OutOfTime,
    ProviderUnavailable,
    TransientError,
    Unavailable,
    WorkerLost,
)
from chalicelib.jobs import lifecycle, transitions
from chalicelib.jobs.attempt import Attempt
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import Cancelled, Completed, Failed, Outcome, Retry, Yield
from chalicelib.jobs.ports import Clock, JobMessage, JobQueue, JobStore, JobType, WriteBackRefused
from chalicelib.jobs.retry_policy import after_error

CUT_SHORT_SECONDS = 1
"""A call that failed with less time than this left was cut short by us; the provider is not to blame."""

TOO_SLOW = "One step of the analysis took longer than a worker may run."
STORAGE_SILENT = "The worker could not go on because our storage did not answer."

WRITE_BACK_REFUSALS = {
    "case_gone": "The case was deleted while its analysis ran.",
    "call_replaced": "The call was replaced while its analysis ran.",
}


def run_attempt(
    message: JobMessage,
    *,
    store: JobStore,
    queue: JobQueue,
    job_types: Mapping[str, JobType],
    clock: Clock,
    rng: Random,
    claim_token: str,
    time_left: Callable[[], float],
    pulse: Callable[[Attempt], AbstractContextManager[None]],
) -> None:
    """Run the job that the message names, if it is to be had; when this returns, the message is done with.

    A job that is not to be had (done, owned by another worker, not due yet) is left alone: rescue owns its recovery.
    Storage that does not answer fails the attempt, as a provider would. Raises: Unavailable when the record itself
    cannot be written; then the message must be delivered again.
    """
    now = clock()
    job = store.claim(message.job_id, now=now, lease_until=lifecycle.lease_end(now), claim_token=claim_token)
    if job is None:
        telemetry.info("claim_lost", job_id=message.job_id)
        return
    transitions.started(job)
    attempt = Attempt(job, store=store, clock=clock, time_left=time_left)
    with pulse(attempt):
        outcome = _execute(attempt, job_types=job_types, clock=clock, rng=rng)
    if outcome is None:
        telemetry.warning("attempt_given_up", **_facts(job), fence=job.fence)
        return
    try:
        settle(attempt, outcome, queue=queue, clock=clock)
    except Unavailable as error:
        if not isinstance(outcome, Completed):
            raise
        # The result and the case's members may be in the way (S3, a busy case); the record alone needs less.
        settle(attempt, _after_silence(attempt.job, error, now=clock(), rng=rng), queue=queue, clock=clock)


def settle(attempt: Attempt, outcome: Outcome, *, queue: JobQueue, clock: Clock) -> None:
    """Write the outcome in one write, and send the message that it asks for. Without its lease it writes nothing.

    An outcome that cannot be written as it is, is a defect, and fails the job. Raises: Unavailable.
    """
    try:
        job = _written_or_crashed(attempt, outcome, clock=clock)
    except LeaseLost:
        telemetry.warning("outcome_discarded", **_facts(attempt.job), outcome=type(outcome).__name__)
        return
    transitions.ended(job)
    if isinstance(outcome, Retry | Yield) and job.is_open:
        delay_seconds = max(0, math.ceil((job.due_at - clock()).total_seconds()))
        send_again(job, queue=queue, delay_seconds=delay_seconds)


def _execute(attempt: Attempt, *, job_types: Mapping[str, JobType], clock: Clock, rng: Random) -> Outcome | None:
    """What became of the attempt; None when the job is another worker's now."""
    try:
        attempt.check()
        job_type = _admitted(attempt.job, job_types=job_types)
        return job_type.run(attempt)
    except LeaseLost:
        return None
    except CancelSeen:
        return Cancelled()
    except OutOfTime:
        return _continuation(attempt, job_types=job_types, now=clock(), rng=rng)
    except Unavailable as error:
        return _after_silence(attempt.job, error, now=clock(), rng=rng)
    except AttemptError as error:
        if isinstance(error, TransientError) and attempt.remaining() < CUT_SHORT_SECONDS:
            return _continuation(attempt, job_types=job_types, now=clock(), rng=rng)
        return after_error(attempt.job, error, now=clock(), rng=rng)
    except Exception as exc:  # noqa: BLE001  # a defect must end the job, not leave it running
        return _crashed(attempt.job, exc)


def _admitted(job: Job, *, job_types: Mapping[str, JobType]) -> JobType:
    """The job's type, if the job may run once more."""
    if job.attempt > job.max_attempts:
        raise WorkerLost("The worker stopped unexpectedly, and no attempts are left.")
    if job.job_type not in job_types:
        raise Internal("This kind of analysis is not known to the version that runs now.")
    return job_types[job.job_type]


def _continuation(attempt: Attempt, *, job_types: Mapping[str, JobType], now: datetime, rng: Random) -> Outcome:
    """Go on in a fresh invocation. One that got nowhere in all its time costs an attempt: the next may do no better."""
    job = attempt.job
    if job.continuations >= job_types[job.job_type].policy.max_continuations:
        return Failed(DeadlineExceeded("The analysis took more function invocations than it may."))
    if attempt.goes_in_circles:
        return after_error(job, ProviderUnavailable(TOO_SLOW), now=now, rng=rng)
    return Yield()


def _after_silence(job: Job, error: Unavailable, *, now: datetime, rng: Random) -> Outcome:
    """Our own storage did not answer this worker, so it cannot go on; the next one may."""
    telemetry.warning("storage_silent", **_facts(job))
    lost = WorkerLost(STORAGE_SILENT, retry_after_seconds=error.retry_after_seconds)
    return after_error(job, lost, now=now, rng=rng)


def _crashed(job: Job, exc: Exception) -> Failed:
    telemetry.defect("attempt_crashed", exc, **_facts(job))
    return Failed(Internal("Something went wrong on our side. The analysis was not completed."))


def _written_or_crashed(attempt: Attempt, outcome: Outcome, *, clock: Clock) -> Job:
    try:
        return _written_or_cancelled(attempt, outcome, clock=clock)
    except (Unavailable, AttemptStopped):
        raise
    except Exception as exc:  # noqa: BLE001  # as in _execute
        return _written_or_cancelled(attempt, _crashed(attempt.job, exc), clock=clock)


def _written_or_cancelled(attempt: Attempt, outcome: Outcome, *, clock: Clock) -> Job:
    try:
        return _written(attempt, outcome, clock=clock)
    except CancelSeen:
        return _written(attempt, Cancelled(), clock=clock)


def _written(attempt: Attempt, outcome: Outcome, *, clock: Clock) -> Job:
    at = clock()
    match outcome:
        case Completed():
            return _completed(attempt, outcome, clock=clock)
        case Failed(error=error):
            return attempt.save(lambda job: lifecycle.failed(attempt.with_news(job), error, at=at))
        case Retry(error=error, after_seconds=seconds):
            due_at = at + timedelta(seconds=seconds)
            return attempt.save(lambda job: lifecycle.retrying(attempt.with_news(job), error, due_at=due_at, at=at))
        case Yield():
            return attempt.save(lambda job: lifecycle.yielded(attempt.with_news(job), at=at))
        case Cancelled():
            return attempt.save(lambda job: lifecycle.cancelled(attempt.with_news(job), at=at))


def _completed(attempt: Attempt, outcome: Completed, *, clock: Clock) -> Job:
    result = msgspec.json.encode(outcome.result)
    at = clock()
    try:
        return attempt.save(
            lambda job: lifecycle.completed(attempt.with_news(job), result_bytes=len(result), at=at),
            result=result,
            write_back=outcome.write_back,
        )
    except WriteBackRefused as refused:
        return _written(attempt, Failed(InputInvalid(WRITE_BACK_REFUSALS[refused.reason])), clock=clock)


def send_again(job: Job, *, queue: JobQueue, delay_seconds: int) -> None:
    """Send a new message for a pending job; one that cannot be sent is left to rescue."""
    try:
        queue.send(
            JobMessage(job_id=job.job_id), lane=job.priority, group=job.requested_by, delay_seconds=delay_seconds
        )
    except Unavailable:
        telemetry.warning("message_not_sent", **_facts(job))


def _facts(job: Job) -> dict[str, object]:
    return {"job_id": job.job_id, "job_type": job.job_type, "attempt": job.attempt}
