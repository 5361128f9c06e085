"""`dlq`: the messages that crashed the worker itself, each with what its job's record says."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import JobMessage
from infra.ops.output import print_json
from infra.ops.stage import Lane, Stage
from infra.problem import Problem

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
        """The job that the message names; None when it names none, or is not one of Casework's."""
        message = self.message
        return None if message is None else message.job_id or None

    @property
    def message(self) -> JobMessage | None:
        """What the worker reads; None when it is not one of Casework's."""
        try:
            return msgspec.json.decode(self.body, type=JobMessage)
        except msgspec.MsgspecError:
            return None


def dead_letters(sqs: Any, lane: Lane) -> Iterator[DeadLetter]:
    """Receive each message of the lane's dead-letter queue once; it stays invisible for `HELD_SECONDS`.

    The caller deletes it or lets it go (`let_go`). Raises: Problem.
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
    """What the job's record says about the message: the state of the job, and the error that it met last.

    Of a message about calls at a provider, what it is to do there: no record of a job tells that.
    """
    message = letter.message
    if message is not None and message.forget:
        return f"to delete {len(message.forget)} answers of a deleted job at the model's provider"
    if message is not None and message.call_id:
        return f"to find the job of the call {message.call_id} at the model's provider"
    if letter.job_id is None:
        return "not a Casework message"
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


def show_dead_letters(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """List the dead letters of both lanes, the oldest first. Nothing is changed. Raises: Problem."""
    rows = [row for lane in stage.lanes for row in look(stage, lane, now=now, wanted=lambda _: True)]
    if arguments.json:
        print_json(console, {"stage": stage.name, "messages": rows})
    elif rows:
        console.print(letter_table(f"Dead letters of {stage.name}", rows))
        console.print(f"Move them back with `make redrive STAGE={stage.name}` once the cause is fixed.")
    else:
        console.print(f"The dead-letter queues of {stage.name} are empty.")


def look(stage: Stage, lane: Lane, *, now: datetime, wanted: Callable[[DeadLetter], bool]) -> Sequence[dict[str, Any]]:
    """The wanted dead letters of a lane as rows, the oldest first; all stay where they are. Raises: Problem."""
    letters = list(dead_letters(stage.sqs, lane))
    let_go(stage.sqs, lane, letters)
    chosen = sorted((letter for letter in letters if wanted(letter)), key=lambda letter: letter.sent_at)
    return [letter_row(letter, stage=stage, now=now) for letter in chosen]


def letter_row(letter: DeadLetter, *, stage: Stage, now: datetime) -> dict[str, Any]:
    """What a command reports of one message."""
    try:
        why = reason(letter, read_job=stage.jobs.get)
    except (StorageUnavailable, ClientError):  # the second: you may not read it
        why = "unknown: the job's record cannot be read"
    return {
        "lane": letter.lane,
        "age_seconds": max(0, round((now - letter.sent_at).total_seconds())),
        "job_id": letter.job_id,
        "receive_count": letter.receive_count,
        "reason": why,
        "message_id": letter.message_id,
    }


def letter_table(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    """The rows for people."""
    table = Table(title=title, title_justify="left")
    table.add_column("lane")
    table.add_column("age", justify="right")
    table.add_column("job", no_wrap=True)
    table.add_column("receives", justify="right")
    table.add_column("reason", overflow="fold")
    for row in rows:
        job = row["job_id"] or f"message {row['message_id']}"
        age = str(timedelta(seconds=row["age_seconds"]))
        table.add_row(row["lane"], age, escape(job), str(row["receive_count"]), escape(row["reason"]))
    return table


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
        raise Problem(f"The dead-letter queue {lane.dead_letter_queue_url} does not answer: {exc}") from exc
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
