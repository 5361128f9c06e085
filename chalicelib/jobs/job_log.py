"""Log lines and metrics of each transition: numbers, ids and codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chalicelib import telemetry
from chalicelib.jobs.model import Job, Status
from chalicelib.telemetry import Metric, measured

_COUNTED = {
    Status.COMPLETED: "JobsCompleted",
    Status.FAILED: "JobsFailed",
    Status.CANCELLED: "JobsCancelled",
    Status.PENDING: "AttemptsRepeated",
    Status.RUNNING: "AttemptsParked",
}


def started(job: Job) -> None:
    """A worker claimed the job. Its wait is counted from when it was due: created, or to be tried again."""
    waited = Metric(name="QueueWaitSeconds", value=_seconds(job.due_at, job.updated_at), unit="Seconds", per=("lane",))
    lane = "high" if job.priority == "high" else "normal"
    measured("attempt_started", [_count("AttemptsStarted"), waited], **_facts(job), fence=job.fence, lane=lane)


def cancel_accepted(job: Job) -> None:
    """A cancel was accepted; a job that was not running is cancelled by that, any other when its worker stops."""
    counted = [_count("JobsCancelled")] if job.is_done else []
    measured("cancel_accepted", counted, **_facts(job), status=job.status)


def ended(job: Job, *, by: str = "worker") -> None:
    """An attempt ended: with the job, to be repeated, or parked. `by` is who ended it: its worker, or rescue."""
    code = job.error.code if job.error else None
    facts = {**_facts(job), "priority": job.priority}
    measured("attempt_ended", list(_end_metrics(job)), **facts, status=job.status, code=code, by=by)


def waits_for_slot(job: Job, *, provider: str) -> None:
    """The job waits until fewer calls are in flight at its provider: no attempt ended, and none is repeated."""
    telemetry.info("waits_for_slot", **_facts(job), provider=provider, priority=job.priority)


def _end_metrics(job: Job) -> Iterator[Metric]:
    yield _count(_COUNTED[job.status])
    yield Metric(name=_COUNTED[job.status], value=1, unit="Count", per=())  # alarms compare what ended with what failed
    if not job.is_done:
        return
    if job.status is Status.FAILED:
        yield Metric(name="JobsFailed", value=1, unit="Count", per=("code",))
    usage = job.usage
    yield Metric(name="JobSeconds", value=_seconds(job.created_at, job.updated_at), unit="Seconds")
    yield Metric(name="InputTokens", value=usage.input_tokens, unit="Count")
    yield Metric(name="OutputTokens", value=usage.output_tokens, unit="Count")
    if usage.cost_usd is not None:
        yield Metric(name="CostUsd", value=float(usage.cost_usd), unit="None")
        yield Metric(name="CostUsd", value=float(usage.cost_usd), unit="None", per=())
        if job.priority == "low":
            yield Metric(name="CostUsd", value=float(usage.cost_usd), unit="None", per=("priority",))


def _count(name: str) -> Metric:
    return Metric(name=name, value=1, unit="Count")


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())


def _facts(job: Job) -> dict[str, object]:
    return {"job_id": job.job_id, "job_type": job.job_type, "attempt": job.attempt}
