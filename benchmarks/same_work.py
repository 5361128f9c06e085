"""The cost of the same work for Casework and its peers: every system in turn, round after round, on a fresh moto."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.processes import PEERS_PYTHON, ROOT, answer_of, metered_aws, running
from benchmarks.systems.drive import Plan
from benchmarks.systems.work import Work

SYSTEMS = ("floor", "casework", "powertools", "dramatiq_sqs", "celery_sqs")
LOGS = ROOT / "build" / "bench-logs"

AT_ONCE = Work(updates=5, pause_seconds=0, at_once=4)
"""The comparison of all systems: five updates, as fast as they go."""
SECONDS_APART = Work(updates=5, pause_seconds=1.05, at_once=10)
"""What a real analysis is more like; here every update may be worth a write."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One system in one round. Calls and units are per job; empty receives are left out of the calls."""

    submit_calls: float
    worker_calls: float
    calls_per_poll: float
    written_units: float
    worker_cpu_ms: float
    submit_cpu_ms: float
    submit_ms: float
    jobs_per_second: float
    worker_rss_mb: float
    worker_operations: Mapping[str, float]


def compare(
    systems: Sequence[str], *, work: Work, jobs: int, window: int, rounds: int, together: bool = False
) -> dict[str, list[Measured]]:
    """All systems, `rounds` times; each round begins with another one, so that noise is shared.

    `together`: the systems of a round run side by side. Work that mostly waits leaves room for that, and the machine's
    moods are the same for all.
    """
    found: dict[str, list[Measured]] = {system: [] for system in systems}
    with ThreadPoolExecutor(len(systems) if together else 1) as pool:
        for number in range(rounds):
            first = number % len(systems)
            turn = (*systems[first:], *systems[:first])
            for system, measured in zip(
                turn, pool.map(partial(run, work=work, jobs=jobs, window=window), turn), strict=True
            ):
                found[system].append(measured)
                print(f"  round {number + 1} {system}", file=sys.stderr, flush=True)
    return found


def run(system: str, *, work: Work, jobs: int, window: int) -> Measured:
    """One system once, on a moto of its own."""
    LOGS.mkdir(parents=True, exist_ok=True)
    python: Path | str = sys.executable if system in ("floor", "casework") else PEERS_PYTHON
    module = ["-m", "benchmarks.systems.drive"]
    with metered_aws() as aws:
        worker = {**aws.environment("worker"), **work.environment()}
        log = LOGS / f"{system}-worker.log"
        with running([*module, "worker", system], python=python, environment=worker, log=log) as pid:
            plan = Plan(jobs=jobs, window=window, worker_pid=pid, meter_url=aws.client_url)
            client = {**aws.environment("client"), **work.environment(), "BENCH_PLAN": json.dumps(asdict(plan))}
            report = answer_of(
                [*module, "client", system], python=python, environment=client, log=LOGS / f"{system}-client.log"
            )
    return _measured(report)


def ratios(found: Mapping[str, Sequence[Measured]], system: str, value: Callable[[Measured], float]) -> list[float]:
    """A system's value over the floor's, in each round."""
    return [value(mine) / value(floor) for mine, floor in zip(found[system], found["floor"], strict=True)]


def ratio(found: Mapping[str, Sequence[Measured]], system: str, value: Callable[[Measured], float]) -> float:
    """A system's value over the floor's: taken within each round, then the median."""
    return statistics.median(ratios(found, system, value))


def median(rounds: Sequence[Measured], value: Callable[[Measured], float]) -> float:
    """The median over the rounds."""
    return statistics.median(value(one) for one in rounds)


def _measured(report: Mapping[str, Any]) -> Measured:
    jobs, meter = report["jobs"], report["meter"]
    client, worker = meter["calls"]["client"], meter["calls"]["worker"]
    reads = client.get("GetItem", 0)
    return Measured(
        submit_calls=(sum(client.values()) - reads) / jobs,
        worker_calls=(sum(worker.values()) - meter["empty_receives"]) / jobs,
        calls_per_poll=reads / report["polls"],
        written_units=sum(meter["units"][side].get("written", 0) for side in ("client", "worker")) / jobs,
        worker_cpu_ms=report["worker_cpu_ms"],
        submit_cpu_ms=report["submit_cpu_ms"],
        submit_ms=report["submit_ms"],
        jobs_per_second=jobs / report["seconds"],
        worker_rss_mb=report["worker_rss_mb"],
        worker_operations={operation: count / jobs for operation, count in worker.items()},
    )
