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


class Step(TypedDict):
    """A stored step: when it ended, how long it took, what its model used; `reused` from the job that this repeats."""

    name: str
    at: str
    seconds: float
    model: str | None
    input_tokens: int
    output_tokens: int
    cost_usd: str | None
    reused: bool


class Usage(TypedDict):
    """What the calls to the models used; `cost_usd` is None when a price is unknown."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: str | None
    calls: list[dict[str, Any]]


class Job(TypedDict):
    """A job. Stop on `done`; `result` is set when it completed. Times are UTC, ISO 8601. Lists leave out `steps`."""

    job_id: str
    job_type: str
    status: Status
    done: bool
    version: int
    progress: int
    progress_message: str
    progress_code: str
    progress_params: dict[str, Any]
    waiting_for: Literal["worker", "model", "retry"] | None
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
    steps: NotRequired[list[Step]]


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


class CallMetadata(TypedDict):
    """What a Vapi call must carry so that its report finds the case; the token is None without a webhook."""

    case_id: str
    case_token: str | None


class Attention(TypedDict):
    """What is left to do in a case."""

    blocking: int
    check: int
    unconfirmed: int
    conflicts: int
    open_jobs: int


class _CaseHead(TypedDict):
    id: str
    user_id: str
    title: str
    description: str
    status: str
    metadata: dict[str, Any]
    created_at: str
    updated_at: str
    form_7801_analysis_timestamp: str | None
    analysis_status: str | None
    documents: list[Document]


class Case(_CaseHead):
    """A case with its call and all that the analyses wrote. `call_metadata` only for the owner."""

    call_details: dict[str, Any] | None
    call_summary: str | dict[str, Any] | None
    call_metadata: CallMetadata | None
    final_document_analysis: dict[str, Any] | None
    form_7801_analysis: dict[str, Any] | None


class CaseSummary(_CaseHead):
    """A case as lists show it. `claimant` is of its form."""

    claimant: str
    attention: Attention


class FormConflict(TypedDict):
    """What a later analysis says instead of what a person set or confirmed."""

    value: Any
    job_id: str | None


class FormField(TypedDict):
    """A field, or an item that is not shown (`value` None). `analysis_field` is its path in the analysis's result."""

    value: Any
    source: Literal["analysis", "person"]
    job_id: str | None
    by: str | None
    at: str | None
    conflict: FormConflict | None
    analysis_field: str | None


class FormSection(TypedDict):
    """A section: later analyses change nothing in a confirmed one; `changed` is what a person changed since."""

    confirmed: bool
    by: str | None
    at: str | None
    changed_since: bool
    changed: list[str]


class Form(TypedDict):
    """The working form. Only the answer to a change has `added`, the paths of new items; its `issues` are of that
    change alone."""

    form_7801: dict[str, Any] | None
    fields: dict[str, FormField]
    sections: dict[str, FormSection]
    issues: list[dict[str, Any]]
    version: int
    added: NotRequired[list[str]]


class FormChange(TypedDict):
    """A value for one field."""

    field: str
    value: str | float | bool


class FormAddition(TypedDict):
    """A new item of a list."""

    list: str
    item: dict[str, Any]


class FormChanges(TypedDict, total=False):
    """What is to be changed: all of it, or nothing."""

    changes: list[FormChange]
    revert: list[str]
    add: list[FormAddition]
    remove: list[str]
    confirm: list[str]
    unconfirm: list[str]


class FormEntry(TypedDict):
    """One thing that a person did: to a field, an item of a list or a section."""

    version: int
    at: str
    by: str
    action: Literal["set", "revert", "add", "remove", "confirm", "unconfirm"]
    field: str
    before: Any
    after: Any
