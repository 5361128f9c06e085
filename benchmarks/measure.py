"""What is measured, part by part: each part gives its rows and leaves its numbers for the charts."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from benchmarks import counts, durable, fresh_process, growth, imports, parked, worker_memory
from benchmarks.cost.functions import function_mb
from benchmarks.counted import Cost
from benchmarks.processes import PEERS_PYTHON, answer_of, metered_aws
from benchmarks.rows import Row, at_least, at_most
from benchmarks.same_work import AT_ONCE, SECONDS_APART, SYSTEMS, Measured, compare, median, ratio, ratios
from infra.deploy.package import make_package, own_architecture

COMPARED_JOBS, COMPARED_ROUNDS, WINDOW = 48, 3, 20
PACED_JOBS, PACED_ROUNDS = 40, 7
SHORT_PDF_PAGES, LONG_PDF_PAGES = 50, 200
EVENT_SOURCE_CALLS = 2
WORKER_MB = function_mb("work_normal")
ALARM_MB = WORKER_MB * 8 // 10
"""Above that `WorkerMemoryAlarm` rings (infra/deploy/overlays/alarms_jobs.yaml)."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one part, what else it has to show (Markdown), and its numbers for the charts."""

    rows: Sequence[Row]
    shown: str = ""
    numbers: Any = None


def operations() -> Part:
    """Exact counts of calls."""
    found = counts.measure()
    return Part(
        rows=[
            at_most("calls to submit: transaction, message", found.submit, 2),
            at_most("calls of the whole POST, with the case read", found.post, 3),
            at_most(
                "worker calls per job, 50 updates within 5 s (receive and delete counted as one each)",
                found.worker_50_updates + EVENT_SOURCE_CALLS,
                9,
            ),
            at_most("calls of a poll while the job runs", found.poll, 1),
            at_most("calls of a poll that answers 304", found.poll_unchanged, 1),
            at_most("read units of a poll, the job's result being 300 KB", found.poll_read_units, 1),
            at_most("calls of the one poll that brings the result", found.poll_with_result, 2),
            at_most("calls of a list of 20 jobs", found.list_of_20, 2),
            at_most("calls of rescue a minute, nothing to do", found.rescue_idle, 2),
            at_most("calls for the slots of a job at its provider, whatever it asks there", found.slots_of_a_job, 2),
            at_most("heartbeat calls a minute of a running job", found.heartbeats_a_minute, 5),
        ]
    )


def peers() -> Part:
    """The same work on all systems."""
    found = compare(SYSTEMS, work=AT_ONCE, jobs=COMPARED_JOBS, window=WINDOW, rounds=COMPARED_ROUNDS)
    cpu = {system: ratio(found, system, _worker_cpu) for system in SYSTEMS}
    others = ", ".join(f"{system} {cpu[system]:.2f}" for system in SYSTEMS if system not in ("floor", "casework"))
    return Part(
        rows=[
            at_most(
                "worker processor time per job, 5 updates at once, relative to the floor",
                cpu["casework"],
                1.10,
                note=f" ({others})",
            ),
        ],
        shown=_compared(found, cpu),
        numbers={
            "cpu": cpu,
            "calls": {system: median(found[system], lambda one: one.worker_calls) for system in SYSTEMS},
        },
    )


def paced() -> Part:
    """Five updates, each a second after the last, on the floor and on Casework, side by side."""
    found = compare(
        ("floor", "casework"), work=SECONDS_APART, jobs=PACED_JOBS, window=WINDOW, rounds=PACED_ROUNDS, together=True
    )
    floor, mine = (median(found[system], lambda one: one.worker_calls) for system in ("floor", "casework"))
    cpu = ratios(found, "casework", _worker_cpu)
    what = "5 updates a second apart"
    return Part(
        rows=[
            at_most(
                f"worker calls per job, {what} (limit: the floor's)",
                mine,
                floor,
                note=f" ({_operations(found['casework'])})",
            ),
            at_most(
                f"worker processor time per job, {what}, relative to the floor",
                statistics.median(cpu),
                1.10,
                note=f" (its rounds: {', '.join(f'{one:.2f}' for one in cpu)})",
            ),
        ]
    )


def handler() -> Part:
    """The API's own code."""
    with metered_aws() as aws:
        mine = answer_of(["-m", "benchmarks.handler_time", "casework"], environment=aws.environment("client"))
        theirs = answer_of(
            ["-m", "benchmarks.handler_time", "peers"], python=PEERS_PYTHON, environment=aws.environment("client")
        )
    casework, fastapi = mine["casework"] / mine["trivial"], theirs["fastapi"] / theirs["trivial"]
    what = "API handler time per poll, relative to an empty Chalice route"
    return Part(
        rows=[
            at_most(what, casework, 3, unit=" ×", note=f" ({mine['casework']:.0f} µs)"),
            at_most(f"{what} (limit: FastAPI + Mangum)", casework, fastapi, unit=" ×"),
        ],
        numbers={"trivial Chalice": 1.0, "Casework": casework, "FastAPI + Mangum": fastapi},
    )


def cold_start() -> Part:
    """The shipped zip in fresh processes, and what a process loads."""
    found = fresh_process.measured(make_package(stage="staging", architecture=own_architecture()))
    faster = found.without_bytecode.poll_seconds / found.shipped.poll_seconds
    with metered_aws() as aws:
        strangers = imports.strangers(aws)
    return Part(
        rows=[
            at_most(
                "new process to first answered RS256 poll, relative to importing chalice + boto3 + two clients",
                found.shipped.ratio,
                1.35,
                unit=" ×",
                note=f" ({found.shipped.poll_seconds * 1000:.0f} ms, {found.shipped.rss_mb:.0f} MB)",
            ),
            at_least("the same, compared with the zip without bytecode", faster, 1.5, unit=" × faster"),
            at_most("SDKs of another provider that a process loads", sum(map(len, strangers.values())), 0),
        ],
        numbers={
            "chalice + boto3 + two clients": found.shipped.baseline_seconds,
            "first poll, shipped zip": found.shipped.poll_seconds,
            "first poll, without bytecode": found.without_bytecode.poll_seconds,
        },
    )


def long_document() -> Part:
    """A PDF of 200 pages."""
    with metered_aws() as aws:
        environment = aws.environment("worker")
        short, long = (
            answer_of(["-m", "benchmarks.long_document", str(pages)], python=sys.executable, environment=environment)
            for pages in (SHORT_PDF_PAGES, LONG_PDF_PAGES)
        )
    mine = {one["pages"]: (one["reading"] + one["verifying"]) / one["pages"] for one in (short, long)}
    alone = long["alone"]
    return Part(
        rows=[
            at_most(
                "PDF of 200 pages read, normalised, 200 quotes verified, compared with pypdf alone",
                mine[LONG_PDF_PAGES] * LONG_PDF_PAGES / alone,
                0.6,
                unit=" ×",
                note=f" ({alone:.1f} s alone)",
            ),
            at_most(
                "linear: time per page of 200 pages, relative to that of 50",
                mine[LONG_PDF_PAGES] / mine[SHORT_PDF_PAGES],
                1.2,
                unit=" ×",
            ),
            at_most("memory of the worker that does so", round(long["memory_mb"]), 400, unit=" MB"),
        ]
    )


def memory() -> Part:
    """The most memory of a worker, against the alarm's threshold."""
    with metered_aws() as aws:
        found = worker_memory.measured(aws.environment("worker"))
    return Part(
        rows=[
            at_most(
                f"memory of a worker that {worker_memory.LOADS[load]}",
                megabytes,
                ALARM_MB,
                unit=" MB",
            )
            for load, megabytes in found.items()
        ]
    )


def sizes() -> Part:
    """Growth."""
    found = growth.measured()
    rows = [
        at_most(
            f"{value} of list, poll, submit, rescue: largest rise from {smallest} to {largest:,} {of}",
            growth.highest_rise(costs, read),
            1,
            unit=" ×",
        )
        for of, costs in (("stored jobs", found.stored), ("open jobs", found.open))
        for value, read in (("calls", _calls), ("capacity units", _units))
        for smallest, *_, largest in [list(costs)]
    ]
    return Part(rows=rows, numbers=msgspec.to_builtins(found, str_keys=True))


def durable_functions() -> Part:
    """The same work as an AWS Lambda durable function, and its bill."""
    with metered_aws() as aws:
        return Part(rows=[], shown=durable.compared(aws))


def parked_jobs() -> Part:
    """Jobs whose model works without a worker."""
    found = parked.measure()
    with_webhook, without = found.at_95(found.late_with_webhook), found.at_95(found.late_without)
    return Part(
        rows=[
            at_most("function time of a job whose call takes 60 s", found.minute_function_seconds, 4, unit=" s"),
            at_most("function time of a job whose call takes 20 min", found.long_function_seconds, 6, unit=" s"),
            at_most("calls paid for a call of 20 min", found.long_calls, 1),
            at_most("attempts of a job whose call takes 20 min", found.long_attempts, 1),
            at_most("answer ready → completed, with OpenAI's webhook, p95", with_webhook, 2, unit=" s"),
            at_most("answer ready → completed, without it, p95", without, 15, unit=" s"),
        ]
    )


PARTS: Mapping[str, Callable[[], Part]] = {
    "operations": operations,
    "peers": peers,
    "paced": paced,
    "handler": handler,
    "cold_start": cold_start,
    "parked": parked_jobs,
    "long_document": long_document,
    "memory": memory,
    "growth": sizes,
    "durable": durable_functions,
}


def _worker_cpu(one: Measured) -> float:
    return one.worker_cpu_ms


def _calls(cost: Cost) -> float:
    return cost.calls


def _units(cost: Cost) -> float:
    return cost.units


def _operations(rounds: Sequence[Measured]) -> str:
    counted = rounds[-1].worker_operations.items()
    return ", ".join(f"{operation} {count:.2f}" for operation, count in sorted(counted, key=lambda one: -one[1]))


def _compared(found: Mapping[str, Sequence[Measured]], cpu: Mapping[str, float]) -> str:
    lines = [
        "| system | submit calls | worker calls | units written | worker ms | × floor | submit ms | worker MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for system, rounds in found.items():
        values = (
            f"{median(rounds, lambda one: one.submit_calls):.2f}",
            f"{median(rounds, lambda one: one.worker_calls):.2f}",
            f"{median(rounds, lambda one: one.written_units):.0f}",
            f"{median(rounds, _worker_cpu):.1f}",
            f"{cpu[system]:.2f}",
            f"{median(rounds, lambda one: one.submit_cpu_ms):.1f}",
            f"{median(rounds, lambda one: one.worker_rss_mb):.0f}",
        )
        lines.append(f"| {system} | " + " | ".join(values) + " |")
    return "\n".join(lines)
