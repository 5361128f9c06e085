"""Which routes do jobs have? Read, list, follow, cancel, retry, delete."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec import UNSET

from chalicelib.analyses import catalogue
from chalicelib.api.answer import Answer
from chalicelib.api.answer_size import SURELY_FITTING_BYTES, fits
from chalicelib.api.bodies import CancelBody, EventsQuery, JobListQuery, JobQuery, StartBody
from chalicelib.api.conditional import job_tag, names_a_version, seen_already
from chalicelib.api.cursors import cursor_after, list_fingerprint, next_link, position_of
from chalicelib.api.endpoint import endpoint
from chalicelib.api.hints import header_seconds, retry_after_ms, typical_seconds
from chalicelib.api.job_view import (
    EventListView,
    JobListView,
    JobView,
    ResultLink,
    event_view,
    job_view,
)
from chalicelib.api.parsing import MB, invalid
from chalicelib.api.prefer import applied, held, wait_seconds
from chalicelib.api.request import Request
from chalicelib.api.starts import (
    START_ANSWER_HEADERS,
    START_REFUSALS,
    START_REQUEST_HEADERS,
    Start,
    StartView,
    check_priority,
    idempotency_key,
    replayed_or_refused,
    started,
    submitted,
)
from chalicelib.api.system import System
from chalicelib.cases.read import case_outline
from chalicelib.errors import AlreadyFinished, FieldProblem, Forbidden, NotFinished, NotFound
from chalicelib.jobs.cancel import cancel_job as accept_cancel
from chalicelib.jobs.delete import delete_job as remove_job
from chalicelib.jobs.model import Job, Status, numbered_events
from chalicelib.jobs.ports import JobFilter
from chalicelib.jobs.read import list_jobs as page_of_jobs
from chalicelib.jobs.read import read_job as find_job
from chalicelib.jobs.read import result_of
from chalicelib.jobs.retry import retryable_job, reusable_checkpoints

LARGEST_INLINE_RESULT_BYTES = 3 * MB
RESULT_LINK_SECONDS = 15 * 60
POLL_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


@endpoint(
    query=JobQuery,
    answers={200: JobView, 304: None},
    refusals=(NotFound,),
    request_headers=("If-None-Match", "Prefer"),
    answer_headers=("ETag", "Retry-After", "Preference-Applied", "Cache-Control", "Vary"),
)
def read_job(request: Request, system: System, *, query: JobQuery) -> Answer:
    """Read a job: its status, its progress and, at the end, its result."""
    known = request.header("If-None-Match")
    seconds = wait_seconds(request.header("Prefer"))
    job = _found(request, system)
    waits = seconds > 0 and not _settled(job, query, system, known=known)
    if waits:
        job = held(
            job,
            read=lambda: _found(request, system),
            until=lambda job: _settled(job, query, system, known=known),
            seconds=seconds,
            clock=system.clock,
            sleep=system.sleep,
        )
    tag = _tag(job, query, system)
    headers = {**POLL_HEADERS, "ETag": tag, **(applied(seconds) if waits else {})}
    if seen_already(known, tag) and not _has_link(job, tag):
        return Answer(status=304, headers={**headers, **_retry_after(_pause_ms(job, system))})
    view = _with_result(job, query, system)
    return Answer(content=view, headers={**headers, **_retry_after(view.retry_after_ms)})


@endpoint(query=JobListQuery, answers={200: JobListView}, refusals=(Forbidden,), answer_headers=("Link",))
def list_jobs(request: Request, system: System, *, query: JobListQuery) -> Answer:
    """List jobs, newest first, without their results."""
    if query.job_type is not UNSET and query.job_type not in system.analyses:
        raise invalid(FieldProblem("query:job_type", "is none of the allowed values"))
    caller = request.principal
    scope = query.scope or ("all" if caller.is_admin else "mine")
    listed = list_fingerprint("jobs", caller.user_id, scope, query.status, query.job_type, query.case_id)
    after = None if query.cursor is UNSET else position_of(query.cursor, of_list=listed)
    if scope == "all" and not caller.is_admin:
        raise Forbidden("Only an admin may list the jobs of all users.")
    page = page_of_jobs(
        JobFilter(
            owner=None if scope == "all" else caller.user_id,
            starter=None if scope == "all" else caller.user_id,
            status=query.status or None,
            job_type=query.job_type or None,
            case_id=query.case_id or None,
        ),
        store=system.job_store,
        now=system.clock(),
        after=after,
        limit=query.limit,
    )
    cursor = None if page.next is None else cursor_after(page.next, of_list=listed)
    views = tuple(_view(job, system) for job in page.jobs)
    return Answer(
        content=JobListView(jobs=views, count=len(views), next_cursor=cursor),
        headers=next_link(request, cursor),
    )


@endpoint(
    body=CancelBody,
    answers={200: JobView, 202: JobView},
    refusals=(NotFound, AlreadyFinished),
    answer_headers=("ETag", "Retry-After"),
)
def cancel_job(request: Request, system: System, *, body: CancelBody) -> Answer:
    """Cancel a job: at once (200), or as soon as its worker stops (202)."""
    job = accept_cancel(
        request.parameters["job_id"], principal=request.principal, store=system.job_store, now=system.clock()
    )
    view = _view(job, system)
    return Answer(
        status=200 if job.status is Status.CANCELLED else 202,
        content=view,
        headers={"ETag": job_tag(job.version), **_retry_after(view.retry_after_ms)},
    )


@endpoint(
    body=StartBody,
    answers={202: StartView},
    refusals=(*START_REFUSALS, NotFinished, *(refusal for kind in catalogue().values() for refusal in kind.refusals)),
    request_headers=START_REQUEST_HEADERS,
    answer_headers=START_ANSWER_HEADERS,
)
def retry_job(request: Request, system: System, *, body: StartBody) -> Answer:
    """Run a finished job again, as a new job that reuses what the old one had done."""
    key = idempotency_key(request, body)
    check_priority(request, body)
    try:
        source = retryable_job(
            request.parameters["job_id"], principal=request.principal, store=system.job_store, now=system.clock()
        )
    except NotFinished as refusal:
        return started(request, system, replayed_or_refused(key, refusal, system=system))
    analysis = system.analyses.get(source.job_type)
    if analysis is None:
        raise NotFound("There is no such kind of analysis any more.")
    start = Start(
        analysis=analysis,
        outline=case_outline(
            source.case_id, principal=request.principal, store=system.case_store, blobs=system.blob_store
        ),
        requested_by=request.principal.user_id,
        body=body,
        key=key,
        retried_from=source.job_id,
        checkpoints_from=reusable_checkpoints(source),
        open_jobs_limit=system.settings.max_open_jobs,
    )
    return started(request, system, submitted(start, request, system))


@endpoint(answers={204: None}, refusals=(NotFound, NotFinished))
def delete_job(request: Request, system: System) -> Answer:
    """Delete a finished job with everything it stored."""
    remove_job(request.parameters["job_id"], principal=request.principal, store=system.job_store, now=system.clock())
    return Answer(status=204)


@endpoint(query=EventsQuery, answers={200: EventListView}, refusals=(NotFound,))
def job_events(request: Request, system: System, *, query: EventsQuery) -> Answer:
    """Follow a job's events; at most 40 are kept, the first 10 and the last 30."""
    job = _found(request, system)
    events = tuple(event_view(event) for event in numbered_events(job) if event.seq > query.after)
    return Answer(content=EventListView(events=events, next_after=events[-1].seq if events else query.after))


def _found(request: Request, system: System) -> Job:
    return find_job(
        request.parameters["job_id"], principal=request.principal, store=system.job_store, now=system.clock()
    )


def _settled(job: Job, query: JobQuery, system: System, *, known: str | None) -> bool:
    """True when there is nothing to wait for: the job is done, or differs from the version the client named."""
    return job.is_done or (names_a_version(known) and not seen_already(known, _tag(job, query, system)))


def _tag(job: Job, query: JobQuery, system: System) -> str:
    return job_tag(job.version, variant="link" if _comes_as_link(job, query, system) else "")


def _comes_as_link(job: Job, query: JobQuery, system: System) -> bool:
    if query.result == "inline" and (job.result_bytes or 0) <= SURELY_FITTING_BYTES:
        return False  # known without the result, so that a 304 need not read it
    return query.result == "link" or _inline_result(job, system) is None


def _has_link(job: Job, tag: str) -> bool:
    """True when the answer holds a link, which is good for 15 minutes: what the client has seen may be dead by now."""
    return job.result_bytes is not None and tag == job_tag(job.version, variant="link")


def _view(job: Job, system: System, *, result: bytes | None = None, link: ResultLink | None = None) -> JobView:
    return job_view(
        job,
        now=system.clock(),
        typical_seconds=typical_seconds(system.analyses.get(job.job_type)),
        result=result,
        link=link,
    )


def _pause_ms(job: Job, system: System) -> int | None:
    return retry_after_ms(job, typical_seconds=typical_seconds(system.analyses.get(job.job_type)), now=system.clock())


def _retry_after(pause_ms: int | None) -> dict[str, str]:
    return {} if pause_ms is None else {"Retry-After": header_seconds(pause_ms)}


def _with_result(job: Job, query: JobQuery, system: System) -> JobView:
    """The job with its result: inline while the answer can be sent, otherwise, or when asked for, as a link."""
    if job.result_bytes is None:
        return _view(job, system)
    result = None if query.result == "link" else _inline_result(job, system)
    if result is None:
        return _view(job, system, link=_result_link(job, system))
    return _view(job, system, result=result)


def _inline_result(job: Job, system: System) -> bytes | None:
    """The result if it has at most 3 MB and still fits into an answer as Lambda sends it."""
    if (job.result_bytes or 0) > LARGEST_INLINE_RESULT_BYTES:
        return None
    result = result_of(job, store=system.job_store)
    return result if result is not None and fits(msgspec.Raw(result)) else None


def _result_link(job: Job, system: System) -> ResultLink | None:
    key = system.job_store.result_key(job)
    if key is None:
        return None
    return ResultLink(
        url=system.blob_store.link(key, expires_in_seconds=RESULT_LINK_SECONDS),
        expires_at=system.clock() + timedelta(seconds=RESULT_LINK_SECONDS),
    )
