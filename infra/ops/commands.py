"""What does each command print? The answers of the questions in this package, as a table or as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.errors import StorageUnavailable
from infra.ops.dead_letters import DeadLetter, dead_letters, let_go, reason
from infra.ops.redrive import redrive
from infra.ops.stage import Lane, Stage


def show_dead_letters(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """List the dead letters of both lanes, the oldest first. Nothing is changed. Raises: OpsProblem."""
    rows = [row for lane in stage.lanes for row in _look(stage, lane, now=now, wanted=lambda _: True)]
    if arguments.json:
        _print_json(console, {"stage": stage.name, "messages": rows})
    elif rows:
        console.print(_table(f"Dead letters of {stage.name}", rows))
        console.print(f"Move them back with `make redrive STAGE={stage.name}` once their cause is mended.")
    else:
        console.print(f"The dead-letter queues of {stage.name} are empty.")


def redrive_dead_letters(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """Move dead letters back into their lane, or say which would be. Raises: OpsProblem."""
    lanes = [lane for lane in stage.lanes if arguments.lane in (None, lane.name)]

    def wanted(letter: DeadLetter) -> bool:
        return arguments.job in (None, letter.job_id)

    if arguments.dry_run:
        rows, sent_twice = [row for lane in lanes for row in _look(stage, lane, now=now, wanted=wanted)], 0
    else:
        moved = [redrive(stage.sqs, lane, before=now, wanted=wanted) for lane in lanes]
        sent_twice = sum(len(lane.sent_twice) for lane in moved)
        rows = [_row(letter, stage=stage, now=now) for lane in moved for letter in lane.letters]
    if arguments.json:
        report = {"stage": stage.name, "dry_run": arguments.dry_run, "messages": rows, "sent_twice": sent_twice}
        _print_json(console, report)
        return
    if not rows:
        console.print(f"There is nothing to move in the dead-letter queues of {stage.name}{_selection(arguments)}.")
        return
    console.print(_table("Would be moved" if arguments.dry_run else "Moved", rows))
    if sent_twice:
        console.print(
            f"{sent_twice} of them could not be deleted after they were sent: they are delivered twice, which is"
            " harmless, and are listed once more by `make dlq`."
        )


def _look(stage: Stage, lane: Lane, *, now: datetime, wanted: Callable[[DeadLetter], bool]) -> Sequence[dict[str, Any]]:
    letters = list(dead_letters(stage.sqs, lane))
    let_go(stage.sqs, lane, letters)
    chosen = sorted((letter for letter in letters if wanted(letter)), key=lambda letter: letter.sent_at)
    return [_row(letter, stage=stage, now=now) for letter in chosen]


def _row(letter: DeadLetter, *, stage: Stage, now: datetime) -> dict[str, Any]:
    try:
        why = reason(letter, read_job=stage.jobs.get)
    except StorageUnavailable:
        why = "unknown: the job's record cannot be read"
    return {
        "lane": letter.lane,
        "age_seconds": max(0, round((now - letter.sent_at).total_seconds())),
        "job_id": letter.job_id,
        "receive_count": letter.receive_count,
        "reason": why,
        "message_id": letter.message_id,
    }


def _table(title: str, rows: Sequence[dict[str, Any]]) -> Table:
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


def _selection(arguments: argparse.Namespace) -> str:
    lane = f" of the {arguments.lane} lane" if arguments.lane else ""
    return lane + (f" for job {arguments.job}" if arguments.job else "")


def _print_json(console: Console, report: dict[str, Any]) -> None:
    console.print(json.dumps(report, indent=2), markup=False, highlight=False, soft_wrap=True)
