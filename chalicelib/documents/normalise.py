"""One form of a text to compare: `comparable` unifies how it is written, `words` drops punctuation too."""

from __future__ import annotations

import re
import unicodedata

_UNIFIED = str.maketrans(
    dict.fromkeys("״“”„‟〝〞＂", '"')
    | dict.fromkeys("׳‘’‚‛`´＇", "'")
    | dict.fromkeys("־‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("‹＜", "<")
    # NFC leaves Latin ligatures, the wide letters, the other ayin, the alef-lamed and Yiddish's digraphs as they are.
    | {
        letter: unicodedata.normalize("NFKC", letter)
        for letter in map(chr, (*range(0xFB00, 0xFB07), *range(0xFB1D, 0xFB50)))
    }
    | {"\u05f0": "וו", "\u05f1": "וי", "\u05f2": "יי"}
    # Arabic, Persian and wide digits.
    | {chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0, 0xFF10) for digit in range(10)}
)
_NIQQUD = re.compile("[\u0591-\u05c7]")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
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
    apostrophe, hyphen and digits, single spaces, trimmed. Letters, numbers, case and order are untouched."""
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
    return words_of_comparable(comparable(text).casefold())


def words_of_comparable(text: str) -> tuple[str, ...]:
    """The same of a text that is comparable and lower-case already."""
    return tuple(_WORD.findall(text))


def same_text(first: str, second: str) -> bool:
    """True when both texts have the same words in the same order, however they are written."""
    return words(first) == words(second)


def _capped(run: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in run:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)
