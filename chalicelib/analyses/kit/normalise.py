"""When are two texts the same? How text is put into one form before anything is compared.

Two forms. `comparable` keeps the order of everything and unifies only how it is written. `words` drops punctuation:
pypdf puts out the runs of a line that mixes Hebrew with numbers or Latin in visual order (`28/05/2026 :תאריך הביקור`),
so what stood in the document is found again only by its words and, on such lines, by `logical_words`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

_UNIFIED = str.maketrans(
    dict.fromkeys("״“”„‟〝〞＂", '"')
    | dict.fromkeys("׳‘’‚‛`´＇", "'")
    | dict.fromkeys("־‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("‹＜", "<")
)
_NIQQUD = re.compile("[\u0591-\u05c7]")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_WHITE_SPACE = re.compile(r"\s+")
_RUN_THAT_MAY_BE_MARKS = re.compile(r"[^\w\s]{31,}")
_MOST_MARKS = 30
_HEBREW = "\u05d0-\u05ea"
_WORD = re.compile(
    f"[{_HEBREW}]+(?:[\"'][{_HEBREW}]+)*"  # ד"ר, סופר
    rf"|[^\W_{_HEBREW}]+(?:[.,/:][^\W_{_HEBREW}]+)*"  # 28/05/2026, 9,400.00, L5
)


def comparable(text: str) -> str:
    """The text in one way of writing: NFC, no niqqud, no bidi or zero-width marks, one kind of quotation mark,
    apostrophe and hyphen, single spaces, trimmed. Letters, digits, case and order are untouched."""
    unified = unicodedata.normalize("NFC", few_marks(text)).translate(_UNIFIED).replace("''", '"')
    return _WHITE_SPACE.sub(" ", _INVISIBLE.sub("", _NIQQUD.sub("", unified))).strip()


def few_marks(text: str) -> str:
    """The text with at most 30 combining marks in a row, more than any language writes (UAX #15, stream-safe text).

    To normalise a run of marks takes time in the square of its length.
    """
    return _RUN_THAT_MAY_BE_MARKS.sub(lambda run: _capped(run.group()), text)


def words(text: str) -> tuple[str, ...]:
    """The text's words in the order they stand, lower-case, without punctuation around them.

    Where Hebrew touches digits or Latin letters a word ends (`בL5` is `ב`, `l5`), and so at every hyphen.
    """
    return tuple(_WORD.findall(comparable(text).casefold()))


def logical_words(line_words: Sequence[str]) -> tuple[str, ...]:
    """The words of one line that came out in visual order, put back: its runs of one direction, last run first."""
    runs = [tuple(run) for _, run in groupby(line_words, key=_is_hebrew)]
    return tuple(word for run in reversed(runs) for word in run)


def hebrew_runs(line_words: Sequence[str]) -> list[tuple[str, ...]]:
    """The runs of Hebrew words between numbers and Latin words, in order."""
    return [tuple(run) for is_hebrew, run in groupby(line_words, key=_is_hebrew) if is_hebrew]


def mixes_directions(line_words: Sequence[str]) -> bool:
    """True for words of a line that an extractor may have put out of order: Hebrew beside numbers or Latin."""
    return len({_is_hebrew(word) for word in line_words}) == 2


def same_text(first: str, second: str) -> bool:
    """True when both texts have the same words in the same order, however they are written."""
    return words(first) == words(second)


def _is_hebrew(word: str) -> bool:
    return "\u05d0" <= word[0] <= "\u05ea"


def _capped(run: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in run:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)
