"""The process that opens a PDF: `python -m chalicelib.adapters.pdfium.child ARGUMENTS < FILE`.

ARGUMENTS is JSON: `task` ("text", "lines" or "picture") and what it needs. Writes a line about the document, then one
for each page.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Sequence
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as c

from chalicelib.adapters.decoder_process import begin, write_line
from chalicelib.adapters.pdfium.annotations import annotations_of, files_inside, xfa_values
from chalicelib.adapters.pdfium.field_values import write_values
from chalicelib.adapters.pdfium.glyphs import SAMPLED_CHARACTERS, frame_of, glyphs_of, unmapped_share
from chalicelib.documents.layout import LaidLine, lay_out
from chalicelib.documents.sense import MOST_UNMAPPED, ansi_hebrew_restored, is_ansi_hebrew, is_nonsense
from chalicelib.documents.turned import is_turned

PASSWORD = 4
PURE_XFA = 2
MOST_DPI = 150
MOST_PIXELS = 8_000_000
MOST_PICTURE_BYTES = 3_500_000
QUALITIES = (82, 65, 45)
COVERS_THE_PAGE = 0.5
SOME_CHARACTERS = 200
"""A page with a picture and fewer letters and digits may be a scan with a fax line, a stamp or a signature on it."""
MOST_CHARACTERS_A_PAGE = 300_000
MOST_DECODED = 5
_PAINTED = frozenset({c.FPDF_PAGEOBJ_PATH, c.FPDF_PAGEOBJ_IMAGE, c.FPDF_PAGEOBJ_SHADING, c.FPDF_PAGEOBJ_TEXT})


def main() -> None:
    """Open the document, say what it is, and do the task page by page."""
    arguments, content = begin(sys.argv[1])
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as exc:
        write_line({"problem": "password" if exc.err_code == PASSWORD else "damaged"})
        return
    kind = document.get_formtype()
    if kind:
        document.init_forms()
    if arguments["task"] == "text":
        _write_document(document, is_xfa=kind == PURE_XFA)
        numbers: Sequence[int] = range(arguments["first"], min(len(document), arguments["last"]) + 1)
    else:
        numbers = [number for number in arguments["pages"] if 1 <= number <= len(document)]
    for number in numbers:
        _write_page(document, number, arguments, content)


def _write_document(document: Any, *, is_xfa: bool) -> None:
    write_line(
        {
            "count": len(document),
            "files": files_inside(document),
            "xfa": is_xfa,
            "xfa_values": xfa_values(document),
            "properties": [value for value in document.get_metadata_dict().values() if value.strip()],
        }
    )


def _write_page(document: Any, number: int, arguments: dict[str, Any], content: bytes) -> None:
    try:
        page = document[number - 1]
    except pdfium.PdfiumError:
        write_line({"page": number, "unread": True})
        return
    form = document.formenv.raw if document.formenv else None
    match arguments["task"]:
        case "text":
            report = _text(page, form)
        case "lines":
            report = _lines(page, form)
        case _:
            report = _picture(page, form, longest=arguments["longest"], content=content, number=number)
    write_line({"page": number, **report})
    page.close()


def _text(page: Any, form: Any) -> dict[str, Any]:
    laid, unmapped, is_drawn = _laid_out(page, form)
    text = "\n".join(line.text for line in laid)
    letters = sum(map(str.isalnum, text))
    images, paints = _painted(page)
    return {
        "text": text,
        "nonsense": is_nonsense(text, unmapped=unmapped),
        "unmapped": unmapped > MOST_UNMAPPED,
        "drawn": is_drawn,
        "scan": images > COVERS_THE_PAGE or (images > 0 and letters < SOME_CHARACTERS) or (paints and not text),
    }


def _lines(page: Any, form: Any) -> dict[str, Any]:
    frame = frame_of(page)
    laid, _, _ = _laid_out(page, form)
    return {"lines": [[line.text, _boxes(line, frame)] for line in laid]}


def _laid_out(page: Any, form: Any) -> tuple[list[LaidLine], float, bool]:
    """The page's lines, the share of characters that were guessed, and whether there are drawn annotations."""
    textpage, frame = page.get_textpage(), frame_of(page)
    glyphs = glyphs_of(textpage, frame, most=MOST_CHARACTERS_A_PAGE)
    unmapped = unmapped_share(textpage)
    textpage.close()
    if is_ansi_hebrew("".join(glyph.char for glyph in glyphs)):
        glyphs = [glyph._replace(char=ansi_hebrew_restored(glyph.char)) for glyph in glyphs]
        unmapped = 0.0
    placed, is_drawn = annotations_of(page, form)
    laid = lay_out([*glyphs, *placed])
    if is_turned("\n".join(line.text for line in laid)):
        laid = lay_out([*glyphs, *placed], as_drawn=True)
    return laid, unmapped, is_drawn


def _boxes(line: LaidLine, frame: Any) -> list[Any]:
    """A box for each character; a blank's is the gap between its neighbours."""
    boxes = [frame.box(glyph) if glyph else None for glyph in line.glyphs]
    known = [box for box in boxes if box]
    filled: list[Any] = []
    ahead = 0
    for box in boxes:
        if box:
            ahead += 1
            filled.append(box)
        else:
            filled.append(_gap(known[max(0, ahead - 1)], known[min(ahead, len(known) - 1)]))
    return filled


def _gap(before: Sequence[float], after: Sequence[float]) -> tuple[float, float, float, float]:
    if before[2] <= after[0]:
        return before[2], before[1], after[0], before[3]
    if after[2] <= before[0]:
        return after[2], before[1], before[0], before[3]
    return before[0], before[1], before[2], before[3]


def _painted(page: Any) -> tuple[float, bool]:
    """The share of the page that its largest picture covers, and whether anything at all is painted on it."""
    width, height = page.get_size()
    largest, paints = 0.0, False
    for count, item in enumerate(page.get_objects(max_depth=3)):
        paints = paints or item.type in _PAINTED
        if item.type == c.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            largest = max(largest, abs((right - left) * (top - bottom)) / max(1.0, width * height))
        if count > 20 * SAMPLED_CHARACTERS:
            break
    return largest, paints


def _is_one_colour(image: Any) -> bool:
    return all(low == high for low, high in image.getextrema())


def _has_broken_picture(page: Any) -> bool:
    """Whether the page is empty only because a picture on it cannot be decoded."""
    for count, item in enumerate(page.get_objects(filter=[c.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        try:
            item.get_bitmap()
        except pdfium.PdfiumError:
            return True
        if count > MOST_DECODED:
            break
    return False


def _picture(page: Any, form: Any, *, longest: int, content: bytes, number: int) -> dict[str, Any]:
    width, height = (max(side, 1.0) for side in page.get_size())
    scale = min(MOST_DPI / 72, longest / max(width, height), (MOST_PIXELS / (width * height)) ** 0.5)
    bitmap = page.render(scale=scale, may_draw_forms=True, rev_byteorder=True, prefer_bgrx=False)
    image = bitmap.to_pil().convert("RGB")
    write_values(image, page, form, frame=frame_of(page), undrawn=lambda: pdfium.PdfDocument(content)[number - 1])
    if _is_one_colour(image) and _has_broken_picture(page):
        return {"unread": True}
    for quality in QUALITIES:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() <= MOST_PICTURE_BYTES:
            break
    jpeg = base64.b64encode(out.getvalue()).decode()
    return {"jpeg": jpeg, "width": image.width, "height": image.height, "points": (width, height)}


if __name__ == "__main__":
    main()
