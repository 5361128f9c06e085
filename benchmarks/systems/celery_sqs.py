"""Celery with SQS as its broker and DynamoDB as its result backend, tuned: known queue, long polls, threads, late acks.

`track_started` is its claim and `update_state` its progress. Nothing is stored when a job is submitted.
"""

from __future__ import annotations

import os
from typing import Any

from benchmarks.systems.work import ACCOUNT, LONG_POLL_SECONDS, QUEUE, REGION, TABLE, Client, result, work


class CeleryClient:
    """`apply_async`, and one read of the backend for each poll."""

    def __init__(self) -> None:
        self._job = _celery().tasks["job"]

    def submit(self, number: int) -> str:
        """See Client.submit."""
        job_id: str = self._job.apply_async((number,)).id
        return job_id

    def poll(self, job_id: str) -> dict[str, Any] | None:
        """See Client.poll. State and result in one read, as the backend has them."""
        stored = self._job.app.backend.get_task_meta(job_id)
        found: dict[str, Any] | None = stored["result"] if stored["status"] == "SUCCESS" else None
        return found


def client() -> Client:
    """See work.py."""
    return CeleryClient()


def worker() -> None:
    """See work.py."""
    at_once = str(work().at_once)
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
    _celery().worker_main(["worker", "-P", "threads", "-c", at_once, *quiet])


def _celery() -> Any:
    from celery import Celery

    todo, endpoint = work(), os.environ["AWS_ENDPOINT_URL"]
    address = endpoint.removeprefix("http://")
    app = Celery("bench", broker=f"sqs://test:test@{address}//", backend=f"dynamodb://test:test@{address}/{TABLE}")
    queue = {"url": f"{endpoint}/{ACCOUNT}/{QUEUE}", "access_key_id": "test", "secret_access_key": "test"}
    app.conf.update(
        broker_transport_options={
            "region": REGION,
            "is_secure": False,
            "wait_time_seconds": LONG_POLL_SECONDS,
            "polling_interval": 0,
            "predefined_queues": {QUEUE: queue},
        },
        task_default_queue=QUEUE,
        task_acks_late=True,
        task_track_started=True,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        result_expires=None,
        broker_connection_retry_on_startup=True,
    )

    @app.task(bind=True, name="job")
    def job(self: Any, number: int) -> dict[str, Any]:
        for step in todo.steps():
            self.update_state(state="PROGRESS", meta={"step": step})
        return result(number)

    return app
