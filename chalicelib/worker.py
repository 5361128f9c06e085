"""What happens to a message from the queue? What it asks for is done; when that returns, the message is acknowledged.

A lane delivers one message at a time (batch size 1): one job, one invocation. A job's record that cannot be written
makes the message visible again, later each time, and raises, so that SQS delivers it once more: what was never claimed
is claimed then, and what was claimed is rescue's once its lease is over. Only a message that keeps crashing the worker
itself ends in the dead-letter queue.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from chalicelib import telemetry
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.attempt_calls import Background
from chalicelib.jobs.leftovers import adopt_call, forget_calls
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import JobMessage
from chalicelib.jobs.run import pulse, run_attempt

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

REDELIVERY_SECONDS = (10, 30, 60, 120, 240)
"""When a message comes again that could not be handled, by how often it was received: minutes of trouble with our
storage must not fill the dead-letter queue."""


class LambdaContext(Protocol):
    """The part of AWS Lambda's context that is used."""

    aws_request_id: str
    memory_limit_in_mb: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is stopped."""


class Redelivery(Protocol):
    """Makes a received message visible again before its visibility timeout ends."""

    def __call__(self, *, receipt_handle: str, queue_arn: str, after_seconds: int) -> None:
        """Deliver the message again after that many seconds. Raises: StorageUnavailable."""


def handle_records(
    event: Mapping[str, Any],
    context: LambdaContext,
    *,
    run: Callable[[JobMessage, str, Callable[[], float]], None],
    redeliver: Redelivery,
) -> None:
    """Run the attempt of each record of an SQS event. `run` takes the message, a claim token and the seconds left.

    Raises: whatever kept the message from being handled, after asking for its redelivery; msgspec.ValidationError for
    a message in another format.
    """
    for record in event["Records"]:
        message = msgspec.json.decode(record["body"], type=JobMessage)
        claim_token = f"{context.aws_request_id}/{record['messageId']}"
        try:
            run(message, claim_token, lambda: context.get_remaining_time_in_millis() / 1000)
        except Exception:
            after_seconds = redelivery_seconds(int(record["attributes"]["ApproximateReceiveCount"]))
            telemetry.warning("message_redelivered", job_id=message.job_id, after_seconds=after_seconds)
            _redeliver(record, redeliver=redeliver, after_seconds=after_seconds)
            raise
        finally:
            percent = telemetry.memory_percent(int(context.memory_limit_in_mb))
            metric = telemetry.Metric(name="MemoryPercent", value=percent, unit="Percent", per=())
            telemetry.measured("worker_memory", [metric], job_id=message.job_id)


def handle_message(message: JobMessage, claim_token: str, time_left: Callable[[], float], *, system: System) -> None:
    """Do what a message asks for: run an attempt of its job, or see to calls that no attempt is about.

    Raises: StorageUnavailable: the message comes again.
    """
    calls = system.model_calls
    if message.forget:
        forget_calls(message, provider=calls.openai, queue=system.job_queue)
        return
    if message.call_id:
        adopt_call(
            message.call_id,
            store=system.job_store,
            queue=system.job_queue,
            background=calls.background,
            clock=system.clock,
            tries=message.tries or 0,
        )
        return

    def background(job: Job) -> Background | None:
        analysis = system.analyses.get(job.job_type)
        return calls.background if analysis is not None and analysis.provider == calls.PROVIDER else None

    run_attempt(
        message,
        store=system.job_store,
        queue=system.job_queue,
        job_types=system.job_types,
        clock=system.clock,
        rng=random.Random(),  # noqa: S311  # jitter, not a secret
        claim_token=claim_token,
        time_left=time_left,
        pulse=pulse,
        background=background,
        admission=system.admission,
    )


def redelivery_seconds(receives: int) -> int:
    """Seconds until a message is delivered again that was received so many times and not handled."""
    return REDELIVERY_SECONDS[min(max(receives, 1), len(REDELIVERY_SECONDS)) - 1]


def _redeliver(record: Mapping[str, Any], *, redeliver: Redelivery, after_seconds: int) -> None:
    try:
        redeliver(
            receipt_handle=record["receiptHandle"],
            queue_arn=record["eventSourceARN"],
            after_seconds=after_seconds,
        )
    except StorageUnavailable:
        telemetry.warning("redelivery_not_set")  # the visibility timeout ends sooner or later
