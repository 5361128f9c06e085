"""What lies in the dead-letter queues, and why? Messages that crashed the worker itself, beside their job's record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import JobMessage
from infra.ops.problem import OpsProblem
from infra.ops.stage import Lane

HELD_SECONDS = 60
"""How long a message that somebody looks at is invisible to others, unless it is let go before."""

RECEIVE_AT_MOST = 10  # SQS's own limit

ReadJob = Callable[[str], Job | None]


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a dead-letter queue. `sent_at` is when it first went into its lane, aware UTC."""

    lane: str
    message_id: str
    receipt_handle: str
    body: str
    group: str | None
    sent_at: datetime
    receive_count: int

    @property
    def job_id(self) -> str | None:
        """The job that the message names; None when it is no message of ours."""
        try:
            return msgspec.json.decode(self.body, type=JobMessage).job_id
        except msgspec.MsgspecError:
            return None


def dead_letters(sqs: Any, lane: Lane) -> Iterator[DeadLetter]:
    """Receive each message of the lane's dead-letter queue once; it stays invisible for `HELD_SECONDS`.

    The caller deletes it or lets it go (`let_go`). Raises: OpsProblem.
    """
    seen: set[str] = set()
    while True:
        page = [_dead_letter(lane, message) for message in _receive(sqs, lane)]
        new = [letter for letter in page if letter.message_id not in seen]
        seen.update(letter.message_id for letter in new)
        yield from new
        if not new:
            return


def let_go(sqs: Any, lane: Lane, letters: list[DeadLetter]) -> None:
    """Make messages visible again that were looked at; one that cannot be is visible again a minute later anyway."""
    for letter in letters:
        try:
            sqs.change_message_visibility(
                QueueUrl=lane.dead_letter_queue_url, ReceiptHandle=letter.receipt_handle, VisibilityTimeout=0
            )
        except (ClientError, BotoCoreError):
            continue


def reason(letter: DeadLetter, *, read_job: ReadJob) -> str:
    """What the job's record says about the message: the state of the job, and the error that it met last."""
    if letter.job_id is None:
        return "not a message of ours"
    job = read_job(letter.job_id)
    if job is None:
        return "no such job: deleted or expired"
    if job.error is not None:
        attempts = f" (attempt {job.error.attempt} of {job.max_attempts})"
        return f"{job.status}: {job.error.code}: {job.error.message}{attempts}"
    if job.status is Status.RUNNING:
        return f"running: attempt {job.attempt} of {job.max_attempts}, lease until {job.lease_until:%H:%M:%S} UTC"
    if job.status is Status.PENDING and job.fence == 0:
        return "pending: never claimed; the worker crashes before it claims the job"
    return str(job.status)


def _receive(sqs: Any, lane: Lane) -> list[Mapping[str, Any]]:
    try:
        answer = sqs.receive_message(
            QueueUrl=lane.dead_letter_queue_url,
            MaxNumberOfMessages=RECEIVE_AT_MOST,
            VisibilityTimeout=HELD_SECONDS,
            WaitTimeSeconds=lane.poll_seconds,
            MessageSystemAttributeNames=["All"],
        )
    except (ClientError, BotoCoreError) as exc:
        raise OpsProblem(f"The dead-letter queue {lane.dead_letter_queue_url} does not answer: {exc}") from exc
    messages: list[Mapping[str, Any]] = answer.get("Messages", [])
    return messages


def _dead_letter(lane: Lane, message: Mapping[str, Any]) -> DeadLetter:
    attributes = message.get("Attributes", {})
    return DeadLetter(
        lane=lane.name,
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        body=message["Body"],
        group=attributes.get("MessageGroupId"),
        sent_at=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
        receive_count=int(attributes["ApproximateReceiveCount"]),
    )
