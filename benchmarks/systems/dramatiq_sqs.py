"""dramatiq with the broker of dramatiq-sqs, on the floor's record: it has no store of its own for jobs."""

from __future__ import annotations

import threading
import uuid
from typing import Any

from benchmarks.systems.floor import Record
from benchmarks.systems.work import LONG_POLL_SECONDS, QUEUE, VISIBILITY_SECONDS, Client, aws, result, work


class DramatiqClient:
    """Put the record, send the actor's message; read the record."""

    def __init__(self) -> None:
        self._record = Record(aws("dynamodb"))
        _, self._job = _broker(self._record)

    def submit(self, number: int) -> str:
        """See Client.submit."""
        job_id = uuid.uuid4().hex
        self._record.create(job_id, number)
        self._job.send(job_id, number)
        return job_id

    def poll(self, job_id: str) -> dict[str, Any] | None:
        """See Client.poll."""
        return self._record.read(job_id)


def client() -> Client:
    """See work.py."""
    return DramatiqClient()


def worker() -> None:
    """See work.py."""
    import dramatiq

    broker, _ = _broker(Record(aws("dynamodb")))
    dramatiq.Worker(broker, worker_threads=work().at_once, worker_timeout=LONG_POLL_SECONDS * 1000).start()
    threading.Event().wait()


def _broker(record: Record) -> tuple[Any, Any]:
    import dramatiq
    from dramatiq_sqs import SQSBroker

    broker, todo = SQSBroker(visibility_timeout=VISIBILITY_SECONDS, middleware=[]), work()
    dramatiq.set_broker(broker)

    @dramatiq.actor(queue_name=QUEUE, actor_name="job")
    def job(job_id: str, number: int) -> None:
        record.claim(job_id)
        for step in todo.steps():
            record.progress(job_id, step)
        record.finish(job_id, result(number))

    return broker, job
