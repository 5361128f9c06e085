"""Glyphs of a page as PDFium draws them, and what it had to guess of them.

Of PDFium's text page only the glyphs and their places are used: its order, its blanks and its brackets are guesses.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as c

from chalicelib.documents.layout import Glyph
from chalicelib.documents.page import Box

SMALLEST_POINTS = 1.0
"""What is smaller nobody sees."""
SAMPLED_CHARACTERS = 200
_NEARLY_A_QUARTER = 0.06
_SLANTED = 0.02
_LINE_END_HYPHENS = frozenset({2, 0xFFFE})
_BLANKS = frozenset({*range(0x21), 0xA0, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x3000}) - _LINE_END_HYPHENS
_MARKS = frozenset({0xAD, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF})
_DROPPED = _BLANKS | _MARKS
"""Blanks are where gaps are; marks of direction and soft hyphens are not drawn."""


class Frame(NamedTuple):
    """The visible part of a page in points, and by how many quarter turns it is shown turned."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    def box(self, glyph: Glyph) -> Box:
        """Where the glyph is shown, 0 to 1 from the top left."""
        return self.shown(*_unturned(glyph))

    def shown(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """A rectangle of the page, in points, as 0 to 1 from the top left of the page as it is shown."""
        width, height = self.right - self.left, self.top - self.bottom
        box = (x0 - self.left) / width, (self.top - y1) / height, (x1 - self.left) / width, (self.top - y0) / height
        for _ in range(self.turns):
            box = 1 - box[3], box[0], 1 - box[1], box[2]
        left, top, right, bottom = (round(min(1.0, max(0.0, edge)), 4) for edge in box)
        return left, top, right, bottom


def frame_of(page: Any) -> Frame:
    """The frame of a pypdfium2 page."""
    left, bottom, right, top = page.get_bbox()
    return Frame(left, bottom, max(right, left + 1e-3), max(top, bottom + 1e-3), page.get_rotation() // 90)


def unmapped_share(textpage: Any) -> float:
    """The share of characters whose meaning PDFium had to guess, of a sample of the page."""
    count = c.FPDFText_CountChars(textpage.raw)
    guessed = seen = 0
    for index in range(0, count, max(1, count // SAMPLED_CHARACTERS)):
        if c.FPDFText_GetUnicode(textpage.raw, index) in _DROPPED:
            continue
        seen += 1
        guessed += c.FPDFText_HasUnicodeMapError(textpage.raw, index) == 1
    return guessed / seen if seen else 0.0


def glyphs_of(textpage: Any, frame: Frame) -> Iterator[Glyph]:
    """All visible characters of the page, in the file's order."""
    raw = textpage.raw
    rect, x, y, m = c.FS_RECTF(), ctypes.c_double(), ctypes.c_double(), c.FS_MATRIX()
    at_rect, at_x, at_y, at_m = map(ctypes.byref, (rect, x, y, m))
    get_unicode, get_box = c.FPDFText_GetUnicode, c.FPDFText_GetLooseCharBox
    get_origin, get_matrix = c.FPDFText_GetCharOrigin, c.FPDFText_GetMatrix
    page_left, page_bottom, page_right, page_top, _ = frame
    last: Glyph | None = None
    last_x = last_y = last_height = math.nan
    turns, slant, is_level = 0, 0.0, False
    for index in range(c.FPDFText_CountChars(raw)):
        code = get_unicode(raw, index)
        if code in _DROPPED:
            last_y = math.nan
            continue
        get_box(raw, index, at_rect)
        left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
        if left > page_right or right < page_left or bottom > page_top or top < page_bottom:
            continue
        get_origin(raw, index, at_x, at_y)
        origin_x, origin_y = x.value, y.value
        if last is not None and origin_x == last_x and origin_y == last_y:
            last = last._replace(char=_whole(last.char + _character(code)))  # a ligature: several at one place
            continue
        # The matrix is the same as long as a word goes on: same baseline, same height.
        if not (is_level and origin_y == last_y and top - bottom == last_height):
            get_matrix(raw, index, at_m)
            turns, slant = _turned(m)
            is_level = turns == 0
        if last is not None:
            yield last
        last_x, last_y, last_height = origin_x, origin_y, top - bottom
        last = _glyph(_character(code), (left, bottom, right, top), (origin_x, origin_y), turns=turns, slant=slant)
    if last is not None:
        yield last


def placed(text: str, box: tuple[float, float, float, float]) -> Glyph:
    """Words that are on the page without being drawn, as one glyph; `box` is left, bottom, right, top in points."""
    left, bottom, right, top = box
    return Glyph(text, left, bottom, right, top, bottom + 0.25 * (top - bottom))


def is_visible(glyph: Glyph) -> bool:
    """False for what is too small to be seen."""
    return glyph.y1 - glyph.y0 >= SMALLEST_POINTS


def _turned(m: Any) -> tuple[int, float]:
    """Quarter turns of the text (-1: across the page), and by how much its letters lean."""
    if m.b == 0 and m.a > 0:
        return 0, abs(m.c / m.d) if m.c and m.d else 0.0
    turn = math.atan2(m.b, m.a) / (math.pi / 2) if abs(m.a) + abs(m.b) > 1e-6 else 0.0
    if abs(turn - round(turn)) >= _NEARLY_A_QUARTER:
        return -1, 0.0
    quarter = round(turn) % 4
    if quarter == 2 and m.d > 0:  # mirrored, not upside down
        return 0, 0.0
    return quarter, abs(m.c / m.d) if quarter == 0 and m.a > 0 and m.d else 0.0


def _glyph(
    char: str, box: tuple[float, float, float, float], origin: tuple[float, float], *, turns: int, slant: float
) -> Glyph:
    left, bottom, right, top = box
    x, y = origin
    if turns == 0:
        if slant > _SLANTED:
            left, right = left + slant * (y - bottom), right - slant * (top - y)
        # Text that /ActualText replaces has boxes that are too narrow.
        return Glyph(char, min(left, x) if x > left - (top - bottom) else left, bottom, right, top, y)
    if turns == 1:
        return Glyph(char, bottom, -right, top, -left, -x, 1)
    if turns == 2:
        return Glyph(char, -right, -top, -left, -bottom, -y, 2)
    if turns == 3:
        return Glyph(char, -top, left, -bottom, right, x, 3)
    return Glyph(char, left, bottom, right, top, y, -1)


def _unturned(glyph: Glyph) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the glyph on the page, in points."""
    _, x0, y0, x1, y1, _, turns = glyph
    if turns == 1:
        return -y1, x0, -y0, x1
    if turns == 2:
        return -x1, -y1, -x0, -y0
    if turns == 3:
        return y0, -x1, y1, -x0
    return x0, y0, x1, y1


def _character(code: int) -> str:
    if code in _LINE_END_HYPHENS:
        return "-"
    char = chr(code)
    if 0xFB00 <= code <= 0xFB06 or 0xFB1D <= code <= 0xFB4F:  # ligatures and presentation forms of Hebrew
        return unicodedata.normalize("NFKC", char)
    return char


def _whole(text: str) -> str:
    """Halves of a surrogate pair come as two characters, in right-to-left lines the second one first."""
    if len(text) == 2 and "\udc00" <= text[0] <= "\udfff":
        text = text[::-1]
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
