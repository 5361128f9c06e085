"""Simulate 1, 10 and 100 times the load, and write table and chart of docs/scale.md.

python -m benchmarks.scale
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
from collections.abc import Mapping

import msgspec

from benchmarks.processes import PEERS_PYTHON, ROOT
from benchmarks.scale.simulation import HOUR, Limits, Outcome, quantile, simulate

PAGE = ROOT / "docs" / "scale.md"
CHART = ROOT / "docs" / "images" / "scale.png"
NUMBERS = ROOT / "build" / "scale.json"
BEGIN, END = "<!-- begin: written by make scale -->\n", "<!-- end -->\n"

TODAY = 10_000
"""Jobs a day at 1×; 100× is a million."""
SHIPPED = Limits(high=20, normal=20, provider_per_minute=66)
"""`MaximumConcurrency` of prod; 2 M tokens a minute at 30,000 tokens a job."""
SIX_HOURS = 6 * HOUR
SEED = 7801
SHARES = (0.5, 0.95, 0.99)
CURVE_POINTS = 200


def scenarios() -> Mapping[str, tuple[float, Limits]]:
    """By name: jobs a day, limits."""
    workers_raised = Limits(high=40, normal=400, provider_per_minute=66)
    return {
        "1×, as prod ships": (TODAY, SHIPPED),
        "10×, as prod ships": (10 * TODAY, SHIPPED),
        "10×, workers raised, provider not": (10 * TODAY, workers_raised),
        "10×, the same with a deadline of six hours": (
            10 * TODAY,
            msgspec.structs.replace(workers_raised, deadline=SIX_HOURS),
        ),
        "10×, both raised": (10 * TODAY, Limits(high=40, normal=150, provider_per_minute=400, calls=400)),
        "100×, one normal lane at AWS's most": (
            100 * TODAY,
            Limits(high=300, normal=1000, provider_per_minute=3000, calls=3000),
        ),
        "100×, the same with a provider that takes the burst": (
            100 * TODAY,
            Limits(high=300, normal=1000, provider_per_minute=12_000, calls=12_000),
        ),
    }


def main() -> None:
    """Simulate and print; with --write, write docs/scale.md and its chart."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/scale.md and its chart")
    wanted = parser.parse_args()
    found = {
        name: simulate(jobs, limits, rng=random.Random(SEED))  # noqa: S311  # a simulation
        for name, (jobs, limits) in scenarios().items()
    }
    written = table(found)
    print(written)
    if not wanted.write:
        return
    NUMBERS.write_text(json.dumps({name: _curves(outcome) for name, outcome in found.items()}))
    subprocess.run([str(PEERS_PYTHON), "-m", "benchmarks.scale.chart", str(NUMBERS), str(CHART)], cwd=ROOT, check=True)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + written + "\n" + END + rest.partition(END)[2], encoding="utf-8")


def table(found: Mapping[str, Outcome]) -> str:
    """Waiting times and failures as Markdown."""
    lines = [
        "| load and limits | jobs | high: p50 · p95 · p99 | normal: p50 · p95 · p99 | refused | too late | in any order"
        " | queue | units a second for slots, at most |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, outcome in found.items():
        waits = [
            " · ".join(_time(quantile(values, share)) for share in SHARES)
            for values in (outcome.high_waits, outcome.normal_waits)
        ]
        lines.append(
            f"| {name} | {outcome.jobs:,} | {waits[0]} | {waits[1]} | {outcome.refused / outcome.jobs:.1%} |"
            f" {outcome.too_late / outcome.jobs:.1%} | {outcome.hopeless / outcome.jobs:.1%} |"
            f" {outcome.longest_queue:,} | {outcome.slot_units} |"
        )
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _curves(outcome: Outcome) -> dict[str, list[float]]:
    """What share of the jobs of a lane waited at most so long: the waits at evenly spaced shares."""
    shares = [index / CURVE_POINTS for index in range(CURVE_POINTS)]
    return {
        lane: [round(quantile(values, share), 2) for share in shares]
        for lane, values in (("high", outcome.high_waits), ("normal", outcome.normal_waits))
    }


if __name__ == "__main__":
    main()
