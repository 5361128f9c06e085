"""Jobs and events as clients see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta

from chalicelib.api.http import Timestamp, retry_after_ms, timestamp, timestamp_or_none
from chalicelib.errors import PermanentError, TransientError
from chalicelib.jobs.model import ErrorInfo, EventType, Job, NumberedEvent, Priority, Status, StepFacts, Usage
from chalicelib.jobs.progress import ProgressCode

CANCELLED_MESSAGE = "The job was cancelled."


class ModelUsageView(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens and money of all calls to one model; `cost_usd` is null when its price is unknown."""

    model: str
    requests: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: str | None


class UsageView(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider calls used so far; `cost_usd` in US dollars, "0" before any call."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: Annotated[str, Meta(examples=["0.0123"])] | None
    calls: tuple[ModelUsageView, ...]


FAILURE_CODES = sorted({error.code for kind in (TransientError, PermanentError) for error in kind.__subclasses__()})


class ErrorInfoView(msgspec.Struct, frozen=True, kw_only=True):
    """Why the job failed, or why its last attempt did while it waits for the next."""

    code: Annotated[str, Meta(extra_json_schema={"enum": FAILURE_CODES})]
    title: str
    retryable: bool
    attempt: int
    provider: str | None
    provider_status: int | None
    provider_request_id: str | None


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A stored step: when it ended, how long it took, what its model used; `reused` from the job that this repeats."""

    name: str
    at: Timestamp
    seconds: float
    model: str | None
    input_tokens: int
    output_tokens: int
    cost_usd: str | None
    reused: bool


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job. Stop polling when `done` is true; until then `retry_after_ms` says when it is worth asking again."""

    job_id: str
    job_type: str
    status: Status
    progress: Annotated[int, Meta(ge=0, le=100)]
    progress_message: str
    progress_code: Annotated[
        ProgressCode,
        Meta(description="What is being done, for clients of other languages; a newer release may have more codes"),
    ]
    progress_params: Mapping[str, Any]
    result: Annotated[
        Any,
        Meta(
            description="null when it has more than 3 MB, or when an answer of 6 MB has no room for it (a Hebrew "
            "letter is 6 bytes there); then `result_url` leads to it"
        ),
    ]
    error: str | None
    metadata: Mapping[str, str | int]
    created_at: Timestamp
    started_at: Timestamp | None
    completed_at: Timestamp | None
    done: bool
    version: int
    updated_at: Timestamp
    attempt: int
    max_attempts: int
    next_attempt_at: Timestamp | None
    waiting_for: Literal["worker", "model", "retry"] | None
    priority: Priority
    cancel_requested: bool
    retried_from: str | None
    deadline_at: Timestamp
    expires_at: Timestamp
    retry_after_ms: int | None
    result_url: str | None
    result_url_expires_at: Timestamp | None
    usage: UsageView
    error_info: ErrorInfoView | None
    steps: (
        Annotated[tuple[StepView, ...], Meta(description="Of GET /jobs/{job_id} only; at most 60")] | msgspec.UnsetType
    ) = msgspec.UNSET


class JobListView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of jobs, newest first; `count` of them. `result` is null here."""

    jobs: tuple[JobView, ...]
    count: int
    next_cursor: str | None


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a job; `data` names the step or the error code it is about."""

    seq: int
    at: Timestamp
    type: EventType
    message: str
    data: Mapping[str, str]


class EventListView(msgspec.Struct, frozen=True, kw_only=True):
    """Events after the asked one; `next_after` is what to ask with next."""

    events: tuple[EventView, ...]
    next_after: int


def job_view(job: Job, *, now: datetime, typical_seconds: tuple[int, int]) -> JobView:
    """The job as clients see it, without its result."""
    waits_to_retry = job.status is Status.PENDING and job.error is not None
    progress, params = _progress(job, now=now)
    return JobView(
        job_id=job.job_id,
        job_type=job.job_type,
        status=job.status,
        progress=progress,
        progress_message=job.progress_message,
        progress_code=cast(ProgressCode, job.progress_code),
        progress_params=params,
        result=None,
        error=_error_sentence(job),
        metadata=job_metadata(job),
        created_at=timestamp(job.created_at),
        started_at=timestamp_or_none(job.started_at),
        completed_at=timestamp_or_none(job.completed_at),
        done=job.is_done,
        version=job.version,
        updated_at=timestamp(job.updated_at),
        attempt=job.attempt,
        max_attempts=job.max_attempts,
        next_attempt_at=timestamp(job.due_at) if waits_to_retry else None,
        waiting_for=job.waiting_for,
        priority=job.priority,
        cancel_requested=job.cancel_requested,
        retried_from=job.retried_from,
        deadline_at=timestamp(job.deadline_at),
        expires_at=timestamp(job.expires_at),
        retry_after_ms=retry_after_ms(job, typical_seconds=typical_seconds, now=now),
        result_url=None,
        result_url_expires_at=None,
        usage=_usage_view(job.usage),
        error_info=_error_info_view(job.error) if job.error and (waits_to_retry or job.is_done) else None,
    )


def _progress(job: Job, *, now: datetime) -> tuple[int, Mapping[str, Any]]:
    """Percent and params; while a model works without us they go on by the time that its step usually takes."""
    seconds_left = None if job.parked is None else job.parked.seconds_left(now)
    left = {} if seconds_left is None else {"seconds_left": seconds_left}
    return job.progress_at(now), {**job.progress_params, **left}


def step_views(job: Job) -> tuple[StepView, ...]:
    """The job's steps as clients see them."""
    found = ((event, event.step or StepFacts()) for event in job.steps)
    return tuple(
        StepView(name=event.message, at=timestamp(event.at), **msgspec.structs.asdict(facts)) for event, facts in found
    )


def job_metadata(job: Job) -> Mapping[str, str | int]:
    """What the job is about and who asked for it, with the starter's labels."""
    counted = {} if job.document_count is None else {"document_count": job.document_count}
    return {
        "case_id": job.case_id,
        "user_id": job.user_id,
        "requested_by": job.requested_by,
        "endpoint": job.endpoint,
        **counted,
        **job.labels,
    }


def event_view(event: NumberedEvent) -> EventView:
    """The event as clients see it."""
    return EventView(
        seq=event.seq,
        at=timestamp(event.at),
        type=event.type,
        message=event.message,
        data=_event_facts(event),
    )


def _event_facts(event: NumberedEvent) -> Mapping[str, str]:
    match event.type:
        case "step":
            return {"step": event.message}
        case "failed" | "retrying":
            return {"code": event.message}
        case _:
            return {}


def _error_sentence(job: Job) -> str | None:
    if job.status is Status.CANCELLED:
        return CANCELLED_MESSAGE
    return job.error.message if job.status is Status.FAILED and job.error is not None else None


def _error_info_view(error: ErrorInfo) -> ErrorInfoView:
    return ErrorInfoView(
        code=error.code,
        title=error.title,
        retryable=error.retryable,
        attempt=error.attempt,
        provider=error.provider,
        provider_status=error.provider_status,
        provider_request_id=error.provider_request_id,
    )


def _usage_view(usage: Usage) -> UsageView:
    return UsageView(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        cost_usd=_dollars(usage.cost_usd),
        calls=tuple(
            ModelUsageView(
                model=call.model,
                requests=call.requests,
                input_tokens=call.input_tokens,
                output_tokens=call.output_tokens,
                cached_tokens=call.cached_tokens,
                cost_usd=_dollars(call.cost_usd),
            )
            for call in usage.calls
        ),
    )


def _dollars(amount: Decimal | None) -> str | None:
    """The amount in plain digits, without trailing zeros: "0.0123", "0"."""
    if amount is None:
        return None
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
