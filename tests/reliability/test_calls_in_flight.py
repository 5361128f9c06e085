"""Many workers at once, a provider that takes few calls: never more are in flight, and no job is forgotten.

On DynamoDB (a locked moto server): the slots are counted by what really decides, conditional writes and transactions.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

from chalicelib.adapters.dynamodb.call_slots import DynamoSlotStore
from chalicelib.jobs.admission import Admission
from chalicelib.jobs.model import Job, Priority, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, JobMessage, JobType
from chalicelib.jobs.rescue import rescue
from chalicelib.jobs.run import run_attempt
from infra.local.resources import Resources
from tests.contract.conftest import dynamo_backend
from tests.fakes.clock import FakeClock
from tests.fakes.job_queue import FakeJobQueue
from tests.fakes.jobs import CREATED_AT

JOBS, WORKERS, SLOTS = 24, 6, 3
JOB_TYPE = "call_analysis"


class Killed(BaseException):
    """The worker is gone; nothing after it runs."""


class Provider:
    """Counts the calls in flight; the first ones last until all slots are used. Every tenth worker is killed during
    its call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_flight = 0
        self._all_used = threading.Event()
        self.highest = self.calls = 0

    def analysis(self, ctx: AttemptContext) -> Completed:
        ctx.take_slots("openai")
        with self._call():
            self._all_used.wait(timeout=60)  # on a busy machine a call could be over before the next one begins
            time.sleep(0.02)
        return Completed(result={})

    @contextmanager
    def _call(self) -> Iterator[None]:
        with self._lock:
            self.calls += 1
            self._in_flight += 1
            self.highest = max(self.highest, self._in_flight)
            is_killed = self.calls % 10 == 0
            if self._in_flight == SLOTS:
                self._all_used.set()
        try:
            yield
            if is_killed:
                raise Killed
        finally:
            with self._lock:
                self._in_flight -= 1


def test_of_many_workers_no_more_call_than_may_and_every_job_is_done(local_resources: Resources) -> None:
    backend, clock = dynamo_backend(local_resources), FakeClock(CREATED_AT)
    queue, provider = FakeJobQueue(clock), Provider()
    admission = Admission(
        slots=DynamoSlotStore(local_resources.client("dynamodb"), table=local_resources.jobs_table),
        jobs=backend.store,
        queue=queue,
        clock=clock,
        most={"openai": SLOTS},
    )
    jobs = [started(backend, queue, "high" if number % 10 == 0 else "normal") for number in range(JOBS)]

    def work(message: JobMessage) -> None:
        try:
            run_attempt(
                message,
                store=backend.store,
                queue=queue,
                job_types={JOB_TYPE: JobType(name=JOB_TYPE, run=provider.analysis)},
                clock=clock,
                rng=random.Random(1),
                claim_token=str(uuid.uuid4()),
                time_left=lambda: 300.0,
                pulse=lambda attempt: nullcontext(),
                admission=admission,
            )
        except Killed:
            return

    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in range(100):
            list(pool.map(work, queue.pop_due(clock())))
            if queue.waiting:
                clock.advance(seconds=1)
                continue
            if all(backend.store.get(job.job_id).is_done for job in jobs):
                break
            clock.advance(seconds=60)
            rescue(
                store=backend.store,
                queue=queue,
                clock=clock,
                time_left=lambda: 60.0,
                repairs_at_once=1,
                admission=admission,
            )

    ended = [backend.store.get(job.job_id) for job in jobs]
    assert [job.status for job in ended if job is not None] == [Status.COMPLETED] * JOBS
    assert provider.highest == SLOTS
    assert provider.calls == JOBS + provider.calls // 10  # a call is repeated only when its worker was killed
    assert all(job.attempt == 1 + job.lost_workers or job.attempt <= 3 for job in ended if job is not None)


def started(backend: object, queue: FakeJobQueue, priority: Priority) -> Job:
    job: Job = backend.start(priority=priority, job_type=JOB_TYPE, lock=None)  # type: ignore[attr-defined]
    queue.send(JobMessage(job_id=job.job_id), lane=priority, group=job.requested_by)
    return job
