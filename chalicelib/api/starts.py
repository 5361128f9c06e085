"""How does a request start a job? The routes of the analyses; retry and webhook end in the same start.

The order of refusals: 422 → 403 → 404 → idempotency replay or reuse → 409 → dedupe → 429 → 503.
"""

from __future__ import annotations

import hashlib
import re
from functools import partial
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.analyses.kit.definition import Analysis
from chalicelib.api.answer import Answer
from chalicelib.api.bodies import StartBody
from chalicelib.api.conditional import job_tag
from chalicelib.api.endpoint import Endpoint, authenticated
from chalicelib.api.hints import START_MS, header_seconds, retry_after_ms, typical_seconds
from chalicelib.api.parsing import invalid
from chalicelib.api.prefer import applied, held, wait_seconds
from chalicelib.api.request import Request
from chalicelib.api.system import System
from chalicelib.api.times import Timestamp, timestamp
from chalicelib.cases.model import CaseOutline
from chalicelib.cases.read import case_outline
from chalicelib.errors import (
    FieldProblem,
    Forbidden,
    IdempotencyKeyReused,
    NotFound,
    Refusal,
    TooManyOpenJobs,
    Unavailable,
)
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import IdempotencyKey
from chalicelib.jobs.submit import StartRequest, Submitted, lock_name, replay, submit

START_REQUEST_HEADERS = ("Idempotency-Key", "Prefer")
START_ANSWER_HEADERS = ("Location", "Retry-After", "ETag", "Preference-Applied", "Idempotency-Replayed")
START_REFUSALS: tuple[type[Refusal], ...] = (Forbidden, NotFound, IdempotencyKeyReused, TooManyOpenJobs, Unavailable)
"""What any start may be refused for; beside it stands what the analysis finds missing."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class StartView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a start: which job to poll. `documents_count` only for analyses of documents."""

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
    documents_count: int | UnsetType = UNSET
    retried_from: str | None = None


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """A start that was checked up to its case: of what, for whom, how, and under which key."""

    analysis: Analysis
    outline: CaseOutline
    requested_by: str
    body: StartBody
    key: IdempotencyKey | None
    retried_from: str | None = None
    checkpoints_from: str | None = None
    open_jobs_limit: int | None = None


def start_endpoint(analysis: Analysis) -> Endpoint:
    """The endpoint that starts jobs of one analysis."""
    return Endpoint(
        name=f"start_{analysis.job_type}",
        summary=analysis.summary or f"Start: {analysis.title}.",
        handler=partial(start_analysis, analysis=analysis),
        admit=authenticated,
        body=StartBody,
        answers={202: StartView},
        refusals=(*START_REFUSALS, *analysis.refusals),
        request_headers=START_REQUEST_HEADERS,
        answer_headers=START_ANSWER_HEADERS,
    )


def start_analysis(request: Request, system: System, *, body: StartBody, analysis: Analysis) -> Answer:
    """Start a job of the analysis for the case in the path."""
    key = idempotency_key(request, body)
    check_priority(request, body)
    outline = case_outline(
        request.parameters["case_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
    )
    start = Start(
        analysis=analysis,
        outline=outline,
        requested_by=request.principal.user_id,
        body=body,
        key=key,
        open_jobs_limit=system.settings.max_open_jobs,
    )
    return started(request, system, submitted(start, request, system))


def idempotency_key(request: Request, body: StartBody) -> IdempotencyKey | None:
    """The key of this start, with the fingerprint of method, path and body (defaults applied; Prefer is not counted).

    Raises: InvalidRequest when it is not 1..255 visible ASCII characters.
    """
    key = request.header("Idempotency-Key")
    if key is None:
        return None
    if _KEY.fullmatch(key) is None:
        raise invalid(FieldProblem("header:Idempotency-Key", "must be 1 to 255 visible ASCII characters"))
    asked = [request.method, request.own_path, body]
    fingerprint = hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).hexdigest()
    return IdempotencyKey(user_id=request.principal.user_id, key=key, fingerprint=fingerprint)


def check_priority(request: Request, body: StartBody) -> None:
    """Raises: Forbidden when somebody but an admin asks for the high lane."""
    if body.priority == "high" and not request.principal.is_admin:
        raise Forbidden("Only an admin may start a job with high priority.")


def submitted(start: Start, request: Request, system: System) -> Submitted:
    """The job that answers the start.

    Raises: NoCall, NoTranscript, NoDocuments, unless the key was used before; what `submit` raises.
    """
    try:
        start.analysis.check(start.outline)
    except Refusal as refusal:
        return replayed_or_refused(start.key, refusal, system=system)
    return submit(
        _start_request(start, endpoint=request.route),
        store=system.job_store,
        queue=system.job_queue,
        now=system.clock(),
        job_id=system.new_id(),
        retention_days=system.settings.retention_days,
        open_jobs_limit=start.open_jobs_limit,
    )


def replayed_or_refused(key: IdempotencyKey | None, refusal: Refusal, *, system: System) -> Submitted:
    """The job of an earlier request with this key: an answer given once is given again, whatever has changed since.

    Raises: the refusal when the key is new; IdempotencyKeyReused.
    """
    known = None if key is None else replay(key, store=system.job_store, now=system.clock())
    if known is None:
        raise refusal
    return Submitted(job=known, replayed=True)


def started(request: Request, system: System, result: Submitted) -> Answer:
    """The 202 for a submitted job, held back as long as the client prefers."""
    seconds = 0 if result.job.is_done else wait_seconds(request.header("Prefer"))
    job = held(
        result.job,
        read=lambda: system.job_store.get(result.job.job_id) or result.job,
        until=lambda job: job.is_done,
        seconds=seconds,
        clock=system.clock,
        sleep=system.sleep,
    )
    view = start_view(job, result, system=system)
    headers = {
        "Location": f"{request.prefix}{view.poll_url}",
        "Retry-After": header_seconds(view.retry_after_ms),
        "ETag": job_tag(job.version),
        **(applied(seconds) if seconds else {}),
        **({"Idempotency-Replayed": "true"} if result.replayed else {}),
    }
    return Answer(status=202, content=view, headers=headers)


def start_view(job: Job, result: Submitted, *, system: System) -> StartView:
    """The body of the 202; for a job that is done by now it says to poll at once."""
    poll_url = f"/jobs/{job.job_id}"
    is_new = not result.replayed and not result.deduplicated and job.version == result.job.version
    analysis = system.analyses.get(job.job_type)
    pause = retry_after_ms(job, typical_seconds=typical_seconds(analysis), now=system.clock())
    return StartView(
        status="accepted",
        job_id=job.job_id,
        message=f"{analysis.title if analysis else job.job_type} created. Poll {poll_url} for status.",
        poll_url=poll_url,
        documents_count=UNSET if job.document_count is None else job.document_count,
        job_type=job.job_type,
        created_at=timestamp(job.created_at),
        deadline_at=timestamp(job.deadline_at),
        expires_at=timestamp(job.expires_at),
        deduplicated=result.deduplicated,
        retry_after_ms=START_MS if is_new else pause or 0,
        retried_from=job.retried_from,
    )


def _start_request(start: Start, *, endpoint: str) -> StartRequest:
    analysis, case = start.analysis, start.outline.case
    call_id = case.call_id if analysis.one_per_call else None
    lock = lock_name(job_type=analysis.job_type, case_id=case.id, call_id=call_id)
    return StartRequest(
        job_type=analysis.job_type,
        case_id=case.id,
        user_id=case.user_id,
        requested_by=start.requested_by,
        endpoint=endpoint,
        call_id=call_id,
        document_count=len(start.outline.documents) if analysis.counts_documents else None,
        lock=lock if start.body.dedupe == "active" else None,
        labels=start.body.labels,
        priority=start.body.priority,
        deadline_seconds=start.body.deadline_seconds,
        max_cost_usd=start.body.cost_limit,
        max_attempts=analysis.policy.max_attempts,
        retried_from=start.retried_from,
        checkpoints_from=start.checkpoints_from,
        key=start.key,
    )
