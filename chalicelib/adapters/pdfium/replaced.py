"""Characters that /ActualText gives for what is drawn: ligatures, pointed Hebrew, joined Arabic, brackets.

PDFium divides the ink between them: their boxes are too narrow and too low, and some have only a point's. Their origins
are right, so a glyph reaches to where the next one, or the blank, begins.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pypdfium2.raw as c

from chalicelib.documents.layout import Glyph

ABOVE, BELOW = 0.93, 0.24
"""Of a font's size, from the baseline: how far its letters reach."""
LETTER_INK = 0.45
"""In font sizes: ink as high is a letter's, and ends nearly where the letter ends; lower ink may be only a point's."""
SIDE = 0.2
MOST_ADVANCE, HEBREW_ADVANCE, NARROW_ADVANCE = 1.3, 0.8, 0.55
"""In font sizes: no letter of any script, of Hebrew, of its narrow letters is wider; a further origin is no end."""
TAKEN = 0.8
"""Of that, for the width of a letter whose end is not known."""
_NARROW = frozenset("וזיןנג")
_KEY = b"ActualText"
_BASELINE_DIGITS = 1


def is_replaced(textpage: Any, index: int) -> bool:
    """Whether the character is one of an /ActualText."""
    item = c.FPDFText_GetTextObject(textpage, index)
    if not item:
        return False
    size = ctypes.c_ulong()
    for number in range(c.FPDFPageObj_CountMarks(item)):
        mark = c.FPDFPageObj_GetMark(item, number)
        if mark and c.FPDFPageObjMark_GetParamStringValue(mark, _KEY, None, 0, ctypes.byref(size)):
            return True
    return False


def as_large_as_its_font(glyph: Glyph, *, begins: float, size: float) -> Glyph:
    """The glyph from its origin on, with the height of a letter of this size (points)."""
    return glyph._replace(
        x0=min(glyph.x0, begins),
        y0=min(glyph.y0, glyph.base - BELOW * size),
        y1=max(glyph.y1, glyph.base + ABOVE * size),
    )


def joined(glyph: Glyph, character: str, box: tuple[float, float, float, float]) -> Glyph:
    """The glyph with one more character that is drawn with it; points follow their letter."""
    parts = glyph.char + character
    if unicodedata.combining(parts[0]) and not unicodedata.combining(character):
        parts = character + glyph.char
    left, bottom, right, top = box
    return glyph._replace(
        char=parts, x0=min(glyph.x0, left), y0=min(glyph.y0, bottom), x1=max(glyph.x1, right), y1=max(glyph.y1, top)
    )


def widened(
    glyphs: Sequence[Glyph], ink_heights: Mapping[int, float], blanks: Iterable[tuple[float, float]]
) -> list[Glyph]:
    """The glyphs, those of /ActualText as wide as they are set.

    `ink_heights` has their indices, and how high their ink is; `blanks` are the origins of drawn blanks.
    """
    begin: dict[float, list[float]] = {}
    for x, y in (*((glyph.x0, glyph.base) for glyph in glyphs), *blanks):
        begin.setdefault(round(y, _BASELINE_DIGITS), []).append(x)
    for places in begin.values():
        places.sort()
    wide = list(glyphs)
    for index, ink_height in ink_heights.items():
        places = begin[round(wide[index].base, _BASELINE_DIGITS)]
        at = bisect_right(places, wide[index].x0 + 0.01)
        wide[index] = _widened(wide[index], ink_height, places[at] if at < len(places) else math.inf)
    return wide


def _widened(glyph: Glyph, ink_height: float, following: float) -> Glyph:
    """The glyph as far as the place where the next thing begins, when nothing else can be between them."""
    size = (glyph.y1 - glyph.y0) / (ABOVE + BELOW)
    if ink_height >= LETTER_INK * size:
        end = following if following - glyph.x1 < SIDE * size else glyph.x1 + 0.5 * SIDE * size
    else:
        hebrew = NARROW_ADVANCE if glyph.char[0] in _NARROW else HEBREW_ADVANCE
        most = hebrew if "\u05d0" <= glyph.char[0] <= "\u05ea" else MOST_ADVANCE
        end = following if following - glyph.x0 < most * size else glyph.x0 + TAKEN * min(most, HEBREW_ADVANCE) * size
    return glyph._replace(x1=max(glyph.x1, end))
