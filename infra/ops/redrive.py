"""How do dead letters get back into their lane? Each is sent again first and deleted after: none is ever lost.

SQS's own redrive (StartMessageMoveTask) is not used: it cannot pick a job, has no dry run, and no emulator has it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from infra.ops.dlq import DeadLetter, dead_letters, let_go, letter_row, letter_table, look
from infra.ops.output import print_json
from infra.ops.stage import Lane, Stage
from infra.problem import Problem


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What a redrive of one lane did. `sent_twice` are messages that could not be deleted after they were sent."""

    letters: tuple[DeadLetter, ...]
    sent_twice: tuple[DeadLetter, ...]


def redrive(sqs: Any, lane: Lane, *, before: datetime, wanted: Callable[[DeadLetter], bool]) -> Moved:
    """Move the wanted messages of the lane's dead-letter queue back to the lane, those sent `before` this moment only.

    So a message that comes back while this runs is not moved in circles. A message that is delivered twice is
    harmless: one claim of its job lands.
    Raises: Problem when a message cannot be sent; it and all that follow are still in the dead-letter queue.
    """
    moved: list[DeadLetter] = []
    sent_twice: list[DeadLetter] = []
    kept: list[DeadLetter] = []
    try:
        for letter in dead_letters(sqs, lane):
            if letter.sent_at >= before or not wanted(letter):
                kept.append(letter)
                continue
            try:
                _send(sqs, lane, letter)
            except (ClientError, BotoCoreError) as exc:
                kept.append(letter)
                raise Problem(
                    f"{len(moved)} messages were moved to the {lane.name} lane; then it took no more: {exc}"
                ) from exc
            moved.append(letter)
            if not _delete(sqs, lane, letter):
                sent_twice.append(letter)
    finally:
        let_go(sqs, lane, kept)
    return Moved(letters=tuple(moved), sent_twice=tuple(sent_twice))


def redrive_dead_letters(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """Move dead letters back into their lane, or say which would be. Raises: Problem."""
    lanes = [lane for lane in stage.lanes if arguments.lane in (None, lane.name)]

    def wanted(letter: DeadLetter) -> bool:
        return arguments.job in (None, letter.job_id)

    if arguments.dry_run:
        rows, sent_twice = [row for lane in lanes for row in look(stage, lane, now=now, wanted=wanted)], 0
    else:
        moved = [redrive(stage.sqs, lane, before=now, wanted=wanted) for lane in lanes]
        sent_twice = sum(len(lane.sent_twice) for lane in moved)
        rows = [letter_row(letter, stage=stage, now=now) for lane in moved for letter in lane.letters]
    if arguments.json:
        report = {"stage": stage.name, "dry_run": arguments.dry_run, "messages": rows, "sent_twice": sent_twice}
        print_json(console, report)
        return
    if not rows:
        console.print(f"There is nothing to move in the dead-letter queues of {stage.name}{_selection(arguments)}.")
        return
    console.print(letter_table("Would be moved" if arguments.dry_run else "Moved", rows))
    if sent_twice:
        console.print(
            f"{sent_twice} of them could not be deleted after they were sent: they are delivered twice, which is"
            " harmless, and are listed once more by `make dlq`."
        )


def _send(sqs: Any, lane: Lane, letter: DeadLetter) -> None:
    group = {} if letter.group is None else {"MessageGroupId": letter.group}
    sqs.send_message(QueueUrl=lane.queue_url, MessageBody=letter.body, **group)


def _delete(sqs: Any, lane: Lane, letter: DeadLetter) -> bool:
    try:
        sqs.delete_message(QueueUrl=lane.dead_letter_queue_url, ReceiptHandle=letter.receipt_handle)
    except (ClientError, BotoCoreError):
        return False
    return True


def _selection(arguments: argparse.Namespace) -> str:
    lane = f" of the {arguments.lane} lane" if arguments.lane else ""
    return lane + (f" for job {arguments.job}" if arguments.job else "")
