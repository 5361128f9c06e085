"""Words whose letters are not side by side: one below the other, each upright; or around a curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from chalicelib.documents.direction import has_rtl

if TYPE_CHECKING:
    from chalicelib.documents.layout import Cell, Glyph

FEWEST_LETTERS = 3
"""Different ones: a column of `x` or of `m` and `f` is no word."""
FEWEST_BESIDE_OTHERS = 4
CLOSE, CLOSE_BESIDE_OTHERS = 1.6, 1.35
"""In heights, from one baseline to the next; tables that have such columns have wider rows."""
ASIDE = 0.35
SAME_HEIGHT = 0.8

CURVED_BLANK = 0.2
"""In heights, over the usual gap of letters around a curve."""

_Place = tuple[int, int]
"""The number of a row, and of a cell in it."""


def unstacked(rows: Sequence[list[Cell]]) -> list[list[Cell]]:
    """The rows, from the top down; a stack of letters is one row where its first letter was."""
    taken: dict[_Place, list[Cell] | None] = {}
    for stack in _stacks(rows):
        letters = [_letter(rows[row][cell]) for row, cell in stack]
        # Rows are given as they are seen from the left.
        shown: Cell = [*letters]
        taken.update(dict.fromkeys(stack))
        taken[stack[0]] = [shown[::-1] if has_rtl("".join(letter.char for letter in letters)) else shown]
    if not taken:
        return list(rows)
    found: list[list[Cell]] = []
    for number, row in enumerate(rows):
        for at in range(len(row)):
            words = taken.get((number, at))
            if words is not None:
                found.append(words)
        rest = [cell for at, cell in enumerate(row) if (number, at) not in taken]
        if rest:
            found.append(rest)
    return found


def around_a_curve(glyphs: Sequence[Glyph]) -> list[Cell]:
    """Lines of letters around a curve, which are in order, with blanks where gaps are wider than usual."""
    gaps = sorted(glyph.base for glyph in glyphs if glyph.base < math.inf)
    blank = CURVED_BLANK + (gaps[len(gaps) // 2] if gaps else 0.0)
    cells: list[Cell] = []
    for glyph in glyphs:
        if glyph.base == math.inf:
            cells.append([])
        elif glyph.base > blank:
            cells[-1].append(None)
        cells[-1].append(glyph)
    return cells


def _stacks(rows: Sequence[list[Cell]]) -> list[list[_Place]]:
    open_stacks: list[list[_Place]] = []
    done: list[list[_Place]] = []
    for number, row in enumerate(rows):
        done += [stack for stack in open_stacks if not _reaches(rows, stack[-1], row)]
        open_stacks = [stack for stack in open_stacks if _reaches(rows, stack[-1], row)]
        for at, cell in enumerate(row):
            if len(cell) != 1 or not _letter(cell).char.isalpha():
                continue
            above = next((stack for stack in open_stacks if _is_below(rows, stack[-1], cell)), None)
            if above is None:
                open_stacks.append([(number, at)])
            else:
                above.append((number, at))
    return [stack for stack in (*done, *open_stacks) if len(stack) >= FEWEST_LETTERS and _is_word(rows, stack)]


def _reaches(rows: Sequence[list[Cell]], place: _Place, row: list[Cell]) -> bool:
    """Whether the row is near enough for a stack to go on in it; no later one is nearer."""
    last = _letter(rows[place[0]][place[1]])
    return last.base - _letter(row[0]).base < 2 * CLOSE * (last.y1 - last.y0)


def _is_below(rows: Sequence[list[Cell]], place: _Place, cell: Cell) -> bool:
    upper, lower = _letter(rows[place[0]][place[1]]), _letter(cell)
    high = upper.y1 - upper.y0
    return (
        abs(upper.x0 + upper.x1 - lower.x0 - lower.x1) / 2 < ASIDE * high
        and min(high, lower.y1 - lower.y0) > SAME_HEIGHT * max(high, lower.y1 - lower.y0)
        and 0 < upper.base - lower.base < CLOSE * high
    )


def _is_word(rows: Sequence[list[Cell]], stack: Sequence[_Place]) -> bool:
    letters = [_letter(rows[row][cell]) for row, cell in stack]
    codes = [ord(letter.char[0]) for letter in letters]
    if len(set(codes)) < FEWEST_LETTERS or all(after == before + 1 for before, after in pairwise(codes)):
        return False  # a list from a to c
    if all(len(rows[row]) == 1 for row, _ in stack):
        return True
    pitch = (letters[0].base - letters[-1].base) / (len(letters) - 1)
    return len(letters) >= FEWEST_BESIDE_OTHERS and pitch < CLOSE_BESIDE_OTHERS * (letters[0].y1 - letters[0].y0)


def _letter(cell: Cell) -> Glyph:
    letter = cell[0]
    if letter is None:  # never: cells begin with a glyph
        raise ValueError("a cell begins with a blank")
    return letter
