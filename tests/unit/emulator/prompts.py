"""Prompts as an analysis writes them: one document, or one call, in its fence; and those of the prepared cases."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from chalicelib.adapters.file_readers import FileReaders
from chalicelib.cases.vapi import read_call
from tests.fakes.analysis_services import a_document as a_stored_document
from tests.unit.adapters.pictures import png

PICTURE = base64.b64encode(png()).decode()
DATA = Path(__file__).resolve().parents[2] / "data"


def a_document(text: str, *, document_id: str = "d1", name: str = "", page: int = 1) -> str:
    """A fenced document of one page."""
    fence = f'<document id="{document_id}" name="{name or document_id + ".txt"}">'
    return f'{fence}\n<page number="{page}">\n{text}\n</page>\n</document>'


def a_call(*turns: str) -> str:
    """A fenced call; the turns alternate, the interviewer begins."""
    said = (f"{'User' if index % 2 else 'AI'}: {turn}" for index, turn in enumerate(turns))
    return '<call id="call">\n' + "\n".join(said) + "\n</call>"


def transcript_of(case: str) -> str:
    """What was said in the case's call."""
    details: Any = read_call(json.loads((DATA / case / "vapi_call.json").read_text(encoding="utf-8"))).details
    return str(details["transcript"])


def a_case(case: str) -> str:
    """All documents with text and the call of a case of tests/data; its documents are called D1, D2, …"""
    rows = json.loads((DATA / case / "case_documents.json").read_text(encoding="utf-8"))
    fenced = [
        a_document(_text(DATA / case / row["_source_file"], row["file_type"]), document_id=f"D{number}")
        for number, row in enumerate(rows, start=1)
    ]
    return "\n".join([*fenced, f'<call id="call">\n{transcript_of(case)}\n</call>'])


def expected_of(case: str) -> Any:
    """The case's expected.json."""
    return json.loads((DATA / case / "expected.json").read_text(encoding="utf-8"))


def _text(path: Path, content_type: str) -> str:
    content = path.read_bytes()
    read = FileReaders().read(a_stored_document("d", content_type=content_type, size=len(content)), content)
    return "\n".join(page.text for page in read.pages)
