"""What is a job? The record that is stored, polled and moved from status to status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import msgspec

from chalicelib.jobs.calls import Call, Parked

RECORD_FORMAT = 1
"""Version of the stored record and of the queue message: workers on either side of a deploy read both."""

EVENTS_KEPT_FIRST = 10
EVENTS_KEPT_LAST = 50
EVENTS_SHOWN_LAST = 30

Priority = Literal["high", "normal", "low"]
EventType = Literal[
    "created", "started", "step", "retrying", "yielded", "cancel_requested", "completed", "failed", "cancelled"
]


class Status(StrEnum):
    """The five statuses; `OPEN` are the two that a worker may still change."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({Status.PENDING, Status.RUNNING})


class StepFacts(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a step took: seconds, and the model's tokens and money (None: no model, or no known price).

    `reused`: the step was made by the job that this one repeats.
    """

    seconds: float = 0.0
    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: str | None = None
    reused: bool = False


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a job's timeline. Its seq follows from its place, see `numbered_events`; no personal data."""

    at: datetime
    type: EventType
    message: str = ""
    step: StepFacts | None = None


class ModelUsage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens and money of all calls to one model. `cost_usd` is None when a price is unknown."""

    model: str
    requests: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: Decimal | None


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What the job's provider calls used so far, a row per model."""

    calls: tuple[ModelUsage, ...] = ()

    @property
    def input_tokens(self) -> int:
        """Tokens sent, cached ones included."""
        return sum(call.input_tokens for call in self.calls)

    @property
    def output_tokens(self) -> int:
        """Tokens received, reasoning included."""
        return sum(call.output_tokens for call in self.calls)

    @property
    def cached_tokens(self) -> int:
        """The part of `input_tokens` that the provider read from its cache."""
        return sum(call.cached_tokens for call in self.calls)

    @property
    def cost_usd(self) -> Decimal | None:
        """US dollars; zero before any call, None as soon as one price is unknown."""
        total = Decimal(0)
        for call in self.calls:
            if call.cost_usd is None:
                return None
            total += call.cost_usd
        return total

    def plus(self, call: ModelUsage) -> Usage:
        """This usage with one more call counted in its model's row."""
        rows = list(self.calls)
        for index, row in enumerate(rows):
            if row.model == call.model:
                rows[index] = _sum_rows(row, call)
                return Usage(calls=tuple(rows))
        return Usage(calls=(*rows, call))


def _sum_rows(row: ModelUsage, call: ModelUsage) -> ModelUsage:
    known = row.cost_usd is not None and call.cost_usd is not None
    return ModelUsage(
        model=row.model,
        requests=row.requests + call.requests,
        input_tokens=row.input_tokens + call.input_tokens,
        output_tokens=row.output_tokens + call.output_tokens,
        cached_tokens=row.cached_tokens + call.cached_tokens,
        cost_usd=(row.cost_usd or Decimal(0)) + (call.cost_usd or Decimal(0)) if known else None,
    )


def step_facts(calls: Sequence[ModelUsage], *, seconds: float) -> StepFacts:
    """What a step took that made these provider calls."""
    used = Usage()
    for call in calls:
        used = used.plus(call)
    return StepFacts(
        seconds=round(seconds, 1),
        model=calls[-1].model if calls else None,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cost_usd=None if used.cost_usd is None else f"{used.cost_usd:f}",
    )


class ErrorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Why an attempt ended. `message` is one safe sentence; `attempt` the one that met it."""

    code: str
    title: str
    message: str
    retryable: bool
    attempt: int
    provider: str | None = None
    provider_status: int | None = None
    provider_request_id: str | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """The record of one job, at most 4 KB. Every change of it is a new value with the next `version`.

    Times are aware UTC. `fence` rises with every claim and `claim_token` names the claim's owner; `lease_until` is
    when the owner may be given up for dead; `check_at` is when rescue looks at an open job next. `lock` names the
    dedupe lock that the job holds (None: it holds none). `result_bytes` is the result's size as UTF-8 JSON,
    `result_sent_bytes` as an escaped string of Lambda's response (None: completed by an earlier release).

    Counters: `next_claim_cost` is what the next claim adds to `attempt`: 1, or 0 after a yield. Since the last step
    was stored `failures` and `invalid_answers` count failed attempts, `fruitless` invocations that ran out of time,
    `lost_workers` those that did not give the job back; `held` is 1 while a worker has it.

    `calls` are at a provider: being answered, or not deleted there yet. A running job that is `parked` has no worker
    and no lease: anybody may claim it. `waited` is how it waits or waited last, also when a worker has it again.

    `quotes_deleted`: a document of its case was deleted while the job was open. Its checkpoints may quote it; they go
    before its end is written.

    `slots` are those of its provider's limit (`call_limits.Slots`) that the job keeps for calls in flight.
    """

    job_id: str
    job_type: str
    case_id: str
    user_id: str
    requested_by: str
    endpoint: str
    created_at: datetime
    updated_at: datetime
    deadline_at: datetime
    expires_at: datetime
    due_at: datetime
    check_at: datetime
    call_id: str | None = None
    document_count: int | None = None
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)
    priority: Priority = "normal"
    max_attempts: int = 25
    max_cost_usd: Decimal | None = None
    notify_url: str | None = None
    lock: str | None = None
    retried_from: str | None = None
    status: Status = Status.PENDING
    progress: int = 0
    progress_message: str = "Waiting to start"
    progress_code: str = "waiting_to_start"
    progress_params: Mapping[str, Any] = msgspec.field(default_factory=dict)
    version: int = 1
    attempt: int = 0
    fence: int = 0
    claim_token: str | None = None
    lease_until: datetime | None = None
    next_claim_cost: int = 1
    continuations: int = 0
    failures: int = 0
    invalid_answers: int = 0
    fruitless: int = 0
    lost_workers: int = 0
    held: int = 0
    check_interval_seconds: int = 30
    cancel_requested: bool = False
    quotes_deleted: bool = False
    started_at: datetime | None = None
    completed_at: datetime | None = None
    usage: Usage = Usage()
    error: ErrorInfo | None = None
    result_bytes: int | None = None
    result_sent_bytes: int | None = None
    calls: tuple[Call, ...] = ()
    parked: Parked | None = None
    waited: Parked | None = None
    slots: str | None = None
    timeline: tuple[Event, ...] = ()
    event_count: int = 0
    timeline_gap: int = EVENTS_KEPT_FIRST
    format: int = RECORD_FORMAT

    @property
    def is_open(self) -> bool:
        """True while pending or running."""
        return self.status in OPEN

    def progress_at(self, now: datetime) -> int:
        """Percent done: while a model works it goes on by time, and does not fall when a worker has the job again."""
        return self.progress if self.waited is None else max(self.progress, self.waited.progress_at(now))

    @property
    def waiting_for(self) -> Literal["worker", "model", "retry"] | None:
        """What a job waits for that no worker has: a free worker, the time of its next attempt, a model's answer."""
        if self.status is Status.RUNNING:
            return None if self.parked is None else "model"
        if self.status is not Status.PENDING:
            return None
        return "worker" if self.error is None else "retry"

    @property
    def has_calls_in_flight(self) -> bool:
        """Whether its provider may still be answering a call that was made in the background."""
        return any(not call.booked for call in self.calls)

    @property
    def steps(self) -> tuple[Event, ...]:
        """The steps that are stored, in their order: the first and the last ones when there were many."""
        return tuple(event for event in self.timeline if event.type == "step")

    @property
    def is_done(self) -> bool:
        """True once completed, failed or cancelled: the status is final."""
        return self.status not in OPEN


class NumberedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its number in the job's life, counted from 1."""

    seq: int
    at: datetime
    type: EventType
    message: str


def with_event(job: Job, event: Event) -> Job:
    """The job with one more event; of more than 60 the first 10 and the last 50 stay."""
    after = msgspec.structs.replace(job, timeline=(*job.timeline, event), event_count=job.event_count + 1)
    return without_one_event(after) if len(after.timeline) > EVENTS_KEPT_FIRST + EVENTS_KEPT_LAST else after


def without_one_event(job: Job) -> Job:
    """The job without the oldest of its last events, or the youngest of its first ones when it has no others."""
    gap = max(0, min(job.timeline_gap, len(job.timeline) - 2))
    return msgspec.structs.replace(job, timeline=(*job.timeline[:gap], *job.timeline[gap + 1 :]), timeline_gap=gap)


def numbered_events(job: Job) -> tuple[NumberedEvent, ...]:
    """The first 10 and the last 30 events with their seq: the first ones count from 1, the last ones up to all."""
    dropped = job.event_count - len(job.timeline)
    first_of_last = max(EVENTS_KEPT_FIRST, len(job.timeline) - EVENTS_SHOWN_LAST)
    return tuple(
        NumberedEvent(
            seq=index + 1 + (dropped if index >= job.timeline_gap else 0),
            at=event.at,
            type=event.type,
            message=event.message,
        )
        for index, event in enumerate(job.timeline)
        if index < EVENTS_KEPT_FIRST or index >= first_of_last
    )
