"""How many calls of AWS does each operation make? Counted on the shipped program; each costs time and money."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.capacity import get_units
from benchmarks.counted import Counted, Counts, counted
from chalicelib.adapters.dynamodb_job_records import record_of
from chalicelib.jobs.attempt import Attempt
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, JobType
from chalicelib.jobs.submit import StartRequest, submit
from infra.local.invocation import LambdaContext
from infra.local.resources import Resources

LISTED_JOBS = 20
RESULT = b'{"text": "' + b"x" * 2000 + b'"}'
LARGE_RESULT = b'{"text": "' + b"x" * 300_000 + b'"}'
JOB_TYPE = "document_analysis_form7801"
POLL = "/jobs/{job_id}"
HEARTBEAT_MINUTES = 10


def measure(resources: Resources) -> Counts:
    """All counts, on resources that hold nothing yet. Takes about 12 s: progress is reported in real time."""
    with counted(resources) as casework:
        return Counts(
            submit=_submit(casework),
            post=_post(casework),
            **_polls(casework),
            list_of_20=_list(casework),
            rescue_idle=_rescue(casework),
            heartbeats_a_minute=_heartbeats(casework),
            worker_5_updates=_worked(casework, updates=5, pause_seconds=1.05),
            worker_50_updates=_worked(casework, updates=50, pause_seconds=0.1),
        )


def _submit(casework: Counted) -> int:
    case_id, system = casework.new_case(), casework.system
    request = StartRequest(job_type=JOB_TYPE, case_id=case_id, user_id="u", requested_by="u", endpoint="/e")
    casework.forget()
    submit(
        request,
        store=system.job_store,
        queue=system.job_queue,
        now=system.clock(),
        job_id=system.new_id(),
        retention_days=30,
        open_jobs_limit=20,
    )
    return len(casework.calls)


def _post(casework: Counted) -> int:
    case_id = casework.new_case()
    casework.forget()
    casework.new_job(case_id)
    return len(casework.calls)


def _polls(casework: Counted) -> dict[str, Any]:
    job_id = casework.new_job(casework.new_case())
    asked = {"job_id": job_id}
    poll = _calls(casework, lambda: casework.ask("GET", POLL, asked))
    tag = casework.ask("GET", POLL, asked)["headers"]["ETag"]
    unchanged = _calls(casework, lambda: casework.ask("GET", POLL, asked, headers={"If-None-Match": tag}))
    casework.complete(job_id, LARGE_RESULT)
    with_result = _calls(casework, lambda: casework.ask("GET", POLL, asked))
    record = casework.system.job_store.get(job_id)
    return {
        "poll": poll,
        "poll_unchanged": unchanged,
        "poll_read_units": 0.0 if record is None else get_units(record_of(record), consistent=True),
        "poll_with_result": with_result,
    }


def _list(casework: Counted) -> int:
    for _ in range(LISTED_JOBS):
        casework.complete(casework.new_job(casework.new_case()), RESULT)
    return _calls(casework, lambda: casework.ask("GET", "/jobs", {}))


def _rescue(casework: Counted) -> int:
    casework.new_job(casework.new_case())  # open, and not due to be looked at
    context = LambdaContext("rescue", request_id="r", timeout_seconds=60)
    return _calls(casework, lambda: casework.system.rescue(context))


def _heartbeats(casework: Counted) -> int:
    """Beats of the pulse by a clock that takes no time, a second each, of an attempt that reports nothing."""
    job_id = casework.new_job(casework.new_case())
    now = [datetime.now(UTC)]
    store = casework.system.job_store
    job = store.claim(job_id, now=now[0], lease_until=now[0] + timedelta(seconds=45), claim_token="t")  # noqa: S106
    if job is None:
        raise RuntimeError("the job is not to be had")
    attempt = Attempt(job, store=store, clock=lambda: now[0], time_left=lambda: 300.0)

    def beat() -> None:
        for _ in range(HEARTBEAT_MINUTES * 60):
            now[0] += timedelta(seconds=1)
            attempt.beat()

    return _calls(casework, beat) // HEARTBEAT_MINUTES


def _worked(casework: Counted, *, updates: int, pause_seconds: float) -> int:
    """Calls of the worker's own for one job: claim, progress, final write."""

    def run(ctx: AttemptContext) -> Completed:
        for step in range(updates):
            ctx.progress(step, f"Step {step}")
            time.sleep(pause_seconds)
        return Completed(result={"steps": updates})

    system: Any = casework.system
    system.job_types = {JOB_TYPE: JobType(name=JOB_TYPE, run=run)}
    job_id = casework.new_job(casework.new_case())
    return _calls(casework, lambda: casework.work(job_id))


def _calls(casework: Counted, do: Callable[[], object]) -> int:
    casework.forget()
    do()
    return len(casework.calls)
