"""How do dead letters get back into their lane? Each is sent again first and deleted after: none is ever lost.

SQS's own redrive (StartMessageMoveTask) is not used: it cannot pick a job, has no dry run, and no emulator has it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from infra.ops.dead_letters import DeadLetter, dead_letters, let_go
from infra.ops.problem import OpsProblem
from infra.ops.stage import Lane


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What a redrive of one lane did. `sent_twice` are messages that could not be deleted after they were sent."""

    letters: tuple[DeadLetter, ...]
    sent_twice: tuple[DeadLetter, ...]


def redrive(sqs: Any, lane: Lane, *, before: datetime, wanted: Callable[[DeadLetter], bool]) -> Moved:
    """Move the wanted messages of the lane's dead-letter queue back to the lane, those sent `before` this moment only.

    So a message that comes back while this runs is not moved in circles. A message that is delivered twice is
    harmless: one claim of its job lands.
    Raises: OpsProblem when a message cannot be sent; it and all that follow are still in the dead-letter queue.
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
                raise OpsProblem(
                    f"{len(moved)} messages were moved to the {lane.name} lane; then it took no more: {exc}"
                ) from exc
            moved.append(letter)
            if not _delete(sqs, lane, letter):
                sent_twice.append(letter)
    finally:
        let_go(sqs, lane, kept)
    return Moved(letters=tuple(moved), sent_twice=tuple(sent_twice))


def _send(sqs: Any, lane: Lane, letter: DeadLetter) -> None:
    group = {} if letter.group is None else {"MessageGroupId": letter.group}
    sqs.send_message(QueueUrl=lane.queue_url, MessageBody=letter.body, **group)


def _delete(sqs: Any, lane: Lane, letter: DeadLetter) -> bool:
    try:
        sqs.delete_message(QueueUrl=lane.dead_letter_queue_url, ReceiptHandle=letter.receipt_handle)
    except (ClientError, BotoCoreError):
        return False
    return True
