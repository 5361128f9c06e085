"""The routes of cases: create, list, read, delete, and the call of a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.api.call_rules import CALL_RULES
from chalicelib.api.case_view import (
    CallMetadataView,
    CaseListView,
    CaseView,
    case_view,
    fitting_case_view,
    fitting_summary_view,
)
from chalicelib.api.cursors import Cursor, Limit, Scope, cursor_after, list_fingerprint, next_link, position_of
from chalicelib.api.endpoint import endpoint
from chalicelib.api.http import Request, Response, first_that_fit
from chalicelib.api.parsing import KEY_HEADER, MB, REPLAYED, id_of_key, idempotency_key
from chalicelib.cases.changes import NewCase, close_ended_jobs
from chalicelib.cases.changes import create_case as store_case
from chalicelib.cases.changes import delete_case as remove_case
from chalicelib.cases.changes import put_call as store_call
from chalicelib.cases.model import Case, CaseFile, CaseFilter
from chalicelib.cases.read import case_file
from chalicelib.cases.read import list_cases as page_of_cases
from chalicelib.cases.webhook import case_token
from chalicelib.documents.normalise import words
from chalicelib.errors import FieldProblem, Forbidden, IdempotencyKeyReused, NotFinished, NotFound, StorageUnavailable
from chalicelib.jobs.lists import Position
from chalicelib.jobs.requests import JobsOfCase

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

SHORTEST_QUESTION = 2
CASE_LIMIT_BYTES = MB
CALL_LIMIT_BYTES = 2 * MB


class CaseListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases, how many, and starting where."""

    limit: Limit = 20
    cursor: Cursor | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET
    q: (
        Annotated[str, Meta(min_length=2, max_length=200, description="Words of title or claimant; all must be there")]
        | UnsetType
    ) = UNSET
    needs_me: Annotated[
        bool, Meta(description="Only cases with blocking issues, conflicts or unconfirmed sections")
    ] = False

    def problems(self) -> Sequence[FieldProblem]:
        """A question of punctuation alone would show every case."""
        if self.q is UNSET or len("".join(words(self.q))) >= SHORTEST_QUESTION:
            return []
        return [FieldProblem("query:q", f"must have at least {SHORTEST_QUESTION} letters or digits")]


@endpoint(
    body=NewCase,
    body_limit_bytes=CASE_LIMIT_BYTES,
    responses={201: CaseView},
    refusals=(IdempotencyKeyReused,),
    request_headers=(KEY_HEADER,),
    response_headers=("Location", "Idempotency-Replayed"),
)
def create_case(request: Request, system: System, *, body: NewCase) -> Response:
    """Create an empty case that belongs to the caller."""
    key, now = idempotency_key(request, body), system.clock()
    case = store_case(
        body,
        principal=request.principal,
        store=system.case_store,
        now=now,
        case_id=system.new_id() if key is None else id_of_key(key, within="cases"),
        fingerprint=None if key is None else key.fingerprint,
    )
    headers = {"Location": f"{request.prefix}/cases/{case.id}"}
    if case.created_at == now:
        view = case_view(CaseFile(case=case), call_metadata=_call_metadata(case, request, system))
        return Response(status=201, content=view, headers=headers)
    found = case_file(case.id, principal=request.principal, store=system.case_store, blobs=system.blob_store)
    return Response(status=201, content=_whole(found, request, system), headers={**headers, **REPLAYED})


@endpoint(query=CaseListQuery, responses={200: CaseListView}, refusals=(Forbidden,), response_headers=("Link",))
def list_cases(request: Request, system: System, *, query: CaseListQuery) -> Response:
    """List cases, newest first, without their calls and analyses. A new case may appear a moment later.

    A page of a filtered list may have fewer cases than `limit` though it is not the last: `next_cursor` says so.
    """
    caller = request.principal
    wanted = CaseFilter(words=() if query.q is UNSET else words(query.q), needs_me=query.needs_me)
    filters = () if wanted.is_empty else (wanted.words, wanted.needs_me)
    scope = query.scope or ("all" if caller.is_admin else "mine")
    listed = list_fingerprint("cases", caller.user_id, scope, *filters)
    now = system.clock()
    after = None if query.cursor is UNSET else position_of(query.cursor, of_list=listed, now=now)
    page = page_of_cases(
        principal=caller,
        scope=query.scope or None,
        store=system.case_store,
        blobs=system.blob_store,
        now=now,
        after=None if after is None else (after.created_at, after.id),
        limit=query.limit,
        wanted=wanted,
    )
    views = first_that_fit(tuple(fitting_summary_view(case, page.documents[case.id]) for case in page.cases))
    following = page.next
    if len(views) < len(page.cases):
        last = page.cases[len(views) - 1]
        following = (last.created_at, last.id)
    cursor = None
    if following is not None:
        created_at, case_id = following
        cursor = cursor_after(Position(created_at=created_at, id=case_id), of_list=listed)
    return Response(
        content=CaseListView(cases=views, count=len(views), next_cursor=cursor),
        headers=next_link(request, cursor),
        owners={view.id: view.user_id for view in views},
    )


@endpoint(responses={200: CaseView}, refusals=(NotFound,))
def read_case(request: Request, system: System) -> Response:
    """Read a case with its call, its documents and the results of its analyses."""
    file = case_file(
        request.parameters["case_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        now=system.clock(),
    )
    close_ended_jobs(file.case, store=system.case_store, jobs=JobsOfCase(system.job_store, system.job_queue))
    return Response(content=_whole(file, request, system), owners={file.case.id: file.case.user_id})


@endpoint(responses={204: None}, refusals=(NotFound, NotFinished), always_audited=True)
def delete_case(request: Request, system: System) -> Response:
    """Delete a case with its documents, jobs and stored objects."""
    remove_case(
        request.parameters["case_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        jobs=JobsOfCase(system.job_store, system.job_queue),
        mark=system.new_id(),
    )
    return Response(status=204)


@endpoint(
    body=dict[str, Any],
    body_rules=CALL_RULES,
    body_limit_bytes=CALL_LIMIT_BYTES,
    responses={200: CaseView},
    refusals=(NotFound,),
)
def put_call(request: Request, system: System, *, body: dict[str, Any]) -> Response:
    """Store the call of a case: a Vapi call object or an end-of-call report."""
    file = store_call(
        request.parameters["case_id"],
        body,
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        now=system.clock(),
    )
    return Response(content=_whole(file, request, system), owners={file.case.id: file.case.user_id})


def _whole(file: CaseFile, request: Request, system: System) -> CaseView:
    return fitting_case_view(file, call_metadata=_call_metadata(file.case, request, system))


def _call_metadata(case: Case, request: Request, system: System) -> CallMetadataView | None:
    """For the owner only: whoever has the token can report calls for the case."""
    if request.principal.user_id != case.user_id:
        return None
    try:
        secret = system.vapi_webhook_secret
    except StorageUnavailable:  # the store of secrets; the case can be read without it
        secret = None
    return CallMetadataView(case_id=case.id, case_token=None if secret is None else case_token(case, secret=secret))
