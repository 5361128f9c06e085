"""From an SQS event to an attempt, and back to the queue when the infrastructure fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.ports import JobMessage
from chalicelib.worker import handle_records

JOB_ID = "11111111-1111-4111-8111-111111111111"


class Context:
    """A function with 250 seconds left."""

    aws_request_id = "request-1"
    memory_limit_in_mb = "640"

    def get_remaining_time_in_millis(self) -> int:
        return 250_000


def an_event(body: str, *, receives: int = 1) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": "message-1",
                "receiptHandle": "handle-1",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(receives)},
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:normal",
            }
        ]
    }


class Worker:
    """Remembers what it was asked; `unavailable` makes the storage or the queue fail."""

    def __init__(self, *, storage_fails: bool = False, queue_fails: bool = False) -> None:
        self.runs: list[tuple[JobMessage, str, float]] = []
        self.redelivered: list[dict[str, Any]] = []
        self._storage_fails = storage_fails
        self._queue_fails = queue_fails

    def run(self, message: JobMessage, claim_token: str, time_left: Callable[[], float]) -> None:
        self.runs.append((message, claim_token, time_left()))
        if self._storage_fails:
            raise StorageUnavailable("The storage does not answer.")

    def redeliver(self, **asked: Any) -> None:
        if self._queue_fails:
            raise StorageUnavailable("The queue does not answer.")
        self.redelivered.append(asked)

    def handle(self, body: str, *, receives: int = 1) -> None:
        handle_records(an_event(body, receives=receives), Context(), run=self.run, redeliver=self.redeliver)


def test_a_message_becomes_one_attempt() -> None:
    worker = Worker()

    worker.handle(json.dumps({"v": 1, "job_id": JOB_ID}))

    assert worker.runs == [(JobMessage(job_id=JOB_ID), "request-1/message-1", 250.0)]


def test_a_message_of_a_newer_version_is_read_for_what_this_one_knows() -> None:
    worker = Worker()

    worker.handle(json.dumps({"v": 2, "job_id": JOB_ID, "trace": "abc"}))

    assert worker.runs[0][0] == JobMessage(job_id=JOB_ID, v=2)


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"job_id": 7}', "not json"])
def test_a_message_that_is_none_of_ours_raises_and_ends_in_the_dead_letter_queue(body: str) -> None:
    worker = Worker()

    with pytest.raises(msgspec.DecodeError):
        worker.handle(body)

    assert worker.runs == []


def test_an_infrastructure_error_asks_for_a_quick_redelivery_and_raises() -> None:
    worker = Worker(storage_fails=True)

    with pytest.raises(StorageUnavailable):
        worker.handle(json.dumps({"job_id": JOB_ID}))

    assert worker.redelivered == [
        {
            "receipt_handle": "handle-1",
            "queue_arn": "arn:aws:sqs:eu-west-1:123456789012:normal",
            "after_seconds": 10,
        }
    ]


@pytest.mark.parametrize(("receives", "after_seconds"), [(1, 10), (2, 30), (3, 60), (4, 120), (5, 240), (9, 240)])
def test_a_message_comes_again_later_each_time(receives: int, after_seconds: int) -> None:
    worker = Worker(storage_fails=True)

    with pytest.raises(StorageUnavailable):
        worker.handle(json.dumps({"job_id": JOB_ID}), receives=receives)

    assert [asked["after_seconds"] for asked in worker.redelivered] == [after_seconds]


def test_a_queue_that_fails_too_leaves_the_message_to_its_visibility_timeout() -> None:
    worker = Worker(storage_fails=True, queue_fails=True)

    with pytest.raises(StorageUnavailable, match="storage"):
        worker.handle(json.dumps({"job_id": JOB_ID}))
