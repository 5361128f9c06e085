"""What do the commands about jobs print? The answers of standing, inspection, spending and starting."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.ports import JobFilter
from clients.demo.show import NAMES, Bars
from infra.ops.inspection import Inspection, inspect_job, logged_errors
from infra.ops.problem import OpsProblem
from infra.ops.spending import since, spending, total
from infra.ops.stage import LOCAL_STAGE, Stage
from infra.ops.standing import MOST_OPEN_JOBS, depths, failures, jobs_since, open_jobs
from infra.ops.starting import api_client, start_and_follow

FAILURES_SHOWN = timedelta(days=1)
STORAGE_SILENT = "The stage's tables do not answer just now."


def show_status(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """Open jobs by lane, status and age; the queues; what failed within a day. Raises: OpsProblem."""
    try:
        found = open_jobs(stage.jobs, now=now)
        failed = failures(stage.jobs, since=now - FAILURES_SHOWN, now=now)
    except StorageUnavailable as exc:
        raise OpsProblem(STORAGE_SILENT) from exc
    queues = {lane.name: depths(stage.sqs, lane) for lane in stage.lanes}
    if arguments.json:
        counted = {"open": msgspec.to_builtins(found.groups), "open_are_all": found.are_all}
        _print_json(console, {"stage": stage.name, **counted, "queues": queues, "failed_last_day": dict(failed)})
        return
    rows = [(g.lane, g.status, g.jobs, timedelta(seconds=g.oldest_seconds), g.oldest_job_id) for g in found.groups]
    _print_table(console, f"Open jobs of {stage.name}", ("lane", "status", "jobs", "oldest", "its job"), rows)
    if not found.are_all:
        console.print(f"There are more: only {MOST_OPEN_JOBS:,} were counted, and the oldest may be another one.")
    counts = [(lane, *depth.values()) for lane, depth in queues.items()]
    _print_table(console, "Messages", ("lane", "waiting", "in flight", "delayed", "dead letters"), counts)
    failures_by_code = [(code, len(job_ids)) for code, job_ids in sorted(failed.items())]
    _print_table(console, "Failed within a day", ("code", "jobs"), failures_by_code)


def run_analysis(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """Start an analysis of a case and follow it to its end. Raises: OpsProblem, also when the job did not complete."""
    client = api_client(stage, environ=os.environ, clients=stage.client)
    quiet = Console(quiet=True) if arguments.json else console
    job_type = {"call": "call_analysis", "agent": "document_analysis_agent", "form7801": "document_analysis_form7801"}
    with Bars(quiet, [job_type[arguments.analysis]]) as bars:
        job = start_and_follow(
            client, case_id=arguments.case, analysis=arguments.analysis, show=bars.show, pause=time.sleep
        )
    if arguments.json:
        _print_json(console, dict(job))
    else:
        console.print(f"{NAMES[job['job_type']]}: {job['status']}, job {job['job_id']}", highlight=False)
    if job["status"] != "completed":
        raise OpsProblem(f"The job has {job['status']}: {job['error']}")


def show_job(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """One job: its record, timeline, usage, last error, and where our code raised. Raises: OpsProblem."""
    try:
        found = inspect_job(arguments.job, store=stage.jobs, tracebacks=[])
        if stage.name != LOCAL_STAGE:
            created = found.job.created_at
            errors = logged_errors(
                stage.client("logs"), stack=f"casework-{stage.name}", job_id=arguments.job, since=created
            )
            found = msgspec.structs.replace(found, tracebacks=errors)
    except StorageUnavailable as exc:
        raise OpsProblem(STORAGE_SILENT) from exc
    if arguments.json:
        parts = {"events": found.events, "usage": found.usage, "error": found.error, "checkpoints": found.checkpoints}
        report = {"job": dict(found.facts), **parts, "tracebacks": found.tracebacks}
        _print_json(console, msgspec.to_builtins(report, enc_hook=str))
        return
    _show_record(console, found)
    _show_timeline(console, found)
    if stage.name == LOCAL_STAGE:
        console.print("Tracebacks are in the terminal of the local system.")


def show_cost(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """What the providers cost since a moment, by analysis and model. Raises: OpsProblem."""
    begin = since(arguments.since, now=now)
    try:
        rows = spending(jobs_since(stage.jobs, JobFilter(), since=begin, now=now))
    except StorageUnavailable as exc:
        raise OpsProblem(STORAGE_SILENT) from exc
    spent = total(rows)
    if arguments.json:
        report = {"since": begin.isoformat(), "total_usd": None if spent is None else str(spent)}
        _print_json(console, {"stage": stage.name, **report, "rows": msgspec.to_builtins(rows)})
        return
    names = ("analysis", "model", "jobs", "calls", "tokens in", "of them cached", "tokens out", "US$")
    shown = [
        (
            *(row.job_type, row.model, row.jobs, row.requests, row.input_tokens, row.cached_tokens, row.output_tokens),
            "unknown" if row.cost_usd is None else row.cost_usd,
        )
        for row in rows
    ]
    _print_table(console, f"Model usage of {stage.name} since {begin:%Y-%m-%d %H:%M} UTC", names, shown)
    console.print(f"Together: {'unknown' if spent is None else f'{spent} US$'}.", highlight=False)


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
        told = msgspec.to_builtins(found.error)
        table.add_row(
            "error", escape(", ".join(f"{name} {value}" for name, value in told.items() if value is not None))
        )
    table.add_row("checkpoints", escape(", ".join(found.checkpoints) or "none"))
    console.print(table)


def _show_timeline(console: Console, found: Inspection) -> None:
    began = found.job.created_at
    rows = [(e.seq, f"+{(e.at - began).total_seconds():.1f} s", e.type, e.message) for e in found.events]
    _print_table(console, "Timeline", ("seq", "at", "event", "what"), rows)
    for line in found.tracebacks:
        console.print(f"{line.get('at')} {line.get('event')}: {line.get('error')}", highlight=False, markup=False)
        for frame in line.get("frames", ()):
            console.print(f"    {frame}", highlight=False, markup=False)


def _print_table(console: Console, title: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        console.print(f"{title}: none")
        return
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name)
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row))
    console.print(table)


def _print_json(console: Console, report: dict[str, Any]) -> None:
    console.print(json.dumps(report, indent=2, ensure_ascii=False), markup=False, highlight=False, soft_wrap=True)
