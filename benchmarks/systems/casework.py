"""Casework as it ships: its submit, `app.work_normal` behind its event source, its poll.

Only the analysis is another: one job type that does the work of this comparison. Cases are made beforehand, more than
can be open at once, so that the dedupe lock and the limit of open jobs are taken and never in the way.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import Any

from benchmarks.systems.work import LONG_POLL_SECONDS, Client, aws, result, work
from chalicelib import bootstrap
from chalicelib.auth import Principal
from chalicelib.cases.changes import NewCase, create_case
from chalicelib.jobs.model import Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, JobType
from chalicelib.jobs.requests import read_job, result_of
from chalicelib.jobs.submit import StartRequest, lock_name, submit
from infra.local.event_source import EventSource, Function
from infra.local.invocation import load_handler

JOB_TYPE = "no_op"
CASES = 64
FUNCTION_SECONDS = 300


class CaseworkClient:
    """jobs.submit and jobs.read on the shipped adapters."""

    def __init__(self) -> None:
        self._system = bootstrap.system()
        self._cases = [self._new_case(number) for number in range(CASES)]

    def submit(self, number: int) -> str:
        """See Client.submit."""
        user_id, case_id = self._cases[number % CASES]
        request = StartRequest(
            job_type=JOB_TYPE,
            case_id=case_id,
            user_id=user_id,
            requested_by=user_id,
            endpoint="/cases/{case_id}/no-op",
            lock=lock_name(job_type=JOB_TYPE, case_id=case_id, call_id=None),
            labels={"number": str(number)},
        )
        return submit(
            request,
            store=self._system.job_store,
            queue=self._system.job_queue,
            now=self._system.clock(),
            job_id=self._system.new_id(),
            retention_days=self._system.settings.retention_days,
            open_jobs_limit=self._system.settings.max_open_jobs,
        ).job.job_id

    def poll(self, job_id: str) -> dict[str, Any] | None:
        """See Client.poll."""
        reader = Principal(user_id="reader", is_admin=True)
        store = self._system.job_store
        job = read_job(job_id, principal=reader, store=store, now=self._system.clock())
        if job.status is not Status.COMPLETED:
            return None
        found: dict[str, Any] = json.loads(result_of(job, store=store) or b"null")
        return found

    def _new_case(self, number: int) -> tuple[str, str]:
        user_id = f"user-{number}"
        case = create_case(
            NewCase(title="A case"),
            principal=Principal(user_id=user_id, is_admin=False),
            store=self._system.case_store,
            case_id=self._system.new_id(),
            now=datetime.now(UTC),
        )
        return user_id, case.id


def client() -> Client:
    """See work.py."""
    return CaseworkClient()


def worker() -> None:
    """See work.py."""
    handler = load_handler("app.work_normal")  # first, as in Lambda: Chalice sets its own log level when it is made
    use_no_op_jobs()
    function = Function(
        name="work_normal", handler=handler, timeout_seconds=FUNCTION_SECONDS, concurrency=work().at_once
    )
    url = bootstrap.system().settings.normal_queue_url
    source = EventSource(aws("sqs"), queue_url=url, function=function, say=print, poll_seconds=LONG_POLL_SECONDS)
    source.run(threading.Event())


def use_no_op_jobs() -> None:
    """Let the workers of this process know the job type of the comparison, and no other."""
    todo = work()

    def run(ctx: AttemptContext) -> Completed:
        for step in todo.steps():
            ctx.progress(step, f"Step {step}")
        return Completed(result=result(int(ctx.job.labels["number"])))

    bootstrap.system().job_types = {JOB_TYPE: JobType(name=JOB_TYPE, run=run)}
