"""Whether extracted text is language, or what a font without a usable map to characters left of it.

The limits were measured on some 80 files, foreign ones among them: they catch wrong and missing maps and gave no false
alarm on the sound ones.
"""

from __future__ import annotations

import re
import unicodedata

MOST_UNMAPPED = 0.15
MOST_STRANGE = 0.15
MOST_SIGNS = 0.45
MOST_JUMBLED = 0.30
FEWEST_WORDS = 8
FEWEST_DOUBTFUL_WORDS = 2
_HALF = 0.5

_WORD = re.compile(r"[^\W_]{2,}")
_JUMBLED = re.compile(r"[a-z\u00df-\u017f][A-Z]|[^\W\d_]\d+[^\W\d_]|[A-Z][a-z]?[A-Z][a-z]")
_NO_SIGNS = frozenset(".-_…·")
_STRANGE = frozenset({"Cc", "Cn", "Co", "Cs"})
_REPLACEMENT = "\ufffd"

_ANSI_HEBREW = {code: chr(code - 0xE0 + 0x5D0) for code in range(0xE0, 0xFB)}
_SOME_ANSI = re.compile("[\u00e0-\u00fa]")
_ANSI_LETTERS = frozenset(map(chr, _ANSI_HEBREW))


def is_nonsense(text: str, *, unmapped: float) -> bool:
    """True when the text is worthless. `unmapped` is the share of characters that the extractor had to guess.

    Where many were guessed, half as much disorder is enough.
    """
    seen = [character for character in text if not character.isspace()]
    if not seen:
        return False
    factor = _HALF if unmapped > MOST_UNMAPPED else 1.0
    words = _WORD.findall(text)
    jumbled = sum(_JUMBLED.search(word) is not None for word in words)
    enough = FEWEST_DOUBTFUL_WORDS if factor < 1 else FEWEST_WORDS
    return (
        sum(map(_is_strange, seen)) > MOST_STRANGE * factor * len(seen)
        or sum(map(_is_sign, seen)) > MOST_SIGNS * factor * len(seen)
        or (len(words) >= enough and jumbled > MOST_JUMBLED * factor * len(words))
    )


def is_ansi_hebrew(characters: str) -> bool:
    """True for `äðçáà`: Hebrew letters of a font that calls itself Latin."""
    letters = [character for character in characters if character.isalpha()]
    return sum(letter in _ANSI_LETTERS for letter in letters) > _HALF * len(letters)


def with_hebrew_restored(text: str) -> str:
    """The text, its letters Hebrew where they are `äðçáà`."""
    return ansi_hebrew_restored(text) if _SOME_ANSI.search(text) and is_ansi_hebrew(text) else text


def ansi_hebrew_restored(characters: str) -> str:
    """The Hebrew letters that `äðçáà` stand for, all else as it is. To be done before lines are put in order."""
    return characters.translate(_ANSI_HEBREW)


def _is_strange(character: str) -> bool:
    return character == _REPLACEMENT or unicodedata.category(character) in _STRANGE


def _is_sign(character: str) -> bool:
    return not character.isalnum() and character not in _NO_SIGNS and not unicodedata.combining(character)
