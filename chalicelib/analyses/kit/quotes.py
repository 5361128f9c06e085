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
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, zip_longest
from typing import Literal

import msgspec

from chalicelib.analyses.kit.fence import CALL_ID
from chalicelib.analyses.kit.normalise import comparable, hebrew_runs, logical_words, mixes_directions, words
from chalicelib.cases.model import DocumentText, Page

SHORTEST_QUOTE_CHARACTERS = 2
SURROUNDING_CHARACTERS = 300
Match = Literal["exact", "words", "reordered"]
_SEPARATOR = "\x1f"
_MOST_LINES = 8


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a quote stands; `page` counts from 1."""

    document_id: str
    page: int
    match: Match


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """A quote with what stands around it on its lines, all comparable, lines parted by "\\n".

    Where a quote stands only by its words, `quote` is the whole lines. `line_before` is the line above. `in_order` is
    False when an extractor may have put the words out of order.
    """

    before: str
    quote: str
    after: str
    line_before: str
    in_order: bool


class Sources:
    """The texts that quotes are looked up in: the case's documents by id, and the transcript as page 1 of "call"."""

    def __init__(self, documents: Iterable[DocumentText], *, transcript: str = "") -> None:
        self.transcript = transcript
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

    def surroundings(self, quote: str, *, document_id: str, page: int | None = None) -> tuple[Surroundings, ...]:
        """What stands around the quote on the page where it is found, for each time that it stands there."""
        place = self.find(quote, document_id=document_id, page=page)
        if place is None:
            return ()
        found = next(one for one in self._pages[document_id] if one.number == place.page)
        return tuple(found.surroundings(comparable(quote), words(quote)))

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

    def surroundings(self, text: str, wanted: Sequence[str]) -> Iterator[Surroundings]:
        """The lines of each place where the quote stands, given as comparable text and as words."""
        flat = self._comparable_lines.replace("\n", " ")
        exact = [(start, start + len(text)) for start in _starts(text, flat)]
        for start, end in exact or self._whole_lines(wanted):
            yield self._around(start, end)

    def _around(self, start: int, end: int) -> Surroundings:
        lines = self._comparable_lines
        first = lines.rfind("\n", 0, start) + 1
        stop = lines.find("\n", end)
        last = len(lines) if stop < 0 else stop
        return Surroundings(
            before=lines[max(first, start - SURROUNDING_CHARACTERS) : start],
            quote=lines[start:end],
            after=lines[end : min(last, end + SURROUNDING_CHARACTERS)],
            line_before=lines[:first].rstrip("\n").rpartition("\n")[2][-SURROUNDING_CHARACTERS:],
            in_order=self._is_in_order(lines[first:last]),
        )

    def _whole_lines(self, wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Start and end of the fewest lines in a row that hold all the words."""
        lines = self._comparable_lines.split("\n")
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        held = [Counter(words(line)) for line in lines]
        for first in range(len(lines)):
            found = Counter[str]()
            for last in range(first, min(first + _MOST_LINES, len(lines))):
                found += held[last]
                if held[first].keys() & set(wanted) and Counter(wanted) <= found:
                    yield starts[first], starts[last + 1] - 1
                    break

    def _is_in_order(self, lines: str) -> bool:
        return True

    @cached_property
    def _comparable(self) -> str:
        return comparable(self._text)

    @cached_property
    def _comparable_lines(self) -> str:
        return "\n".join(line for one in self._text.splitlines() if (line := comparable(one)))

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

    def _is_in_order(self, lines: str) -> bool:
        return not any(mixes_directions(words(line)) for line in lines.split("\n"))

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
    return next(_starts(quote, text), None) is not None


def _starts(quote: str, text: str) -> Iterator[int]:
    """Where in the text the quote begins, each time that it stands whole."""
    start = text.find(quote)
    while start >= 0:
        end = start + len(quote)
        if not _continues(text[start - 1 : start], quote[0]) and not _continues(quote[-1], text[end : end + 1]):
            yield start
        start = text.find(quote, start + 1)


def _continues(before: str, after: str) -> bool:
    """True when a number or a Latin word goes on from one character to the next. (Hebrew glues prefixes to words.)"""
    if not before or not after:
        return False
    return (before + after).isdecimal() or ((before + after).isascii() and (before + after).isalpha())


def _joined(wanted: Iterable[str]) -> str:
    return _SEPARATOR + _SEPARATOR.join(wanted) + _SEPARATOR
