"""How long a user waits for each sign of a job, followed by polls and live at once.

    python -m benchmarks.latency                  on both systems, in less than five minutes
    python -m benchmarks.latency --write          the same, and write docs/performance.md
    python -m benchmarks.latency --only local     on the local system; or ministack

The providers are emulated and answer after ANSWER_SECONDS: what is shown is Casework's own share, and the systems', on
one machine. Clients and servers share its clock and its cores.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from benchmarks.latency.followers import Seen
from benchmarks.latency.situations import (
    BURST_JOBS,
    STEADY_EVERY_SECONDS,
    beside_noise,
    burst,
    killed,
    steady,
)
from benchmarks.latency.systems import ANSWER_SECONDS, MeasuredSystem, deployed_system, local_system
from benchmarks.processes import PEERS_PYTHON, ROOT
from benchmarks.rows import between

PAGE = ROOT / "docs" / "performance.md"
CHART = ROOT / "docs" / "images" / "latency.png"
NUMBERS = ROOT / "build" / "latency.json"
BEGIN, END = "<!-- begin: written by make latency -->\n", "<!-- end of latency -->\n"
SHARES = (0.5, 0.95, 0.99)
STEADY_JOBS = 20
BESIDE_JOBS = 10
WARM_JOBS = 4
IDLE_REQUESTS = 15
NAMES = {"local": "local system", "ministack": "MiniStack"}

SIGNS = {
    "accepted": "POST → 202",
    "claimed": "202 → a worker has it",
    "progress": "202 → first progress seen live",
    "end_by_poll": "end → seen by a client that polls",
    "end_live": "end → seen live",
    "whole": "202 → end, the model's answers included",
}

Measured = Mapping[str, Mapping[str, Sequence[Seen]]]
"""What was seen, by system and situation."""


def measure(only: Sequence[str]) -> tuple[Measured, Mapping[str, float]]:
    """All situations on each of these systems, and the seconds of an idle request there.

    A killed worker's lease lasts 45 seconds: meanwhile the next system is made, and the bursts are measured.
    """
    makers = {"local": local_system, "ministack": deployed_system}
    idle: dict[str, float] = {}
    with ExitStack() as stack:
        systems = {}
        flows, killed_jobs, bursts, beside = {}, {}, {}, {}
        for name in only:
            system = systems[name] = stack.enter_context(makers[name]())
            burst(system, jobs=WARM_JOBS, user="warm")
            idle[name] = idle_request(system)
            flows[name] = steady(system, jobs=STEADY_JOBS)
            killed_jobs[name] = stack.enter_context(killed(system))
        for name, system in systems.items():
            burst(system, jobs=WARM_JOBS, user="warm again")
            bursts[name] = burst(system)
            beside[name] = beside_noise(system, jobs=BESIDE_JOBS)
        found = {
            name: {
                f"a job every {STEADY_EVERY_SECONDS} s": flows[name],
                f"{BURST_JOBS} jobs at once": bursts[name],
                f"beside another user's {BURST_JOBS} jobs": beside[name],
                "worker killed (SIGKILL)": killed_jobs[name](),
            }
            for name in only
        }
    return found, idle


def idle_request(system: MeasuredSystem) -> float:
    """The median seconds of a request that does nothing but ask whether the API is up."""
    client, took = system.client_of("idle"), []
    for _ in range(IDLE_REQUESTS):
        began = time.monotonic()
        client.request("GET", "/health")
        took.append(time.monotonic() - began)
    return statistics.median(took)


def table(found: Measured) -> str:
    """The percentiles of each system as Markdown, in seconds."""
    names = " | ".join(f"{NAMES[system]}: p50 | p95 | p99" for system in found)
    lines = [
        f"| situation (jobs on each) | what is seen | {names} |",
        "|---|---|" + "---:|" * (len(SHARES) * len(found)),
    ]
    for situation in next(iter(found.values())):
        jobs = " · ".join(str(len(seen[situation])) for seen in found.values())
        for name, what in SIGNS.items():
            shown = [f"{percentile(seen[situation], name, share):.2f}" for seen in found.values() for share in SHARES]
            lines.append(f"| {situation} ({jobs}) | {what} | {' | '.join(shown)} |")
    return "\n".join(lines)


def percentile(seen: Sequence[Seen], name: str, share: float) -> float:
    """The value, in seconds, that this share of the jobs does not exceed."""
    ordered: Sequence[float] = sorted(getattr(one, name) for one in seen)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def main() -> None:
    """Measure and print; with --write, write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--only", choices=tuple(NAMES), help="measure only this system")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md, too; needs both systems")
    wanted = parser.parse_args()
    if wanted.write and wanted.only:
        parser.error("--write needs both systems")
    systems = [wanted.only] if wanted.only else list(NAMES)
    began = time.monotonic()
    found, idle = measure(systems)
    shown = _shown(found, idle, seconds=time.monotonic() - began)
    print(shown)
    if wanted.write:
        _draw(found)
        PAGE.write_text(between(PAGE.read_text("utf-8"), BEGIN, f"{shown}\n", END), encoding="utf-8")


def _shown(found: Measured, idle: Mapping[str, float], *, seconds: float) -> str:
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    took = f"in {seconds / 60:.1f} minutes"
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the end"
    made = f"`make latency`, {at}, {took}, {load}; a model answers after {ANSWER_SECONDS} s."
    each = ", ".join(f"{wait:.3f} s on {NAMES[system]}" for system, wait in idle.items())
    return f"{made} A request that does nothing (`GET /health`), idle: {each}.\n\n{table(found)}"


def _draw(found: Measured) -> None:
    numbers = {
        what: {
            NAMES[system]: {situation: percentile(jobs, name, 0.95) for situation, jobs in seen.items()}
            for system, seen in found.items()
        }
        for name, what in SIGNS.items()
        if name != "whole"
    }
    NUMBERS.write_text(json.dumps({"latency": numbers}))
    command = [str(PEERS_PYTHON), "-m", "benchmarks.charts", str(NUMBERS), str(CHART)]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
