"""What the demo shows of a finished job: what it found, and what it took."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clients.demo.sample import compare, filled_fields
from clients.python.casework import Job
from infra.ops.progress import display_name

MOST_ROWS = 6


def show_result(console: Console, job: Job) -> None:
    """What one completed job found, its time, tokens and cost; of a failed one, why."""
    console.rule(f"[bold]{display_name(job['job_type'])}", align="left")
    if job["status"] != "completed":
        console.print(f"[red]{escape(job['status'])}[/red]: {escape(str(job['error']))}", highlight=False)
        return
    analysis = job["result"].get("analysis", {})
    if "findings" in analysis:
        _show_findings(console, analysis)
    elif "form_7801" in analysis:
        _show_form(console, analysis)
    elif "documents_requested_list" in analysis:
        _show_call(console, analysis)
    else:
        console.print(_shown(job["result"]), markup=False, highlight=False)
    _show_issues(console, analysis.get("issues", []))


def show_costs(console: Console, jobs: Sequence[Job]) -> None:
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
            display_name(job["job_type"]),
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
        f"{len(filled_fields(analysis['form_7801']))} fields found; {matching} of the {len(comparisons)}"
        f" values given exactly in expected.json are right. Claim rate {analysis['claim_rate']}.",
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


def _seconds(job: Job) -> float:
    """From the start request to the end."""
    ended = job["completed_at"] or job["updated_at"]
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(job["created_at"])).total_seconds()


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
