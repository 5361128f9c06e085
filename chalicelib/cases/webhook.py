"""Calls that Vapi reports: stored once, however often, late or out of order they are reported."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.cases.model import Case, CaseOutline, CaseStore
from chalicelib.cases.read import is_case_id
from chalicelib.cases.vapi import OtherMessage, Report, VapiCall, is_older, read_webhook
from chalicelib.errors import StorageUnavailable

MAX_TYPE_CHARACTERS = 60
TRIES = 3
"""Looks at a case whose call changes between the look and the write."""


class Ignored(msgspec.Struct, frozen=True):
    """Nothing was stored; `reason` says why in one sentence."""

    reason: str


class StoredOnly(msgspec.Struct, frozen=True, kw_only=True):
    """The call is stored and has no transcript: there is nothing to analyse."""

    outline: CaseOutline


class ToAnalyse(msgspec.Struct, frozen=True, kw_only=True):
    """The case's call is to be analysed. `outline` is the case with this call, or with a later one.

    `duplicate`: the same call was stored before and nothing was stored now, so its job exists, unless the first report
    broke off before the start. Starting with an idempotency key made of `call_id` serves all three.
    """

    outline: CaseOutline
    call_id: str
    duplicate: bool


WebhookOutcome = Ignored | StoredOnly | ToAnalyse

WasStarted = Callable[[CaseOutline, str], bool]
"""Whether an earlier report started the analysis of the call with this id; the case may have a later call now."""


def case_token(case: Case, *, secret: str) -> str:
    """The proof that a call's metadata came from the owner of the case: an HMAC-SHA256 of case and owner, in hex."""
    content = msgspec.json.encode(["case_token", case.id, case.user_id])
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def take_report(
    payload: Any, *, store: CaseStore, was_started: WasStarted, now: datetime, token_secret: str | None = None
) -> WebhookOutcome:
    """Store the reported call, when its case is known and has no newer call. The sender was verified before.

    With a `token_secret` the call's metadata must hold the case token made with it.
    Raises: InvalidRequest when the payload is no message, or a report without a call.
    """
    report = read_webhook(payload)
    if isinstance(report, OtherMessage):
        return Ignored(f"A message of type {report.type[:MAX_TYPE_CHARACTERS]} reports no ended call.")
    if report.case_id is None:
        return Ignored("The call has no metadata.case_id.")
    for _ in range(TRIES):
        outcome = _taken(report, store=store, was_started=was_started, now=now, token_secret=token_secret)
        if outcome is not None:
            return outcome
    raise StorageUnavailable("Several reports of this case arrive at once. Try again.", retry_after_seconds=1)


def _taken(
    report: Report, *, store: CaseStore, was_started: WasStarted, now: datetime, token_secret: str | None
) -> WebhookOutcome | None:
    """What becomes of the report; None when the case got another call at this moment: then look again."""
    outline = store.outline(report.case_id) if report.case_id and is_case_id(report.case_id) else None
    if outline is None:
        return Ignored("The call's metadata.case_id names no case.")
    if token_secret is not None and not _has_token(report, outline.case, secret=token_secret):
        return Ignored("The call's metadata.case_token is missing or not the token of this case.")
    call = report.call
    is_stored = outline.case.call_id == call.id
    if outline.case.has_transcript if is_stored else was_started(outline, call.id):
        return ToAnalyse(outline=outline, call_id=call.id, duplicate=True)
    if not is_stored and (reason := _reason_to_keep_the_stored_call(outline.case, call, store=store)):
        return Ignored(reason)
    return _stored(outline, call, store=store, now=now)


def _has_token(report: Report, case: Case, *, secret: str) -> bool:
    given = (report.case_token or "").encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given, case_token(case, secret=secret).encode())


def _reason_to_keep_the_stored_call(case: Case, call: VapiCall, *, store: CaseStore) -> str | None:
    """Why the reported call must not replace another call of the case; None when it may."""
    if not case.has_call:
        return None
    if case.has_transcript and not call.has_transcript:
        return "The call has no words, and the case has a call with words."
    file = store.file(case.id)
    stored = None if file is None else file.call_details
    return "The case has a newer call." if stored and is_older(call.details, than=stored) else None


def _stored(outline: CaseOutline, call: VapiCall, *, store: CaseStore, now: datetime) -> WebhookOutcome | None:
    case = outline.case
    landed = store.put_call(
        case.id, call.details, call_id=call.id, has_transcript=call.has_transcript, at=now, replaces=case.call_id
    )
    if not landed:
        return None
    case = msgspec.structs.replace(
        case, has_call=True, call_id=call.id, has_transcript=call.has_transcript, updated_at=now
    )
    outline = msgspec.structs.replace(outline, case=case)
    if not call.has_transcript:
        return StoredOnly(outline=outline)
    return ToAnalyse(outline=outline, call_id=call.id, duplicate=False)
