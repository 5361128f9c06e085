"""The number of calls of AWS that each operation makes, counted on the shipped program."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from benchmarks.counted import Counted, counted
from benchmarks.processes import metered_aws
from chalicelib.bootstrap import utc_now
from chalicelib.jobs.attempt import Attempt
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, JobType
from chalicelib.jobs.submit import StartRequest, submit
from infra.local.invocation import LambdaContext

LISTED_JOBS = 20
RESULT = b'{"text": "' + b"x" * 2000 + b'"}'
LARGE_RESULT = b'{"text": "' + b"x" * 300_000 + b'"}'
JOB_TYPE = "document_analysis_form7801"
POLL = "/jobs/{job_id}"
HEARTBEAT_MINUTES = 10


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Exact numbers of calls; the same on every machine and in every run."""

    submit: int
    post: int
    poll: int
    poll_unchanged: int
    poll_read_units: float
    poll_with_result: int
    list_of_20: int
    rescue_idle: int
    heartbeats_a_minute: int
    worker_5_updates: int
    worker_50_updates: int
    slots_of_a_job: int


def measure() -> Counts:
    """All counts. The work takes no time: a clock is moved between two reports of progress."""
    with metered_aws() as aws, counted(aws) as casework:
        return Counts(
            submit=_submit(casework),
            post=_post(casework),
            **_polls(casework),
            list_of_20=_list(casework),
            rescue_idle=_rescue(casework),
            heartbeats_a_minute=_heartbeats(casework),
            worker_5_updates=_worked(casework, updates=5, pause=timedelta(seconds=1.05)),
            worker_50_updates=_worked(casework, updates=50, pause=timedelta(seconds=0.1)),
            slots_of_a_job=_worked(casework, model_calls=3) - _worked(casework),
        )


def _submit(casework: Counted) -> int:
    case_id, system = casework.new_case(), casework.system
    request = StartRequest(job_type=JOB_TYPE, case_id=case_id, user_id="u", requested_by="u", endpoint="/e")
    send = partial(
        submit,
        request,
        store=system.job_store,
        queue=system.job_queue,
        now=system.clock(),
        job_id=system.new_id(),
        retention_days=30,
        open_jobs_limit=20,
    )
    return casework.cost(send).calls


def _post(casework: Counted) -> int:
    case_id = casework.new_case()
    return casework.cost(lambda: casework.new_job(case_id)).calls


def _polls(casework: Counted) -> dict[str, Any]:
    job_id = casework.new_job(casework.new_case())
    asked = {"job_id": job_id}
    tag = casework.ask("GET", POLL, asked)["headers"]["ETag"]
    poll = casework.cost(lambda: casework.ask("GET", POLL, asked))
    unchanged = casework.cost(lambda: casework.ask("GET", POLL, asked, headers={"If-None-Match": tag}))
    casework.complete(job_id, LARGE_RESULT)
    with_result = casework.cost(lambda: casework.ask("GET", POLL, asked))
    tag = casework.ask("GET", POLL, asked)["headers"]["ETag"]
    unchanged_done = casework.cost(lambda: casework.ask("GET", POLL, asked, headers={"If-None-Match": tag}))
    return {
        "poll": poll.calls,
        "poll_unchanged": max(unchanged.calls, unchanged_done.calls),
        "poll_read_units": max(poll.read_units, unchanged.read_units, unchanged_done.read_units),
        "poll_with_result": with_result.calls,
    }


def _list(casework: Counted) -> int:
    case_id = casework.new_case()
    for _ in range(LISTED_JOBS):
        casework.complete(casework.new_job(case_id), RESULT)
    return casework.cost(lambda: casework.ask("GET", "/jobs", {})).calls


def _rescue(casework: Counted) -> int:
    casework.new_job(casework.new_case())  # open, and not due to be looked at
    context = LambdaContext("rescue", request_id="r", timeout_seconds=60)
    return casework.cost(lambda: casework.system.rescue(context)).calls


def _heartbeats(casework: Counted) -> int:
    """Beats of the pulse by a clock that takes no time, a second each, of an attempt that reports nothing."""
    job_id = casework.new_job(casework.new_case())
    now = [datetime.now(UTC)]
    store = casework.system.job_store
    job = store.claim(job_id, now=now[0], lease_until=now[0] + timedelta(seconds=45), claim_token="t")  # noqa: S106
    if job is None:
        raise RuntimeError("the job cannot be claimed")
    attempt = Attempt(job, store=store, clock=lambda: now[0], time_left=lambda: 300.0)

    def beat() -> None:
        for _ in range(HEARTBEAT_MINUTES * 60):
            now[0] += timedelta(seconds=1)
            attempt.beat()

    return casework.cost(beat).calls // HEARTBEAT_MINUTES


def _worked(casework: Counted, *, updates: int = 0, pause: timedelta = timedelta(0), model_calls: int = 0) -> int:
    """Calls of the worker's own for one job: claim, progress, final write, and the slots of its model calls."""
    system: Any = casework.system
    worked = [timedelta(0)]

    def run(ctx: AttemptContext) -> Completed:
        for _ in range(model_calls):
            ctx.take_slots("openai")
        for step in range(updates):
            ctx.progress(step, f"Step {step}")
            worked[0] += pause
        return Completed(result={"steps": updates})

    system.clock = lambda: utc_now() + worked[0]
    system.job_types = {JOB_TYPE: JobType(name=JOB_TYPE, run=run)}
    job_id = casework.new_job(casework.new_case())
    return casework.cost(lambda: casework.work(job_id)).calls
