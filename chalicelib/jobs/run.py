"""One attempt of a job: claim, execute, write the outcome; the outcome is a value, and each kind of it is one write."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from random import Random

import msgspec

from chalicelib import telemetry
from chalicelib.errors import (
    AttemptError,
    CancelSeen,
    DeadlineExceeded,
    InputInvalid,
    Internal,
    LeaseLost,
    ModelAtWork,
    NoFreeSlot,
    OutOfTime,
    ProviderUnavailable,
    StorageUnavailable,
    TransientError,
    WorkerLost,
)
from chalicelib.jobs import job_log, lifecycle
from chalicelib.jobs.admission import Admission
from chalicelib.jobs.attempt import Attempt
from chalicelib.jobs.attempt_calls import Background
from chalicelib.jobs.leftovers import finish_calls
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import (
    MAX_FRUITLESS_ATTEMPTS,
    MAX_LOST_WORKERS,
    AwaitSlot,
    Cancelled,
    Completed,
    Failed,
    Outcome,
    Parked,
    Retry,
    Yield,
    after_error,
)
from chalicelib.jobs.ports import (
    LONGEST_QUEUE_DELAY_SECONDS,
    Clock,
    JobMessage,
    JobQueue,
    JobStore,
    JobType,
    WriteBackRefused,
)
from chalicelib.jobs.wake import send_again

CUT_SHORT_SECONDS = 1
"""A call that failed with less time than this left was cut short by us; the provider is not to blame."""

BEAT_SECONDS = 1.0

TOO_SLOW = "One step of the analysis took longer than a worker may run."

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
    sleep: Callable[[float], None] = time.sleep,
    background: Callable[[Job], Background | None] = lambda job: None,
    admission: Admission | None = None,
) -> None:
    """Claim the message's job and run one attempt. Returns when the message can be deleted.

    A job that cannot be claimed (done, owned by another worker, not due yet) is skipped: rescue owns its recovery. What
    one that has ended left at a provider is ended and deleted there. A look is skipped, too, when another worker has
    had the job since it was sent: that one has sent the next, and each waking would add one to all looks that follow.
    Storage that does not answer fails the attempt, as a provider would. Raises: StorageUnavailable when the record
    itself cannot be written; then the message must be delivered again.
    """
    if message.fence and _looked_since(message, store=store):
        telemetry.info("look_not_needed", job_id=message.job_id)
        return
    now = clock()
    job = store.claim(message.job_id, now=now, lease_until=lifecycle.lease_end(now), claim_token=claim_token)
    if job is None:
        telemetry.info("claim_lost", job_id=message.job_id)
        finish_calls(message.job_id, store=store, clock=clock, background=background)
        return
    job_log.started(job)
    attempt = Attempt(
        job,
        store=store,
        clock=clock,
        time_left=time_left,
        sleep=sleep,
        background=background(job),
        admission=admission,
    )
    with pulse(attempt):
        outcome = _execute(attempt, job_types=job_types, clock=clock, rng=rng)
    if outcome is None:
        telemetry.warning("attempt_given_up", **_facts(job), fence=job.fence)
        return
    write_outcome(attempt, outcome, queue=queue, clock=clock, rng=rng)


def _looked_since(message: JobMessage, *, store: JobStore) -> bool:
    job = store.get(message.job_id)
    return job is None or job.fence != message.fence


def write_outcome(attempt: Attempt, outcome: Outcome, *, queue: JobQueue, clock: Clock, rng: Random) -> None:
    """Land the outcome in one write, and send the message that it asks for. Without its lease it writes nothing.

    What keeps an outcome from being written decides what is written instead; a defect does so once.
    Raises: StorageUnavailable when the record itself cannot be written.
    """
    crashed = False
    while True:
        try:
            job = _written(attempt, outcome, clock=clock)
            break
        except LeaseLost:
            telemetry.warning("outcome_discarded", **_facts(attempt.job), outcome=type(outcome).__name__)
            return
        except CancelSeen:
            outcome = Cancelled()
        except WriteBackRefused as refused:
            outcome = Failed(InputInvalid(WRITE_BACK_REFUSALS[refused.reason]))
        except StorageUnavailable as error:
            if not isinstance(outcome, Completed):
                raise
            # The result and the case's members may be in the way (S3, a busy case); the record alone needs less.
            outcome = after_error(attempt.job, error, now=clock(), rng=rng)
        except Exception as exc:
            if crashed:
                raise
            crashed, outcome = True, _crashed(attempt.job, exc)
    _log_end(job, outcome)
    attempt.slots.after(job, outcome)
    delay_seconds = max(0, math.ceil((job.due_at - clock()).total_seconds()))
    if job.is_open and not isinstance(outcome, AwaitSlot) and delay_seconds <= LONGEST_QUEUE_DELAY_SECONDS:
        send_again(job, queue=queue, delay_seconds=delay_seconds, is_look=job.parked is not None)


def _log_end(job: Job, outcome: Outcome) -> None:
    if isinstance(outcome, AwaitSlot):
        job_log.waits_for_slot(job, provider=outcome.provider)
    else:
        job_log.ended(job)


def _execute(attempt: Attempt, *, job_types: Mapping[str, JobType], clock: Clock, rng: Random) -> Outcome | None:
    """What became of the attempt; None when another worker owns the job."""
    try:
        attempt.check()
        job_type = _admitted(attempt.job, job_types=job_types)
        return job_type.run(attempt)
    except LeaseLost:
        return None
    except CancelSeen:
        return Cancelled()
    except ModelAtWork:
        return attempt.parking()
    except NoFreeSlot as full:
        return AwaitSlot(provider=full.provider, calls=full.calls)
    except OutOfTime:
        return _continuation(attempt, job_types=job_types)
    except AttemptError as error:
        attempt.slots.refused(attempt.job, error)
        if isinstance(error, TransientError) and attempt.remaining() < CUT_SHORT_SECONDS:
            return _continuation(attempt, job_types=job_types)
        return after_error(attempt.job, error, now=clock(), rng=rng)
    except Exception as exc:  # noqa: BLE001  # a defect must end the job, not leave it running
        return _crashed(attempt.job, exc)


def _admitted(job: Job, *, job_types: Mapping[str, JobType]) -> JobType:
    """The job's type, if the job may run once more."""
    if job.attempt > job.max_attempts or job.lost_workers >= MAX_LOST_WORKERS:
        raise WorkerLost("The worker stopped unexpectedly, and no attempts are left.")
    if job.job_type not in job_types:
        raise Internal(f"Unknown job type {job.job_type!r}: the running release has no such analysis.")
    return job_types[job.job_type]


def _continuation(attempt: Attempt, *, job_types: Mapping[str, JobType]) -> Outcome:
    """Continue in a new invocation, unless too many in a row made no progress."""
    job = attempt.job
    if job.continuations >= job_types[job.job_type].policy.max_continuations:
        return Failed(DeadlineExceeded("The analysis took more function invocations than it may."))
    fruitless = not attempt.got_further
    if fruitless and job.fruitless + 1 >= MAX_FRUITLESS_ATTEMPTS:
        return Failed(ProviderUnavailable(TOO_SLOW))
    return Yield(fruitless=fruitless)


def _crashed(job: Job, exc: Exception) -> Failed:
    telemetry.defect("attempt_crashed", exc, **_facts(job))
    return Failed(Internal("Something went wrong on our side. The analysis was not completed."))


def _written(attempt: Attempt, outcome: Outcome, *, clock: Clock) -> Job:
    attempt.finish_calls(all_calls=isinstance(outcome, Completed | Failed | Cancelled))
    at = clock()
    match outcome:
        case Completed(result=content, write_back=write_back):
            result = msgspec.json.encode(content)
            sent_bytes = len(json.dumps(result.decode()))  # as Lambda's runtime writes it into its response
            return attempt.save(
                lambda job: lifecycle.completed(
                    attempt.with_news(job), result_bytes=len(result), result_sent_bytes=sent_bytes, at=at
                ),
                result=result,
                write_back=write_back,
            )
        case Failed(error=error):
            return attempt.save(lambda job: lifecycle.failed(attempt.with_news(job), error, at=at))
        case Retry(error=error, after_seconds=seconds):
            due_at = at + timedelta(seconds=seconds)
            return attempt.save(lambda job: lifecycle.retrying(attempt.with_news(job), error, due_at=due_at, at=at))
        case Yield(fruitless=fruitless):
            return attempt.save(lambda job: lifecycle.yielded(attempt.with_news(job), fruitless=fruitless, at=at))
        case Parked(look_after_seconds=seconds, waiting=waiting):
            look_at = min(at + timedelta(seconds=seconds), attempt.job.deadline_at)
            return attempt.save(lambda job: lifecycle.parked(attempt.with_news(job), waiting, look_at=look_at, at=at))
        case AwaitSlot():
            return attempt.save(lambda job: lifecycle.awaiting_slot(attempt.with_news(job), at=at))
        case Cancelled():
            return attempt.save(lambda job: lifecycle.cancelled(attempt.with_news(job), at=at))


def _facts(job: Job) -> dict[str, object]:
    return {"job_id": job.job_id, "job_type": job.job_type, "attempt": job.attempt}


@contextmanager
def pulse(attempt: Attempt, *, beat_seconds: float = BEAT_SECONDS) -> Iterator[None]:
    """Call `attempt.beat()` every `beat_seconds` from a background thread while the block runs."""
    ended = threading.Event()
    thread = threading.Thread(
        target=_beat_until, args=(ended,), kwargs={"attempt": attempt, "beat_seconds": beat_seconds}, daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat_until(ended: threading.Event, *, attempt: Attempt, beat_seconds: float) -> None:
    while not ended.wait(beat_seconds):
        try:
            attempt.beat()
        except Exception as exc:  # noqa: BLE001  # a dead pulse would let a living attempt lose its lease
            telemetry.defect("pulse_failed", exc, job_id=attempt.job.job_id, attempt=attempt.job.attempt)
