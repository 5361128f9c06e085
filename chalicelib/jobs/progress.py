"""What a job is doing, as a code with params: the one list of the codes, and their English sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

ProgressCode = Literal[
    "waiting_to_start",
    "waiting_to_retry",
    "completed",
    "cancelled",
    "failed",
    "reading_case",
    "reading_document",
    "reading_call",
    "call_read",
    "analysing_call",
    "analysing_part",
    "combining_parts",
    "merging_requests",
    "extracting",
    "extracting_part",
    "repairing",
    "advising",
    "answering",
    "answered",
    "checking",
    "checked",
    "planning",
    "searching",
    "recording_findings",
    "analysis_written",
    "storing",
    "storing_checked",
    "working",
]

SENTENCES: Mapping[ProgressCode, str] = {
    "waiting_to_start": "Waiting to start",
    "waiting_to_retry": "Waiting to try again",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "failed": "{title}",
    "reading_case": "Reading the case",
    "reading_document": "Reading document {n} of {of}: {name}",
    "reading_call": "Reading the call",
    "call_read": "The call is read",
    "analysing_call": "Analysing the call",
    "analysing_part": "Analysing part {n} of {of} of the call",
    "combining_parts": "Combining the {of} parts of the call",
    "merging_requests": "Merging the requested documents",
    "extracting": "The model reads the case",
    "extracting_part": "The model reads part {n} of {of}",
    "repairing": "The model looks for words that were not found",
    "advising": "The model advises on the whole case",
    "answering": "The model answers: {characters} characters so far",
    "answered": "The model has answered",
    "checking": "Checking every field against the sources",
    "checked": "Checked: {found} of {of} fields stand in the sources",
    "planning": "Planning the work",
    "searching": "Searching the documents",
    "recording_findings": "Recording findings: {count} so far",
    "analysis_written": "The analysis is written",
    "storing": "Storing the result",
    "storing_checked": "Checked, storing the analysis",
    "working": "{message}",
}
"""A code never changes its meaning. `working` is a sentence that an analysis outside this list wrote itself."""


class Doing(msgspec.Struct, frozen=True, kw_only=True):
    """What is done just now: a code and the params of its sentence."""

    code: ProgressCode
    params: Mapping[str, str | int] = msgspec.field(default_factory=dict)
