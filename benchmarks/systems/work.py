"""The work that every system does: jobs that report progress and leave a result of 2 KB.

A system is a module with two functions: `client()`, which gives a `Client`, and `worker()`, which works until the
process is ended. Systems run in processes and virtual environments of their own: this module needs the standard
library only.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

REGION = "us-east-1"
ACCOUNT = "123456789012"
TABLE = "bench-jobs"
IDEMPOTENCY_TABLE = "bench-idempotency"
QUEUE = "bench-jobs"
VISIBILITY_SECONDS = 60
LONG_POLL_SECONDS = 5

ROWS = 18
ROW_TEXT = "x" * 84


@dataclass(frozen=True, kw_only=True)
class Work:
    """How much each job does, and how many a worker may run at once. `pause_seconds` lie between two updates."""

    updates: int
    pause_seconds: float
    at_once: int

    def steps(self) -> Iterator[int]:
        """The number of each progress update, when it is due."""
        for step in range(self.updates):
            if step:
                time.sleep(self.pause_seconds)
            yield step

    def environment(self) -> dict[str, str]:
        """The variable that tells the processes of a system."""
        return {"BENCH_WORK": json.dumps(asdict(self))}


class Client(Protocol):
    """The side that starts jobs and follows them."""

    def submit(self, number: int) -> str:
        """Start one job; its id."""

    def poll(self, job_id: str) -> dict[str, Any] | None:
        """The job's result, or None while there is none."""


def work() -> Work:
    """The work of this process, from its environment."""
    return Work(**json.loads(os.environ["BENCH_WORK"]))


def result(number: int) -> dict[str, Any]:
    """The result of a job, about 2 KB of JSON."""
    return {"number": number, "rows": [{"row": row, "text": ROW_TEXT} for row in range(ROWS)]}


def aws(service: str) -> Any:
    """A boto3 client with room for all threads of a worker."""
    import boto3
    from botocore.config import Config

    return boto3.client(service, config=Config(max_pool_connections=32, retries={"mode": "standard"}))
