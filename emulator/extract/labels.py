"""What stands beside a label? Values after `label:`, or before it where a line was put out in visual order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emulator.extract.found import Found
from emulator.extract.sources import Source

GAP = re.compile(r"\s{2,}|\t|\s*\|\s*")
_NEXT_LABEL = re.compile(
    r"[,;]?\s+(?:(?:ת\.?ז\.?|מ\.ר\.?|טלפון|טל'|נייד|מיקוד|מין|ילידת?|דוא\"ל|סניף|חשבון|מחלקה)(?![א-ת])"
    r"|[א-תA-Za-z'\"]+(?: [א-תA-Za-z'\"]+)?:)"
)


def label(words: str) -> re.Pattern[str]:
    """A pattern for a label: whole words, any case, a colon after it or none."""
    return re.compile(rf"(?<![\w\"'])(?:{words})(?![\w\"'])\.?\s*[:\-–]?\s*", re.IGNORECASE)


def strict_label(words: str) -> re.Pattern[str]:
    """A label that counts only with its colon: short words that also occur in sentences."""
    return re.compile(rf"(?<![\w\"'])(?:{words})\s*:\s*", re.IGNORECASE)


def texts_after(source: Source, name: re.Pattern[str]) -> Iterator[Found]:
    """The free text after each such label, up to the next label, column gap or end of line."""
    for line in source.lines:
        for match in name.finditer(line.text):
            value = first_piece(line.text[match.end() :])
            if value:
                yield Found(value, line, value)


def values_near(source: Source, name: re.Pattern[str], value: re.Pattern[str]) -> Iterator[Found]:
    """The typed value after each such label, else the nearest one before it on the line. A group `value` narrows it."""
    for line in source.lines:
        for match in name.finditer(line.text):
            segment = GAP.split(line.text[match.end() :])[0]
            hit = value.search(segment) or _last(value, line.text[: match.start()])
            if hit:
                said = hit.group("value") if "value" in value.groupindex else hit.group()
                yield Found(said, line, said)


def first_piece(text: str) -> str:
    """The text up to the next column gap or label, without closing punctuation."""
    piece = GAP.split(text.strip())[0] if text.strip() else ""
    following = _NEXT_LABEL.search(piece)
    return (piece[: following.start()] if following else piece).strip(" .,;:-–")


def _last(value: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(reversed(list(value.finditer(text)))), None)
