"""What does Casework do? Starts the whole system, analyses the sample case, shows the result, stops what it started.

python -m clients.demo        exit code 0 only if every analysis completed
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from rich.console import Console

from clients.demo.client import Client, DemoProblem
from clients.demo.conversation import conversation
from clients.demo.sample import create_case
from clients.demo.show import Bars, show_costs, show_result
from infra.local.environment import HOST, PORT_VARIABLES, ROOT, emulated_providers, local_environment, read_ports
from infra.local.token import token

ROUTES = {
    "document_analysis_form7801": "/cases/{case_id}/analyze-documents-form7801",
    "document_analysis_agent": "/cases/{case_id}/analyze-with-agent",
    "call_analysis": "/vapi/re-analyze-call/{case_id}",
}
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 15 * 60
END_WITHIN_SECONDS = 10
LOG_LINES = 40
WIDTH = 120


def main() -> None:
    """Run the demo."""
    console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else WIDTH)
    started = time.monotonic()
    try:
        with running_system() as environment:
            jobs = run_demo(console, environment)
    except DemoProblem as problem:
        console.print(str(problem), markup=False, highlight=False, style="red")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    console.print(f"{verdict(jobs)} {time.monotonic() - started:.0f} s in all.", highlight=False)
    sys.exit(exit_code(jobs))


def exit_code(jobs: Sequence[Mapping[str, Any]]) -> int:
    """0 only if every analysis was run and completed."""
    complete = {job["job_type"] for job in jobs if job["status"] == "completed"}
    return 0 if complete == set(ROUTES) else 1


def verdict(jobs: Sequence[Mapping[str, Any]]) -> str:
    """One sentence on how it went."""
    complete = sum(job["status"] == "completed" for job in jobs)
    return f"{complete} of {len(ROUTES)} analyses completed."


@contextmanager
def running_system() -> Iterator[dict[str, str]]:
    """A whole local system on free ports, with an environment to match; ended on the way out. Raises: DemoProblem."""
    ports = dict(zip(PORT_VARIABLES.values(), free_ports(len(PORT_VARIABLES)), strict=True))
    environment = {**os.environ, **{variable: str(port) for variable, port in ports.items()}}
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
        ready, to_be_written = os.pipe()
        system = subprocess.Popen(
            [
                *(sys.executable, "-m", "infra.local", "--no-reload"),
                *("--lifeline", str(os.getpid()), "--ready-fd", str(to_be_written)),
            ],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[to_be_written],
        )
        stack.callback(_end, system)
        os.close(to_be_written)
        with open(ready, encoding="utf-8") as lines:  # noqa: PTH123  # a descriptor, not a path
            up = bool(lines.readline())
        try:
            if not up:
                raise DemoProblem("The local system did not start.")
            yield environment
        except DemoProblem as problem:
            log.seek(0)
            told = "".join(log.readlines()[-LOG_LINES:])
            raise DemoProblem(f"{problem}\nThe system's log ends with:\n{told}") from problem


def run_demo(console: Console, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """Create the case, run the analyses, show everything; the finished jobs. Raises: DemoProblem."""
    ports = read_ports(environment)
    emulated = emulated_providers(local_environment(environment, ports=ports), ports=ports)
    client = Client(f"http://{HOST}:{ports.api}", token(user="demo", role="user", now=time.time()))
    console.print(
        f"Casework is up at {client.api_url}. Providers emulated on this machine: {', '.join(emulated) or 'none'}.",
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


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody listens on just now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


def _run_jobs(console: Console, client: Client, case_id: str) -> list[dict[str, Any]]:
    begun = time.monotonic()
    open_jobs = {client.post(route.format(case_id=case_id))["job_id"]: job_type for job_type, route in ROUTES.items()}
    done: dict[str, dict[str, Any]] = {}
    with Bars(console, list(ROUTES)) as bars:
        while open_jobs:
            for job_id in list(open_jobs):
                job = client.get(f"/jobs/{job_id}")
                bars.show(job)
                if job["done"]:
                    del open_jobs[job_id]
                    done[job["job_type"]] = job
            if time.monotonic() - begun > PATIENCE_SECONDS:
                raise DemoProblem(f"{', '.join(open_jobs.values())} did not finish in {PATIENCE_SECONDS} s.")
            if open_jobs:
                time.sleep(POLL_SECONDS)
    return [done[job_type] for job_type in ROUTES]


def _end(system: subprocess.Popen[bytes]) -> None:
    system.terminate()
    try:
        system.wait(timeout=END_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        system.kill()  # its children end with it
        system.wait()


if __name__ == "__main__":
    main()
