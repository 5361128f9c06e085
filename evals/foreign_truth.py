"""What the text beside a foreign PDF can be held against: it is another program's reading, not its author's.

Two habits of such programs are no fault of a reader. Both are named in the table's row, never ignored.

    letters    they put blanks between the letters of words whose letters were placed one by one: letters are compared
    lines      on pages whose text is turned or mirrored they keep the order in which it is on the screen, letters of
               mirrored lines included: each line is compared on its own, mirrored ones from their other end
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import msgspec

from chalicelib.documents.normalise import words

MOST_LONE_LETTERS = 7
"""In a row: no text has more words of one letter."""
_PAGE_END = "\f"


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two readings in the same units, words or letters, and what was done to the truth for it."""

    wanted: tuple[str, ...]
    found: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def compared(truth: str, read: Sequence[str], *, turned: Sequence[bool]) -> Compared:
    """The truth and the pages read, ready to be compared. `turned` says which pages have turned or mirrored text."""
    text, remarks = "\n".join(read), []
    pages = truth.split(_PAGE_END)
    if any(turned) and len(pages) >= len(read):
        pages = [
            _lines_as_read(page, read[at]) if at < len(read) and turned[at] else page for at, page in enumerate(pages)
        ]
        truth = "\n".join(pages)
        remarks.append(f"lines, on {sum(turned)} of {len(read)} pages")
    wanted = words(truth)
    if (
        max((sum(1 for _ in run) for is_lone, run in groupby(wanted, _is_lone) if is_lone), default=0)
        > MOST_LONE_LETTERS
    ):
        remarks.append("letters")
        return Compared(wanted=_letters(truth), found=_letters(text), remarks=tuple(remarks))
    return Compared(wanted=wanted, found=words(text), remarks=tuple(remarks))


def _lines_as_read(page: str, read: str) -> str:
    """The truth's lines in the order of the read lines that are most like them; backward ones from their other end."""
    read_lines = [Counter(words(line)) for line in read.split("\n")]
    placed: list[tuple[int, str]] = []
    for line in filter(str.strip, page.split("\n")):
        likeness, at, shown = max(
            ((Counter(words(way)) & other).total(), -number, way)
            for way in (line, line[::-1])
            for number, other in enumerate(read_lines)
        )
        placed.append((-at, shown) if likeness else (len(read_lines), line))
    return "\n".join(line for _, line in sorted(placed, key=lambda item: item[0]))


def _is_lone(word: str) -> bool:
    return len(word) == 1 and word.isalpha()


def _letters(text: str) -> tuple[str, ...]:
    return tuple("".join(words(text)))
