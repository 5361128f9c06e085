"""Values of fields that PDFium leaves out of a page's picture, written into it.

A field whose file holds no drawing of its value is drawn by PDFium with the fonts of PDF readers, which have Latin
letters only: Hebrew, Russian and Arabic come out as an empty box. The font here is a part of DejaVu Sans.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2.raw as c

from chalicelib.adapters.pdfium.annotations import (
    MOST_ANNOTATIONS,
    TICKED,
    annotation_at,
    is_hidden,
    value_of,
    wide_string,
)
from chalicelib.adapters.pdfium.glyphs import Frame
from chalicelib.documents.direction import as_shown

FONT = Path(__file__).with_name("field_values.ttf")
LATIN = "\xff"
MOST_CHARACTERS = 2_000
POINTS = 12.0
SMALLEST_PIXELS = 6
LINE = 1.25
"""Of a size, from one line to the next."""
EDGE_PIXELS = 2


def write_values(image: Any, page: Any, form: Any, *, frame: Frame, undrawn: Callable[[], Any]) -> None:
    """Write the values that PDFium cannot draw into the page's picture.

    `undrawn` opens the page as the file has it: where a form is used PDFium adds drawings of its own, and with
    /NeedAppearances puts them in the place of the file's.
    """
    wanted = {index: found for index, *found in _values(page, form) if found[0] == TICKED or max(found[0]) > LATIN}
    if not wanted:
        return
    original, pixels_a_point = undrawn(), max(image.size) / max(page.get_size())
    for index, (text, drawing) in wanted.items():
        with annotation_at(original, index) as annotation:
            rect = c.FS_RECTF()
            if annotation is None or (_drawing(annotation) == drawing != ""):
                continue
            if not c.FPDFAnnot_GetRect(annotation, rect):
                continue
        low, high = sorted((rect.bottom, rect.top))
        left, top, right, bottom = frame.shown(rect.left, low, rect.right, high)
        box = (
            round(left * image.width) + EDGE_PIXELS,
            round(top * image.height) + EDGE_PIXELS,
            round(right * image.width) - EDGE_PIXELS,
            round(bottom * image.height) - EDGE_PIXELS,
        )
        if box[0] < box[2] and box[1] < box[3]:
            _write("X" if text == TICKED else text, image, box, most_pixels=POINTS * pixels_a_point)


def _values(page: Any, form: Any) -> Iterator[tuple[int, str, str]]:
    for index in range(min(c.FPDFPage_GetAnnotCount(page.raw), MOST_ANNOTATIONS)):
        with annotation_at(page, index) as annotation:
            if annotation is None or is_hidden(annotation):
                continue
            text = value_of(annotation, form)[:MOST_CHARACTERS].strip()
            if text:
                yield index, text, _drawing(annotation)


def _drawing(annotation: Any) -> str:
    """How the annotation is drawn, as a content stream; "" when it is not, or by its state alone."""
    return wide_string(c.FPDFAnnot_GetAP, annotation, c.FPDF_ANNOT_APPEARANCEMODE_NORMAL)


def _write(text: str, image: Any, box: tuple[int, int, int, int], *, most_pixels: float) -> None:
    """Write over what is in the box: as large as the value fits, and no smaller than it can be read."""
    from PIL import ImageDraw, ImageFont

    lines = ["".join(filter(_is_letter, line)) for line in text.splitlines()]
    width, height = box[2] - box[0], box[3] - box[1]
    size = max(SMALLEST_PIXELS, round(most_pixels))
    while True:
        font = ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)
        wrapped = [part for line in lines for part in _wrapped(line, font, width)]
        if size <= SMALLEST_PIXELS or len(wrapped) * LINE * size <= max(height, LINE * size):
            break
        size -= 1
    draw = ImageDraw.Draw(image)
    draw.rectangle(box, fill=_paper(image, box))
    high = len(wrapped) * LINE * size
    y = box[1] + max(0.0, (height - high) / 2) if len(wrapped) == 1 else box[1]
    for line in wrapped:
        shown, from_the_right = as_shown(line)
        x = box[2] - font.getlength(shown) if from_the_right else box[0]
        draw.text((max(box[0], x), y), shown, font=font, fill="black")
        y += LINE * size


def _wrapped(line: str, font: Any, width: int) -> Iterator[str]:
    """The line in parts as wide as the box, parted between words."""
    part = ""
    for word in line.split():
        longer = f"{part} {word}" if part else word
        if part and font.getlength(longer) > width:
            yield part
            longer = word
        part = longer
    if part:
        yield part


def _paper(image: Any, box: tuple[int, int, int, int]) -> tuple[int, int, int]:
    """The colour that most of the box has."""
    small = image.crop(box).resize((32, 32))
    pixels = small.tobytes()
    colours = Counter(zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True))
    return colours.most_common(1)[0][0]


def _is_letter(character: str) -> bool:
    """Points are left out: the font has them, but not where they belong."""
    return not unicodedata.combining(character)
