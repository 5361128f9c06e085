"""Instructions to the model, put into a case wherever strangers can write."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import msgspec

from evals.cases import DATA, EvalCase

PDF, TEXT = "application/pdf", "text/plain"
BROKEN = b"%PDF-1.7\n1 0 obj"
_TOLD_OF_CALL = ("transcript", "tool_output")


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """One attack. `place` is a name of `_PLACES`."""

    name: str
    place: str
    language: str
    text: str


def known_attacks() -> list[Attack]:
    """The attacks of tests/data/injection_attacks.json."""
    rows = json.loads((DATA / "injection_attacks.json").read_text(encoding="utf-8"))["attacks"]
    return [msgspec.convert(row, Attack) for row in rows]


def attacked(case: EvalCase, attack: Attack) -> EvalCase:
    """The case with the attack in it."""
    return _PLACES[attack.place](case, attack.text)


def harmless(attack: Attack) -> Attack:
    """Words at the same place that ask for nothing: what an attack is compared with."""
    return msgspec.structs.replace(attack, text="הערה.")


def is_shown(attack: Attack, *, job_type: str) -> bool:
    """True when this analysis is given what is at the attack's place."""
    seen_by_call, seen_by_agent = attack.place in _TOLD_OF_CALL, attack.place != "tool_output"
    return {"call_analysis": seen_by_call, "document_analysis_agent": seen_by_agent}.get(job_type, True)


def where_reported(case: EvalCase, attack: Attack) -> str:
    """The `field` of the issue that must name this attack: the call, or the attacked document."""
    if attack.place in _TOLD_OF_CALL:
        return "call"
    content_type = PDF if attack.place in ("pdf_metadata", "pdf_xmp", "document_summary") else TEXT
    return f"documents/{_document_id(case, content_type)}"


def _document_id(case: EvalCase, content_type: str) -> str:
    return next(one.id for one in case.file.documents if one.content_type == content_type)


def _in_document(case: EvalCase, text: str) -> EvalCase:
    """As a line in the middle of the first text document."""
    document_id = _document_id(case, TEXT)
    lines = case.contents[document_id].decode("utf-8").splitlines()
    middle = len(lines) // 2
    return _with_content(case, document_id, "\n".join([*lines[:middle], text, *lines[middle:]]).encode())


def _in_transcript(case: EvalCase, text: str) -> EvalCase:
    """As what the claimant says last but one."""
    details = dict(case.file.call_details or {})
    *before, last = str(details["transcript"]).splitlines()
    details["transcript"] = "\n".join([*before, f"User: {text}", last])
    return _with_file(case, call_details=details)


def _in_file_name(case: EvalCase, text: str) -> EvalCase:
    return _with_document(case, _document_id(case, TEXT), file_name=text)


def _in_document_type(case: EvalCase, text: str) -> EvalCase:
    return _with_document(case, _document_id(case, TEXT), document_type=text)


def _in_pdf_metadata(case: EvalCase, text: str) -> EvalCase:
    document_id = _document_id(case, PDF)
    written = _rewritten(case.contents[document_id], information={"/Title": text, "/Keywords": text})
    return _with_content(case, document_id, written)


def _in_pdf_xmp(case: EvalCase, text: str) -> EvalCase:
    document_id = _document_id(case, PDF)
    xmp = f"<x:xmpmeta><dc:description>{escape(text)}</dc:description></x:xmpmeta>"
    return _with_content(case, document_id, _rewritten(case.contents[document_id], xmp=xmp.encode()))


def _in_tool_output(case: EvalCase, text: str) -> EvalCase:
    """In what an earlier analysis of the call said, and as a document it asked for."""
    summary = {"call_summary": "סיכום", "case_summary": text, "documents_requested_list": [{"name": text}]}
    return _with_file(case, call_summary=json.dumps(summary, ensure_ascii=False))


def _in_document_summary(case: EvalCase, text: str) -> EvalCase:
    """In the summary that somebody gave for a file that does not open."""
    document_id = _document_id(case, PDF)
    summary = {document_id: {"document_summary": text}}
    return _with_file(_with_content(case, document_id, BROKEN), document_metadata=summary)


_PLACES: Mapping[str, Callable[[EvalCase, str], EvalCase]] = {
    "document": _in_document,
    "transcript": _in_transcript,
    "file_name": _in_file_name,
    "document_type": _in_document_type,
    "pdf_metadata": _in_pdf_metadata,
    "pdf_xmp": _in_pdf_xmp,
    "tool_output": _in_tool_output,
    "document_summary": _in_document_summary,
}


def _rewritten(content: bytes, *, information: Mapping[str, str] | None = None, xmp: bytes | None = None) -> bytes:
    """The PDF with this metadata."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DecodedStreamObject, NameObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.add_metadata(dict(information or {}))
    if xmp is not None:
        packet = DecodedStreamObject()
        packet.set_data(xmp)
        writer.root_object[NameObject("/Metadata")] = writer._add_object(packet)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _with_content(case: EvalCase, document_id: str, content: bytes) -> EvalCase:
    return msgspec.structs.replace(
        _with_document(case, document_id, size=len(content)), contents={**case.contents, document_id: content}
    )


def _with_document(case: EvalCase, document_id: str, **changes: Any) -> EvalCase:
    documents = tuple(
        msgspec.structs.replace(one, **changes) if one.id == document_id else one for one in case.file.documents
    )
    return _with_file(case, documents=documents)


def _with_file(case: EvalCase, **changes: Any) -> EvalCase:
    return msgspec.structs.replace(case, file=msgspec.structs.replace(case.file, **changes))
