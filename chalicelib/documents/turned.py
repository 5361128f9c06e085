"""Text files whose Hebrew runs from left to right, as it is on a screen, and how their lines are turned.

Older programs write "םולש" for "שלום". The letters that only end words (ךםןףץ) betray it: they are then where words
begin. Where a mixed line has lost which punctuation belonged to which run, the likelier place is taken; words are
exact.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FINAL_LETTERS = frozenset("ךםןףץ")
_HEBREW = "\u0590-\u05ff\ufb1d-\ufb4f"
_WORD = re.compile("[א-ת]{2,}(?:[\"'״׳][א-ת]+)*")
_ANY_HEBREW = re.compile(f"[{_HEBREW}]")

# What is between the Hebrew of a reversed line: punctuation, then all up to the last Latin letter, then the rest.
_BETWEEN = re.compile(f"[^{_HEBREW}]+")
_PARTS = re.compile("([^A-Za-z0-9]*)(.*[A-Za-z])?(.*)", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:[.,/:\-+]\d+)*")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


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


def in_reading_order(text: str) -> str:
    """The text, each line turned when most of its telling words are the wrong way round."""
    return lines_turned(text) if is_turned(text) else text


def is_turned(text: str) -> bool:
    """True when most of the words that tell are the wrong way round."""
    found = evidence_in(text)
    return found.begin > found.end


def lines_turned(text: str) -> str:
    """Each line that has Hebrew, read from its other side; Latin and numbers keep their direction."""
    return "\n".join(_turned_line(line) if _ANY_HEBREW.search(line) else line for line in text.split("\n"))


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
