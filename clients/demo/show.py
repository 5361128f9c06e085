"""What does the demo show? Progress while the jobs run, then what each of them found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from clients.demo.sample import compare, filled_fields

NAMES = {
    "document_analysis_form7801": "Form 7801",
    "document_analysis_agent": "Document agent",
    "call_analysis": "Call analysis",
}
MOST_ROWS = 6


class Bars:
    """One progress bar a job on a terminal; one line a change where the output goes elsewhere."""

    def __init__(self, console: Console, job_types: Sequence[str]) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.fields[name]:<15}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[message]}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {
            job_type: self._progress.add_task("", total=100, name=NAMES[job_type], message="") for job_type in job_types
        }
        self._told: dict[str, str] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, job: Mapping[str, Any]) -> None:
        """Bring one job's bar to where the job is."""
        job_type, message = job["job_type"], job["progress_message"]
        self._progress.update(self._tasks[job_type], completed=job["progress"], message=message)
        if job["done"]:
            self._progress.stop_task(self._tasks[job_type])
        line = f"{NAMES[job_type]:<15} {job['progress']:>3}%  {message}"
        if not self._console.is_terminal and self._told.get(job_type) != line:
            self._told[job_type] = line
            self._console.print(line, markup=False, highlight=False)


def show_result(console: Console, job: Mapping[str, Any]) -> None:
    """What one completed job found, its time, tokens and cost; of a failed one, why."""
    console.rule(f"[bold]{NAMES[job['job_type']]}", align="left")
    if job["status"] != "completed":
        console.print(f"[red]{escape(job['status'])}[/red]: {escape(str(job['error']))}", highlight=False)
        return
    analysis = job["result"]["analysis"]
    if job["job_type"] == "document_analysis_form7801":
        _show_form(console, analysis)
    elif job["job_type"] == "document_analysis_agent":
        _show_findings(console, analysis)
    else:
        _show_call(console, analysis)
    _show_issues(console, analysis.get("issues", []))


def show_costs(console: Console, jobs: Sequence[Mapping[str, Any]]) -> None:
    """One line a job: how long, how many tokens, how much money, which models."""
    console.rule("[bold]What it took", align="left")
    table = Table()
    for column in ("analysis", "status"):
        table.add_column(column, no_wrap=True)
    for column in ("seconds", "tokens in", "tokens out", "US$"):
        table.add_column(column, justify="right", no_wrap=True)
    for job in jobs:
        usage = job["usage"]
        table.add_row(
            NAMES[job["job_type"]],
            job["status"],
            f"{_seconds(job):.1f}",
            str(usage["input_tokens"]),
            str(usage["output_tokens"]),
            "unknown" if usage["cost_usd"] is None else usage["cost_usd"],
        )
    console.print(table)
    models = {call["model"] for job in jobs for call in job["usage"]["calls"]}
    console.print(f"Models: {', '.join(sorted(models))}.", markup=False, highlight=False)


def _show_form(console: Console, analysis: Mapping[str, Any]) -> None:
    comparisons = compare(analysis["form_7801"])
    table = Table()
    for column in ("field", "found", "expected"):
        table.add_column(column, no_wrap=column == "field")
    for row in comparisons:
        mark = "[green]the same[/green]" if row.matches else f"[red]{escape(_shown(row.expected))}[/red]"
        table.add_row(row.field, escape(_shown(row.found)), mark)
    console.print(table)
    matching = sum(row.matches for row in comparisons)
    console.print(
        f"{len(filled_fields(analysis['form_7801']))} fields found; {matching} of the {len(comparisons)} that"
        f" expected.json knows exactly are right. Claim rate {analysis['claim_rate']}.",
        highlight=False,
    )


def _show_findings(console: Console, analysis: Mapping[str, Any]) -> None:
    findings = analysis["findings"]
    for finding in findings[:MOST_ROWS]:
        console.print(f"• {finding['text']}", markup=False, highlight=False)
        console.print(f"    “{finding['quote']}” (page {finding['page']})", markup=False, highlight=False, style="dim")
    _show_rest(console, findings)
    console.print(f"{len(findings)} findings, each with a quote. Claim rate {analysis['claim_rate']}.", highlight=False)


def _show_call(console: Console, analysis: Mapping[str, Any]) -> None:
    console.print(str(analysis["call_summary"]), markup=False, highlight=False)
    requested = analysis["documents_requested_list"]
    console.print(f"{len(requested)} documents requested:", highlight=False)
    for document in requested[:MOST_ROWS]:
        console.print(f"• {document['name']}: {document.get('reason', '')}", markup=False, highlight=False)
    _show_rest(console, requested)


def _show_issues(console: Console, issues: Sequence[Mapping[str, Any]]) -> None:
    for issue in issues[:MOST_ROWS]:
        line = f"! {issue.get('field', '')} {issue.get('code', '')}: {issue.get('message', '')}"
        console.print(line, markup=False, highlight=False, style="yellow")
    _show_rest(console, issues)


def _show_rest(console: Console, rows: Sequence[Any]) -> None:
    if len(rows) > MOST_ROWS:
        console.print(f"  … and {len(rows) - MOST_ROWS} more", highlight=False)


def _seconds(job: Mapping[str, Any]) -> float:
    """From the start request to the end."""
    created, completed = (datetime.fromisoformat(job[name]) for name in ("created_at", "completed_at"))
    return (completed - created).total_seconds()


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
