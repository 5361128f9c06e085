from __future__ import annotations

from chalicelib.analyses.document_analysis_agent.passages import PIECE_CHARACTERS, passage_of
from chalicelib.documents.page import Page

HALF = "א" * (PIECE_CHARACTERS // 2)


def _pages(*texts: str) -> list[Page]:
    return [Page(number=number, text=text) for number, text in enumerate(texts, start=1)]


def test_a_short_document_is_read_at_once() -> None:
    passage = passage_of(_pages("one", "two"), first=1, last=2, from_character=0)

    assert passage is not None
    assert (passage.numbers, passage.cut_page, passage.note) == ((1, 2), None, "This is its end.")


def test_only_the_pages_asked_for_are_read() -> None:
    passage = passage_of(_pages("one", "two", "three"), first=2, last=2, from_character=0)

    assert passage is not None
    assert [page.text for page in passage.pages] == ["two"]
    assert passage.note == "1 more pages: go on with first_page=3."


def test_as_many_whole_pages_are_read_as_fit() -> None:
    passage = passage_of(_pages(HALF, HALF, "three"), first=1, last=3, from_character=0)

    assert passage is not None
    assert passage.numbers == (1, 2)
    assert passage.note == "1 more pages: go on with first_page=3."


def test_a_page_that_is_too_long_is_read_in_pieces() -> None:
    pages = _pages("א" * PIECE_CHARACTERS + "ב" * 10, "two")

    first = passage_of(pages, first=1, last=2, from_character=0)
    second = passage_of(pages, first=1, last=2, from_character=PIECE_CHARACTERS)

    assert first is not None
    assert (first.numbers, first.cut_page) == ((1,), 1)
    assert first.note == f"Page 1 goes on: first_page=1, from_character={PIECE_CHARACTERS}."
    assert second is not None
    assert [page.text for page in second.pages] == ["ב" * 10, "two"]
    assert second.cut_page is None


def test_there_is_nothing_after_the_end_of_a_page() -> None:
    assert passage_of(_pages("one"), first=1, last=1, from_character=3) is None
