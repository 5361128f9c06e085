"""Vapi's webhook: a verified report of a call is stored once, and its analysis is started once."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from chalicelib.api.call_rules import WEBHOOK_RULES
from chalicelib.api.cases import CALL_LIMIT_BYTES
from chalicelib.api.endpoint import open_endpoint
from chalicelib.api.http import Request, Response
from chalicelib.api.start_body import StartBody
from chalicelib.api.starts import (
    START_RESPONSE_HEADERS,
    StartView,
    accepted_response,
    start_request,
    submit_or_replay,
)
from chalicelib.cases.model import CaseOutline
from chalicelib.cases.webhook import Ignored, StoredOnly, ToAnalyse, take_report
from chalicelib.errors import Unauthorized
from chalicelib.jobs.ports import IdempotencyKey
from chalicelib.jobs.submit import replay

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

CALL_ANALYSIS = "call_analysis"
SIGNATURE_PREFIX = "sha256="


class StoredView(msgspec.Struct, frozen=True, kw_only=True):
    """The call is stored; without a transcript there is nothing to analyse."""

    status: Literal["stored"] = "stored"


class IgnoredView(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was stored; `reason` says why."""

    reason: str
    status: Literal["ignored"] = "ignored"


class DuplicateView(StartView, frozen=True, kw_only=True):
    """The call was reported before; the job is the one that was started then."""

    duplicate: bool = True


def verified_sender(request: Request, system: System) -> Request:
    """The request, if its sender knows the shared secret, or signed the raw body with it (HMAC-SHA256, hex).

    Both are compared in constant time. Raises: Unauthorized; always when no secret is configured.
    """
    secret = system.vapi_webhook_secret
    if secret is None:
        raise Unauthorized("The webhook is not configured.")
    key = secret.encode()
    signature = (request.header("X-Vapi-Signature") or "").removeprefix(SIGNATURE_PREFIX).lower()
    expected = hmac.new(key, request.body, hashlib.sha256).hexdigest()
    knows_secret = hmac.compare_digest((request.header("X-Vapi-Secret") or "").encode(), key)
    has_signed = hmac.compare_digest(signature.encode(), expected.encode())
    if not knows_secret and not has_signed:
        raise Unauthorized("The webhook's secret or signature is missing or wrong.")
    return request


@open_endpoint(
    admit=verified_sender,
    body=dict[str, Any],
    body_rules=WEBHOOK_RULES,
    body_limit_bytes=CALL_LIMIT_BYTES,
    responses={200: (DuplicateView, StoredView, IgnoredView), 202: StartView},
    refusals=(Unauthorized,),
    request_headers=("X-Vapi-Secret", "X-Vapi-Signature"),
    response_headers=START_RESPONSE_HEADERS,
)
def vapi_webhook(request: Request, system: System, *, body: dict[str, Any]) -> Response:
    """Take Vapi's report of a call that has ended, and start its analysis."""
    now = system.clock()

    def was_started(outline: CaseOutline, call_id: str) -> bool:
        key = _key_of_report(outline, call_id, request)
        return replay(key, store=system.job_store, now=now) is not None

    outcome = take_report(
        body,
        store=system.case_store,
        was_started=was_started,
        now=now,
        token_secret=system.vapi_webhook_secret if system.settings.vapi_require_case_token else None,
    )
    match outcome:
        case Ignored(reason=reason):
            return Response(content=IgnoredView(reason=reason))
        case StoredOnly():
            return Response(content=StoredView())
        case _:
            return _analysed(outcome, request, system)


def _analysed(report: ToAnalyse, request: Request, system: System) -> Response:
    """Start the analysis, exempt from the limit of open jobs; a report that came before gets the job it got then."""
    analysis, outline = system.analyses[CALL_ANALYSIS], report.outline
    key = _key_of_report(outline, report.call_id, request)
    start = start_request(analysis, outline, body=StartBody(), request=request, key=key)
    submitted = submit_or_replay(start, analysis=analysis, outline=outline, system=system, open_jobs_limit=None)
    response = accepted_response(submitted, request=request, system=system)
    if submitted.replayed or (report.duplicate and submitted.deduplicated):
        duplicate = DuplicateView(**msgspec.structs.asdict(response.content))
        return msgspec.structs.replace(response, status=200, content=duplicate)
    return response


def _key_of_report(outline: CaseOutline, call_id: str, request: Request) -> IdempotencyKey:
    """A call of a case is analysed once, however often it is reported."""
    return IdempotencyKey(
        user_id=outline.case.user_id,
        # A client's key has no spaces in it, so that none can be taken for this one.
        key=f"reported call {outline.case.id} {call_id}",
        fingerprint=request.route,
    )
