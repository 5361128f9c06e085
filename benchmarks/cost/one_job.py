"""What one job makes AWS do: run through the real adapters on a metered moto, and counted."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from contextlib import nullcontext, redirect_stderr
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import msgspec

from benchmarks.capacity import item_bytes
from benchmarks.cost.functions import function_gb
from benchmarks.counted import counted
from benchmarks.processes import Aws
from chalicelib import telemetry
from chalicelib.auth import Principal
from chalicelib.bootstrap import System
from chalicelib.cases.model import Case
from chalicelib.jobs.outcomes import Completed, WriteBack
from chalicelib.jobs.ports import AttemptContext, JobMessage, JobType
from chalicelib.jobs.requests import read_job, result_of
from chalicelib.jobs.run import run_attempt
from chalicelib.jobs.submit import StartRequest, lock_name, submit
from infra.local.invocation import LambdaContext
from infra.local.resources import resource_names

JOB_TYPE = "call_analysis"
USER = "user-00000001"
RESULT_BYTES = 6000
FUNCTION_SECONDS = 300
WORKER_GB = function_gb("work_normal")
PROCESSOR_GB_SECONDS = 0.25
"""Of one run: the case is read, or the answer is checked. In a smaller function it takes longer, and costs the same."""
REQUEST_LOG_BYTES = 440
"""A `request` line of the API (175) and what Lambda adds to each invocation (START, END, REPORT: 263)."""


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a job is like: how long it runs, how often it reports progress and is polled."""

    seconds: int = 60
    progress_writes: int = 10
    polls: int = 30
    preflights: int = 2
    """A browser asks once for each method and path, and remembers the answer for two hours."""


class OneJob(msgspec.Struct, frozen=True, kw_only=True):
    """What one job made AWS do, from its start to the poll that brought its result.

    `worker_seconds` is how long workers had it, in `invocations`; `webhooks` are those of its model's provider;
    `versions` of its record were seen by whoever followed it.
    """

    write_units: int
    read_units: float
    queue_requests: int
    object_writes: int
    stored_bytes: int
    log_bytes: int
    worker_seconds: float
    invocations: int = 1
    webhooks: int = 0
    versions: int = 0


def measure(aws: Aws, assumed: Assumptions) -> OneJob:
    """Run one job and count."""
    clock, log, job_ids = Clock(), StringIO(), list[str]()
    with counted(aws) as casework, redirect_stderr(log):
        system = casework.system
        system.clock = clock
        system.job_types = {JOB_TYPE: JobType(name=JOB_TYPE, run=lambda ctx: _analysis(ctx, assumed, clock, system))}
        case_id = new_case(system, clock())
        telemetry.configure("INFO", stage="prod")
        cost = casework.cost(lambda: job_ids.append(_life(system, case_id, assumed, clock)))
    return OneJob(
        write_units=cost.written_units,
        read_units=cost.read_units,
        # Lambda's event source adds a receive and a delete.
        queue_requests=cost.by_operation.get("SendMessage", 0) + 2,
        object_writes=cost.by_operation.get("PUT", 0),
        stored_bytes=stored_bytes(aws, job_ids[0]),
        log_bytes=log_bytes(log.getvalue(), assumed),
        worker_seconds=assumed.seconds + PROCESSOR_GB_SECONDS / WORKER_GB,
        versions=assumed.progress_writes + 2,  # claimed, each report of progress, the end
    )


def stored_bytes(aws: Aws, job_id: str) -> int:
    """What the job's items hold."""
    resources = resource_names(aws.client_url)
    items = resources.client("dynamodb").query(
        TableName=resources.jobs_table,
        KeyConditionExpression="job_id = :job",
        ExpressionAttributeValues={":job": {"S": job_id}},
    )["Items"]
    return sum(item_bytes(item) for item in items)


def log_bytes(written: str, assumed: Assumptions) -> int:
    """What was logged, and what each request of the API adds."""
    return round(len(written.encode()), -2) + REQUEST_LOG_BYTES * (assumed.polls + 2)


def _life(system: System, case_id: str, assumed: Assumptions, clock: Clock) -> str:
    system.case_store.outline(case_id)
    started = submit(start_of(case_id), store=system.job_store, queue=system.job_queue, **start_options(clock()))
    job_id = started.job.job_id
    caller = Principal(user_id=USER)
    for _ in range(assumed.polls - 1):
        read_job(job_id, principal=caller, store=system.job_store, now=clock())
    run_attempt(
        JobMessage(job_id=job_id),
        store=system.job_store,
        queue=system.job_queue,
        job_types=system.job_types,
        clock=clock,
        rng=random.Random(1),  # noqa: S311  # jitter, not a secret
        claim_token=str(uuid.uuid4()),
        time_left=lambda: float(FUNCTION_SECONDS),
        pulse=lambda attempt: nullcontext(),  # the analysis beats by the clock of this measurement
        admission=system.admission,
    )
    job = read_job(job_id, principal=caller, store=system.job_store, now=clock())
    if result_of(job, store=system.job_store) is None:
        raise AssertionError(f"the measured job has {job.status}")
    return job_id


def _analysis(ctx: AttemptContext, assumed: Assumptions, clock: Clock, system: System) -> Completed:
    ctx.take_slots("openai")
    halfway = assumed.progress_writes * 4 // 5  # past the first lease: rescue looks at the job once, and leaves it
    for number in range(assumed.progress_writes):
        clock.advance(seconds=assumed.seconds / assumed.progress_writes)
        ctx.progress(number * 99 // assumed.progress_writes, f"The model reads the call: {number} parts answered")
        if number == halfway:
            system.rescue(_context())
        ctx.beat()  # type: ignore[attr-defined]  # the pulse would, a second later
    text = "".join(random.Random(1).choices("אבגדהוזחטיכלמנסעפצקרשת ", k=RESULT_BYTES // 2))  # noqa: S311  # no secret
    ctx.step("call", lambda: {"analysis": text})
    return Completed(result={"analysis": text}, write_back=WriteBack(bodies={"call_summary": text}, call_id="call-1"))


def new_case(system: System, now: datetime) -> str:
    """A case with a call; its id."""
    case = Case(id=str(uuid.uuid4()), user_id=USER, title="A case", created_at=now, updated_at=now)
    system.case_store.create(case)
    system.case_store.put_call(case.id, {"id": "call-1"}, call_id="call-1", has_transcript=True, at=now)
    return case.id


def start_of(case_id: str) -> StartRequest:
    """The start of the measured job."""
    return StartRequest(
        job_type=JOB_TYPE,
        case_id=case_id,
        user_id=USER,
        requested_by=USER,
        endpoint="/vapi/re-analyze-call/{case_id}",
        call_id="call-1",
        lock=lock_name(job_type=JOB_TYPE, case_id=case_id, call_id="call-1"),
    )


def start_options(now: datetime) -> Mapping[str, Any]:
    """What `submit` wants besides."""
    return {"now": now, "job_id": str(uuid.uuid4()), "retention_days": 30, "open_jobs_limit": 20}


def _context() -> LambdaContext:
    return LambdaContext("work_normal", request_id=str(uuid.uuid4()), timeout_seconds=FUNCTION_SECONDS)


class Clock:
    """Moves only when the measurement says so."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._now

    def advance(self, *, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
