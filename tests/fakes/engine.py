"""A whole job engine in memory: submit, deliver, rescue, with analyses that a test writes as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from random import Random
from typing import Any

from chalicelib.auth import Principal
from chalicelib.errors import AttemptError
from chalicelib.jobs.admission import Admission
from chalicelib.jobs.attempt import Attempt
from chalicelib.jobs.attempt_calls import Background
from chalicelib.jobs.lifecycle import lease_end
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import Completed, WriteBack
from chalicelib.jobs.ports import AttemptContext, JobMessage, JobStore, JobType, RetryPolicy
from chalicelib.jobs.requests import cancel_job
from chalicelib.jobs.rescue import rescue
from chalicelib.jobs.run import run_attempt
from chalicelib.jobs.submit import StartRequest, Submitted, lock_name, submit
from tests.fakes.cases_of_jobs import FakeCases
from tests.fakes.clock import FakeClock
from tests.fakes.job_queue import FakeJobQueue
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs import CASE_ID
from tests.fakes.slot_store import FakeSlotStore

JOB_TYPE = "document_analysis_form7801"
FUNCTION_SECONDS = 300.0
AMPLE: Mapping[str, int] = {"openai": 1000, "openai-low": 1000, "anthropic": 1000}

ANSWER: dict[str, Any] = {"case_id": CASE_ID, "analysis": {"summary": "סיכום"}}

Run = Callable[[AttemptContext], Completed]


def complete(ctx: AttemptContext) -> Completed:
    """An analysis that is done at once, with `ANSWER`."""
    return Completed(result=ANSWER, write_back=WriteBack(bodies={"final_document_analysis": ANSWER["analysis"]}))


def fail_with(*errors: AttemptError) -> Callable[[AttemptContext], Completed]:
    """An analysis that fails with these errors, one an attempt, and then completes."""
    remaining = list(errors)

    def run(ctx: AttemptContext) -> Completed:
        if remaining:
            raise remaining.pop(0)
        return complete(ctx)

    return run


class Engine:
    """`run` is what the one job type does, `most` how many calls may be in flight; time stands still unless `clock` is
    advanced."""

    def __init__(
        self,
        run: Run,
        *,
        store: JobStore | None = None,
        policy: RetryPolicy | None = None,
        most: Mapping[str, int] | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.cases = FakeCases()
        self.cases.add(CASE_ID, call_id="call-1")
        self.store: Any = store or FakeJobStore(cases=self.cases)
        self.queue = FakeJobQueue(self.clock)
        self.slots = FakeSlotStore()
        self.admission = Admission(
            slots=self.slots, jobs=self.store, queue=self.queue, clock=self.clock, most=most or AMPLE
        )
        self.job_types = {JOB_TYPE: JobType(name=JOB_TYPE, run=run, policy=policy or RetryPolicy())}
        self.function_seconds = FUNCTION_SECONDS
        self.background: Background | None = None
        self.attempts: list[Attempt] = []
        self._ids = 0

    def start(self, *, open_jobs_limit: int | None = 20, **changes: Any) -> Submitted:
        """Start a job of the case; names only what the test is about."""
        fields: dict[str, Any] = {
            "job_type": JOB_TYPE,
            "case_id": CASE_ID,
            "user_id": "owner-1",
            "requested_by": "owner-1",
            "endpoint": "/start",
            "lock": lock_name(job_type=JOB_TYPE, case_id=CASE_ID, call_id=None),
        }
        return submit(
            StartRequest(**{**fields, **changes}),
            store=self.store,
            queue=self.queue,
            now=self.clock(),
            job_id=self._new_id(),
            retention_days=30,
            open_jobs_limit=open_jobs_limit,
        )

    def deliver(self) -> int:
        """Deliver every message that is due, one after the other; returns how many there were."""
        messages = self.queue.pop_due(self.clock())
        for message in messages:
            self.receive(message)
        return len(messages)

    def receive(self, message: JobMessage) -> None:
        """Let a worker handle one message in a function that started just now."""
        ends_at = self.clock().timestamp() + self.function_seconds
        run_attempt(
            message,
            store=self.store,
            queue=self.queue,
            job_types=self.job_types,
            clock=self.clock,
            rng=Random(7),
            claim_token=f"worker/{self._new_id()}",
            time_left=lambda: ends_at - self.clock().timestamp(),
            sleep=lambda seconds: self.clock.advance(seconds=seconds) and None,
            pulse=self._remember,
            background=lambda job: self.background,
            admission=self.admission,
        )

    def rescue(self) -> dict[str, int]:
        """One tick of the rescue timer."""
        return rescue(
            store=self.store,
            queue=self.queue,
            clock=self.clock,
            time_left=lambda: 60.0,
            repairs_at_once=1,
            admission=self.admission,
        )

    def cancel(self, submitted: Submitted) -> Job:
        """Cancel the job, as its owner."""
        owner = Principal(user_id="owner-1")
        return cancel_job(submitted.job.job_id, principal=owner, store=self.store, queue=self.queue, now=self.clock())

    def job(self, submitted: Submitted) -> Job:
        """The job's record as it is now."""
        job: Job = self.store.get(submitted.job.job_id)
        return job

    def _remember(self, attempt: Attempt) -> nullcontext[None]:
        self.attempts.append(attempt)
        return nullcontext()

    def _new_id(self) -> str:
        self._ids += 1
        return f"00000000-0000-4000-8000-{self._ids:012d}"


def claim_and_die(engine: Engine, started: Submitted) -> Job:
    """Let a worker claim the job and die at once; the job as it was claimed."""
    engine.queue.pop_due(engine.clock())
    now = engine.clock()
    claimed = engine.store.claim(started.job.job_id, now=now, lease_until=lease_end(now), claim_token="dead")
    assert claimed is not None
    return claimed
