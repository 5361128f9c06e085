"""A case is read document by document; what cannot be read is named, and only nothing at all fails."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analyses.kit.reading import Reading, pages_to_show, read_case, transcript_of
from chalicelib.cases.model import DocumentStatus, DocumentText
from chalicelib.errors import DocumentUnreadable, InputInvalid
from tests.fakes.analysis_services import FakeCaseReader, FakeServices, a_document, a_file, a_text
from tests.fakes.attempt_context import FakeContext

CALL = {"transcript": "AI: שלום\nUser: כן"}


def read(*texts: DocumentText, ctx: FakeContext | None = None, **file: Any) -> Reading:
    services = FakeServices(FakeCaseReader(a_file(**file), texts=texts))
    return read_case(ctx or FakeContext(), services, percents=(10, 40))


def test_documents_are_read_one_by_one_with_progress() -> None:
    ctx = FakeContext()

    reading = read(a_text(a_document("d1"), "אחת"), a_text(a_document("d2"), "שתיים"), ctx=ctx)

    assert [text.document.id for text in reading.texts] == ["d1", "d2"]
    assert ctx.progress_made == [
        (10, "Reading document 1 of 2: d1.txt"),
        (25, "Reading document 2 of 2: d2.txt"),
    ]


def test_an_unreadable_document_is_an_issue_that_says_why() -> None:
    broken = DocumentText(document=a_document("d1"), problem="The file is encrypted.")

    reading = read(broken, a_text(a_document("d2"), "טקסט"))

    assert [text.document.id for text in reading.texts] == ["d2"]
    [issue] = reading.issues
    assert (issue.field, issue.code) == ("documents/d1", "document_unreadable")
    assert issue.message == "d1.txt could not be read. The file is encrypted."


def test_a_summary_stands_in_for_a_document_that_has_only_that() -> None:
    broken = DocumentText(document=a_document("d1"), problem="The file is empty.")

    reading = read(broken, document_metadata={"d1": {"document_summary": "סיכום המסמך"}})

    assert [page.text for text in reading.texts for page in text.pages] == ["סיכום המסמך"]
    assert [issue.code for issue in reading.issues] == ["document_unreadable"]


def test_a_cut_text_is_never_silent() -> None:
    cut = DocumentText(document=a_document("d1"), pages=a_text(a_document("d1"), "התחלה").pages, truncated=True)

    reading = read(cut)

    assert [(issue.field, issue.code) for issue in reading.issues] == [("documents/d1", "document_truncated")]


@pytest.mark.parametrize(
    ("status", "code"),
    [(DocumentStatus.READY, "document_missing"), (DocumentStatus.AWAITING_UPLOAD, "document_awaiting_upload")],
)
def test_a_document_without_content_is_skipped_and_named(status: DocumentStatus, code: str) -> None:
    gone = a_document("d1", status=status)
    there = a_text(a_document("d2"), "טקסט")

    reading = read(there, documents=(gone, there.document))

    assert [text.document.id for text in reading.texts] == ["d2"]
    assert [(issue.field, issue.code) for issue in reading.issues] == [("documents/d1", code)]


def test_a_page_without_text_is_to_be_shown() -> None:
    scanned = a_text(a_document("d1", content_type="application/pdf"), "", "עם טקסט")

    reading = read(scanned)

    assert [page.number for page in pages_to_show(reading.texts[0])] == [1]
    assert reading.issues == ()


def test_nothing_readable_and_no_call_fails_the_job() -> None:
    with pytest.raises(DocumentUnreadable):
        read(DocumentText(document=a_document("d1"), problem="The file is encrypted."))


def test_the_call_alone_is_enough() -> None:
    reading = read(DocumentText(document=a_document("d1"), problem="The file is encrypted."), call_details=CALL)

    assert reading.texts == ()
    assert reading.transcript == CALL["transcript"]


def test_a_case_that_is_gone_fails_the_job() -> None:
    cases = FakeCaseReader(a_file())
    cases.file_now = None

    with pytest.raises(InputInvalid):
        read_case(FakeContext(), FakeServices(cases), percents=(0, 10))


MESSAGES = [
    {"role": "system", "message": "You are Noa."},
    {"role": "bot", "message": "שלום"},
    {"role": "user", "message": "כן"},
    {"role": "tool", "message": "{}"},
    {"role": "user"},
]
TRANSCRIPTS: list[tuple[dict[str, Any] | None, str]] = [
    # call, transcript: where it comes from
    (None, ""),  # no call
    ({"transcript": " AI: א \n"}, "AI: א"),  # the call's own
    ({"artifact": {"transcript": "AI: ב"}}, "AI: ב"),  # its artifact's
    ({"transcript": "", "artifact": {"transcript": "AI: ב"}}, "AI: ב"),  # an empty one does not count
    ({"messages": MESSAGES}, "AI: שלום\nUser: כן"),  # put together from user and bot messages
    ({"artifact": {"messages": MESSAGES}}, "AI: שלום\nUser: כן"),
    ({"artifact": "broken", "messages": "broken"}, ""),  # other shapes say nothing
]


@pytest.mark.parametrize(("call", "transcript"), TRANSCRIPTS)
def test_the_transcript_is_found_wherever_the_call_keeps_it(call: dict[str, Any] | None, transcript: str) -> None:
    assert transcript_of(a_file(call_details=call)) == transcript
