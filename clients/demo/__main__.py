"""The demo: starts the whole system, runs every analysis of the sample case, stops what it started.

python -m clients.demo        exit code 0 only if every analysis completed
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from rich.console import Console

from chalicelib.analyses import catalogue
from clients.demo.conversation import conversation
from clients.demo.sample import create_case
from clients.demo.show import show_costs, show_result
from clients.python.casework import CaseworkError, Client, Job
from infra.local.environment import HOST, emulated_providers, local_environment, read_ports
from infra.local.own_system import running_system
from infra.local.token import token
from infra.ops.progress import Bars
from infra.problem import Problem

WAIT_SECONDS = 15 * 60
WIDTH = 120


def main() -> None:
    """Run the demo."""
    console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else WIDTH)
    started = time.monotonic()
    try:
        with running_system() as environment:
            try:
                jobs = run_demo(console, environment)
            except CaseworkError as error:
                raise Problem(f"The demo stopped: {error}") from error
    except Problem as problem:
        console.print(str(problem), markup=False, highlight=False, style="red")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    console.print(f"{verdict(jobs)} {time.monotonic() - started:.0f} s in all.", highlight=False)
    sys.exit(exit_code(jobs))


def exit_code(jobs: Sequence[Mapping[str, Any]]) -> int:
    """0 only if every analysis was run and completed."""
    complete = {job["job_type"] for job in jobs if job["status"] == "completed"}
    return 0 if complete == set(catalogue()) else 1


def verdict(jobs: Sequence[Mapping[str, Any]]) -> str:
    """One sentence on how it went."""
    complete = sum(job["status"] == "completed" for job in jobs)
    return f"{complete} of {len(catalogue())} analyses completed."


def run_demo(console: Console, environment: Mapping[str, str]) -> list[Job]:
    """Create the case, run the analyses, show everything; the finished jobs. Raises: CaseworkError."""
    ports = read_ports(environment)
    emulated = emulated_providers(local_environment(environment, ports=ports), ports=ports)
    client = Client(f"http://{HOST}:{ports.api}", token(user="demo", role="user", now=time.time()))
    console.print(
        f"Casework is up at {client.base_url}. Providers emulated on this machine: {', '.join(emulated) or 'none'}.",
        highlight=False,
    )
    case_id = create_case(client)
    console.print(f"The sample case is stored: a call and three documents. Case {case_id}.", highlight=False)
    jobs = _run_jobs(console, client, case_id)
    for job in jobs:
        show_result(console, job)
    show_costs(console, jobs)
    console.rule("[bold]The same, by hand", align="left")
    console.print("With `make dev` (or `.venv/bin/chalice local`) running in another terminal:\n", highlight=False)
    console.print(conversation("http://127.0.0.1:8000"), markup=False, highlight=False)
    return jobs


def _run_jobs(console: Console, client: Client, case_id: str) -> list[Job]:
    """All analyses at once, each followed in a thread; the jobs when they are done."""
    started = {job_type: client.start(job_type, case_id)["job_id"] for job_type in catalogue()}
    with Bars(console, list(started)) as bars, ThreadPoolExecutor(len(started)) as pool:
        follow = partial(client.jobs.wait, on_progress=bars.show, timeout_seconds=WAIT_SECONDS)
        return list(pool.map(follow, started.values()))


if __name__ == "__main__":
    main()
