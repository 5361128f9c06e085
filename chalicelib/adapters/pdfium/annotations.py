"""What a PDF says outside its pages' drawing: values of form fields, notes, data of XFA forms, files inside."""

from __future__ import annotations

import ctypes
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2.raw as c

from chalicelib.adapters.pdfium.glyphs import placed
from chalicelib.documents.layout import Glyph

MOST_ANNOTATIONS = 5_000
MOST_VALUE_CHARACTERS = 10_000
MOST_OPTIONS = 1_000
MOST_XFA_BYTES = 5_000_000
MOST_FILES = 100
TICKED = "[x]"

_CHOICE_FIELDS = frozenset({c.FPDF_FORMFIELD_COMBOBOX, c.FPDF_FORMFIELD_LISTBOX})
_TEXT_FIELDS = frozenset({c.FPDF_FORMFIELD_TEXTFIELD, *_CHOICE_FIELDS})
_TICK_FIELDS = frozenset({c.FPDF_FORMFIELD_CHECKBOX, c.FPDF_FORMFIELD_RADIOBUTTON})
_DRAWN = frozenset({c.FPDF_ANNOT_STAMP, c.FPDF_ANNOT_INK})
_HIDDEN = c.FPDF_ANNOT_FLAG_HIDDEN | c.FPDF_ANNOT_FLAG_NOVIEW

_XFA_DATA = "{http://www.xfa.org/schema/xfa-data/1.0/}data"
_LONE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\w+);)")


def annotations_of(page: Any, form: Any) -> tuple[list[Glyph], bool]:
    """Values of the page's fields and its notes, each as one glyph where it is, and whether something else is drawn.

    `form` is the document's form environment, None without one. Sticky notes are not on the page and are left out.
    """
    glyphs: list[Glyph] = []
    is_drawn, turns = False, page.get_rotation() // 90
    for index in range(min(c.FPDFPage_GetAnnotCount(page.raw), MOST_ANNOTATIONS)):
        with annotation_at(page, index) as annotation:
            if annotation is None or is_hidden(annotation):
                continue
            kind = c.FPDFAnnot_GetSubtype(annotation)
            text = " ".join(value_of(annotation, form)[:MOST_VALUE_CHARACTERS].split())
            is_drawn = is_drawn or kind in _DRAWN or (not text and _is_only_drawn(annotation, form))
            rect = c.FS_RECTF()
            if text and c.FPDFAnnot_GetRect(annotation, rect):
                bottom, top = sorted((rect.bottom, rect.top))
                glyphs.append(placed(text, (rect.left, bottom, rect.right, max(top, bottom + 1.0)), turns=turns))
    return glyphs, is_drawn


def xfa_values(document: Any) -> list[tuple[str, str]] | None:
    """Field and value of an XFA form, in the file's order; None when the document is none, or its data is not whole."""
    for index in range(c.FPDF_GetXFAPacketCount(document.raw)):
        if _bytes(c.FPDF_GetXFAPacketName, document.raw, index).rstrip(b"\0") == b"datasets":
            return _values_in(_packet(document, index))
    return None


def files_inside(document: Any) -> list[str]:
    """The names of the files that the PDF holds."""
    return [document.get_attachment(index).get_name() for index in range(min(document.count_attachments(), MOST_FILES))]


@contextmanager
def annotation_at(page: Any, index: int) -> Iterator[Any]:
    """The annotation of a page with this number, None when it is none; it is closed after use."""
    annotation = c.FPDFPage_GetAnnot(page.raw, index)
    try:
        yield annotation or None
    finally:
        if annotation:
            c.FPDFPage_CloseAnnot(annotation)


def is_hidden(annotation: Any) -> bool:
    """Whether nobody sees it."""
    return bool(c.FPDFAnnot_GetFlags(annotation) & _HIDDEN)


def value_of(annotation: Any, form: Any) -> str:
    """The value of a field, `TICKED` for a box that is; the text of a note on the page. "" without one."""
    kind = c.FPDFAnnot_GetSubtype(annotation)
    if kind == c.FPDF_ANNOT_FREETEXT:
        return wide_string(c.FPDFAnnot_GetStringValue, annotation, b"Contents")
    if kind != c.FPDF_ANNOT_WIDGET or form is None:
        return ""
    field = c.FPDFAnnot_GetFormFieldType(form, annotation)
    chosen = _chosen(annotation, form) if field in _CHOICE_FIELDS else None
    if chosen is not None:
        return chosen
    if field in _TEXT_FIELDS:
        return wide_string(c.FPDFAnnot_GetFormFieldValue, form, annotation)
    return TICKED if field in _TICK_FIELDS and c.FPDFAnnot_IsChecked(form, annotation) else ""


def _is_only_drawn(annotation: Any, form: Any) -> bool:
    """Whether words may be seen here that stand nowhere but in its drawing: who signed and when, a text that a program
    typed on the page without saying it again."""
    if c.FPDFAnnot_GetSubtype(annotation) == c.FPDF_ANNOT_WIDGET:
        may_say_words = (
            form is not None and c.FPDFAnnot_GetFormFieldType(form, annotation) == c.FPDF_FORMFIELD_SIGNATURE
        )
    else:
        may_say_words = c.FPDFAnnot_GetSubtype(annotation) == c.FPDF_ANNOT_FREETEXT
    rect = c.FS_RECTF()
    return (
        may_say_words
        and bool(c.FPDFAnnot_GetRect(annotation, rect))
        and rect.left != rect.right
        and rect.bottom != rect.top
        and bool(wide_string(c.FPDFAnnot_GetAP, annotation, c.FPDF_ANNOT_APPEARANCEMODE_NORMAL).strip())
    )


def _chosen(annotation: Any, form: Any) -> str | None:
    """What a list shows as chosen, None when it is none of its options: its value may be a code that nobody sees, and
    is only the first of several."""
    count = min(c.FPDFAnnot_GetOptionCount(form, annotation), MOST_OPTIONS)
    chosen = [index for index in range(count) if c.FPDFAnnot_IsOptionSelected(form, annotation, index)]
    labels = (wide_string(c.FPDFAnnot_GetOptionLabel, form, annotation, index) for index in chosen)
    return ", ".join(labels) if chosen else None


def _packet(document: Any, index: int) -> bytes:
    size = ctypes.c_ulong()
    c.FPDF_GetXFAPacketContent(document.raw, index, None, 0, size)
    if not 0 < size.value <= MOST_XFA_BYTES:
        return b""
    content = ctypes.create_string_buffer(size.value)
    c.FPDF_GetXFAPacketContent(document.raw, index, content, size, size)
    return content.raw


def _values_in(packet: bytes) -> list[tuple[str, str]] | None:
    if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:  # entities can grow without end
        return None
    try:
        # Real files hold lone ampersands.
        data = ET.fromstring(_LONE_AMPERSAND.sub(b"&amp;", packet)).find(_XFA_DATA)  # noqa: S314  # without entities
    except ET.ParseError:
        return None
    if data is None:
        return None
    leaves = (element for element in data.iter() if len(element) == 0 and element.text and element.text.strip())
    return [(leaf.tag.rpartition("}")[2], (leaf.text or "").strip()[:MOST_VALUE_CHARACTERS]) for leaf in leaves]


def wide_string(function: Callable[..., int], *arguments: Any) -> str:
    """What a function of PDFium writes into a buffer of UTF-16."""
    size = function(*arguments, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(c.FPDF_WCHAR)), size)
    return buffer.raw[:-2].decode("utf-16-le", "replace")


def _bytes(function: Callable[..., int], *arguments: Any) -> bytes:
    size = function(*arguments, None, 0)
    if not size:
        return b""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, buffer, size)
    return buffer.raw
