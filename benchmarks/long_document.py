"""What a PDF of 200 pages costs a worker: its text, the normalisation and 200 quotes, compared with pypdf alone.

    python -m benchmarks.long_document PAGES         prints seconds of processor time, and memory, as JSON

Each page is the sample case's orthopaedic report (Hebrew, as a word processor made it) with a line of its own drawn
over it. A worker is a process that has loaded the app and a provider's SDK.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REPORT = Path(__file__).resolve().parent.parent / "tests" / "data" / "sample_case" / "doc1_orthopaedic_report.he.pdf"


def main() -> None:
    """Measure once, in this process."""
    pages = int(sys.argv[1])
    content = document(pages)
    print(json.dumps({"pages": pages, **measure(content, pages=pages)}))


def measure(content: bytes, *, pages: int) -> dict[str, Any]:
    """Seconds of pypdf alone and of the worker's reading and verifying; the most memory of worker and child (MB)."""
    import openai  # noqa: F401  # a worker has its provider's SDK in memory
    from pypdf import PdfReader

    import app  # noqa: F401  # and the whole application
    from chalicelib.adapters.file_readers import FileReaders
    from chalicelib.analyses.kit.quotes import Sources
    from chalicelib.cases.model import Document, DocumentStatus
    from chalicelib.documents.page import ReadLimits
    from chalicelib.telemetry import taken_mb

    document = Document(
        id="d",
        case_id="c",
        file_name="report.pdf",
        content_type="application/pdf",
        size=len(content),
        status=DocumentStatus.READY,
        uploaded_by="u",
        uploaded_at=datetime.now(UTC),
    )
    reader = FileReaders(limits=ReadLimits(seconds=600.0))
    text, reading = _timed(lambda: reader.read(document, content, seconds=600.0))
    quotes = [_mark(page.number, pages) for page in text.pages]  # each stands on its own page only, which is not named

    def verify() -> int:
        sources = Sources([text])
        return sum(sources.find(quote, document_id="d") is not None for quote in quotes)

    found, verifying = _timed(verify)
    if (len(text.pages), found) != (pages, len(quotes)):
        raise RuntimeError(f"{len(text.pages)} pages and {found} of {len(quotes)} quotes were found")
    memory = taken_mb()
    _, alone = _timed(lambda: [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages])
    return {"alone": alone, "reading": reading, "verifying": verifying, "memory_mb": memory}


def document(pages: int) -> bytes:
    """A PDF of so many pages, no two of them the same."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for number in range(1, pages + 1):
        (report,) = PdfReader(REPORT).pages  # read again: pages of one file would share, and heap up, their fonts
        writer.add_page(report).merge_page(_page_that_says(_mark(number, pages)))
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _page_that_says(line: str) -> Any:
    """A page with one line in Helvetica."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    fonts = DictionaryObject(
        {NameObject("/F1"): DictionaryObject({NameObject(name): NameObject(value) for name, value in font.items()})}
    )
    drawing = DecodedStreamObject()
    drawing.set_data(f"BT /F1 10 Tf 40 20 Td ({line}) Tj ET".encode())
    page = PdfWriter().add_blank_page(width=595, height=842)
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = drawing
    return page


def _mark(number: int, pages: int) -> str:
    return f"Page {number} of {pages} of this report"


def _timed(do: Callable[[], Any]) -> tuple[Any, float]:
    began = _processor_seconds()
    done = do()
    return done, _processor_seconds() - began


def _processor_seconds() -> float:
    """Of this process and of the children that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
