"""One system, driven as a closed loop: at most `window` jobs are open, each is polled until it is done.

    python -m benchmarks.systems.drive worker SYSTEM            works until ended
    python -m benchmarks.systems.drive client SYSTEM            prints what it measured as JSON

Runs in the system's own virtual environment: standard library only. A closed loop keeps queues and tables equally small
for everyone; moto slows down with both, and a run that submits everything first would reward slow submitters.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import sys
import time
import urllib.request
from collections import defaultdict, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.systems.work import Client, result

WARM_UP_JOBS = 4
POLL_SECONDS = 0.05
LONGEST_JOB_SECONDS = 60
LAST_DELETES_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the client is given: how many jobs, how many of them open at once, and whose processor time to watch."""

    jobs: int
    window: int
    worker_pid: int
    meter_url: str


def main() -> None:
    """Be one side of a system."""
    role, name = sys.argv[1:]
    system = importlib.import_module(f"benchmarks.systems.{name}")
    if role == "worker":
        system.worker()
        return
    print(json.dumps(drive(system.client(), Plan(**json.loads(os.environ["BENCH_PLAN"])))))


def drive(client: Client, plan: Plan) -> dict[str, Any]:
    """Run the jobs; counts by the meter, processor milliseconds per job, and times."""
    warm_up = [(number, client.submit(number)) for number in range(WARM_UP_JOBS)]
    for number, job_id in warm_up:  # connections, lazy imports, a worker that is ready
        _wait(client, job_id, number)
    _read_meter(plan, "reset")
    worker_before, started = cpu_seconds(plan.worker_pid), time.perf_counter()
    submit_cpu, open_jobs, polls, submitted = 0.0, deque[tuple[int, str]](), 0, []
    for number in range(plan.jobs):
        if len(open_jobs) == plan.window:
            polls += _wait(client, open_jobs[0][1], open_jobs.popleft()[0])
        at, cpu = time.perf_counter(), time.process_time()
        open_jobs.append((number, client.submit(number)))
        submit_cpu += time.process_time() - cpu
        submitted.append(time.perf_counter() - at)
    for number, job_id in open_jobs:
        polls += _wait(client, job_id, number)
    ended = time.perf_counter()
    time.sleep(LAST_DELETES_SECONDS)
    return {
        "jobs": plan.jobs,
        "polls": polls,
        "seconds": ended - started,
        "submit_ms": 1000 * statistics.median(submitted),
        "submit_cpu_ms": 1000 * submit_cpu / plan.jobs,
        "worker_cpu_ms": 1000 * (cpu_seconds(plan.worker_pid) - worker_before) / plan.jobs,
        "worker_rss_mb": peak_rss_mb(plan.worker_pid),
        "meter": _read_meter(plan, "read"),
    }


def cpu_seconds(pid: int) -> float:
    """Processor seconds of a living process, of what it started, and of those of them that have ended."""
    ticks, children, own = os.sysconf("SC_CLK_TCK"), defaultdict[int, list[int]](list), {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        children[int(fields[1])].append(int(process.name))
        own[int(process.name)] = sum(map(int, fields[11:15])) / ticks
    total, todo = 0.0, [pid]
    while todo:
        total += own.get(todo[-1], 0.0)
        todo += children[todo.pop()]
    return total


def peak_rss_mb(pid: int | str) -> float:
    """The most memory a process has had so far, in MB."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def _wait(client: Client, job_id: str, number: int) -> int:
    """Poll until the job is done; how many polls it took. Its result must be the one that was asked for."""
    ends_at, polls = time.monotonic() + LONGEST_JOB_SECONDS, 1
    while (found := client.poll(job_id)) is None:
        if time.monotonic() > ends_at:
            raise TimeoutError(f"job {number} was not done within {LONGEST_JOB_SECONDS} s")
        time.sleep(POLL_SECONDS)
        polls += 1
    if found != result(number):
        raise ValueError(f"job {number} has another job's result")
    return polls


def _read_meter(plan: Plan, what: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{plan.meter_url}/__meter/{what}") as answer:  # noqa: S310  # on 127.0.0.1
        read: dict[str, Any] = json.load(answer)
        return read


if __name__ == "__main__":
    main()
