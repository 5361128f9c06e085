"""Does this quote stand in that source? Where, and how surely.

A quote is accepted by the first of these rules that finds it, on the named page first, then on the source's others:
1. `exact`: its comparable form is a part of the page's, and cuts no number or Latin word of it.
2. `words`: its words are on the page in this order; punctuation and hyphens may differ.
3. `reordered`, for PDF only: its words are there in this order once lines that mix directions are put back into
   logical order; or all of them stand on one or two consecutive lines of which one mixes directions, and numbers and
   Latin words have only moved around runs of Hebrew words. The order of Hebrew words is never given up: it carries
   the meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import zip_longest
from typing import Literal

import msgspec

from chalicelib.analyses.kit.fence import CALL_ID
from chalicelib.analyses.kit.normalise import comparable, hebrew_runs, logical_words, mixes_directions, words
from chalicelib.cases.model import DocumentText, Page

SHORTEST_QUOTE_CHARACTERS = 2
Match = Literal["exact", "words", "reordered"]
_SEPARATOR = "\x1f"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a quote stands; `page` counts from 1."""

    document_id: str
    page: int
    match: Match


class Sources:
    """The texts that quotes are looked up in: the case's documents by id, and the transcript as page 1 of "call"."""

    def __init__(self, documents: Iterable[DocumentText], *, transcript: str = "") -> None:
        self._pages: dict[str, list[_PlainPage]] = {}
        self._places: dict[tuple[str, str, int | None], Place | None] = {}
        for text in documents:
            searchable = _ExtractedPage if text.document.content_type == "application/pdf" else _PlainPage
            self._pages[text.document.id] = [searchable(page) for page in text.pages]
        if transcript.strip():
            self._pages[CALL_ID] = [_PlainPage(Page(number=1, text=transcript))]

    def __contains__(self, document_id: object) -> bool:
        return document_id in self._pages

    def find(self, quote: str, *, document_id: str, page: int | None = None) -> Place | None:
        """Where the quote stands in this source, or None. `page` is only where to look first."""
        asked = (quote, document_id, page)
        if asked not in self._places:
            self._places[asked] = self._find(quote, document_id, page)
        return self._places[asked]

    def find_anywhere(self, quote: str) -> Place | None:
        """Where the quote stands in any source, or None."""
        places = (self.find(quote, document_id=document_id) for document_id in self._pages)
        return next((place for place in places if place), None)

    def _find(self, quote: str, document_id: str, page: int | None) -> Place | None:
        text, wanted = comparable(quote), words(quote)
        if len(text) < SHORTEST_QUOTE_CHARACTERS or not wanted:
            return None
        pages = sorted(self._pages.get(document_id, ()), key=lambda candidate: candidate.number != page)
        for candidate in pages:
            match = candidate.match(text, wanted)
            if match:
                return Place(document_id=document_id, page=candidate.number, match=match)
        return None


class _PlainPage:
    """A page with the forms it is searched in, each made on first use."""

    def __init__(self, page: Page) -> None:
        self.number = page.number
        self._text = page.text

    def match(self, text: str, wanted: Sequence[str]) -> Match | None:
        """How a quote stands here, given as comparable text and as words."""
        if _stands_whole(text, self._comparable):
            return "exact"
        return "words" if _joined(wanted) in self._words else None

    @cached_property
    def _comparable(self) -> str:
        return comparable(self._text)

    @cached_property
    def _lines(self) -> list[tuple[str, ...]]:
        return [line_words for line in self._text.splitlines() if (line_words := words(line))]

    @cached_property
    def _words(self) -> str:
        return _joined(word for line in self._lines for word in line)


class _ExtractedPage(_PlainPage):
    """A page of a PDF, whose mixed lines the extractor may have put out in visual order."""

    def match(self, text: str, wanted: Sequence[str]) -> Match | None:
        in_order = super().match(text, wanted)
        if in_order:
            return in_order
        return "reordered" if _joined(wanted) in self._logical_words or self._holds_moved(wanted) else None

    @cached_property
    def _logical_words(self) -> str:
        lines = (logical_words(line) if mixes_directions(line) else line for line in self._lines)
        return _joined(word for line in lines for word in line)

    @cached_property
    def _word_set(self) -> frozenset[str]:
        return frozenset(word for line in self._lines for word in line)

    def _holds_moved(self, wanted: Sequence[str]) -> bool:
        """True when one line, or two, hold all the words, one of them mixes directions, and no Hebrew run is broken."""
        if not self._word_set.issuperset(wanted):
            return False
        for line, following in zip_longest(self._lines, self._lines[1:], fillvalue=()):
            both = (*line, *following)
            mixes = mixes_directions(line) or mixes_directions(following)
            if mixes and Counter(wanted) <= Counter(both):
                joined = _joined(both)
                if all(_joined(run) in joined for run in hebrew_runs(wanted)):
                    return True
        return False


def _stands_whole(quote: str, text: str) -> bool:
    """True when the quote is a part of the text whose ends do not fall inside a Latin word or a number."""
    start = text.find(quote)
    while start >= 0:
        end = start + len(quote)
        if not _continues(text[start - 1 : start], quote[0]) and not _continues(quote[-1], text[end : end + 1]):
            return True
        start = text.find(quote, start + 1)
    return False


def _continues(before: str, after: str) -> bool:
    """True when a number or a Latin word goes on from one character to the next. (Hebrew glues prefixes to words.)"""
    if not before or not after:
        return False
    return (before + after).isdecimal() or ((before + after).isascii() and (before + after).isalpha())


def _joined(wanted: Iterable[str]) -> str:
    return _SEPARATOR + _SEPARATOR.join(wanted) + _SEPARATOR
