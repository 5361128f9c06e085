"""The routes of jobs: read, list, events, cancel, delete. Retry is in `starts`: it starts a new job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.analyses import catalogue
from chalicelib.api.cursors import Cursor, Limit, Scope, cursor_after, list_fingerprint, next_link, position_of
from chalicelib.api.endpoint import endpoint
from chalicelib.api.http import (
    ALWAYS_FITTING_BYTES,
    Request,
    Response,
    fits,
    has_room_for,
    header_seconds,
    job_tag,
    seen_already,
    timestamp,
    typical_seconds,
)
from chalicelib.api.job_view import FAILURE_CODES, EventListView, JobListView, JobView, event_view, job_view, step_views
from chalicelib.api.parsing import MB, invalid, one_of
from chalicelib.errors import AlreadyFinished, FieldProblem, Forbidden, NotFinished, NotFound
from chalicelib.jobs.lists import JobFilter
from chalicelib.jobs.model import Job, Status, numbered_events
from chalicelib.jobs.requests import cancel_job as accept_cancel
from chalicelib.jobs.requests import delete_job as remove_job
from chalicelib.jobs.requests import list_jobs as page_of_jobs
from chalicelib.jobs.requests import read_job as find_job
from chalicelib.jobs.requests import result_of

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

LARGEST_INLINE_RESULT_BYTES = 3 * MB
RESULT_LINK_SECONDS = 15 * 60


class JobQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How the result is returned: inline, or as a link."""

    result: Annotated[
        Literal["link", "inline"],
        Meta(description="link: as a URL that is valid for 15 minutes; larger results always are"),
    ] = "inline"


class JobListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which jobs, how many, and starting where."""

    status: Status | UnsetType = UNSET
    job_type: Annotated[str, Meta(extra_json_schema={"enum": [*catalogue()]})] | UnsetType = UNSET
    case_id: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")] | UnsetType = UNSET
    error_code: Annotated[str, Meta(extra_json_schema={"enum": FAILURE_CODES})] | UnsetType = UNSET
    user_id: (
        Annotated[str, Meta(min_length=1, max_length=255, description="Jobs of this user's cases; others' for admins")]
        | UnsetType
    ) = UNSET
    limit: Limit = 20
    cursor: Cursor | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET

    def problems(self) -> Sequence[FieldProblem]:
        """What no two filters may say together, and codes that no job has."""
        found = []
        if self.error_code is not UNSET and self.error_code not in FAILURE_CODES:
            found.append(FieldProblem("query:error_code", one_of(FAILURE_CODES)))
        if self.user_id is not UNSET and self.scope == "mine":
            found.append(FieldProblem("query:user_id", "cannot be given with scope=mine"))
        return found


class EventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """After which event; seq counts from 1."""

    after: Annotated[int, Meta(ge=0, le=2**53, description="Only events with a greater seq")] = 0


class CancelBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Empty: no body and {} are the same."""


@endpoint(
    query=JobQuery,
    responses={200: JobView, 304: None},
    refusals=(NotFound,),
    request_headers=("If-None-Match",),
    response_headers=("ETag", "Retry-After", "Cache-Control", "Vary"),
)
def read_job(request: Request, system: System, *, query: JobQuery) -> Response:
    """Read a job: its status, its progress and, at the end, its result."""
    job = _found(request, system)
    view, tag = msgspec.structs.replace(_view(job, system), steps=step_views(job)), job_tag(job.version)
    headers = {
        "Cache-Control": "private, no-cache" if job.result_bytes is None else "no-store",
        "Vary": "Authorization",
        **_retry_after(view.retry_after_ms),
    }
    if _can_be_unchanged(job, query) and seen_already(request.header("If-None-Match"), tag):
        return Response(status=304, headers={**headers, "ETag": tag}, owners=_owner(job))
    if job.result_bytes is not None:
        view = _with_result(view, job, query, system)
    if view.result_url is not None:
        tag = job_tag(job.version, variant="link")
    return Response(content=view, headers={**headers, "ETag": tag}, owners=_owner(job))


@endpoint(query=JobListQuery, responses={200: JobListView}, refusals=(Forbidden,), response_headers=("Link",))
def list_jobs(request: Request, system: System, *, query: JobListQuery) -> Response:
    """List jobs, newest first, without their results. A new job may appear a moment after its start.

    A page of a filtered list may have fewer jobs than `limit` though it is not the last: `next_cursor` says so.
    """
    if query.job_type is not UNSET and query.job_type not in system.analyses:
        raise invalid(FieldProblem("query:job_type", one_of(system.analyses)))
    caller = request.principal
    scope = query.scope or ("all" if caller.is_admin else "mine")
    filters = (query.status, query.job_type, query.case_id)
    more = [one for one in (("error", query.error_code), ("user", query.user_id)) if one[1] is not UNSET]
    listed = list_fingerprint("jobs", caller.user_id, scope, *filters, *more)
    now = system.clock()
    after = None if query.cursor is UNSET else position_of(query.cursor, of_list=listed, now=now)
    if scope == "all" and not caller.is_admin:
        raise Forbidden("Only an admin may list the jobs of all users.")
    if query.user_id not in (UNSET, caller.user_id) and not caller.is_admin:
        raise Forbidden("Only an admin may list the jobs of another user.")
    page = page_of_jobs(
        JobFilter(
            owner=query.user_id or (None if scope == "all" else caller.user_id),
            # Only an admin can start a job of another's case; a former admin does not see it.
            starter=caller.user_id if caller.is_admin and scope == "mine" else None,
            status=query.status or None,
            job_type=query.job_type or None,
            case_id=query.case_id or None,
            error_code=query.error_code or None,
        ),
        store=system.job_store,
        now=now,
        after=after,
        limit=query.limit,
    )
    cursor = None if page.next is None else cursor_after(page.next, of_list=listed)
    views = tuple(_view(job, system) for job in page.jobs)
    return Response(
        content=JobListView(jobs=views, count=len(views), next_cursor=cursor),
        headers=next_link(request, cursor),
        owners={job.job_id: job.user_id for job in page.jobs},
    )


@endpoint(
    body=CancelBody,
    responses={200: JobView, 202: JobView},
    refusals=(NotFound, AlreadyFinished),
    response_headers=("ETag", "Retry-After"),
    always_audited=True,
)
def cancel_job(request: Request, system: System, *, body: CancelBody) -> Response:
    """Cancel a job: at once (200), or as soon as its worker stops (202)."""
    job = accept_cancel(
        request.parameters["job_id"],
        principal=request.principal,
        store=system.job_store,
        queue=system.job_queue,
        now=system.clock(),
    )
    view = _view(job, system)
    return Response(
        status=200 if job.status is Status.CANCELLED else 202,
        content=view,
        headers={"ETag": job_tag(job.version), **_retry_after(view.retry_after_ms)},
        owners=_owner(job),
    )


@endpoint(responses={204: None}, refusals=(NotFound, NotFinished), always_audited=True)
def delete_job(request: Request, system: System) -> Response:
    """Delete a finished job with everything it stored."""
    remove_job(
        request.parameters["job_id"],
        principal=request.principal,
        store=system.job_store,
        queue=system.job_queue,
        now=system.clock(),
    )
    return Response(status=204)


@endpoint(query=EventsQuery, responses={200: EventListView}, refusals=(NotFound,))
def job_events(request: Request, system: System, *, query: EventsQuery) -> Response:
    """Follow a job's events; at most 40 are kept, the first 10 and the last 30."""
    job = _found(request, system)
    events = tuple(event_view(event) for event in numbered_events(job) if event.seq > query.after)
    view = EventListView(events=events, next_after=events[-1].seq if events else query.after)
    return Response(content=view, owners=_owner(job))


def _found(request: Request, system: System) -> Job:
    return find_job(
        request.parameters["job_id"], principal=request.principal, store=system.job_store, now=system.clock()
    )


def _owner(job: Job) -> dict[str, str]:
    return {job.job_id: job.user_id}


def _view(job: Job, system: System) -> JobView:
    return job_view(job, now=system.clock(), typical_seconds=typical_seconds(system.analyses.get(job.job_type)))


def _retry_after(pause_ms: int | None) -> dict[str, str]:
    return {} if pause_ms is None else {"Retry-After": header_seconds(pause_ms)}


def _can_be_unchanged(job: Job, query: JobQuery) -> bool:
    """True when a 304 is allowed: the response holds no link, which would expire before the job changes, and its
    progress does not go on by time."""
    if job.parked is not None and job.parked.expected_seconds is not None:
        return False
    return job.result_bytes is None or (query.result == "inline" and _is_inline(job) is True)


def _is_inline(job: Job) -> bool | None:
    """Whether the result is shown inline: up to 3 MB and while the response can be sent, as was settled when the job
    completed. None: an earlier release completed it and left this to each read."""
    result_bytes, sent_bytes = job.result_bytes or 0, job.result_sent_bytes
    if result_bytes > LARGEST_INLINE_RESULT_BYTES:
        return False
    if sent_bytes is None:
        return True if result_bytes <= ALWAYS_FITTING_BYTES else None
    return has_room_for(sent_bytes)


def _with_result(view: JobView, job: Job, query: JobQuery, system: System) -> JobView:
    """The job with its result inline, or with a link to it."""
    is_inline = _is_inline(job) if query.result == "inline" else False
    result = None if is_inline is False else result_of(job, store=system.job_store)
    if result is not None and (is_inline or fits(msgspec.Raw(result))):
        return msgspec.structs.replace(view, result=msgspec.Raw(result))
    key = system.job_store.result_key(job)
    if key is None:
        return view
    expires_at = system.clock() + timedelta(seconds=RESULT_LINK_SECONDS)
    return msgspec.structs.replace(
        view,
        result_url=system.blob_store.link(key, expires_in_seconds=RESULT_LINK_SECONDS),
        result_url_expires_at=timestamp(expires_at),
    )
