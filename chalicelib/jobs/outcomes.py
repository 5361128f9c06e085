"""How can an attempt end? One value per way; `run` turns each into one write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from chalicelib.errors import AttemptError

CaseBody = Literal["call_analysis", "call_summary", "form_7801_analysis", "final_document_analysis"]
CaseField = Literal["form_7801_analysis_timestamp", "analysis_status"]


class WriteBack(msgspec.Struct, frozen=True, kw_only=True):
    """What a completed job changes in its case, in the same transaction as "completed".

    `bodies` are heavy members, JSON values; `fields` small ones. With `call_id` the write lands only while the case
    still has that call. Members that a younger job of the same type wrote are left as they are.
    """

    bodies: Mapping[CaseBody, Any] = msgspec.field(default_factory=dict)
    fields: Mapping[CaseField, str] = msgspec.field(default_factory=dict)
    call_id: str | None = None


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """The analysis is done: its JSON result, and what goes back to the case."""

    result: Mapping[str, Any]
    write_back: WriteBack = WriteBack()


class Failed(msgspec.Struct, frozen=True):
    """The job ends here: the error is permanent, or the attempts are used up."""

    error: AttemptError


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """The job goes back to pending and is tried again after `after_seconds`."""

    error: AttemptError
    after_seconds: float


class Yield(msgspec.Struct, frozen=True):
    """Out of function time: go on from the checkpoints in a fresh invocation, at no attempt's cost."""


class Cancelled(msgspec.Struct, frozen=True):
    """The job was cancelled while it ran."""


Outcome = Completed | Failed | Retry | Yield | Cancelled
