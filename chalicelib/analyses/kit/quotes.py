"""Quotes looked up in a case's sources: whether they are there, where, how surely, and where on the page.

`documents.matching` has the rules. The named page comes first, then the source's others; a sure match on another page
wins over a near one on the named page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

import msgspec

from chalicelib.analyses.kit.untrusted import CALL_ID
from chalicelib.cases.model import CaseReader, Document, DocumentText
from chalicelib.documents.matching import Match, Quote, SearchablePage, whole_starts
from chalicelib.documents.normalise import comparable, words
from chalicelib.documents.page import Line
from chalicelib.documents.places import places_of

SURROUNDING_CHARACTERS = 300
_MOST_LINES = 8
_RULES: tuple[tuple[Match, Callable[[SearchablePage, Quote], bool]], ...] = (
    ("exact", SearchablePage.is_exact),
    ("words", SearchablePage.has_words),
    ("near", SearchablePage.is_near),
)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a quote is; `page` counts from 1."""

    document_id: str
    page: int
    match: Match


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """A quote with what is around it on its lines, all comparable, lines parted by "\n".

    Where a quote is found only by its words, `quote` is the whole lines. `line_before` is the line above.
    """

    before: str
    quote: str
    after: str
    line_before: str


class Sources:
    """The texts that quotes are looked up in: the case's documents by id, and the transcript as page 1 of "call"."""

    def __init__(self, documents: Iterable[DocumentText], *, transcript: str = "") -> None:
        self.transcript = transcript
        self._pages: dict[str, dict[int, SearchablePage]] = {}
        self._texts: dict[tuple[str, int], str] = {}
        self._places: dict[tuple[str, str, int | None], Place | None] = {}
        for text in documents:
            self._pages[text.document.id] = {page.number: SearchablePage(page.text) for page in text.pages}
            self._texts |= {(text.document.id, page.number): page.text for page in text.pages}
        if transcript.strip():
            self._pages[CALL_ID] = {1: SearchablePage(transcript)}
            self._texts[CALL_ID, 1] = transcript

    def __contains__(self, document_id: object) -> bool:
        return document_id in self._pages

    def find(self, quote: str, *, document_id: str, page: int | None = None) -> Place | None:
        """Where the quote is in this source, or None. `page` is only where to look first."""
        asked = (quote, document_id, page)
        if asked not in self._places:
            self._places[asked] = self._find(Quote(quote), document_id, page)
        return self._places[asked]

    def surroundings(self, quote: str, *, document_id: str, page: int | None = None) -> tuple[Surroundings, ...]:
        """What is around the quote on the page where it is found, for each time that it is there."""
        place = self.find(quote, document_id=document_id, page=page)
        if place is None:
            return ()
        return tuple(_surroundings(self._texts[document_id, place.page], Quote(quote)))

    def text_of(self, document_id: str) -> str:
        """All pages of a source."""
        return "\n".join(text for (source, _), text in self._texts.items() if source == document_id)

    def find_anywhere(self, quote: str) -> Place | None:
        """Where the quote is in any source, or None."""
        places = (self.find(quote, document_id=document_id) for document_id in self._pages)
        return next((place for place in places if place), None)

    def _find(self, quote: Quote, document_id: str, page: int | None) -> Place | None:
        if not quote.proves_something:
            return None
        pages = sorted(self._pages.get(document_id, {}).items(), key=lambda candidate: candidate[0] != page)
        for match, holds in _RULES:
            for number, candidate in pages:
                if holds(candidate, quote):
                    return Place(document_id=document_id, page=number, match=match)
        return None


class PlacesOnPages:
    """Rectangles of quotes. The lines of the pages that are asked for are read again, once for each document."""

    def __init__(self, cases: CaseReader, documents: Iterable[Document]) -> None:
        self._cases = cases
        self._documents = {document.id: document for document in documents}
        self._lines: dict[str, Mapping[int, Sequence[Line]]] = {}

    def read(self, wanted: Iterable[tuple[str, int]]) -> None:
        """Read the lines of these pages (document id, number) at once."""
        pages: dict[str, set[int]] = {}
        for document_id, page in wanted:
            if document_id in self._documents:
                pages.setdefault(document_id, set()).add(page)
        for document_id, numbers in pages.items():
            lines = self._cases.lines(self._documents[document_id], sorted(numbers))
            self._lines[document_id] = {**self._lines.get(document_id, {}), **lines}

    def boxes(self, quote: str, *, document_id: str, page: int) -> list[list[float]]:
        """Where the quote is shown on the page, as JSON; [] for a page that was not read or has no places."""
        return [list(box) for box in places_of(quote, self._lines.get(document_id, {}).get(page, ()))]


def _surroundings(text: str, quote: Quote) -> Iterator[Surroundings]:
    """The lines of each place where the quote is."""
    lines = "\n".join(line for one in text.splitlines() if (line := comparable(one)))
    exact = [(start, start + len(quote.text)) for start in whole_starts(quote.text, lines.replace("\n", " "))]
    for start, end in exact or _whole_lines(lines, quote.words):
        first = lines.rfind("\n", 0, start) + 1
        stop = lines.find("\n", end)
        last = len(lines) if stop < 0 else stop
        yield Surroundings(
            before=lines[max(first, start - SURROUNDING_CHARACTERS) : start],
            quote=lines[start:end],
            after=lines[end : min(last, end + SURROUNDING_CHARACTERS)],
            line_before=lines[:first].rstrip("\n").rpartition("\n")[2][-SURROUNDING_CHARACTERS:],
        )


def _whole_lines(text: str, wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Start and end of the fewest lines in a row that hold nearly all the words."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    held = [Counter(words(line)) for line in lines]
    there = sum((Counter(wanted) & sum(held, Counter[str]())).values())  # fewer than all: some are misread
    for first in range(len(lines)):
        found = Counter[str]()
        for last in range(first, min(first + _MOST_LINES, len(lines))):
            found += held[last]
            if held[first].keys() & set(wanted) and sum((Counter(wanted) & found).values()) >= there > 0:
                yield starts[first], starts[last + 1] - 1
                break
