"""What can be read of a file? The TextReader: PDF by pypdf, plain text, and images, which only a model can read.

A file may be anything, hostile included: whatever it holds, the answer is pages, or a problem that names what to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from chalicelib.adapters.picture_files import picture_problem
from chalicelib.adapters.pypdf.excerpt import pdf_excerpt
from chalicelib.adapters.pypdf.pages import PDF_SIGNATURE, PdfLimits, is_pdf, read_pdf
from chalicelib.cases.hebrew_order import in_reading_order, lines_turned, runs_turned
from chalicelib.cases.model import Document, DocumentText, Page
from chalicelib.cases.plain_text import decoded_text

MIB = 1024 * 1024

EMPTY = "The file is empty: upload it again."
TYPE_UNKNOWN = "The file is of a type that cannot be read: upload a PDF, a text or a photo."


class TextLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one document is read. A larger file is a problem; beyond the others the text is cut."""

    size_bytes: int = 20 * MIB
    pages: int = 500
    characters: int = 2_000_000
    seconds: float = 60.0


DEFAULT_LIMITS = TextLimits()


class PypdfTextReader:
    """Reads within `limits`; `clock` counts seconds."""

    def __init__(self, *, limits: TextLimits = DEFAULT_LIMITS, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock

    def read(self, document: Document, content: bytes) -> DocumentText:
        """The pages of the document, or the problem that kept them from being read."""
        if not content:
            return DocumentText(document=document, problem=EMPTY)
        if len(content) > self._limits.size_bytes:
            limit = f"{self._limits.size_bytes / MIB:.3g} MB"
            return DocumentText(document=document, problem=f"The file is larger than {limit}: upload it in parts.")
        match document.content_type:
            case "application/pdf":
                return self._pdf(document, content)
            case "text/plain":
                return self._text(document, content)
            case "image/png" | "image/jpeg":
                return _image(document, content)
            case _:
                return DocumentText(document=document, problem=TYPE_UNKNOWN)

    def excerpt(self, document: Document, content: bytes, pages: Sequence[int]) -> bytes | None:
        """A PDF of these pages; any other file has one page and is its own excerpt."""
        return pdf_excerpt(content, pages) if document.content_type == "application/pdf" else content

    def _pdf(self, document: Document, content: bytes) -> DocumentText:
        if not is_pdf(content):
            problem = "The file is not a PDF: save it as a PDF and upload it again."
            return DocumentText(document=document, problem=problem)
        limits = PdfLimits(
            pages=self._limits.pages,
            characters=self._limits.characters,
            ends_at=self._clock() + self._limits.seconds,
            clock=self._clock,
        )
        found = read_pdf(content, limits=limits)
        if found.problem is not None:
            return DocumentText(document=document, problem=found.problem)
        texts = in_reading_order([page.text for page in found.pages], turn=runs_turned)
        pages = [msgspec.structs.replace(page, text=text) for page, text in zip(found.pages, texts, strict=True)]
        return self._cut(
            DocumentText(document=document, pages=tuple(pages), truncated=found.truncated, properties=found.properties)
        )

    def _text(self, document: Document, content: bytes) -> DocumentText:
        if content.startswith(PDF_SIGNATURE):
            problem = "The file is a PDF, not a text: upload it as application/pdf."
            return DocumentText(document=document, problem=problem)
        text = decoded_text(content)
        if text is None:
            return DocumentText(document=document, problem="The file is not a text: upload it as what it is.")
        if not text.strip():
            return DocumentText(document=document, problem=EMPTY)
        (turned,) = in_reading_order([text], turn=lines_turned)
        return self._cut(DocumentText(document=document, pages=(Page(number=1, text=turned),)))

    def _cut(self, text: DocumentText) -> DocumentText:
        """The text up to the last character that may be read."""
        left = self._limits.characters
        for index, page in enumerate(text.pages):
            if len(page.text) > left:
                last = msgspec.structs.replace(page, text=page.text[:left])
                return msgspec.structs.replace(text, pages=(*text.pages[:index], last), truncated=True)
            left -= len(page.text)
        return text


def _image(document: Document, content: bytes) -> DocumentText:
    problem = picture_problem(content, content_type=document.content_type)
    if problem is not None:
        return DocumentText(document=document, problem=problem)
    return DocumentText(document=document, pages=(Page(number=1, text="", needs_image=True),))
