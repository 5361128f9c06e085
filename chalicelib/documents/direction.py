"""Logical order of one row that is shown from left to right: Hebrew turned, Latin and numbers kept, brackets placed.

A row shows a right-to-left sentence from its end. What keeps its direction in it is found again by reading the rules of
the Unicode bidirectional algorithm (UAX #9, W1 to W7) backwards: a stretch from a Latin letter to the last letter or
digit before Hebrew, else a number with its separators and signs, and a unit that was set after it. Where two logical
lines look the same (`45% Omepradex`, `Omepradex 45%`) no rule can tell which it was; `matching` accepts both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

RTL = "\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
_IS_RTL = re.compile(f"[{RTL}]")
_IS_LTR = re.compile(f"[^\\W\\d_{RTL}]")
_SENTENCE_ENDS = ".:;,"

_UNIT = (
    r"(?:[mkµμun]?(?:g|l|L|m|U|mol|Eq|IU|s)|IU|cc|cm|dL|mmHg|bpm|dB|Hz|kcal|hr?|day|min)"
    r"(?:/(?:kg|[mdµμ]?[lLg]|min|hr?|day|m2|U))?(?![^\W_])"
)
_NUMBER = r"[%°$€£₪#‰]*\d+(?:[.,/:+\-\u2212\u00a0]\d+)*[%°$€£₪#‰′″]*"
_BREAK = r"\s+[(]?[,.:;!?]"  # a blank before a comma: there the line runs the other way
_KEPT = re.compile(f"{_NUMBER} {_UNIT}|[^\\W\\d_{RTL}](?:(?:(?!{_BREAK})[^{RTL}])*[^\\W_{RTL}][%°$€£₪#‰]*)?|{_NUMBER}")
_UNIT_FIRST = re.compile(f"({_UNIT}) ({_NUMBER})")
_RTL_RUN = re.compile(f"[{RTL}](?:[^\\w]*[{RTL}])*|[^{RTL}]+", re.DOTALL)

_OPENING, _CLOSING = "([{«", ")]}»"
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_BRACKETS = frozenset(_OPENING + _CLOSING)


def has_rtl(text: str) -> bool:
    """True when the text has a letter that is written from right to left."""
    return _IS_RTL.search(text) is not None


def mostly_rtl(text: str) -> bool:
    """True when more letters run from right to left than from left to right."""
    return len(_IS_RTL.findall(text)) > len(_IS_LTR.findall(text))


def reads_from_the_right(visual: str, *, rtl_page: bool) -> bool:
    """Whether a row, given as it is shown, is read from its right end."""
    rtl = len(_IS_RTL.findall(visual))
    if not rtl:
        return False
    ltr = len(_IS_LTR.findall(visual))
    if visual[-1] in _SENTENCE_ENDS and ltr > rtl:
        return False
    if not rtl_page:
        return rtl >= 3 * ltr
    return ltr < 4 * rtl or visual[0] in _SENTENCE_ENDS or _IS_RTL.match(visual[-1]) is not None


def order_from_the_right(visual: str) -> Sequence[int]:
    """The indices of a row's characters as they are read, the row being read from the right."""
    parts: list[Iterable[int]] = []
    position = 0
    while run := _KEPT.search(visual, position):
        start, end = run.start(), _end_of_run(visual, *run.span())
        parts += [range(start - 1, position - 1, -1), _kept(visual, start, end)]
        position = end
    parts.append(range(len(visual) - 1, position - 1, -1))
    return list(chain.from_iterable(reversed(parts)))


def order_from_the_left(visual: str) -> Sequence[int]:
    """The indices of a row's characters as they are read, the row being read from the left."""
    if not has_rtl(visual):
        return range(len(visual))
    order: list[int] = []
    for run in _RTL_RUN.finditer(visual):
        indices = range(*run.span())
        order += reversed(indices) if _IS_RTL.match(run[0]) else indices
    return order


def as_shown(line: str) -> tuple[str, bool]:
    """A line as a screen shows it from the left, and whether it begins at the right."""
    if not has_rtl(line):
        return line, False
    from_the_right = mostly_rtl(line)
    order = list(order_from_the_right(line) if from_the_right else order_from_the_left(line))
    shown = [line[index] for index in order]
    for at, index in enumerate(order):
        if index - 1 in order[at + 1 : at + 2] or index + 1 in order[max(0, at - 1) : at]:  # it was turned
            shown[at] = shown[at].translate(_MIRRORED)
    return "".join(shown), from_the_right


def turn_brackets(characters: list[str]) -> None:
    """Put brackets the way their places ask for; files disagree on whether they hold the sign or what it means."""
    open_kinds: list[int] = []
    for index, character in enumerate(characters):
        if character not in _BRACKETS:
            continue
        kind = _OPENING.find(character) if character in _OPENING else _CLOSING.find(character)
        before = characters[index - 1] if index else " "
        after = characters[index + 1] if index + 1 < len(characters) else " "
        if _opens(before, after, is_open=kind in open_kinds):
            open_kinds.append(kind)
            characters[index] = _OPENING[kind]
        else:
            if kind in open_kinds:
                open_kinds.remove(kind)
            characters[index] = _CLOSING[kind]


def _opens(before: str, after: str, *, is_open: bool) -> bool:
    if before.isspace():
        return not after.isspace() or not is_open
    ends_a_word = after.isspace() or after in ".,;:"
    return not ends_a_word and not is_open


def _kept(visual: str, start: int, end: int) -> Iterable[int]:
    """The run as it is read: `mg 5` is how a row that is read from the right shows `5 mg`."""
    unit = _UNIT_FIRST.match(visual, start, end)
    if unit is None:
        return range(start, end)
    number, blank = range(unit.start(2), unit.end(2)), unit.end(1)
    return [*number, blank, *range(start, blank), *range(unit.end(), end)]


def _end_of_run(visual: str, start: int, end: int) -> int:
    """Where the run ends: a bracket belongs to it when its partner does."""
    opened: list[int] = []
    for index in range(start, min(end + 1, len(visual))):
        if visual[index] not in "()[]":
            continue
        if index == start or visual[index - 1] in " /-":
            opened.append(index)
        elif opened:
            opened.pop()
            end = max(end, index + 1)
        elif index < end:
            return len(visual[start:index].rstrip()) + start
    return len(visual[start : opened[0]].rstrip()) + start if opened and opened[0] < end else end
