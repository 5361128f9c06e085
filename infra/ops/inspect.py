"""`inspect`: one job, its record, its timeline, its checkpoints, and what its workers logged of errors."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.model import ErrorInfo, Job, NumberedEvent, Usage, numbered_events
from chalicelib.jobs.ports import JobStore
from infra.ops.output import STORAGE_SILENT, print_json, print_table
from infra.ops.stage import LOCAL_STAGE, Stage
from infra.problem import Problem

LOGGED_BY = ("work_high", "work_normal", "rescue", "api")


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a job but its result. `tracebacks` are places in our code, without what errors quote."""

    job: Job
    events: Sequence[NumberedEvent]
    checkpoints: Sequence[str]
    tracebacks: Sequence[Mapping[str, Any]]

    @property
    def facts(self) -> Mapping[str, Any]:
        """The record without what the other parts show, as plain values."""
        left_out = {"timeline", "event_count", "usage", "error", "format"}
        return {name: getattr(self.job, name) for name in self.job.__struct_fields__ if name not in left_out}

    @property
    def error(self) -> ErrorInfo | None:
        """The last error, also of a job that waits to be tried again."""
        return self.job.error

    @property
    def usage(self) -> Usage:
        """What its provider calls used."""
        return self.job.usage


def inspect_job(job_id: str, *, store: JobStore, tracebacks: Sequence[Mapping[str, Any]]) -> Inspection:
    """Everything about the job. Raises: Problem when there is none; StorageUnavailable."""
    if not job_id.strip():
        raise Problem("Name the job: make inspect STAGE=… JOB=id.")
    job = store.get(job_id)
    if job is None:
        raise Problem(f"There is no job {job_id} in this stage: it was never there, was deleted, or has expired.")
    return Inspection(
        job=job,
        events=numbered_events(job),
        checkpoints=sorted(store.checkpoints(job_id)),
        tracebacks=tracebacks,
    )


def logged_errors(logs: Any, *, stack: str, job_id: str, since: datetime) -> Sequence[Mapping[str, Any]]:
    """The error lines that the functions of a deployed stage logged of the job, in order of time.

    Raises: Problem when the logs cannot be read.
    """
    found = []
    for function in LOGGED_BY:
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{stack}/{function}",
                filterPattern=f'{{ $.level = "ERROR" && $.job_id = "{job_id}" }}',
                startTime=int(since.timestamp() * 1000),
            )
            found += [_line(event["message"]) for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            continue  # a group without a line yet
        except (ClientError, BotoCoreError) as exc:
            raise Problem(f"The logs of {function} cannot be read: {exc}") from exc
    return sorted(found, key=lambda line: str(line.get("at")))


def show_job(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """One job: its record, timeline, usage, last error, and where our code raised. Raises: Problem."""
    try:
        found = inspect_job(arguments.job, store=stage.jobs, tracebacks=[])
        if stage.name != LOCAL_STAGE:
            created = found.job.created_at
            errors = logged_errors(
                stage.client("logs"), stack=f"casework-{stage.name}", job_id=arguments.job, since=created
            )
            found = msgspec.structs.replace(found, tracebacks=errors)
    except StorageUnavailable as exc:
        raise Problem(STORAGE_SILENT) from exc
    if arguments.json:
        parts = {"events": found.events, "usage": found.usage, "error": found.error, "checkpoints": found.checkpoints}
        report = {"job": dict(found.facts), **parts, "tracebacks": found.tracebacks}
        print_json(console, msgspec.to_builtins(report, enc_hook=str))
        return
    _show_record(console, found)
    _show_timeline(console, found)
    if stage.name == LOCAL_STAGE:
        console.print("Tracebacks are in the terminal of the local system.")


def _line(message: str) -> Mapping[str, Any]:
    try:
        line: Mapping[str, Any] = msgspec.json.decode(message, type=dict)
    except msgspec.DecodeError:
        return {"event": "unreadable"}
    return {name: line[name] for name in ("at", "event", "attempt", "error", "frames") if name in line}


def _show_record(console: Console, found: Inspection) -> None:
    job = found.job
    table = Table(title=f"Job {job.job_id}", title_justify="left", show_header=False)
    for name, value in found.facts.items():
        if value not in (None, (), {}):
            table.add_row(name, escape(str(value)))
    for call in found.usage.calls:
        cost = "unknown" if call.cost_usd is None else call.cost_usd
        used = f"{call.requests} calls, {call.input_tokens} tokens in, {call.output_tokens} out, {cost} US$"
        table.add_row(f"usage of {call.model}", used)
    if found.error is not None:
        facts = msgspec.to_builtins(found.error)
        table.add_row(
            "error", escape(", ".join(f"{name} {value}" for name, value in facts.items() if value is not None))
        )
    table.add_row("checkpoints", escape(", ".join(found.checkpoints) or "none"))
    console.print(table)


def _show_timeline(console: Console, found: Inspection) -> None:
    began = found.job.created_at
    rows = [(e.seq, f"+{(e.at - began).total_seconds():.1f} s", e.type, e.message) for e in found.events]
    print_table(console, "Timeline", ("seq", "at", "event", "what"), rows)
    for line in found.tracebacks:
        console.print(f"{line.get('at')} {line.get('event')}: {line.get('error')}", highlight=False, markup=False)
        for frame in line.get("frames", ()):
            console.print(f"    {frame}", highlight=False, markup=False)
