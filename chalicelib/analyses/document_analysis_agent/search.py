"""Where are these words? Lines of the documents and the call, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chalicelib.documents.normalise import words
from chalicelib.documents.page import Page

MOST_HITS = 20
LONGEST_LINE_CHARACTERS = 300
_HEBREW_PREFIXES = "ובהלמשכ"


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A line that holds words of a query; `share` is how many of them, 0..1."""

    document_id: str
    page: int
    line: str
    share: float


def search(query: str, pages_by_document: Mapping[str, Sequence[Page]]) -> tuple[Hit, ...]:
    """The lines that hold all words of the query, or else those that hold most of them; at most 20.

    Case, punctuation, niqqud and a Hebrew prefix letter (ב, ה, ל …) make no difference.
    """
    wanted = set(words(query))
    if not wanted:
        return ()
    hits = [hit for hit in _hits(wanted, pages_by_document) if hit.share > 0]
    best = max((hit.share for hit in hits), default=0.0)
    return tuple(hit for hit in hits if hit.share == best)[:MOST_HITS]


def _hits(wanted: set[str], pages_by_document: Mapping[str, Sequence[Page]]) -> Iterable[Hit]:
    for document_id, pages in pages_by_document.items():
        for page in pages:
            for line in page.text.splitlines():
                there = set(words(line))
                found = sum(1 for word in wanted if any(_same(word, other) for other in there))
                yield Hit(
                    document_id=document_id,
                    page=page.number,
                    line=line.strip()[:LONGEST_LINE_CHARACTERS],
                    share=found / len(wanted),
                )


def _same(word: str, other: str) -> bool:
    return word == other or _bare(word) == other or word == _bare(other)


def _bare(word: str) -> str:
    return word[1:] if len(word) > 2 and word[0] in _HEBREW_PREFIXES else word
