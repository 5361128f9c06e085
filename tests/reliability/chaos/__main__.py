"""Whether the system keeps its promises while everything around it breaks; the exit code is 0 only if so.

    python -m tests.reliability.chaos [--jobs 100] [--seconds 120] [--seed 1] [--log FILE]

The whole local system runs on free ports, with the lease, heartbeat and rescue interval of production. For `--seconds`
workers are killed, provider calls fail, messages come twice, late or never, cases change, and the API restarts; both
providers are out for a minute, DynamoDB throttles, SQS is slow. Then the system has the time of its promises to bring
every job to an end.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from clients.python.casework import CaseworkError
from infra.problem import Problem
from tests.reliability.chaos.run import run
from tests.reliability.chaos.system import Plan
from tests.reliability.chaos.verdict import broken_promises, figures, show

BACKGROUND_FAULTS = 0.8
"""So large a share that each kind of them happens about ten times in 100 jobs."""


def main() -> None:
    """Run the chaos, show the table."""
    plan, log = _parsed()
    console = Console(width=None if sys.stdout.isatty() else 100)
    began = time.monotonic()
    try:
        with ExitStack() as stack:
            file = stack.enter_context(log.open("w", encoding="utf-8")) if log else None
            evidence = run(
                plan,
                report=lambda line: console.print(f"{time.monotonic() - began:5.0f} s  {line}", highlight=False),
                say=lambda name, line: None if file is None else _write(file.write, name, line),
            )
    except (Problem, CaseworkError) as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
    found = figures(evidence)
    broken = broken_promises(found)
    show(console, found, broken=broken, seconds=time.monotonic() - began)
    sys.exit(1 if broken else 0)


def _parsed() -> tuple[Plan, Path | None]:
    usual = Plan()
    parser = argparse.ArgumentParser(
        prog="python -m tests.reliability.chaos", description="Break everything around the jobs."
    )
    parser.add_argument("--jobs", type=int, default=usual.jobs)
    parser.add_argument("--seconds", type=float, default=usual.mischief_seconds, help="how long things go wrong")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument(
        "--background-faults",
        type=float,
        default=BACKGROUND_FAULTS,
        metavar="SHARE",
        help="of calls in the background: their webhook or id is lost, doubled, early or forged",
    )
    parser.add_argument("--log", type=Path, help="write what every process says to this file")
    arguments = parser.parse_args()
    if arguments.jobs < 1 or arguments.seconds <= 0:
        parser.error("there must be jobs to start, and some time to break things")
    return Plan(
        jobs=arguments.jobs,
        mischief_seconds=arguments.seconds,
        seed=arguments.seed,
        background_fault_rate=arguments.background_faults,
    ), arguments.log


def _write(write: Callable[[str], object], name: str, line: str) -> None:
    write(f"{name:<9} {line}\n")


if __name__ == "__main__":
    main()
