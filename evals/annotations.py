"""Does what a PDF has outside its pages' drawing reach the analysis? Form values, notes on the page, stamps and ink.

The file is read by pypdf as well, which lists every annotation that is shown. A value or a note has reached the
analysis when all its words are in the page's text, a tick when a mark is, a stamp or ink when its page is shown as a
picture. It is named when the document has a note about the whole of it (an XFA form, text that was cut).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.adapters.pdfium.annotations import TICKED
from chalicelib.adapters.pdfium.reader import PdfReader
from chalicelib.documents.normalise import words
from chalicelib.documents.page import Page, ReadLimits

_HIDDEN = 2 | 32
"""Flags of what no page shows: hidden, no view."""
_DRAWN = frozenset({"/Stamp", "/Ink"})


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """How many annotations of a file have a value or a drawing, and those that did not reach the analysis."""

    name: str
    shown: int
    lost: tuple[str, ...]


def annotations_reached(pdf: Path) -> Reached:
    """Count those of one file."""
    content = pdf.read_bytes()
    read = PdfReader().text(content, limits=ReadLimits(), check=lambda: None)
    pages = {page.number: page for page in read.pages}
    found = list(_annotations(pdf))
    named = bool(read.notes) or read.truncated or read.problem is not None
    lost = [] if named else [value for number, kind, value in found if not _reaches(kind, value, pages.get(number))]
    return Reached(name=pdf.name, shown=len(found), lost=tuple(lost))


def table(rows: Sequence[Reached]) -> str:
    """The share of each file that has any, as Markdown."""
    lines = ["| file | form values, notes, stamps | reach the analysis or are named |", "|---|---:|---:|"]
    lines += [f"| {one.name} | {one.shown} | {one.shown - len(one.lost)} |" for one in rows if one.shown]
    return "\n".join(lines)


def _annotations(pdf: Path) -> Iterator[tuple[int, str, str]]:
    """Page, kind and value of all that is shown."""
    from pypdf import PdfReader as Reader

    reader = Reader(pdf)
    if reader.is_encrypted:
        return  # pypdf cannot list them
    for number, page in enumerate(reader.pages, start=1):
        for reference in page.get("/Annots") or ():
            annotation = reference.get_object()
            kind = str(annotation.get("/Subtype"))
            if int(annotation.get("/F", 0)) & _HIDDEN:
                continue
            if kind in _DRAWN:
                yield number, kind, kind
            elif kind == "/FreeText" and str(annotation.get("/Contents") or "").strip():
                yield number, kind, str(annotation["/Contents"])
            elif kind == "/Widget" and (value := _value(annotation)):
                yield number, kind, value


def _value(field: Any) -> str:
    """What the field holds; a tick that is on is the mark that the reader puts there."""
    holder = field
    while holder.get("/FT") is None and "/Parent" in holder:
        holder = holder["/Parent"].get_object()
    if holder.get("/FT") == "/Btn":
        return TICKED if field.get("/AS", "/Off") != "/Off" else ""
    value = field.get("/V", holder.get("/V"))
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "").strip()


def _reaches(kind: str, value: str, page: Page | None) -> bool:
    if page is None:
        return False
    if kind in _DRAWN:
        return page.needs_image
    if value == TICKED:
        return TICKED in page.text
    return not Counter(words(value)) - Counter(words(page.text))
