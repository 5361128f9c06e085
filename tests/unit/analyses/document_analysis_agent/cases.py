"""A small case for the agent's tests: two text documents, a call, and scanned pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.analyses.document_analysis_agent.showing import FilesOf
from chalicelib.analyses.document_analysis_agent.toolbox import Toolbox
from chalicelib.analyses.kit.llm import FilePart, ToolCall
from chalicelib.analyses.kit.reading import Reading
from chalicelib.analyses.kit.scans import Excerpt
from chalicelib.cases.model import DocumentText
from tests.fakes.analysis_services import FakeCaseReader, a_document, a_file, a_text

REPORT = a_text(
    a_document("d1", file_name="סיכום אורתופדי.txt"),
    "אבחנה: פריצת דיסק L4-L5.\nללא ממצאים המעידים על פיברומיאלגיה.",
    "יושבת עד 20 דקות, עומדת עד 15 דקות.",
)
LETTER = a_text(a_document("d2", file_name="אישור העסקה.txt"), "הועסקה מיום 01/09/2018 ועד ליום 30/04/2026.")
SCAN = a_text(a_document("d3", file_name="scan.pdf", content_type="application/pdf", size=50_000), "", "עמוד עם טקסט.")
TRANSCRIPT = "AI: מה הבעיה?\nUser: הגב התחתון, זה יורד לרגל."
GUIDELINES = {"earning_capacity": "A loss of at least 50 %.", "payment": "From day 91."}

QUOTE = "פריצת דיסק L4-L5"
FINDING = {"finding": "פריצת דיסק מותנית", "document_id": "d1", "quote": QUOTE}
ANALYSIS = {
    "eligibility_assessment": "עומדת בסף",
    "claim_strength": "moderate - חסר MRI",
    "key_findings": ["פריצת דיסק מותנית"],
    "summary": "סיכום",
    "strategy": "להגיש",
    "claim_rate": 65,
    "recommendations": ["להשיג MRI"],
    "gaps": ["חסר MRI"],
}
FileOf = Callable[[Excerpt], FilePart | None]
"""The file of an excerpt; None when the document is gone."""


def a_reading(*documents: DocumentText, transcript: str = TRANSCRIPT, **changes: Any) -> Reading:
    """These documents (the report and the letter unless told otherwise), and the call."""
    texts = documents or (REPORT, LETTER)
    file = a_file(documents=tuple(text.document for text in texts))
    members: dict[str, Any] = {"file": file, "texts": texts, "transcript": transcript, "issues": ()}
    return Reading(**{**members, **changes})


def a_toolbox(*documents: DocumentText, file_of: FileOf | None = None, **changes: Any) -> Toolbox:
    """The toolbox over `a_reading`; every file is there and small unless told otherwise."""
    return Toolbox(a_reading(*documents, **changes), guidelines=GUIDELINES, files_of=each(file_of or a_picture))


def each(file_of: FileOf) -> FilesOf:
    """The files of excerpts, one after the other."""
    return lambda excerpts: {one: file for one in excerpts if (file := file_of(one)) is not None}


def a_picture(excerpt: Excerpt, content: bytes = b"\xff\xd8\xff") -> FilePart | None:
    """A small picture of every page."""
    return FilePart(file_name=f"page-{excerpt.page}", content_type="image/jpeg", content=content)


def no_file(excerpt: Excerpt) -> FilePart | None:
    """Every document is gone."""


def a_case(*texts: DocumentText, contents: dict[str, bytes] | None = None) -> FakeCaseReader:
    """A stored case with these documents (the report and the letter unless told otherwise) and the call."""
    call = {"id": "call-1", "transcript": TRANSCRIPT}
    return FakeCaseReader(a_file(call_details=call), texts=texts or (REPORT, LETTER), contents=contents)


def call(name: str, **arguments: Any) -> ToolCall:
    """A tool call."""
    return ToolCall(id="call-0", name=name, input=arguments)
