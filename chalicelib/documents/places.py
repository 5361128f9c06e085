"""Rectangles of a quote on its page, one for each stretch of a line that it is shown on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.documents.matching import Quote, SearchablePage, continues
from chalicelib.documents.normalise import words
from chalicelib.documents.page import Box, Line

APART = 0.8
"""In heights of the line: stretches further apart are rectangles of their own."""

_Place = tuple[int, int]
"""The number of a line, and of a character in it."""


def places_of(quote: str, lines: Sequence[Line]) -> list[Box]:
    """Where the quote is shown, in reading order; [] when it is not on these lines."""
    wanted = Quote(quote)
    if not wanted.proves_something:
        return []
    places = _by_letters(quote, lines) or _by_words(wanted.words, lines)
    by_line: dict[int, list[int]] = {}
    for number, at in places:
        by_line.setdefault(number, []).append(at)
    return [
        box
        for number, characters in by_line.items()
        for box in _stretches(lines[number], min(characters), max(characters) + 1)
    ]


def _by_letters(quote: str, lines: Sequence[Line]) -> Sequence[_Place]:
    """The characters between the first and the last of the quote's letters and digits; punctuation does not count."""
    text, places = _letters(line.text for line in lines)
    wanted, _ = _letters([quote])
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if not _is_cut(text, places, start) and not _is_cut(text, places, end):
            return [*places[start:end], *_signs_after(quote, places[end - 1], lines)]
        start = text.find(wanted, start + 1)
    return ()


def _signs_after(quote: str, last: _Place, lines: Sequence[Line]) -> list[_Place]:
    """The signs that end the quote (`125%`), where they follow its last letter on the line too."""
    number, at = last
    signs = quote[max(i for i, character in enumerate(quote) if character.isalnum()) + 1 :].rstrip()
    follow = lines[number].text[at + 1 : at + 1 + len(signs)] == signs
    return [(number, at + 1 + i) for i in range(len(signs))] if follow else []


def _letters(texts: Iterable[str]) -> tuple[str, list[_Place]]:
    letters: list[str] = []
    places: list[_Place] = []
    for number, text in enumerate(texts):
        for at, character in enumerate(text):
            if character.isalnum():
                letters.append(character.casefold()[:1])
                places.append((number, at))
    return "".join(letters), places


def _is_cut(text: str, places: Sequence[_Place], at: int) -> bool:
    """True when a number or a Latin word goes on over this place of the letters."""
    if not 0 < at < len(text):
        return False
    (line_before, before), (line_after, after) = places[at - 1], places[at]
    return line_before == line_after and before + 1 == after and continues(text[at - 1], text[at])


def _by_words(wanted: Sequence[str], lines: Sequence[Line]) -> Sequence[_Place]:
    """The characters of the words that the quote's are, or are misread from, or changed places with."""
    found = SearchablePage("\n".join(line.text for line in lines)).word_range(wanted)
    if found is None:
        return ()
    placed = [place for number, line in enumerate(lines) for place in _words_of(number, line)]
    return [place for word in placed[slice(*found)] for place in word]


def _words_of(number: int, line: Line) -> list[list[_Place]]:
    """The characters of each word of the line; the whole line for each, when its words are not those of its letters."""
    letters = [at for at, character in enumerate(line.text) if character.isalnum()]
    sizes = [sum(map(str.isalnum, word)) for word in words(line.text)]
    if sum(sizes) != len(letters):
        return [[(number, at) for at in range(len(line.text))] for _ in sizes]
    placed, start = [], 0
    for size in sizes:
        placed.append([(number, at) for at in letters[start : start + size]])
        start += size
    return placed


def _stretches(line: Line, start: int, end: int) -> list[Box]:
    """The boxes of these characters, joined where they are near each other and no other character is between them."""
    shown = [(box, start <= at < end) for at, box in enumerate(line.boxes) if not line.text[at].isspace()]
    joined: list[Box] = []
    is_next = False
    for box, is_wanted in sorted(shown):
        before = joined[-1] if is_wanted and is_next else None
        if before and box[0] - before[2] < APART * (before[3] - before[1]):
            joined[-1] = before[0], min(before[1], box[1]), max(before[2], box[2]), max(before[3], box[3])
        elif is_wanted:
            joined.append(box)
        is_next = is_wanted
    return joined
