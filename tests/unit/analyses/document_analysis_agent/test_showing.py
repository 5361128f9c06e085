"""Which scanned pages the agent sees, and which of them count as read."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from chalicelib.analyses.document_analysis_agent.notebook import Notebook
from chalicelib.analyses.document_analysis_agent.showing import MOST_IMAGE_BYTES, MOST_SHOWN_BYTES, MOST_SHOWN_PAGES
from chalicelib.analyses.document_analysis_agent.toolbox import Toolbox, ToolOutput
from chalicelib.analyses.kit.llm import FilePart, FileRefused
from chalicelib.analyses.kit.scans import Excerpt
from chalicelib.cases.model import DocumentText
from tests.fakes.analysis_services import a_document, a_text
from tests.fakes.conversations import FakeConversationModel, calls
from tests.unit.analyses.document_analysis_agent.cases import ANALYSIS, SCAN, a_picture, a_toolbox, call, no_file
from tests.unit.analyses.document_analysis_agent.conversing import RECORD, SUBMIT, a_conversation

LONG = 3 * MOST_SHOWN_PAGES


def a_scan(*pages: str, document_id: str = "d4") -> DocumentText:
    return a_text(a_document(document_id, file_name="long.pdf", content_type="application/pdf"), *pages)


def read(
    toolbox: Toolbox, notebook: Notebook, *, first: int = 1, last: int | None = None, document_id: str = "d4"
) -> tuple[ToolOutput, Notebook]:
    wanted: dict[str, Any] = {"document_id": document_id, "first_page": first}
    return toolbox.answer(call("read_document", **wanted, **({} if last is None else {"last_page": last})), notebook)


def next_turn(notebook: Notebook) -> Notebook:
    return Notebook(window=notebook.window, shown=notebook.shown, pages_read=notebook.pages_read)


def in_messages(notebook: Notebook) -> list[int]:
    return [shown.excerpt.page for shown in notebook.window]


def pages(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


def test_a_scanned_page_is_shown_once() -> None:
    toolbox = a_toolbox(SCAN)

    first, after = read(toolbox, Notebook(), document_id="d3")
    second, _ = read(toolbox, after, document_id="d3")

    assert (first.files, second.files) == ((Excerpt(document_id="d3", page=1),), ())
    assert "shown to you" in first.content
    assert after.pages_read == {"d3": (1, 2)}


def test_of_a_long_file_only_the_scanned_pages_that_are_read_are_shown() -> None:
    text = "עמוד עם טקסט"
    toolbox = a_toolbox(a_scan(*[text] * 25, "", text, ""))

    answer, after = read(toolbox, Notebook(), first=20, last=27)

    assert answer.files == (Excerpt(document_id="d4", page=26),)
    assert "The scanned pages 26 are shown to you" in answer.content
    assert after.shown == {"d4": (26,)}
    assert after.pages_read == {"d4": tuple(range(20, 28))}


def test_a_long_scan_is_seen_to_its_end_20_pages_a_turn() -> None:
    toolbox, notebook = a_toolbox(a_scan(*[""] * LONG)), Notebook()

    for first in range(1, LONG, MOST_SHOWN_PAGES):
        answer, notebook = read(toolbox, next_turn(notebook), first=first)
        assert not answer.is_error
        assert in_messages(notebook) == pages(first, first + MOST_SHOWN_PAGES - 1)

    assert notebook.pages_read == {"d4": tuple(range(1, LONG + 1))}
    assert "This is its end." in answer.content


def test_older_files_make_room_for_newer_ones() -> None:
    toolbox = a_toolbox(a_scan(*[""] * LONG))

    _, after_10 = read(toolbox, Notebook(), last=10)
    _, after_20 = read(toolbox, next_turn(after_10), first=11, last=20)
    _, after_30 = read(toolbox, next_turn(after_20), first=21, last=30)
    again, after_again = read(toolbox, next_turn(after_30), first=1, last=3)

    assert in_messages(after_20) == pages(1, 20)
    assert in_messages(after_30) == pages(11, 30)
    assert again.files == tuple(Excerpt(document_id="d4", page=page) for page in (1, 2, 3))
    assert in_messages(after_again) == [*pages(14, 30), 1, 2, 3]


def test_a_page_that_is_read_again_with_others_does_not_make_room_for_them() -> None:
    toolbox = a_toolbox(a_scan(*[""] * LONG))

    _, after_20 = read(toolbox, Notebook(), last=20)
    _, after_30 = read(toolbox, next_turn(after_20), first=15, last=30)
    same, _ = read(toolbox, next_turn(after_30), first=15, last=20)

    assert in_messages(after_30) == pages(11, 30)
    assert same.files == ()


def test_files_make_room_by_their_bytes_too() -> None:
    large = b"x" * (MOST_SHOWN_BYTES // 6)
    toolbox = a_toolbox(a_scan(*[""] * LONG), file_of=partial(a_picture, content=large))

    notebook = Notebook()
    for page in range(1, 9):
        _, notebook = read(toolbox, next_turn(notebook), first=page, last=page)

    assert in_messages(notebook) == pages(3, 8)


def test_a_turn_is_shown_no_more_than_the_model_can_see_after_it() -> None:
    toolbox = a_toolbox(a_scan(*[""] * LONG))

    _, after = read(toolbox, Notebook(), last=15)
    refused, same = read(toolbox, after, first=16, last=30)
    fits, _ = read(toolbox, after, first=16, last=20)

    assert refused.is_error
    assert "next turn" in refused.content
    assert (same.window, same.pages_read) == (after.window, after.pages_read)
    assert not fits.is_error


def test_a_page_that_was_shown_and_made_room_may_still_be_quoted() -> None:
    quote = call("record_finding", finding="אבחנה", document_id="d4", quote="צילום רנטגן תקין", page=1)

    _, after = a_toolbox(a_scan(*[""] * LONG)).answer(quote, Notebook(shown={"d4": (1, 2)}))

    assert [(finding.page, finding.verified) for finding in after.findings] == [(1, False)]


@pytest.mark.parametrize(
    ("notebook", "page"),
    [(Notebook(), 1), (Notebook(shown={"d3": (1,)}), 2)],
    ids=["never shown", "a page with text"],
)
def test_a_quote_that_could_be_checked_or_was_never_seen_is_refused(notebook: Notebook, page: int) -> None:
    wanted = call("record_finding", finding="אבחנה", document_id="d3", quote="צילום רנטגן תקין", page=page)

    answer, _ = a_toolbox(SCAN).answer(wanted, notebook)

    assert answer.is_error


def an_image(excerpt: Excerpt) -> FilePart:
    return FilePart(file_name="photo.png", content_type="image/png", content=b"x" * (MOST_IMAGE_BYTES + 1))


@pytest.mark.parametrize(
    "file_of",
    [an_image, partial(a_picture, content=b"x" * (MOST_SHOWN_BYTES + 1)), no_file],
    ids=["image too large", "file too large", "gone, or not to be cut"],
)
def test_a_scan_that_cannot_be_shown_does_not_count_as_read(file_of: Any) -> None:
    text = "עמוד עם טקסט"
    toolbox = a_toolbox(a_scan(*[text] * MOST_SHOWN_PAGES, ""), file_of=file_of)

    answer, after = read(toolbox, Notebook())
    again, _ = read(toolbox, after)

    assert (answer.files, again.files) == ((), ())
    assert "could not be shown" in answer.content
    assert after.not_shown == {"d4": (MOST_SHOWN_PAGES + 1,)}
    assert after.pages_read == {"d4": tuple(range(1, MOST_SHOWN_PAGES + 1))}


def test_a_case_of_scans_that_cannot_be_shown_can_be_submitted() -> None:
    wanted = call("submit_analysis", **{**ANALYSIS, "key_findings": []})

    answer, _ = a_toolbox(SCAN).answer(wanted, Notebook(not_shown={"d3": (1,)}))

    assert not answer.is_error


def test_the_messages_hold_each_file_once_and_say_where_one_made_room() -> None:
    pages = [{"document_id": "d4", "first_page": first, "last_page": first + 19} for first in (1, 21, 1)]
    turns = [calls(("read_document", asked)) for asked in pages]
    model = FakeConversationModel(*turns, calls(RECORD), calls(SUBMIT), calls(SUBMIT))

    a_conversation(model, documents=(a_scan(*[""] * LONG),), file_of=a_picture)

    sent = [result for result in model.told() if "The scanned pages" in result["text"]]
    assert [len(result["files"]) for result in sent] == [0, 0, 20]
    assert ["made room" in result["text"] or "make room" in result["text"] for result in sent] == [True, True, False]


@pytest.mark.parametrize("bad", [1, 2])
def test_a_file_that_the_provider_cannot_open_is_left_out_and_the_work_goes_on(bad: int) -> None:
    scans = tuple(a_scan("", document_id=f"d{number}") for number in (1, 2))
    reads = [("read_document", {"document_id": f"d{number}"}) for number in (1, 2)]
    # Refused with both files and with the wrong one left out; the newest is left out first.
    refusals = [FileRefused("cannot open")] * (1 if bad == 2 else 2)
    model = FakeConversationModel(calls(*reads), *refusals, calls(SUBMIT), calls(SUBMIT))

    conversation = a_conversation(model, documents=scans, file_of=a_picture)

    told = [row["text"] for message in model.asked[-1] for row in message.get("results", ())]
    assert conversation.notebook.not_shown == {f"d{bad}": (1,)}
    assert conversation.notebook.submission is not None
    assert sum("could not be opened" in text for text in told) == 1


def test_at_most_twenty_pictures_are_shown_at_a_time() -> None:
    photos = tuple(
        a_text(a_document(f"d{number}", file_name="p.jpg", content_type="image/jpeg"), "") for number in range(25)
    )
    picture = FilePart(file_name="p.jpg", content_type="image/jpeg", content=b"\xff\xd8")
    toolbox = a_toolbox(*photos, file_of=lambda excerpt: picture)
    notebook = Notebook()

    for number in range(25):
        _, notebook = read(toolbox, next_turn(notebook), document_id=f"d{number}")

    assert len(notebook.window) == 20  # with more the provider refuses any that is larger than 2,000 px
