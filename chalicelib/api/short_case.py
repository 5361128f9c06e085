"""What does a case leave out when one answer has no room for all of it? Only what the API says elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.api.answer_size import fits
from chalicelib.api.case_view import CaseSummaryView, CaseView, case_summary_view, case_view
from chalicelib.cases.model import Case, CaseFile, DocumentList
from chalicelib.cases.vapi import SPOKEN, transcript_of


def fitting_case_view(file: CaseFile) -> CaseView:
    """The whole case; while there is no room for it, step by step without copies in the artifact of the call, without
    the metadata of the documents (`GET …/documents` has it), and without a transcript that we built from messages."""
    view = case_view(file)
    for shortened in (_without_copies, _without_document_metadata, _without_built_transcript):
        if fits(view):
            break
        file = shortened(file)
        view = case_view(file)
    return view


def fitting_summary_view(case: Case, documents: DocumentList) -> CaseSummaryView:
    """The case as lists show it; without the metadata of its documents when there is no room for even this one."""
    view = case_summary_view(case, documents)
    return view if fits(view) else case_summary_view(case, DocumentList(documents=documents.documents))


def _without_copies(file: CaseFile) -> CaseFile:
    """What was said stands on top of the call; its artifact repeats it."""
    call = file.call_details
    artifact = call.get("artifact") if call else None
    if not call or not isinstance(artifact, Mapping):
        return file
    once = {name: said for name, said in artifact.items() if name not in SPOKEN or said != call.get(name)}
    return _with_call(file, {**call, "artifact": once})


def _without_document_metadata(file: CaseFile) -> CaseFile:
    return msgspec.structs.replace(file, document_metadata={})


def _without_built_transcript(file: CaseFile) -> CaseFile:
    call = file.call_details
    if not call or call.get("transcript") != transcript_of(call.get("messages") or ()):
        return file
    return _with_call(file, {name: value for name, value in call.items() if name != "transcript"})


def _with_call(file: CaseFile, call: Mapping[str, Any]) -> CaseFile:
    return msgspec.structs.replace(file, call_details=call)
