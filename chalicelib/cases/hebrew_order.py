"""Is this Hebrew the right way round? Text whose words run from left to right, and how it is turned.

Some programs put out Hebrew as it stands on a screen, from left to right: "שלום" becomes "םולש". The letters that only
end words (ךםןףץ) betray it: they then stand where words begin. There are two ways of going wrong, so two of turning:

    as it should be           תאריך: 28/05/2026 בערב
    the whole line reversed   ברעב 28/05/2026 :ךיראת     what a screen shows, in plain text of older programs
    each run reversed         :ךיראת 28/05/2026 ברעב     what pypdf makes of Hebrew that a PDF draws in reading order

Where a mixed line has lost which punctuation belonged to which run, the likelier place is taken; words are exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

_FINAL_LETTERS = frozenset("ךםןףץ")
_HEBREW = "\u0590-\u05ff\ufb1d-\ufb4f"
_WORD = re.compile("[א-ת]{2,}(?:[\"'״׳][א-ת]+)*")
_ANY_HEBREW = re.compile(f"[{_HEBREW}]")

# What stands between the Hebrew of a reversed line: punctuation, then all up to the last Latin letter, then the rest.
_BETWEEN = re.compile(f"[^{_HEBREW}]+")
_PARTS = re.compile("([^A-Za-z0-9]*)(.*[A-Za-z])?(.*)", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:[.,/:\-+]\d+)*")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")

# Hebrew and what pypdf takes for neutral: white space, punctuation, signs. Neutral characters join the run they follow.
_RUN = re.compile(f"[{_HEBREW}\x00-\x2f\x3a-\x40\u2000-\u206f\u20a0-\u21ff]+")
_UP_TO_LAST_HEBREW = re.compile(f".*[{_HEBREW}]", re.DOTALL)
_BULLET = re.compile(r"[-–•*]\s+")
_OF_THE_RUN_BEFORE = re.compile(r"[^\s(\[{" + _HEBREW + r"]*\s?[(\[{\"']*")


class Evidence(NamedTuple):
    """How many words begin, and how many end, with a letter that only ends words."""

    begin: int
    end: int


def evidence_in(text: str) -> Evidence:
    """What the text's Hebrew words say about its order."""
    words = _WORD.findall(text)
    return Evidence(
        begin=sum(word[0] in _FINAL_LETTERS for word in words), end=sum(word[-1] in _FINAL_LETTERS for word in words)
    )


def in_reading_order(pages: Sequence[str], *, turn: Callable[[str], str]) -> list[str]:
    """The pages of one document, the reversed ones turned by `turn`, which is one of the two functions below.

    Each page is judged by its own words; one whose words say nothing goes with the document as a whole.
    """
    found = [evidence_in(page) for page in pages]
    begin, end = sum(evidence.begin for evidence in found), sum(evidence.end for evidence in found)
    return [
        turn(page) if (own.begin > own.end or (own.begin == own.end and begin > end)) else page
        for page, own in zip(pages, found, strict=True)
    ]


def lines_turned(text: str) -> str:
    """Each line that has Hebrew, read from its other side; Latin and numbers keep their direction."""
    return "\n".join(_turned_line(line) if _ANY_HEBREW.search(line) else line for line in text.split("\n"))


def runs_turned(text: str) -> str:
    """Each run of Hebrew turned where it stands, with the punctuation that belongs to it."""
    return "\n".join(_RUN.sub(_turned_run, line) for line in text.split("\n"))


def _turned_line(line: str) -> str:
    return _BETWEEN.sub(_with_left_to_right_restored, line[::-1].translate(_MIRRORED))


def _with_left_to_right_restored(between: re.Match[str]) -> str:
    parts = _PARTS.match(between[0])
    if parts is None:
        return between[0]
    punctuation, latin, rest = parts.groups(default="")
    # A bracket belongs to the Latin when its partner does.
    if punctuation.endswith("(") and latin.count(")") > latin.count("("):
        punctuation, latin = punctuation[:-1], f"({latin}"
    if rest.startswith(")") and latin.count("(") > latin.count(")"):
        latin, rest = f"{latin})", rest[1:]
    return punctuation + _mirrored(latin) + _NUMBER.sub(lambda number: _mirrored(number[0]), rest)


def _mirrored(run: str) -> str:
    return run[::-1].translate(_MIRRORED)


def _turned_run(run: re.Match[str]) -> str:
    hebrew = _UP_TO_LAST_HEBREW.match(run[0])
    if hebrew is None:
        return run[0]
    before = (_OF_THE_RUN_BEFORE if run.start() else _BULLET).match(run[0])
    start = before.end() if before else 0
    return run[0][:start] + hebrew[0][start:][::-1] + run[0][hebrew.end() :]
