"""`cost`: what the model providers cost, by analysis and model."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
from rich.console import Console

from chalicelib.analyses import catalogue
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.lists import JobFilter
from chalicelib.jobs.model import Job
from infra.ops.metrics import Counted
from infra.ops.output import STORAGE_SILENT, print_json, print_table
from infra.ops.stage import Stage
from infra.ops.status import is_local, jobs_since
from infra.problem import Problem

_SPAN = re.compile(r"(?P<count>\d+)(?P<unit>[dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


COUNTED = {"cost_usd": "CostUsd", "input_tokens": "InputTokens", "output_tokens": "OutputTokens"}
"""What a report names, by the metric that CloudWatch has of it."""


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What the jobs of one analysis used of one model. `cost_usd` is None when a price is unknown."""

    job_type: str
    model: str
    jobs: int
    requests: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: Decimal | None


def spending(jobs: Iterable[Job]) -> Sequence[Spent]:
    """The sums, the most expensive first; those of unknown price before all others."""
    rows: dict[tuple[str, str], Spent] = {}
    for job in jobs:
        for call in job.usage.calls:
            key = (job.job_type, call.model)
            before = rows.get(key) or _nothing(*key)
            known = before.cost_usd is not None and call.cost_usd is not None
            rows[key] = msgspec.structs.replace(
                before,
                jobs=before.jobs + 1,
                requests=before.requests + call.requests,
                input_tokens=before.input_tokens + call.input_tokens,
                output_tokens=before.output_tokens + call.output_tokens,
                cached_tokens=before.cached_tokens + call.cached_tokens,
                cost_usd=(before.cost_usd or Decimal(0)) + (call.cost_usd or Decimal(0)) if known else None,
            )
    return sorted(rows.values(), key=lambda row: (row.cost_usd is not None, -(row.cost_usd or 0)))


def total(rows: Iterable[Spent]) -> Decimal | None:
    """US dollars of all rows; None when a price is unknown."""
    costs = [row.cost_usd for row in rows]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def since(text: str, *, now: datetime) -> datetime:
    """The moment that "7d", "24h", "30m" or a date "2026-06-01" (UTC) means, before now. Raises: Problem."""
    span = _SPAN.fullmatch(text)
    try:
        if span is not None:
            begin = now - int(span["count"]) * _UNITS[span["unit"]]
        else:
            begin = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Problem(f"SINCE is a span (7d, 24h, 30m) or a date (2026-06-01), not {text!r}.") from None
    if begin >= now:
        raise Problem(f"SINCE must be before now, and {text!r} is not.")
    return begin


def show_cost(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """What the providers cost since a moment, by analysis and model. Raises: Problem."""
    begin = since(arguments.since, now=now)
    if not is_local(stage) and not vars(arguments).get("models", False):
        _show_counted(stage, arguments, begin=begin, console=console, now=now)
        return
    try:
        jobs = list(jobs_since(stage.jobs, JobFilter(), since=begin, now=now))
    except StorageUnavailable as exc:
        raise Problem(STORAGE_SILENT) from exc
    rows, low_rows = spending(jobs), spending(job for job in jobs if job.priority == "low")
    spent, low = total(rows), total(low_rows)
    if arguments.json:
        report = {
            "since": begin.isoformat(),
            "total_usd": None if spent is None else str(spent),
            "low_priority_usd": None if low is None else str(low),
        }
        print_json(console, {"stage": stage.name, **report, "rows": msgspec.to_builtins(rows)})
        return
    names = ("analysis", "model", "jobs", "calls", "tokens in", "of them cached", "tokens out", "US$")
    shown = [
        (
            *(row.job_type, row.model, row.jobs, row.requests, row.input_tokens, row.cached_tokens, row.output_tokens),
            "unknown" if row.cost_usd is None else row.cost_usd,
        )
        for row in rows
    ]
    print_table(console, f"Model usage of {stage.name} since {begin:%Y-%m-%d %H:%M} UTC", names, shown)
    together = f"Together: {'unknown' if spent is None else f'{spent} US$'}."
    console.print(together + _of_low(low, spent), highlight=False)


def _show_counted(
    stage: Stage, arguments: argparse.Namespace, *, begin: datetime, console: Console, now: datetime
) -> None:
    """By analysis, from what CloudWatch has counted: no job is read. Jobs whose price is unknown are not in it."""
    counted = Counted(stage.client("cloudwatch"), stage=stage.name)
    found = {
        name: counted.sums(metric, by="job_type", since=begin, now=now, known=catalogue())
        for name, metric in COUNTED.items()
    }
    analyses = sorted({*found["cost_usd"], *found["input_tokens"]})
    rows = [{"job_type": one, **{name: sums.get(one, 0.0) for name, sums in found.items()}} for one in analyses]
    low = counted.sums(COUNTED["cost_usd"], by="priority", since=begin, now=now, known=("low",)).get("low", 0.0)
    spent = f"{sum(found['cost_usd'].values()):.4f}"
    if arguments.json:
        report = {"since": begin.isoformat(), "total_usd": spent, "low_priority_usd": f"{low:.4f}"}
        print_json(console, {"stage": stage.name, **report, "rows": rows})
        return
    shown = [
        (
            one,
            *(f"{found[name].get(one, 0):.0f}" for name in ("input_tokens", "output_tokens")),
            found["cost_usd"].get(one),
        )
        for one in analyses
    ]
    title = f"Model usage of {stage.name} since {begin:%Y-%m-%d %H:%M} UTC"
    print_table(console, title, ("analysis", "tokens in", "tokens out", "US$"), shown)
    shares = _of_low(Decimal(f"{low:.4f}"), Decimal(spent))
    console.print(f"Together: {spent} US$.{shares} By model, job by job: MODELS=1.", highlight=False)


def _of_low(low: Decimal | None, spent: Decimal | None) -> str:
    """The part of it that jobs of low priority used, where there were any."""
    if not low or not spent:
        return ""
    return f" Of that with priority low: {low} US$ ({100 * low / spent:.0f} %)."


def _nothing(job_type: str, model: str) -> Spent:
    return Spent(
        job_type=job_type,
        model=model,
        jobs=0,
        requests=0,
        input_tokens=0,
        output_tokens=0,
        cached_tokens=0,
        cost_usd=Decimal(0),
    )
