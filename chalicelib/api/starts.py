"""Starting jobs: the routes of the analyses, retry, and what the webhook shares with them.

Order of refusals: 422 → 403 → 404 → idempotency replay or reuse → 409 → dedupe → 429 → 503.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.analyses import catalogue
from chalicelib.analyses.kit.definition import Analysis
from chalicelib.api.endpoint import Endpoint, authenticated, endpoint
from chalicelib.api.http import (
    START_MS,
    Request,
    Response,
    Timestamp,
    header_seconds,
    job_tag,
    retry_after_ms,
    timestamp,
    typical_seconds,
)
from chalicelib.api.parsing import KEY_HEADER, REPLAYED, idempotency_key
from chalicelib.api.start_body import (
    START_RULES,
    WITHOUT_LOW,
    StartBody,
    check_offered,
    check_priority,
    offers_low,
)
from chalicelib.api.streams import check_notify
from chalicelib.cases.model import CaseOutline
from chalicelib.cases.read import case_outline
from chalicelib.errors import (
    Forbidden,
    IdempotencyKeyReused,
    NotFinished,
    NotFound,
    Refusal,
    TooManyOpenJobs,
    Unavailable,
)
from chalicelib.jobs.ports import IdempotencyKey
from chalicelib.jobs.requests import retryable_job, reusable_checkpoints
from chalicelib.jobs.submit import StartRequest, Submitted, lock_name, replay, submit

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

START_REQUEST_HEADERS = (KEY_HEADER,)
START_RESPONSE_HEADERS = ("Location", "Retry-After", "ETag", "Idempotency-Replayed")
START_REFUSALS: tuple[type[Refusal], ...] = (Forbidden, NotFound, IdempotencyKeyReused, TooManyOpenJobs, Unavailable)
"""Why any start may be refused; an analysis adds what it finds missing."""


class StartView(msgspec.Struct, frozen=True, kw_only=True):
    """The job to poll. `documents_count` only for analyses of documents."""

    status: Literal["accepted"]
    job_id: str
    message: str
    poll_url: str
    job_type: str
    created_at: Timestamp
    deadline_at: Timestamp
    expires_at: Timestamp
    deduplicated: bool
    retry_after_ms: int
    documents_count: (
        Annotated[int, Meta(description="All documents of the case, those still awaiting their upload included")]
        | UnsetType
    ) = UNSET
    retried_from: str | None = None


def start_endpoint(analysis: Analysis) -> Endpoint:
    """The endpoint that starts jobs of one analysis."""

    def start(request: Request, system: System, *, body: StartBody) -> Response:
        key = idempotency_key(request, body)
        if body.notify is not UNSET:
            check_notify(body.notify, system)
        check_offered(analysis, body)
        check_priority(request, body)
        outline = _outline(request.parameters["case_id"], request, system)
        wanted = start_request(analysis, outline, body=body, request=request, key=key)
        submitted = submit_or_replay(
            wanted, analysis=analysis, outline=outline, system=system, open_jobs_limit=system.settings.max_open_jobs
        )
        return accepted_response(submitted, request=request, system=system)

    return Endpoint(
        name=f"start_{analysis.job_type}",
        summary=analysis.summary or f"Start: {analysis.title}.",
        handler=start,
        admit=authenticated,
        body=StartBody,
        body_rules=START_RULES if offers_low(analysis) else {**START_RULES, **WITHOUT_LOW},
        responses={202: StartView},
        refusals=(*START_REFUSALS, *analysis.refusals),
        request_headers=START_REQUEST_HEADERS,
        response_headers=START_RESPONSE_HEADERS,
    )


@endpoint(
    body=StartBody,
    body_rules=START_RULES,
    responses={202: StartView},
    refusals=(*START_REFUSALS, NotFinished, *(refusal for kind in catalogue().values() for refusal in kind.refusals)),
    request_headers=START_REQUEST_HEADERS,
    response_headers=START_RESPONSE_HEADERS,
    always_audited=True,
)
def retry_job(request: Request, system: System, *, body: StartBody) -> Response:
    """Run a finished job again, as a new job that reuses the finished steps of the old one."""
    key = idempotency_key(request, body)
    if body.notify is not UNSET:
        check_notify(body.notify, system)
    check_priority(request, body)
    try:
        source = retryable_job(
            request.parameters["job_id"], principal=request.principal, store=system.job_store, now=system.clock()
        )
    except (NotFound, NotFinished) as refusal:
        replayed = _replayed_or_refused(key, refusal, system=system)
        return accepted_response(replayed, request=request, system=system)
    analysis = system.analyses.get(source.job_type)
    if analysis is None:
        raise NotFound(f"The job's type {source.job_type} no longer exists.")
    check_offered(analysis, body)
    outline = _outline(source.case_id, request, system)
    wanted = msgspec.structs.replace(
        start_request(analysis, outline, body=body, request=request, key=key),
        retried_from=source.job_id,
        checkpoints_from=reusable_checkpoints(source),
    )
    submitted = submit_or_replay(
        wanted, analysis=analysis, outline=outline, system=system, open_jobs_limit=system.settings.max_open_jobs
    )
    return accepted_response(submitted, request=request, system=system)


def start_request(
    analysis: Analysis,
    outline: CaseOutline,
    *,
    body: StartBody,
    request: Request,
    key: IdempotencyKey | None,
) -> StartRequest:
    """The start as the engine takes it. Without a caller (the webhook) the owner of the case is the starter."""
    case = outline.case
    call_id = case.call_id if analysis.one_per_call else None
    lock = lock_name(job_type=analysis.job_type, case_id=case.id, call_id=call_id)
    return StartRequest(
        notify_url=body.notify.url if body.notify else None,
        job_type=analysis.job_type,
        case_id=case.id,
        user_id=case.user_id,
        requested_by=case.user_id if request.caller is None else request.caller.user_id,
        endpoint=request.route,
        call_id=call_id,
        document_count=len(outline.documents) if analysis.counts_documents else None,
        lock=lock if body.dedupe == "active" else None,
        labels=body.labels,
        priority=body.priority,
        deadline_seconds=body.deadline,
        max_cost_usd=body.cost_limit,
        max_attempts=analysis.policy.max_attempts,
        key=key,
    )


def submit_or_replay(
    start: StartRequest,
    *,
    analysis: Analysis,
    outline: CaseOutline,
    system: System,
    open_jobs_limit: int | None,
) -> Submitted:
    """The job of this start: a new one, an open one of the same kind, or the one that the same key got before.

    Raises: what the analysis finds missing (409), unless the key was used before; what `submit` raises.
    """
    try:
        analysis.check(outline)
    except Refusal as refusal:
        return _replayed_or_refused(start.key, refusal, system=system)
    return submit(
        start,
        store=system.job_store,
        queue=system.job_queue,
        now=system.clock(),
        job_id=system.new_id(),
        retention_days=system.settings.retention_days,
        open_jobs_limit=open_jobs_limit,
    )


def accepted_response(submitted: Submitted, *, request: Request, system: System) -> Response:
    """The 202 for a submitted job."""
    job = submitted.job
    is_new = not submitted.replayed and not submitted.deduplicated
    analysis = system.analyses.get(job.job_type)
    pause = retry_after_ms(job, typical_seconds=typical_seconds(analysis), now=system.clock())
    poll_url = f"/jobs/{job.job_id}"
    view = StartView(
        status="accepted",
        job_id=job.job_id,
        message=f"{analysis.title if analysis else job.job_type} created. Poll {poll_url} for status.",
        poll_url=poll_url,
        documents_count=UNSET if job.document_count is None else job.document_count,
        job_type=job.job_type,
        created_at=timestamp(job.created_at),
        deadline_at=timestamp(job.deadline_at),
        expires_at=timestamp(job.expires_at),
        deduplicated=submitted.deduplicated,
        retry_after_ms=START_MS if is_new else pause or 0,
        retried_from=job.retried_from,
    )
    headers = {
        "Location": f"{request.prefix}{poll_url}",
        "Retry-After": header_seconds(view.retry_after_ms),
        "ETag": job_tag(job.version),
        **(REPLAYED if submitted.replayed else {}),
    }
    return Response(status=202, content=view, headers=headers, owners={job.case_id: job.user_id})


def _outline(case_id: str, request: Request, system: System) -> CaseOutline:
    return case_outline(case_id, principal=request.principal, store=system.case_store, blobs=system.blob_store)


def _replayed_or_refused(key: IdempotencyKey | None, refusal: Refusal, *, system: System) -> Submitted:
    """The job of an earlier request with this key: its first answer holds, whatever has changed since.

    Raises: the refusal when the key is new; IdempotencyKeyReused.
    """
    known = None if key is None else replay(key, store=system.job_store, now=system.clock())
    if known is None:
        raise refusal
    return Submitted(job=known, replayed=True)
