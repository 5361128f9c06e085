"""What may an analysis use in a test? A case made up on the spot, and scripted models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.analyses.kit.fingerprint import fingerprint
from chalicelib.cases.model import Case, CaseFile, Document, DocumentStatus, DocumentText
from chalicelib.documents.page import Line, Page, Picture
from chalicelib.errors import InputInvalid
from tests.fakes.jobs import CASE_ID

UPLOADED_AT = datetime(2026, 6, 10, 8, tzinfo=UTC)
CALL_ID = "call-1"
CANNOT_BE_DRAWN = b"%PDF that cannot be drawn"


def a_document(document_id: str, **changes: Any) -> Document:
    """A ready text document `<id>.txt` of the case."""
    fields: dict[str, Any] = {
        "id": document_id,
        "case_id": CASE_ID,
        "file_name": f"{document_id}.txt",
        "content_type": "text/plain",
        "size": 100,
        "status": DocumentStatus.READY,
        "uploaded_by": "owner-1",
        "uploaded_at": UPLOADED_AT,
    }
    return Document(**{**fields, **changes})


def a_text(document: Document, *pages: str) -> DocumentText:
    """What was read of a document: one text a page; an empty one is a page to be shown as an image."""
    return DocumentText(
        document=document,
        pages=tuple(Page(number=n, text=text, needs_image=not text) for n, text in enumerate(pages, start=1)),
    )


def lines_of(page: Page) -> tuple[Line, ...]:
    """The page's lines, one below the other, each character as wide as the others of its line."""
    lines = page.text.split("\n")
    height = 1 / len(lines)
    return tuple(
        Line(
            line,
            tuple((i / len(line), n * height, (i + 1) / len(line), (n + 1) * height) for i in range(len(line))),
        )
        for n, line in enumerate(lines)
    )


def a_file(**changes: Any) -> CaseFile:
    """The case of `tests.fakes.jobs`, with the call `CALL_ID` when `call_details` are given."""
    has_call = "call_details" in changes
    case = Case(
        id=CASE_ID,
        user_id="owner-1",
        title="a case",
        created_at=UPLOADED_AT,
        updated_at=UPLOADED_AT,
        has_call=has_call,
        call_id=CALL_ID if has_call else None,
        has_transcript=has_call,
    )
    return CaseFile(**{"case": case, **changes})


class FakeCaseReader:
    """A CaseReader over one case; `file_now` may be replaced while an analysis runs, None: the case is gone."""

    def __init__(
        self, file: CaseFile, *, texts: Sequence[DocumentText] = (), contents: Mapping[str, bytes] | None = None
    ) -> None:
        self.file_now: CaseFile | None = msgspec.structs.replace(
            file, documents=file.documents or tuple(text.document for text in texts)
        )
        self.texts = {text.document.id: text for text in texts}
        self._contents = contents or {}
        self.texts_read: list[str] = []
        self.bytes_gone: set[str] = set()
        self.confirmed_now: Mapping[str, Any] = {}

    def file(self, case_id: str) -> CaseFile:
        """See CaseReader.file."""
        if self.file_now is None:
            raise InputInvalid("The case is gone.")
        return self.file_now

    def confirmed(self, case_id: str) -> Mapping[str, Any]:
        """See CaseReader.confirmed."""
        return self.confirmed_now

    def content(self, document: Document) -> bytes | None:
        """See CaseReader.content."""
        return self._contents.get(document.id)

    def version(self, document: Document) -> str | None:
        """See CaseReader.version."""
        text, content = self.texts.get(document.id), self._contents.get(document.id)
        is_gone = (text is None and content is None) or document.id in self.bytes_gone
        return None if is_gone else fingerprint(document.id, repr(content), repr(text))

    def lines(self, document: Document, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """See CaseReader.lines: each line fills the width of its page; only PDFs have places."""
        text = self.texts.get(document.id)
        if text is None or document.content_type != "application/pdf":
            return {}
        return {page.number: lines_of(page) for page in text.pages if page.number in set(pages)}

    def pictures(self, document: Document, pages: Iterable[int]) -> Mapping[int, Picture]:
        """See CaseReader.pictures: bytes that name the page; of a file that says so, none can be made."""
        content = self.content(document)
        if content in (None, CANNOT_BE_DRAWN):
            return {}
        return {
            number: Picture(content=b"%s, page %d" % (content, number), width=1240, height=1754) for number in pages
        }

    def text(
        self, document: Document, *, seconds: float = 60.0, check: Callable[[], None] = lambda: None
    ) -> DocumentText | None:
        """See CaseReader.text."""
        self.texts_read.append(document.id)
        return self.texts.get(document.id)


class FakeServices:
    """Services with these models; asking for a model that was not given fails the test."""

    def __init__(self, cases: FakeCaseReader, *, openai: Any = None, anthropic: Any = None) -> None:
        self.cases = cases
        self._openai = openai
        self._anthropic = anthropic

    @property
    def openai(self) -> Any:
        """See Services.openai."""
        assert self._openai, "this analysis must not use OpenAI"
        return self._openai

    @property
    def anthropic(self) -> Any:
        """See Services.anthropic."""
        assert self._anthropic, "this analysis must not use Anthropic"
        return self._anthropic
