"""Which routes do cases have? Create, list, read, delete, and the call of a case."""

from __future__ import annotations

from functools import partial
from typing import Any

from msgspec import UNSET

from chalicelib.api.answer import Answer
from chalicelib.api.answer_size import first_that_fit
from chalicelib.api.bodies import CaseListQuery
from chalicelib.api.call_rules import CALL_RULES
from chalicelib.api.case_view import CaseListView, CaseView, case_view
from chalicelib.api.cursors import cursor_after, list_fingerprint, next_link, position_of
from chalicelib.api.endpoint import endpoint
from chalicelib.api.parsing import MB
from chalicelib.api.request import Request
from chalicelib.api.short_case import fitting_case_view, fitting_summary_view
from chalicelib.api.system import System
from chalicelib.cases.call import put_call as store_call
from chalicelib.cases.create import NewCase
from chalicelib.cases.create import create_case as store_case
from chalicelib.cases.delete import delete_case as remove_case
from chalicelib.cases.model import CaseFile
from chalicelib.cases.read import case_file
from chalicelib.cases.read import list_cases as page_of_cases
from chalicelib.errors import Forbidden, NotFinished, NotFound
from chalicelib.jobs.delete import delete_jobs_of_case
from chalicelib.jobs.ports import Position

CASE_LIMIT_BYTES = MB
CALL_LIMIT_BYTES = 2 * MB


@endpoint(body=NewCase, body_limit_bytes=CASE_LIMIT_BYTES, answers={201: CaseView}, answer_headers=("Location",))
def create_case(request: Request, system: System, *, body: NewCase) -> Answer:
    """Create an empty case that belongs to the caller."""
    case = store_case(
        body,
        principal=request.principal,
        store=system.case_store,
        now=system.clock(),
        case_id=system.new_id(),
    )
    return Answer(
        status=201, content=case_view(CaseFile(case=case)), headers={"Location": f"{request.prefix}/cases/{case.id}"}
    )


@endpoint(query=CaseListQuery, answers={200: CaseListView}, refusals=(Forbidden,), answer_headers=("Link",))
def list_cases(request: Request, system: System, *, query: CaseListQuery) -> Answer:
    """List cases, newest first, without their calls and analyses."""
    caller = request.principal
    listed = list_fingerprint("cases", caller.user_id, query.scope or ("all" if caller.is_admin else "mine"))
    after = None if query.cursor is UNSET else position_of(query.cursor, of_list=listed)
    page = page_of_cases(
        principal=caller,
        scope=query.scope or None,
        store=system.case_store,
        blobs=system.blob_store,
        now=system.clock(),
        after=None if after is None else (after.created_at, after.id),
        limit=query.limit,
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
    return Answer(
        content=CaseListView(cases=views, count=len(views), next_cursor=cursor), headers=next_link(request, cursor)
    )


@endpoint(answers={200: CaseView}, refusals=(NotFound,))
def read_case(request: Request, system: System) -> Answer:
    """Read a case with its call, its documents and what the analyses found."""
    file = case_file(
        request.parameters["case_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
    )
    return Answer(content=fitting_case_view(file))


@endpoint(answers={204: None}, refusals=(NotFound, NotFinished))
def delete_case(request: Request, system: System) -> Answer:
    """Delete a case with its documents, jobs and stored objects."""
    remove_case(
        request.parameters["case_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        delete_jobs=partial(delete_jobs_of_case, store=system.job_store),
    )
    return Answer(status=204)


@endpoint(
    body=dict[str, Any],
    body_rules=CALL_RULES,
    body_limit_bytes=CALL_LIMIT_BYTES,
    answers={200: CaseView},
    refusals=(NotFound,),
)
def put_call(request: Request, system: System, *, body: dict[str, Any]) -> Answer:
    """Store the call of a case: a Vapi call object or an end-of-call report."""
    file = store_call(
        request.parameters["case_id"],
        body,
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        now=system.clock(),
    )
    return Answer(content=fitting_case_view(file))
