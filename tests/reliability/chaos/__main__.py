"""Does the system keep its promises while everything around it breaks? The exit code is 0 only if so.

    python -m tests.reliability.chaos [--jobs 100] [--seconds 60] [--seed 1] [--log FILE]

The whole local system runs on free ports, with the lease, heartbeat and rescue interval of production. For `--seconds`
workers are killed, provider calls fail, messages come twice, late or never, and the API restarts; then the system has
the time of its promises to bring every job to an end.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from tests.reliability.chaos.evidence import Archive, Evidence
from tests.reliability.chaos.load import Load
from tests.reliability.chaos.mischief import Mischief, calls_of, fail_calls
from tests.reliability.chaos.plan import Plan
from tests.reliability.chaos.system import ChaosProblem, ChaosSystem
from tests.reliability.chaos.table import show
from tests.reliability.chaos.verdict import broken_promises, figures

TELL_EVERY_SECONDS = 10.0
POLL_SECONDS = 0.5
START_SHARE = 0.6
"""The share of the mischief's time over which jobs are started: the rest hits a system that is full."""


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
                tell=lambda line: console.print(f"{time.monotonic() - began:5.0f} s  {line}", highlight=False),
                say=lambda name, line: None if file is None else _write(file.write, name, line),
            )
    except ChaosProblem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
    found = figures(evidence)
    broken = broken_promises(found)
    show(console, found, broken=broken, seconds=time.monotonic() - began)
    sys.exit(1 if broken else 0)


def run(plan: Plan, *, tell: Callable[[str], None], say: Callable[[str, str], None]) -> Evidence:
    """Start the system, break things, wait for the end of every job; what is there then. Raises: ChaosProblem."""
    with ChaosSystem(plan, environ=os.environ, say=say) as system:
        tell(f"the system is up with {len(system.workers)} workers; seed {plan.seed}")
        archive, load = Archive(system.resources), Load(plan, api_url=system.api_url)
        fail_calls(system, plan)
        with Mischief(plan, system, job_ids=lambda: [one.job_id for one in load.started]) as mischief:
            ends_at = time.monotonic() + plan.mischief_seconds
            load.start_all(within_seconds=START_SHARE * plan.mischief_seconds)
            tell(f"{len(load.started)} jobs are accepted")
            _wait(lambda: len(archive.open_jobs(load.started)), until=ends_at, tell=tell, even_if_none=True)
            mischief.stop()
            tell(f"nothing more is broken; {mischief.counts['workers killed']} workers were killed")
            _wait(
                lambda: len(archive.open_jobs(load.started)),
                until=time.monotonic() + plan.drain_seconds,
                tell=tell,
                even_if_none=False,
            )
        return archive.collect(
            wanted=plan.jobs,
            started=load.started,
            calls=calls_of(system),
            kills=mischief.kills,
            counts=mischief.counts,
            problems=mischief.problems,
        )


def _wait(open_count: Callable[[], int], *, until: float, tell: Callable[[str], None], even_if_none: bool) -> None:
    pause, told_at = threading.Event(), 0.0
    while time.monotonic() < until:
        count = open_count()
        if time.monotonic() - told_at > TELL_EVERY_SECONDS:
            tell(f"{count} jobs are open")
            told_at = time.monotonic()
        if count == 0 and not even_if_none:
            return
        pause.wait(POLL_SECONDS)


def _parsed() -> tuple[Plan, Path | None]:
    usual = Plan()
    parser = argparse.ArgumentParser(
        prog="python -m tests.reliability.chaos", description="Break everything around the jobs."
    )
    parser.add_argument("--jobs", type=int, default=usual.jobs)
    parser.add_argument("--seconds", type=float, default=usual.mischief_seconds, help="how long things go wrong")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--log", type=Path, help="write what every process says to this file")
    arguments = parser.parse_args()
    if arguments.jobs < 1 or arguments.seconds <= 0:
        parser.error("there must be jobs to start, and some time to break things")
    return Plan(jobs=arguments.jobs, mischief_seconds=arguments.seconds, seed=arguments.seed), arguments.log


def _write(write: Callable[[str], object], name: str, line: str) -> None:
    write(f"{name:<9} {line}\n")


if __name__ == "__main__":
    main()
