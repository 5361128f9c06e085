"""What a job costs and how late it ends whose model works without a worker, on a metered moto and the emulated OpenAI.

Time between events is let pass, not waited for: the job's clock and the emulator's are the machine's own and what was
let pass on top. What functions do takes the time that it takes.
"""

from __future__ import annotations

import base64
import heapq
import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from benchmarks.counted import Counted, counted
from benchmarks.processes import metered_aws
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import JobMessage
from chalicelib.outbox.webhooks import signed_headers
from emulator import Emulator

SECRET = f"whsec_{base64.b64encode(b'secret of the benchmarks').decode()}"
MINUTE_CALL_SECONDS, LONG_CALL_SECONDS = 60.0, 1200.0
JOBS_FOR_LATENESS = 20
MOST_EVENTS = 500


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, and the calls that were paid for. `late` are from an answer that is ready to its job's end, sorted."""

    minute_function_seconds: float
    long_function_seconds: float
    long_calls: int
    long_attempts: int
    late_with_webhook: tuple[float, ...]
    late_without: tuple[float, ...]

    def at_95(self, late: tuple[float, ...]) -> float:
        """So late or less were 95 of 100."""
        return late[math.ceil(0.95 * len(late)) - 1]


class _Run(msgspec.Struct, frozen=True, kw_only=True):
    job: Job
    function_seconds: float
    late_seconds: float


class _Clock:
    """The machine's time, and what was let pass."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.passed)


class _Queue:
    """Messages by when they are due, in seconds of the clock."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._count = 0
        self.due: list[tuple[float, int, JobMessage]] = []

    def send(self, message: JobMessage, *, lane: str, group: str, delay_seconds: float = 0) -> None:
        """See JobQueue.send."""
        self._count += 1
        heapq.heappush(self.due, (self._clock().timestamp() + delay_seconds, self._count, message))


class _Bench:
    """One Casework, its provider and its time."""

    def __init__(self, casework: Counted, emulator: Emulator) -> None:
        self._casework = casework
        self._emulator = emulator
        self._clock = _Clock()
        self._queue = _Queue(self._clock)
        self._system: Any = casework.system
        self._system.clock = self._clock
        self._system.job_queue = self._queue
        self._case_id = casework.new_case()

    def set_webhook(self, has_webhook: bool) -> None:
        """Whether webhooks come from now on."""
        calls = self._system.model_calls
        calls.background = msgspec.structs.replace(calls.background, has_webhook=has_webhook)

    def run(self, *, seconds: float) -> _Run:
        """One job whose call takes so long."""
        self._emulator.state.pace = msgspec.structs.replace(self._emulator.state.pace, seconds=seconds)
        job_id = self._casework.new_job(self._case_id)
        function_seconds, reported = 0.0, set[str]()
        ready_at = math.inf
        for _ in range(MOST_EVENTS):
            job: Job = self._system.job_store.get(job_id)
            if job.is_done:
                ended_at = (job.completed_at or job.updated_at).timestamp()
                self._queue.due.clear()
                return _Run(job=job, function_seconds=function_seconds, late_seconds=ended_at - ready_at)
            waited_for = {one["id"]: one["created_at"] + seconds for one in self._emulator.state.responses.listed()}
            ready_at = max(waited_for.values(), default=ready_at)
            news = [(at, call_id) for call_id, at in waited_for.items() if call_id not in reported]
            due = self._queue.due[0][0] if self._queue.due else math.inf
            if self._system.model_calls.background.has_webhook and news and min(news)[0] <= due:
                at, call_id = min(news)
                self._wait_until(at)
                reported.add(call_id)
                self._tell(call_id)
                continue
            self._wait_until(due)
            _, _, message = heapq.heappop(self._queue.due)
            began = time.perf_counter()
            self._casework.work(message.job_id)
            function_seconds += time.perf_counter() - began
        raise RuntimeError(f"the job did not end within {MOST_EVENTS} events")

    def _wait_until(self, at: float) -> None:
        left = at - self._clock().timestamp()
        if left > 0:
            self._clock.passed += left
            self._emulator.state.clock.advance(left)

    def _tell(self, call_id: str) -> None:
        event: Mapping[str, Any] = {"type": "response.completed", "data": {"id": call_id}}
        body = json.dumps(event).encode()
        headers = signed_headers(body, webhook_id=f"wh_{call_id}", now=self._clock(), secrets=(SECRET,))
        self._casework.ask("POST", "/openai/webhook", {}, headers=headers, body=event)


def measure() -> Found:
    """Run the jobs, one after the other."""
    with _bench() as bench:
        bench.run(seconds=MINUTE_CALL_SECONDS)  # loads the SDK and the prompts
        minute, long = bench.run(seconds=MINUTE_CALL_SECONDS), bench.run(seconds=LONG_CALL_SECONDS)
        with_webhook = [bench.run(seconds=MINUTE_CALL_SECONDS) for _ in range(JOBS_FOR_LATENESS)]
        bench.set_webhook(False)
        without = [bench.run(seconds=MINUTE_CALL_SECONDS) for _ in range(JOBS_FOR_LATENESS)]
    return Found(
        minute_function_seconds=minute.function_seconds,
        long_function_seconds=long.function_seconds,
        long_calls=sum(call.requests for call in long.job.usage.calls),
        long_attempts=long.job.attempt,
        late_with_webhook=tuple(sorted(one.late_seconds for one in with_webhook)),
        late_without=tuple(sorted(one.late_seconds for one in without)),
    )


@contextmanager
def _bench() -> Iterator[_Bench]:
    names = {"OPENAI_API_KEY": "emulated", "OPENAI_WEBHOOK_SECRET": SECRET}
    before = dict(os.environ)
    try:
        with metered_aws() as aws, Emulator(seconds=MINUTE_CALL_SECONDS) as emulator:
            os.environ.update({**names, "OPENAI_BASE_URL": f"{emulator.url}/v1"})
            with counted(aws, **names) as casework:
                yield _Bench(casework, emulator)
    finally:
        os.environ.clear()
        os.environ.update(before)
