"""How long a user waits for each sign of a job, followed by polls and live at once.

    python -m benchmarks.latency          on the local system, about four minutes
    python -m benchmarks.latency --write  the same, and write docs/performance.md

The providers are emulated and answer after ANSWER_SECONDS: what is shown is Casework's own share, on one machine.
Clients and servers share its clock and its cores.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.processes import PEERS_PYTHON, ROOT
from benchmarks.rows import between
from clients.python.casework import Client
from infra.local.environment import HOST
from infra.local.own_system import running_system
from infra.local.token import token

PAGE = ROOT / "docs" / "performance.md"
CHART = ROOT / "docs" / "images" / "latency.png"
NUMBERS = ROOT / "build" / "latency.json"
BEGIN, END = "<!-- begin: written by make latency -->\n", "<!-- end of latency -->\n"
ANSWER_SECONDS = 2
JOB_TYPE = "document_analysis_form7801"
TEXT = "סיכום ביקור. המטופל סובל מכאבי גב מאז 2024. אובחנה פריצת דיסק. שם המטופל: דוד לוי."
STEADY_JOBS, STEADY_EVERY_SECONDS = 24, 1.5
BURST_JOBS = 20
NOISY_JOBS = 20
KILLED_JOBS = 4
KILL_AFTER_SECONDS = 1.5
WAIT_SECONDS = 240
PER_SOCKET = 50
SHARES = (0.5, 0.95, 0.99)


class Seen(msgspec.Struct, kw_only=True):
    """When one job showed what, in seconds."""

    accepted: float
    claimed: float = math.nan
    progress: float = math.nan
    end_by_poll: float = math.nan
    end_live: float = math.nan
    whole: float = math.nan


SIGNS = {
    "accepted": "POST → 202",
    "claimed": "202 → a worker has it",
    "progress": "202 → first progress seen live",
    "end_by_poll": "end → seen by a client that polls",
    "end_live": "end → seen live",
    "whole": "202 → end, the model's answers included",
}


class Followers:
    """Start jobs for one user, and follow each by polls and through one socket."""

    def __init__(self, client: Client, *, pool: ThreadPoolExecutor) -> None:
        self._client = client
        self._pool = pool
        self._live: dict[str, Callable[[Mapping[str, Any], float], None]] = {}
        self._socket: ClientConnection | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the socket."""
        if self._socket is not None:
            self._socket.close()

    def start(self) -> Callable[[], Seen]:
        """Start one job; call what comes back to wait for its end."""
        case_id = self._client.cases.create("Latency")["id"]
        self._client.documents.add_text(case_id, TEXT, file_name="summary.txt")
        began = time.time()
        job_id = self._client.start(JOB_TYPE, case_id)["job_id"]
        accepted_at = time.time()
        seen = Seen(accepted=accepted_at - began)
        live_end: list[float] = []
        ended = threading.Event()

        def live(job: Mapping[str, Any], at: float) -> None:
            if math.isnan(seen.progress) and job["progress"] > 0:
                seen.progress = max(at - accepted_at, 0.0)
            if job["done"] and not live_end:
                live_end.append(at)
                ended.set()

        self._follow(job_id, live)
        polled = self._pool.submit(self._polled, job_id)

        def result() -> Seen:
            job, seen_at = polled.result()
            if job["status"] != "completed":
                raise RuntimeError(f"a measured job has {job['status']}: {job['error']}")
            completed = _epoch(job["completed_at"])
            seen.claimed = _epoch(job["started_at"]) - _epoch(job["created_at"])
            seen.end_by_poll = seen_at - completed
            seen.whole = completed - accepted_at
            if not ended.wait(WAIT_SECONDS):
                raise RuntimeError("the socket never told the end")
            seen.end_live = live_end[0] - completed
            return seen

        return result

    def _polled(self, job_id: str) -> tuple[Mapping[str, Any], float]:
        job = self._client.jobs.wait(job_id, timeout_seconds=WAIT_SECONDS)
        return job, time.time()

    def _follow(self, job_id: str, live: Callable[[Mapping[str, Any], float], None]) -> None:
        with self._lock:
            self._live[job_id] = live
            if self._socket is None:
                answer = self._client.call("POST", "/streams", {"job_ids": [job_id]})
                offered = [Subprotocol(name) for name in answer["protocols"]]
                self._socket = connect(answer["url"], subprotocols=offered)
                threading.Thread(target=self._listen, args=(self._socket,), daemon=True).start()
            else:
                self._socket.send(json.dumps({"type": "follow", "job_ids": [job_id]}))

    def _listen(self, socket: ClientConnection) -> None:
        try:
            for text in socket:
                at, message = time.time(), json.loads(text)
                if message["type"] == "job":
                    self._live[message["job"]["job_id"]](message["job"], at)
        except ConnectionClosed:
            return


@contextmanager
def following(client_of: Callable[[str], Client], user: str) -> Iterator[Followers]:
    """Followers of one user's jobs, with threads enough for one socket's worth of jobs."""
    with ThreadPoolExecutor(PER_SOCKET) as pool:
        followers = Followers(client_of(user), pool=pool)
        try:
            yield followers
        finally:
            followers.close()


def steady(client_of: Callable[[str], Client], *, jobs: int = STEADY_JOBS, user: str = "steady") -> Sequence[Seen]:
    """A job every one and a half seconds."""
    with following(client_of, user) as followers:
        waiting = []
        for _ in range(jobs):
            waiting.append(followers.start())
            time.sleep(STEADY_EVERY_SECONDS)
        return [wait() for wait in waiting]


def burst(client_of: Callable[[str], Client], *, jobs: int = BURST_JOBS, user: str = "burst") -> Sequence[Seen]:
    """All jobs at once."""
    with following(client_of, user) as followers:
        return [wait() for wait in [followers.start() for _ in range(jobs)]]


def beside_noise(client_of: Callable[[str], Client]) -> Sequence[Seen]:
    """A steady flow that begins when another user has just started as many jobs as a user may."""
    with following(client_of, "noisy") as noisy:
        waiting = [noisy.start() for _ in range(NOISY_JOBS)]
        quiet = steady(client_of, jobs=STEADY_JOBS // 2, user="quiet")
        for wait in waiting:
            wait()
        return quiet


def after_kill(client_of: Callable[[str], Client], api_port: str) -> Sequence[Seen]:
    """Jobs whose worker is ended by SIGKILL while the model answers."""
    with following(client_of, "unlucky") as followers:
        waiting = [followers.start() for _ in range(KILLED_JOBS)]
        time.sleep(KILL_AFTER_SECONDS)
        for pid in _workers(api_port):
            os.kill(pid, signal.SIGKILL)
        return [wait() for wait in waiting]


def measure() -> Mapping[str, Sequence[Seen]]:
    """All situations on a local system of its own."""
    os.environ["CASEWORK_EMULATOR_SECONDS"] = str(ANSWER_SECONDS)
    with running_system() as environment:
        port = environment["CASEWORK_API_PORT"]

        def client_of(user: str) -> Client:
            return Client(f"http://{HOST}:{port}", token(user=user, role="user", now=time.time()))

        burst(client_of, jobs=2, user="warm")
        return {
            f"a job every {STEADY_EVERY_SECONDS} s": steady(client_of),
            f"{BURST_JOBS} jobs at once": burst(client_of),
            f"beside another user's {NOISY_JOBS} jobs": beside_noise(client_of),
            "worker killed (SIGKILL)": after_kill(client_of, port),
        }


def table(found: Mapping[str, Sequence[Seen]]) -> str:
    """The percentiles as Markdown, in seconds."""
    lines = ["| situation | jobs | what is seen | p50 | p95 | p99 |", "|---|---:|---|---:|---:|---:|"]
    for situation, seen in found.items():
        for name, what in SIGNS.items():
            shown = " | ".join(f"{percentile(seen, name, share):.2f}" for share in SHARES)
            lines.append(f"| {situation} | {len(seen)} | {what} | {shown} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print; with --write, write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md, too")
    wanted = parser.parse_args()
    measured = measure()
    print(table(measured))
    if wanted.write:
        _draw(measured)
        made = f"`make latency`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; a model answers after {ANSWER_SECONDS} s."
        page = between(PAGE.read_text("utf-8"), BEGIN, f"{made}\n\n{table(measured)}\n", END)
        PAGE.write_text(page, encoding="utf-8")


def percentile(seen: Sequence[Seen], name: str, share: float) -> float:
    """The value, in seconds, that this share of the jobs does not exceed."""
    ordered: Sequence[float] = sorted(getattr(one, name) for one in seen)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def _draw(found: Mapping[str, Sequence[Seen]]) -> None:
    numbers = {
        what: {situation: percentile(seen, name, 0.95) for situation, seen in found.items()}
        for name, what in SIGNS.items()
        if name != "whole"
    }
    NUMBERS.write_text(json.dumps({"latency": numbers}))
    command = [str(PEERS_PYTHON), "-m", "benchmarks.charts", str(NUMBERS), str(CHART)]
    subprocess.run(command, cwd=ROOT, check=True)


def _workers(api_port: str) -> list[int]:
    """The processes of the system at this port that run jobs of the normal lane."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().decode().split("\0")
            environment = (process / "environ").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "app.work_normal" in arguments and f"CASEWORK_API_PORT={api_port}" in environment:
            found.append(int(process.name))
    return found


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


if __name__ == "__main__":
    main()
