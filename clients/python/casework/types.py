"""The API's JSON objects. The API may add members; none is ever renamed or removed."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

Status = Literal["pending", "running", "completed", "failed", "cancelled"]


class Notify(TypedDict):
    """Where the end of a job is posted to; `https` only."""

    url: str


class StartOptions(TypedDict, total=False):
    """What a start may say. `deadline_seconds` from now; `dedupe="none"` starts another job even if one is open."""

    priority: Literal["high", "normal", "low"]
    deadline_seconds: int
    max_cost_usd: float
    dedupe: Literal["active", "none"]
    labels: dict[str, str]
    notify: Notify


class Start(TypedDict):
    """The answer to a start. `documents_count` only of an analysis of documents."""

    status: Literal["accepted"]
    job_id: str
    message: str
    poll_url: str
    job_type: str
    created_at: str
    deadline_at: str
    expires_at: str
    deduplicated: bool
    retry_after_ms: int
    retried_from: str | None
    documents_count: NotRequired[int]


class ErrorInfo(TypedDict):
    """Why a job failed, or why its last attempt did."""

    code: str
    title: str
    retryable: bool
    attempt: int
    provider: str | None
    provider_status: int | None
    provider_request_id: str | None


class Usage(TypedDict):
    """What the calls to the models used; `cost_usd` is None when a price is unknown."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: str | None
    calls: list[dict[str, Any]]


class Job(TypedDict):
    """A job. Stop on `done`; `result` is set when it completed. Times are UTC, ISO 8601."""

    job_id: str
    job_type: str
    status: Status
    done: bool
    version: int
    progress: int
    progress_message: str
    result: Any
    error: str | None
    error_info: ErrorInfo | None
    metadata: dict[str, Any]
    priority: str
    attempt: int
    max_attempts: int
    cancel_requested: bool
    retried_from: str | None
    created_at: str
    updated_at: str
    started_at: str | None
    completed_at: str | None
    next_attempt_at: str | None
    deadline_at: str
    expires_at: str
    retry_after_ms: int | None
    result_url: str | None
    result_url_expires_at: str | None
    usage: Usage


class Event(TypedDict):
    """One event of a job's timeline; `seq` counts from 1."""

    seq: int
    at: str
    type: str
    message: str
    data: dict[str, Any]


class Delivery(TypedDict):
    """One try to post the end of a job to its `notify` URL."""

    webhook_id: str
    attempt: int
    at: str
    status: int | None
    error: str | None
    next_attempt_at: str | None


class Document(TypedDict):
    """A document of a case, without its content."""

    id: str
    case_id: str
    file_name: str
    content_type: str
    size: int
    status: Literal["awaiting_upload", "ready", "unreadable"]
    document_type: str
    uploaded_by: str
    uploaded_at: str
    metadata: dict[str, Any]


class Case(TypedDict):
    """A case. Lists leave out the heavy members (call_details and all that the analyses wrote)."""

    id: str
    user_id: str
    title: str
    description: str
    status: str
    metadata: dict[str, Any]
    created_at: str
    updated_at: str
    call_details: dict[str, Any] | None
    call_summary: str | None
    final_document_analysis: dict[str, Any] | None
    form_7801_analysis: dict[str, Any] | None
    form_7801_analysis_timestamp: str | None
    analysis_status: str | None
    documents: list[Document]
