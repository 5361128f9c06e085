"""Jobs that are followed twice at once, by polls and through a socket, and what was seen when."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.latency.systems import MeasuredSystem
from clients.python.casework import Client

JOB_TYPE = "document_analysis_form7801"
TEXT = "סיכום ביקור. המטופל סובל מכאבי גב מאז 2024. אובחנה פריצת דיסק. שם המטופל: דוד לוי."
WAIT_SECONDS = 240
CLOSE_SECONDS = 1
"""MiniStack does not answer the end of a socket."""
PER_SOCKET = 50


class Seen(msgspec.Struct, kw_only=True):
    """When one job showed what, in seconds."""

    accepted: float
    claimed: float = math.nan
    progress: float = math.nan
    end_by_poll: float = math.nan
    end_live: float = math.nan
    whole: float = math.nan


class Followers:
    """Start jobs for one user, and follow each by polls and through one socket."""

    def __init__(self, system: MeasuredSystem, user: str, *, pool: ThreadPoolExecutor) -> None:
        self._system = system
        self._client: Client = system.client_of(user)
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
                raise RuntimeError("the socket did not report the end")
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
                self._socket = connect(
                    self._system.socket_url(answer),
                    subprotocols=offered,
                    open_timeout=WAIT_SECONDS,
                    close_timeout=CLOSE_SECONDS,
                )
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
def following(system: MeasuredSystem, user: str) -> Iterator[Followers]:
    """Followers of one user's jobs, with threads enough for one socket's worth of jobs."""
    with ThreadPoolExecutor(PER_SOCKET) as pool:
        followers = Followers(system, user, pool=pool)
        try:
            yield followers
        finally:
            followers.close()


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
