"""The routes of the working form: read it, change it, who changed what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.api.cursors import FOREIGN_CURSOR, Cursor, Limit, cursor_after, list_fingerprint, next_link, position_of
from chalicelib.api.endpoint import endpoint
from chalicelib.api.form_view import (
    ChangedFormView,
    FormHistoryView,
    FormView,
    changed_form_view,
    entry_view,
    form_view,
)
from chalicelib.api.http import Request, Response, first_that_fit, seen_already
from chalicelib.api.parsing import KB, invalid
from chalicelib.cases.working_form.asked import FormChanges
from chalicelib.cases.working_form.requests import change_form as change
from chalicelib.cases.working_form.requests import form_history as page_of_history
from chalicelib.cases.working_form.requests import read_form as form_now
from chalicelib.errors import FieldProblem, NotFound, PreconditionFailed, PreconditionRequired
from chalicelib.jobs.lists import Position

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

CHANGES_LIMIT_BYTES = 256 * KB
IF_MATCH = "If-Match"

_TAGS = re.compile(r'\s*(?:W/)?"[^"]*"\s*(?:,\s*(?:W/)?"[^"]*"\s*)*')
_STRONG = re.compile(r'(?<!/)"(0|[1-9][0-9]{0,14})"')
_PLACE = re.compile(r"([0-9]{1,12})-([0-9]{1,4})")


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries, and starting where."""

    limit: Limit = 20
    cursor: Cursor | UnsetType = UNSET


@endpoint(
    responses={200: FormView, 304: None},
    refusals=(NotFound,),
    request_headers=("If-None-Match",),
    response_headers=("ETag", "Cache-Control", "Vary"),
)
def read_form(request: Request, system: System) -> Response:
    """Read the working form of a case: every field with its value, where it comes from, and what contradicts it."""
    forms = system.forms
    now = form_now(
        request.parameters["case_id"],
        principal=request.principal,
        store=forms.store,
        rules=forms.rules,
        today=forms.today,
    )
    headers = _headers(now.version)
    owners = {request.parameters["case_id"]: now.owner}
    # It may have been seen on any day since the case was created.
    seen, first_day = seen_already(request.header("If-None-Match"), headers["ETag"]), forms.day_of(now.created_at)
    if seen and now.has_been_so_since(first_day, rules=forms.rules):
        return Response(status=304, headers=headers, owners=owners)
    return Response(content=form_view(now.shown, version=now.version), headers=headers, owners=owners)


@endpoint(
    body=FormChanges,
    body_limit_bytes=CHANGES_LIMIT_BYTES,
    responses={200: ChangedFormView},
    refusals=(NotFound, PreconditionFailed, PreconditionRequired),
    request_headers=(IF_MATCH,),
    response_headers=("ETag", "Cache-Control", "Vary"),
    always_audited=True,
)
def change_form(request: Request, system: System, *, body: FormChanges) -> Response:
    """Set, revert, add, remove and confirm in the working form: all of the request, or nothing.

    What a person set or confirmed is never replaced by a later analysis.
    """
    forms = system.forms
    changed = change(
        request.parameters["case_id"],
        body,
        expected=_expected(request.header(IF_MATCH), body.version),
        principal=request.principal,
        store=forms.store,
        rules=forms.rules,
        now=system.clock(),
        today=forms.today,
        mark=system.new_id(),
    )
    now = changed.now
    return Response(
        content=changed_form_view(now.shown, version=now.version, issues=changed.issues, added=changed.added),
        headers=_headers(now.version),
        owners={request.parameters["case_id"]: now.owner},
    )


@endpoint(query=HistoryQuery, responses={200: FormHistoryView}, refusals=(NotFound,), response_headers=("Link",))
def form_history(request: Request, system: System, *, query: HistoryQuery) -> Response:
    """List who changed or confirmed what in the working form, newest first."""
    case_id = request.parameters["case_id"]
    listed = list_fingerprint("form", request.principal.user_id, case_id)
    after = None if query.cursor is UNSET else _place_of(query.cursor, of_list=listed, system=system)
    page = page_of_history(
        case_id, after=after, limit=query.limit, principal=request.principal, store=system.forms.store
    )
    views = first_that_fit(tuple(entry_view(done) for done in page.done))
    cursor = None
    if views and (len(views) < len(page.done) or not page.is_last):
        last = page.done[len(views) - 1]
        place = Position(created_at=last.revision.at, id=f"{last.revision.version}-{last.number}")
        cursor = cursor_after(place, of_list=listed)
    return Response(
        content=FormHistoryView(entries=views, count=len(views), next_cursor=cursor),
        headers=next_link(request, cursor),
        owners={case_id: page.owner},
    )


def _headers(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"', "Cache-Control": "private, no-cache", "Vary": "Authorization"}


def _expected(if_match: str | None, version: int | UnsetType) -> list[int] | Literal["any"] | None:
    """The versions that the request may be made to, of the header, the body, or both; None: it says nothing.

    If-Match compares strongly (RFC 9110, 13.1.1): a weak tag is no version. Raises: InvalidRequest.
    """
    if if_match is None:
        return None if version is UNSET else [version]
    if if_match.strip() == "*":
        return "any" if version is UNSET else [version]
    if _TAGS.fullmatch(if_match) is None:
        raise invalid(FieldProblem(f"header:{IF_MATCH}", 'must be the ETag of the form with its quotes, such as "7"'))
    named = [int(digits) for digits in _STRONG.findall(if_match)]
    return named if version is UNSET else [one for one in named if one == version]


def _place_of(cursor: str, *, of_list: str, system: System) -> tuple[int, int]:
    place = _PLACE.fullmatch(position_of(cursor, of_list=of_list, now=system.clock()).id)
    if place is None:
        raise invalid(FOREIGN_CURSOR)
    return int(place[1]), int(place[2])
