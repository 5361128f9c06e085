"""How does a call come to a case when Vapi reports it? Stored once, however often it is reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.cases.model import CaseOutline, CaseStore
from chalicelib.cases.read import is_case_id
from chalicelib.cases.vapi import OtherMessage, VapiCall, read_webhook

MAX_TYPE_CHARACTERS = 60


class Ignored(msgspec.Struct, frozen=True):
    """Nothing was stored; `reason` says why in one sentence."""

    reason: str


class StoredOnly(msgspec.Struct, frozen=True, kw_only=True):
    """The call is stored and has no transcript: there is nothing to analyse."""

    outline: CaseOutline


class ToAnalyse(msgspec.Struct, frozen=True, kw_only=True):
    """The case's call is to be analysed. `outline` is the case with this call, or with the one that followed it.

    `duplicate`: the same call was stored before and nothing was stored now, so its job exists, unless the first report
    broke off before the start. Starting with an idempotency key made of `call_id` serves all three.
    """

    outline: CaseOutline
    call_id: str
    duplicate: bool


WebhookOutcome = Ignored | StoredOnly | ToAnalyse

WasStarted = Callable[[CaseOutline, str], bool]
"""Whether an earlier report started the analysis of the call with this id; a case's call may be a later one by now."""


def take_report(payload: Any, *, store: CaseStore, was_started: WasStarted, now: datetime) -> WebhookOutcome:
    """Store what Vapi reports, when it is a call of a known case. The signature was verified before.

    Raises: InvalidRequest when the payload is no message, or a report without a call.
    """
    report = read_webhook(payload)
    if isinstance(report, OtherMessage):
        return Ignored(f"A message of type {report.type[:MAX_TYPE_CHARACTERS]} reports no call.")
    if report.case_id is None:
        return Ignored("The call has no metadata.case_id.")
    outline = store.outline(report.case_id) if is_case_id(report.case_id) else None
    if outline is None:
        return Ignored("The call's metadata.case_id names no case.")
    call_id = report.call.id
    is_stored = outline.case.call_id == call_id
    if outline.case.has_transcript if is_stored else was_started(outline, call_id):
        return ToAnalyse(outline=outline, call_id=call_id, duplicate=True)
    return _stored(outline, report.call, store=store, now=now)


def _stored(outline: CaseOutline, call: VapiCall, *, store: CaseStore, now: datetime) -> WebhookOutcome:
    case = outline.case
    if not store.put_call(case.id, call.details, call_id=call.id, has_transcript=call.has_transcript, at=now):
        return Ignored("The call's metadata.case_id names no case.")
    case = msgspec.structs.replace(
        case, has_call=True, call_id=call.id, has_transcript=call.has_transcript, updated_at=now
    )
    outline = msgspec.structs.replace(outline, case=case)
    if not call.has_transcript:
        return StoredOnly(outline=outline)
    return ToAnalyse(outline=outline, call_id=call.id, duplicate=False)
