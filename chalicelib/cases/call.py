"""How does a call come to a case when a client sends it?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.cases.model import CaseFile, CaseStore
from chalicelib.cases.ports import CaseBlobs
from chalicelib.cases.read import case_file, no_such_case, visible_outline
from chalicelib.cases.vapi import read_call
from chalicelib.principal import Principal


def put_call(
    case_id: str, payload: Any, *, principal: Principal, store: CaseStore, blobs: CaseBlobs, now: datetime
) -> CaseFile:
    """Replace the call of a case and return the whole case. `payload` is the decoded JSON body, either shape of `vapi`.

    Raises: InvalidRequest naming what is missing; NotFound.
    """
    call = read_call(payload)
    visible_outline(case_id, principal=principal, store=store)
    if not store.put_call(case_id, call.details, call_id=call.id, has_transcript=call.has_transcript, at=now):
        raise no_such_case()
    return case_file(case_id, principal=principal, store=store, blobs=blobs)
