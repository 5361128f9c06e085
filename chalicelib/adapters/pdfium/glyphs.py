"""Glyphs of a page as PDFium draws them, and what it had to guess of them.

Of PDFium's text page only the glyphs and their places are used: its order, its blanks and its brackets are guesses.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pypdfium2.raw as c

from chalicelib.adapters.pdfium.replaced import as_large_as_its_font, is_replaced, joined, widened
from chalicelib.documents.layout import Glyph
from chalicelib.documents.orientation import (
    CURVED,
    LEVEL,
    QUARTERS,
    Axes,
    Letter,
    along_curves,
    directions,
    rectangle_along,
)
from chalicelib.documents.page import Box

SMALLEST_POINTS = 1.0
"""What is smaller nobody sees."""
SAMPLED_CHARACTERS = 200
LOOSE_HEIGHT = 1.17
"""Of the box of a letter, in font sizes; and how far from its line's baseline it may be."""
SAME_LINE = 0.05
_SLANTED = 0.02
_MEETS = 0.01
_LINE_END_HYPHENS = frozenset({2, 0xFFFE})
_BLANKS = frozenset({*range(0x21), 0xA0, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x3000}) - _LINE_END_HYPHENS
_MARKS = frozenset({0xAD, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF})
_PRESENTATION_FORMS = ((0xFB00, 0xFDFF), (0xFE70, 0xFEFC))
"""Ligatures, and letters of Hebrew and Arabic in the shape that a font has for them."""
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
        _, x0, y0, x1, y1, _, axes = glyph
        on_page = (x0, y0, x1, y1) if axes in (LEVEL, CURVED) else axes.rectangle_on_page(x0, y0, x1, y1)
        return self.shown(*on_page)

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


def glyphs_of(textpage: Any, frame: Frame, *, most: int) -> list[Glyph]:
    """The visible ones of the page's first `most` characters: those on level lines in the file's order, then others."""
    raw = textpage.raw
    rect, x, y, m = c.FS_RECTF(), ctypes.c_double(), ctypes.c_double(), c.FS_MATRIX()
    at_rect, at_x, at_y, at_m = map(ctypes.byref, (rect, x, y, m))
    get_unicode, get_box = c.FPDFText_GetUnicode, c.FPDFText_GetLooseCharBox
    get_origin, get_matrix, get_size = c.FPDFText_GetCharOrigin, c.FPDFText_GetMatrix, c.FPDFText_GetFontSize
    page_left, page_bottom, page_right, page_top, _ = frame
    drawn: list[Glyph] = []
    ink_heights: dict[int, float] = {}
    turned: list[Letter] = []
    last = before = (math.nan, math.nan)
    last_height, size, slant, is_level, goes_on = math.nan, 0.0, 0.0, False, False
    for index in range(min(c.FPDFText_CountChars(raw), most)):
        code = get_unicode(raw, index)
        if code in _DROPPED:
            goes_on = False
            continue
        get_box(raw, index, at_rect)
        box = left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
        if left > page_right or right < page_left or bottom > page_top or top < page_bottom:
            continue
        get_origin(raw, index, at_x, at_y)
        origin = x.value, y.value
        if origin in (last, before):  # a ligature: several at one place
            _join(drawn if is_level else turned, -1 if origin == last else -2, code, box)
            continue
        # The matrix is the same as long as a word goes on: same baseline, same height.
        if not (is_level and goes_on and origin[1] == last[1] and top - bottom == last_height):
            get_matrix(raw, index, at_m)
            size = get_size(raw, index)
            if _is_level(m, size) != is_level:
                is_level, last = not is_level, (math.nan, math.nan)
            slant = abs(m.c / m.d) if is_level and m.c and m.d else 0.0
        before, last, last_height, goes_on = last, origin, top - bottom, True
        if not is_level:
            turned.append(_letter(_character(code), box, origin, m, size))
            continue
        drawn.append(_level(_character(code), box, origin, slant))
        if abs(left - origin[0]) > _MEETS and not slant and is_replaced(raw, index):
            ink_heights[len(drawn) - 1] = top - bottom
            drawn[-1] = as_large_as_its_font(drawn[-1], begins=origin[0], size=abs(size * m.d))
    if ink_heights:
        drawn = widened(drawn, ink_heights, _blanks(raw, most))
    return [glyph for glyph in (*drawn, *_along_their_lines(turned, level=len(drawn))) if _is_visible(glyph)]


def _join(drawn: list[Any], at: int, code: int, box: tuple[float, float, float, float]) -> None:
    """Add a character to what is drawn at the same place."""
    last = drawn[at]
    if isinstance(last, Glyph):
        last = joined(last, _character(code), box)
    else:
        last = last._replace(char=last.char + _character(code))
    drawn[at] = last._replace(char=_whole(last.char))


def _blanks(raw: Any, most: int) -> list[tuple[float, float]]:
    """Where the blanks begin that the file draws; those that PDFium adds have the size 1."""
    x, y = ctypes.c_double(), ctypes.c_double()
    found = []
    for index in range(min(c.FPDFText_CountChars(raw), most)):
        if c.FPDFText_GetUnicode(raw, index) in _BLANKS and not c.FPDFText_IsGenerated(raw, index):
            c.FPDFText_GetCharOrigin(raw, index, ctypes.byref(x), ctypes.byref(y))
            found.append((x.value, y.value))
    return found


def placed(text: str, box: tuple[float, float, float, float], *, turns: int) -> Glyph:
    """Words that are on the page without being drawn, as one glyph; `box` is left, bottom, right, top in points.

    They are upright on a page that is shown turned by so many quarters.
    """
    x0, y0, x1, y1 = QUARTERS[turns].rectangle_seen(box)
    return Glyph(text, x0, y0, x1, y1, y0 + 0.25 * (y1 - y0), QUARTERS[turns])


def _is_visible(glyph: Glyph) -> bool:
    """False for what is too small to be seen."""
    return glyph.y1 - glyph.y0 >= SMALLEST_POINTS


def _is_level(m: Any, size: float) -> bool:
    """Whether a text is level and upright. A size below 0 turns it once more."""
    return bool((m.b == 0 and m.a * size > 0 and m.d * size > 0) or m.a == m.b == 0)


def _letter(
    char: str, box: tuple[float, float, float, float], origin: tuple[float, float], m: Any, size: float
) -> Letter:
    sign = math.copysign(1.0, size)
    return Letter(
        char,
        box,
        origin,
        angle=math.degrees(math.atan2(sign * m.b, sign * m.a)) % 360,
        is_mirrored=_is_mirrored(m, box, origin, sign),
        height=LOOSE_HEIGHT * abs(size) * math.hypot(m.c, m.d),
    )


def _is_mirrored(m: Any, box: tuple[float, float, float, float], origin: tuple[float, float], sign: float) -> bool:
    """True when the letters are drawn as a mirror shows them: the matrix says so and they are above their baseline.

    The glyphs of some fonts are upside down themselves, and the matrix turns them back: those hang below it.
    """
    if m.a * m.d - m.b * m.c >= 0:
        return False
    left, bottom, right, top = box
    over_baseline = ((left + right) / 2 - origin[0]) * sign * m.c + ((bottom + top) / 2 - origin[1]) * sign * m.d
    return bool(over_baseline > 0)


def _level(char: str, box: tuple[float, float, float, float], origin: tuple[float, float], slant: float) -> Glyph:
    left, bottom, right, top = box
    x, y = origin
    if slant > _SLANTED:
        left, right = left + slant * (y - bottom), right - slant * (top - y)
    # Text that /ActualText replaces has boxes that are too narrow.
    return Glyph(char, min(left, x) if x > left - (top - bottom) else left, bottom, right, top, y)


def _along_their_lines(letters: Sequence[Letter], *, level: int) -> Iterator[Glyph]:
    """The letters as glyphs; those that go on in a line have its baseline, however askew it is."""
    before: tuple[Letter, Axes, float] | None = None
    curved: list[Letter] = []
    for letter, axes in zip(letters, directions(letters, level=level), strict=True):
        base = axes.seen(*letter.origin)[1]
        if before is not None and axes == before[1] and _goes_on(before[0], letter):
            base = before[2]
        if axes == CURVED:
            curved.append(letter)
            continue
        x0, y0, x1, y1 = rectangle_along(letter, axes)
        before = letter, axes, base
        yield Glyph(letter.char, x0, y0, x1, y1, base, axes)
    for letter, gap in along_curves(curved):
        yield Glyph(letter.char, *letter.box, gap / letter.height, CURVED)


def _goes_on(before: Letter, letter: Letter) -> bool:
    """Whether a letter is on the line that the one before it is on."""
    if before.angle != letter.angle:
        return False
    across = math.radians(letter.angle + 90)
    dx, dy = letter.origin[0] - before.origin[0], letter.origin[1] - before.origin[1]
    return abs(dx * math.cos(across) + dy * math.sin(across)) < SAME_LINE * letter.height


def _character(code: int) -> str:
    if code in _LINE_END_HYPHENS:
        return "-"
    char = chr(code)
    if any(first <= code <= last for first, last in _PRESENTATION_FORMS):
        return unicodedata.normalize("NFKC", char)
    return char


def _whole(text: str) -> str:
    """Halves of a surrogate pair come as two characters, in right-to-left lines the second one first."""
    if len(text) == 2 and "\udc00" <= text[0] <= "\udfff":
        text = text[::-1]
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
