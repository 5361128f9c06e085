"""Lines of a page in reading order, from where its glyphs are drawn.

Glyphs are joined into rows by their baselines; gaps in a row become blanks and cells; two columns of prose are read one
after the other, everything else row by row; each row is put into logical order (`direction`). Neither the file's own
order nor its blanks are used: programs disagree on both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from chalicelib.documents.direction import (
    has_rtl,
    mostly_rtl,
    order_from_the_left,
    order_from_the_right,
    reads_from_the_right,
    turn_brackets,
)
from chalicelib.documents.orientation import CURVED, LEVEL, Axes
from chalicelib.documents.stacks import around_a_curve, unstacked

BLANK_GAP = 0.115
CELL_GAP = 0.85
"""Gaps in heights of the smaller neighbour: from here on a blank, a new cell. (A blank of a font is 0.2 to 0.3.)"""
LEAST_SPACED, MOST_SPACED = 0.02, 0.6
"""In heights, between the letters of words that are set apart."""
SAME_BASELINE = 0.25
DRAWN_TWICE = 0.08
"""In heights: baselines that far apart are one row; the same letter that near is bold, made by drawing it again."""
SMALL_GLYPH = 0.8
"""A superscript: less than so much of its neighbour's height; it joins the row that it overlaps by `OVERLAP`."""
OVERLAP = 0.6
_ROWS_LOOKED_BACK = 3

PROSE_LINES, PROSE_CHARACTERS = 4, 25
"""A column of prose has so many lines, two thirds of them longer than that. Tables have not."""
NARROWEST_GUTTER = 4.0


class Glyph(NamedTuple):
    """A character (a ligature: several), its rectangle along its `axes`, x along the line and y up the letters, and its
    baseline (points). Of CURVED letters it is their place on the page, and `base` the gap before each, in heights."""

    char: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    axes: Axes = LEVEL


Row = list[Glyph]
Cell = list[Glyph | None]
"""Glyphs from left to right; None is a blank between two words."""

_left = itemgetter(1)
_top_then_left = itemgetter(5, 1)


class LaidLine(NamedTuple):
    """A line in reading order; `glyphs[i]` draws `text[i]`, None for a blank."""

    text: str
    glyphs: Sequence[Glyph | None]


def lay_out(glyphs: Iterable[Glyph], *, as_drawn: bool = False) -> list[LaidLine]:
    """The lines of a page: first those of the direction that most of its text runs in, then text turned otherwise.

    With `as_drawn` rows are read from the left, Hebrew too: some programs draw it like Latin.
    """
    turned: dict[Axes, Row] = {}
    for glyph in glyphs:
        turned.setdefault(glyph.axes, []).append(glyph)
    lines: list[LaidLine] = []
    for axes, group in sorted(turned.items(), key=lambda item: -len(item[1])):
        if axes == CURVED:
            lines += [_logical([cell], rtl_page=False) for cell in around_a_curve(group)]
            continue
        rtl_page = mostly_rtl("".join([glyph.char for glyph in group]))
        rows = [_cells(row) for tangled in _rows(group) for row in _untangled(_drawn_once(tangled))]
        blocks = _blocks(unstacked(rows), rtl_page=rtl_page)
        lines += [_as_drawn(cells) if as_drawn else _logical(cells, rtl_page=rtl_page) for cells in blocks]
    return [line for line in lines if line.text.strip()]


def _line(glyphs: Sequence[Glyph | None], text: str) -> LaidLine:
    return LaidLine(text, glyphs)


def _rows(glyphs: Row) -> list[Row]:
    """Glyphs whose baselines are near each other, from the top down."""
    rows: list[Row] = []
    glyphs.sort(key=_top_then_left, reverse=True)
    for glyph in glyphs:
        row = _row_of(glyph, rows)
        if row is None:
            rows.append([glyph])
        else:
            row.append(glyph)
            if glyph.y1 - glyph.y0 > row[0].y1 - row[0].y0:  # what joins it is compared with its largest glyph
                row[0], row[-1] = row[-1], row[0]
    return rows


def _row_of(glyph: Glyph, rows: list[Row]) -> Row | None:
    size = glyph.y1 - glyph.y0
    for row in rows[: -_ROWS_LOOKED_BACK - 1 : -1]:
        first = row[0]
        if first.base == glyph.base:
            return row
        first_size = first.y1 - first.y0
        smaller = min(size, first_size)
        if first.base - glyph.base < SAME_BASELINE * smaller:
            return row
        if smaller < SMALL_GLYPH * max(size, first_size):
            shared = min(glyph.y1, first.y1) - max(glyph.y0, first.y0)
            if shared > OVERLAP * smaller:
                return row
    return None


def _drawn_once(row: Row) -> Row:
    """The row from left to right, without letters that are drawn again where they are, to look bold."""
    row.sort(key=_left)
    kept = [row[0]]
    for glyph in row[1:]:
        near = DRAWN_TWICE * (glyph.y1 - glyph.y0)
        for before in reversed(kept[-3:]):
            if before.char == glyph.char and glyph.x0 - before.x0 < near:
                break
        else:
            kept.append(glyph)
    return kept


def _untangled(row: Row) -> list[Row]:
    """Two lines that are printed over each other are distinguished by their exact baselines."""
    row.sort(key=_middle)
    crossings = sum(after.x0 < before.x1 - 0.3 * (before.x1 - before.x0) for before, after in pairwise(row))
    if crossings < max(4, 0.15 * len(row)):
        return [row]
    by_base: dict[float, Row] = {}
    for glyph in row:
        by_base.setdefault(round(glyph.base, 1), []).append(glyph)
    return [by_base[base] for base in sorted(by_base, reverse=True)]


def _middle(glyph: Glyph) -> float:
    return glyph[1] + glyph[3]


def _cells(row: Row) -> list[Cell]:
    """The row, sorted from left to right, as cells."""
    row = _with_marks(row)
    gaps, end = [], row[0].x1
    for before, glyph in pairwise(row):
        smaller = min(glyph.y1 - glyph.y0, before.y1 - before.y0)
        gaps.append((glyph.x0 - end) / smaller)
        if glyph.x1 > end:
            end = glyph.x1
    spaced = _spacing(sorted(gaps), row) if len(gaps) > 5 else 0.0
    blank, cell = BLANK_GAP + spaced, CELL_GAP + 4 * spaced
    cells: list[Cell] = [[row[0]]]
    for index, gap in enumerate(gaps, 1):
        if gap > cell:
            cells.append([])
        elif gap > blank:
            cells[-1].append(None)
        cells[-1].append(row[index])
    return cells


def _spacing(gaps: Sequence[float], row: Row) -> float:
    """The usual gap where letters are s p a c e d, and hardly any touch; 0 elsewhere. Digits are, in columns."""
    usual = gaps[len(gaps) // 2]
    if not 0 < usual < MOST_SPACED or gaps[len(gaps) // 10] < LEAST_SPACED:
        return 0.0
    return 0.0 if 2 * sum(glyph.char.isdecimal() for glyph in row) > len(row) else usual


def _with_marks(row: Row) -> Row:
    """Vowel points and accents joined to the letter that they are drawn at."""
    if all(glyph.char < "\u0300" or not unicodedata.combining(glyph.char[0]) for glyph in row):
        return row
    letters = [glyph for glyph in row if not unicodedata.combining(glyph.char[0])] or row
    marks: dict[int, str] = {}
    for mark in row:
        if unicodedata.combining(mark.char[0]):
            at = min(range(len(letters)), key=lambda index: abs(_middle(letters[index]) - _middle(mark)))
            marks[at] = marks.get(at, "") + mark.char
    return [
        glyph._replace(char=glyph.char + marks[index]) if index in marks else glyph
        for index, glyph in enumerate(letters)
    ]


def _blocks(rows: Sequence[list[Cell]], *, rtl_page: bool) -> Iterator[list[Cell]]:
    """Rows as they are; where a gutter runs between two columns of prose, first one column, then the other."""
    at = 0
    while at < len(rows):
        end, gutter = _gutter_from(rows, at)
        columns = _columns(rows[at:end], gutter)
        if columns:
            for column in reversed(columns) if rtl_page else columns:
                yield from (cells for cells in column if cells)
            at = end
        else:
            yield rows[at]
            at += 1


def _gutter_from(rows: Sequence[list[Cell]], at: int) -> tuple[int, tuple[float, float] | None]:
    """Up to which row a gutter runs that begins at this one, and how wide it is there."""
    if len(rows[at]) < 2:
        return at, None
    gutter: tuple[float, float] | None = None
    end = at
    while end < len(rows):
        narrowed = _narrowed(rows[end], gutter)
        if narrowed is None or all(len(row) > 2 for row in rows[end : end + 2]):  # a table follows
            break
        gutter, end = narrowed, end + 1
    return end, gutter


def _narrowed(row: list[Cell], gutter: tuple[float, float] | None) -> tuple[float, float] | None:
    """What this row leaves free of the gutter; of a first row, its widest gap."""
    if gutter is None:
        return max(((_end(a), _start(b)) for a, b in pairwise(row)), key=lambda gap: gap[1] - gap[0], default=None)
    middle = sum(gutter) / 2
    low = max((_end(cell) for cell in row if _start(cell) < middle), default=gutter[0])
    high = min((_start(cell) for cell in row if _start(cell) >= middle), default=gutter[1])
    new = max(gutter[0], low), min(gutter[1], high)
    return new if new[1] - new[0] > NARROWEST_GUTTER else None


def _columns(rows: Sequence[list[Cell]], gutter: tuple[float, float] | None) -> list[list[list[Cell]]]:
    """The rows' parts left and right of the gutter, when both are prose."""
    if gutter is None or len(rows) < PROSE_LINES:
        return []
    middle = sum(gutter) / 2
    left = [[cell for cell in row if _start(cell) < middle] for row in rows]
    right = [[cell for cell in row if _start(cell) >= middle] for row in rows]
    return [left, right] if _is_prose(left) and _is_prose(right) else []


def _is_prose(column: Sequence[list[Cell]]) -> bool:
    lengths = sorted(sum(map(len, cells)) for cells in column if cells)
    return (
        len(lengths) >= PROSE_LINES
        and lengths[len(lengths) // 3] > PROSE_CHARACTERS
        and sum(map(len, column)) < 1.5 * len(lengths)
    )


def _start(cell: Cell) -> float:
    return cell[0].x0 if cell[0] else 0.0


def _end(cell: Cell) -> float:
    return cell[-1].x1 if cell[-1] else 0.0


def _logical(cells: Sequence[Cell], *, rtl_page: bool) -> LaidLine:
    shown = ["".join([glyph.char[0] if glyph else " " for glyph in cell]) for cell in cells]
    rtl = reads_from_the_right(" ".join(shown), rtl_page=rtl_page) or (rtl_page and len(cells) > 1)
    glyphs: list[Glyph | None] = []
    pairs = list(zip(cells, shown, strict=True))
    for cell, visual in reversed(pairs) if rtl else pairs:
        if glyphs:
            glyphs += (None, None)
        order = order_from_the_right(visual) if rtl and has_rtl(visual) else order_from_the_left(visual)
        glyphs += [cell[index] for index in order]
    characters = [glyph.char if glyph else " " for glyph in glyphs]
    if any(len(character) > 1 for character in characters):
        glyphs = [glyph for glyph in glyphs for _ in (glyph.char if glyph else " ")]
        characters = list("".join(characters))
    if rtl:
        turn_brackets(characters)
    return _line(glyphs, "".join(characters))


def _as_drawn(cells: Sequence[Cell]) -> LaidLine:
    glyphs: list[Glyph | None] = []
    for cell in cells:
        glyphs += [None, None, *cell] if glyphs else cell
    characters = [glyph.char if glyph else " " for glyph in glyphs]
    return _line([glyph for glyph in glyphs for _ in (glyph.char if glyph else " ")], "".join(characters))
