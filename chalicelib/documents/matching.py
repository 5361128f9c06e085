"""A quote found again in the text of a page. Three verdicts, the surest first:

exact   its comparable form is a part of the page's, and cuts no number or Latin word of it
words   its words are there in this order; punctuation and hyphens may differ. On a line with Hebrew a number and the
        Latin words beside it may have changed places: on paper both orders look the same
near    all but a few of its words are there in this order, those few misread by one letter, or joined or parted wrongly

Numbers are never misread, never change places with each other, and none may be missing. The same holds for words that
one letter turns into another meaning: months, days, numbers in words, hyper- and hypo-.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Literal

from chalicelib.documents.direction import has_rtl
from chalicelib.documents.normalise import comparable, words

SHORTEST_QUOTE_CHARACTERS = 2
Match = Literal["exact", "words", "near"]

FEWEST_NEAR_WORDS = 3
SHORTEST_MISREAD = 4
MISREAD_ONE_IN = 5
"""Of so many words one may be misread."""
FEWEST_SQUEEZED = 8
"""Letters of a quote whose words may be joined or parted wrongly."""
MOST_LATIN_WORDS = 4
_MOST_CANDIDATES = 50
_SEPARATOR = "\x1f"

_SEPARATED = re.compile(r"\d+(?:[.,]\d+)+")
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}")
_HUNDREDTHS = re.compile(r"\.\d\d")
_FEWEST_OF_AN_AMOUNT, _LONGEST_NUMBER = 2, 30
_ONE_LETTER_MATTERS = re.compile(
    "^[ובלמהכש]{0,2}(?:היפ|תת|יונ|יול|ינוא|פברוא|מרס|אפריל|אוג|ספט|אוק|נוב|דצמ|ראשו|שניי?ה?$|שליש|רביע|חמיש|שיש|שש|שבת"
    "|שלוש|שלש|ארבע|חמש|חמיש|שבע|שמונ|תשע|עשר|מאה|מאת|אלפ)|^(?:hyp|mono|june|july)"
)


class Quote:
    """Words to look for, in the forms that they are looked for in."""

    def __init__(self, text: str) -> None:
        self.text = comparable(text)
        self.words = words(text)

    @property
    def proves_something(self) -> bool:
        """False for what is too short to be found anywhere but by chance."""
        return len(self.text) >= SHORTEST_QUOTE_CHARACTERS and bool(self.words)


class SearchablePage:
    """The text of a page with the forms it is searched in, each made on first use."""

    def __init__(self, text: str) -> None:
        self._text = text

    def is_exact(self, quote: Quote) -> bool:
        """True when the quote is on the page as it is."""
        return next(whole_starts(quote.text, self._comparable), None) is not None

    def has_words(self, quote: Quote) -> bool:
        """True when the quote's words are on the page in this order."""
        return _joined(quote.words) in self._joined or next(self._swapped(quote.words), None) is not None

    def is_near(self, quote: Quote) -> bool:
        """True when nearly all words of the quote are on the page in this order."""
        return self.near_words(quote.words) is not None or self._is_squeezed(quote.words)

    def word_range(self, wanted: Sequence[str]) -> tuple[int, int] | None:
        """First and past-the-last of the page's words where these are: as they are, swapped, or nearly."""
        return next(self._as_they_are(wanted), None) or next(self._swapped(wanted), None) or self.near_words(wanted)

    def near_words(self, wanted: Sequence[str]) -> tuple[int, int] | None:
        """The page's words that these are misread from."""
        size = len(wanted)
        allowed = max(1, size // MISREAD_ONE_IN)
        if size < FEWEST_NEAR_WORDS:
            return None
        votes: Counter[int] = Counter()
        for offset, word in enumerate(wanted):
            votes.update(at - offset for at in self._index.get(word, ()))
        for start, count in votes.most_common(_MOST_CANDIDATES):
            if count < size - allowed:
                break
            found = self.words[start : start + size] if start >= 0 else []
            if len(found) == size and all(a == b or _is_misread(a, b) for a, b in zip(found, wanted, strict=True)):
                return start, start + size
        return None

    @cached_property
    def lines(self) -> list[tuple[str, ...]]:
        """The words of each line that has any."""
        return [line_words for line in self._text.split("\n") if (line_words := words(line))]

    @cached_property
    def words(self) -> list[str]:
        """All words of the page."""
        return [word for line in self.lines for word in line]

    def _as_they_are(self, wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
        for start in self._index.get(wanted[0], ()):
            if self.words[start : start + len(wanted)] == list(wanted):
                yield start, start + len(wanted)

    def _swapped(self, wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Where the words are when a number and the Latin words beside it may have changed places."""
        if not any(map(_is_number, wanted)) or not any(map(_is_latin, wanted)):
            return
        size = len(wanted)
        for at in self._index.get(wanted[0], ()):
            for start in range(max(0, at - MOST_LATIN_WORDS), at + 1):
                found = self.words[start : start + size]
                if len(found) == size and _is_swapped(found, wanted, self._with_hebrew[start : start + size]):
                    yield start, start + size

    def _is_squeezed(self, wanted: Sequence[str]) -> bool:
        quote = _squeezed(wanted)
        if len(quote) < FEWEST_SQUEEZED:
            return False
        text, edges = self._squeezed_page
        start = text.find(quote)
        while start >= 0:
            if start in edges and start + len(quote) in edges:
                return True
            start = text.find(quote, start + 1)
        return False

    @cached_property
    def _comparable(self) -> str:
        return comparable(self._text)

    @cached_property
    def _joined(self) -> str:
        return _joined(self.words)

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = {}
        for at, word in enumerate(self.words):
            index.setdefault(word, []).append(at)
        return index

    @cached_property
    def _with_hebrew(self) -> list[int]:
        """For each word the number of its line, -1 on a line without Hebrew."""
        return [number if has_rtl("".join(line)) else -1 for number, line in enumerate(self.lines) for _ in line]

    @cached_property
    def _squeezed_page(self) -> tuple[str, set[int]]:
        parts = [_squeezed([word]) for word in self.words]
        return "".join(parts), {0, *accumulate(map(len, parts))}


def whole_starts(quote: str, text: str) -> Iterator[int]:
    """Where in the text the quote begins, each time that its ends do not cut a Latin word or a number."""
    start = text.find(quote)
    while start >= 0:
        end = start + len(quote)
        cuts_a_word = continues(text[start - 1 : start], quote[0]) or continues(quote[-1], text[end : end + 1])
        if not cuts_a_word and not _cuts_a_number(text, start) and not _cuts_a_number(text, end):
            yield start
        start = text.find(quote, start + 1)


def continues(before: str, after: str) -> bool:
    """True when a number or a Latin word goes on from one character to the next. (Hebrew glues prefixes to words.)"""
    if not before or not after:
        return False
    return (before + after).isdecimal() or ((before + after).isascii() and (before + after).isalpha())


def _cuts_a_number(text: str, edge: int) -> bool:
    """True inside of a number with separators: 500 is no part of 9,500, nor 9 of 9.1. A day without its year is one,
    and so is an amount without its hundredths."""
    start = max(0, edge - _LONGEST_NUMBER)
    numbers = _SEPARATED.finditer(text, start, edge + _LONGEST_NUMBER)
    return any(
        one.start() < edge < one.end()
        and not _DATE.fullmatch(one[0])
        and not (_HUNDREDTHS.fullmatch(text, edge, one.end()) and edge - one.start() > _FEWEST_OF_AN_AMOUNT)
        for one in numbers
    )


def _is_number(word: str) -> bool:
    return any(map(str.isdecimal, word))


def _is_latin(word: str) -> bool:
    return not has_rtl(word) and not _is_number(word)


def _is_swapped(found: Sequence[str], wanted: Sequence[str], lines: Sequence[int]) -> bool:
    at = 0
    while at < len(wanted):
        if found[at] == wanted[at]:
            at += 1
            continue
        size = _swap_at(found, wanted, at)
        if not size or lines[at] < 0 or lines[at] != lines[at + size - 1]:
            return False
        at += size
    return True


def _swap_at(found: Sequence[str], wanted: Sequence[str], at: int) -> int:
    """How many words from here on are one number and the Latin words beside it, in either order; 0: they are not."""
    for first, second in ((found, wanted), (wanted, found)):
        if not _is_number(first[at]):
            continue
        for size in range(2, MOST_LATIN_WORDS + 2):
            latin = first[at + 1 : at + size]
            is_latin = len(latin) == size - 1 and all(map(_is_latin, latin))
            if is_latin and list(second[at : at + size]) == [*latin, first[at]]:
                return size
    return 0


def _is_misread(first: str, second: str) -> bool:
    """True when one letter, or two that changed places, make the difference, and no other meaning."""
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) < SHORTEST_MISREAD or len(longer) - len(shorter) > 1 or first[0] != second[0]:
        return False
    if _is_number(first + second) or any(_ONE_LETTER_MATTERS.search(word) for word in (first, second)):
        return False
    at = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) < len(longer):
        return shorter[at:] == longer[at + 1 :]
    return first[at + 1 :] == second[at + 1 :] or (
        first[at : at + 2] == second[at : at + 2][::-1] and first[at + 2 :] == second[at + 2 :]
    )


def _squeezed(wanted: Iterable[str]) -> str:
    """The words without blanks between them; numbers keep their edges."""
    return "".join(f"{_SEPARATOR}{word}{_SEPARATOR}" if _is_number(word) else word for word in wanted)


def _joined(wanted: Iterable[str]) -> str:
    return _SEPARATOR + _SEPARATOR.join(wanted) + _SEPARATOR
