"""What happens to a message from the queue? Its job's attempt is run; when that returns, the message is acknowledged.

A lane delivers one message at a time (batch size 1): one job, one invocation. A job's record that cannot be written
makes the message visible again, later each time, and raises, so that SQS delivers it once more: what was never claimed
is claimed then, and what was claimed is rescue's once its lease is over. Only a message that keeps crashing the worker
itself ends in the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from chalicelib import memory, telemetry
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.ports import JobMessage

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
            percent = memory.percent_of(int(context.memory_limit_in_mb))
            metric = telemetry.Metric(name="MemoryPercent", value=percent, unit="Percent", per=())
            telemetry.measured("worker_memory", [metric], job_id=message.job_id)


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
