"""Text of a Word document: what a reader of its print sees, comments included, and the pictures inside.

What a person deleted is left out, so is hidden text; what was inserted is read; headers, notes, text boxes and form
fields too; the cells of a table's row are two blanks apart.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.adapters.office_problems import LOCKED, NO_WORD_FILE, TOO_LARGE, UNREADABLE, Unreadable
from chalicelib.adapters.symbol_fonts import BULLET, PRIVATE, is_symbol_font, shown_sign
from chalicelib.adapters.word_pasted import pasted_texts

MOST_XML_BYTES = 50_000_000
MOST_DEPTH = 2
MOST_PICTURES = 100
MOST_PICTURE_BYTES = 20 * 1024 * 1024

OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""How a document with a password begins, and what it is called inside."""
STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_PARTS = re.compile(r"word/(?:header\d*|document\d*|footnotes|endnotes|comments|footer\d*)\.xml")
_ORDER = ("header", "document", "footnotes", "endnotes", "comments", "footer")
_MEDIA = re.compile(r"word/media/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|webp|heic)", re.IGNORECASE)
_LEFT_OUT = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_MC}Fallback", f"{_W}pPr", f"{_W}rPr"})
_PRIVATE = re.compile(f"[{PRIVATE}]")


@contextmanager
def opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """The document's parts. Raises: Unreadable, also for what goes wrong in the block."""
    if content.startswith(OLE):
        raise Unreadable(LOCKED if ENCRYPTED in content else NO_WORD_FILE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            _name_as_usual(file)
            yield file
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as exc:
        raise Unreadable(NO_WORD_FILE) from exc


def _name_as_usual(file: zipfile.ZipFile) -> None:
    """Some programs of Windows write `word\\document.xml`, and some `/word/document.xml`; Word takes them all."""
    for info in file.infolist():
        info.filename = info.filename.replace("\\", "/").lstrip("/")
    file.NameToInfo = {info.filename: info for info in file.infolist()}


def word_text(file: zipfile.ZipFile, *, depth: int = 0) -> tuple[str, tuple[str, ...]]:
    """The text, and the names of files inside that are not read; `depth` is how many documents this one is inside.

    Raises: Unreadable.
    """
    names = sorted(filter(_PARTS.fullmatch, file.namelist()), key=_place)
    if not any(name.startswith("word/document") for name in names):
        raise Unreadable(NO_WORD_FILE)
    parts = ["\n".join(_blocks(_xml(file, name))) for name in names]
    inside = [name.rpartition("/")[2] for name in file.namelist() if name.startswith("word/embeddings/")]
    for text, files in pasted_texts(file, word=lambda content: _inner(content, depth + 1)):
        parts.append(text)
        inside += files
    return "\n".join(dict.fromkeys(part for part in parts if part.strip())), tuple(inside)


def _inner(content: bytes, depth: int) -> tuple[str, tuple[str, ...]]:
    """A document inside a document. Raises: Unreadable."""
    if depth > MOST_DEPTH:
        raise Unreadable(TOO_LARGE)
    with opened(content) as file:
        return word_text(file, depth=depth)


def pictures_inside(file: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The pictures, in the order of their pages."""
    found = [info for info in file.infolist() if _MEDIA.fullmatch(info.filename)]
    return [info for info in found[:MOST_PICTURES] if info.file_size <= MOST_PICTURE_BYTES]


def picture_bytes(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The picture's file; what is longer than it says is cut."""
    with file.open(info) as picture:
        return picture.read(MOST_PICTURE_BYTES)


def _place(name: str) -> tuple[int, str]:
    return next(place for place, part in enumerate(_ORDER) if part in name), name


def _xml(file: zipfile.ZipFile, name: str) -> ET.Element:
    with file.open(name) as part:
        data = part.read(MOST_XML_BYTES + 1)  # a header may lie about the size
    if len(data) > MOST_XML_BYTES:
        raise Unreadable(TOO_LARGE)
    data = data.replace(STRICT, TRANSITIONAL)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # no Word document has them: they are bombs or lead elsewhere
        raise Unreadable(NO_WORD_FILE)
    try:
        return ET.fromstring(data)  # noqa: S314  # without entities there is nothing to expand
    except ET.ParseError as exc:
        raise Unreadable(UNREADABLE) from exc


def _blocks(element: ET.Element) -> Iterator[str]:
    """The lines of the paragraphs and tables inside."""
    for child in element:
        if child.tag in _LEFT_OUT:
            continue
        if child.tag == f"{_W}p":
            yield from _paragraph(child)
        elif child.tag == f"{_W}tr":
            cells = [" / ".join(filter(str.strip, _blocks(cell))) for cell in _cells(child)]
            yield "  ".join(filter(None, cells))
        else:
            yield from _blocks(child)


def _cells(row: ET.Element) -> Iterator[ET.Element]:
    """The cells of a row, those in content controls too; not those of a table inside a cell."""
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag not in _LEFT_OUT:
            yield from _cells(child)


def _paragraph(element: ET.Element) -> Iterator[str]:
    boxes: list[ET.Element] = []
    text = "".join(_runs(element, boxes))
    yield from text.split("\n")
    for box in boxes:
        yield from _blocks(box)


def _runs(element: ET.Element, boxes: list[ET.Element]) -> Iterator[str]:
    for child in element:
        if child.tag in _LEFT_OUT or (child.tag == f"{_W}r" and _is_hidden(child)):
            continue
        if child.tag in _TEXT:
            yield _with_signs(child.text or "", element)
        elif child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag]
        elif child.tag == f"{_W}sym":
            yield _sign(child)
        elif child.tag == f"{_W}ffData":
            yield _form_field(child)
        elif child.tag == f"{_W}txbxContent":
            boxes.append(child)
        else:
            yield from _runs(child, boxes)


def _sign(symbol: ET.Element) -> str:
    code, font = symbol.get(f"{_W}char", ""), symbol.get(f"{_W}font", "")
    return shown_sign(int(code, 16), font=font) if re.fullmatch("[0-9A-Fa-f]{1,4}", code) else BULLET


def _with_signs(text: str, run: ET.Element) -> str:
    """The text with what its signs show, where it is set in a symbol font."""
    fonts = run.find(f"{_W}rPr/{_W}rFonts")
    font = "" if fonts is None else fonts.get(f"{_W}ascii", "")
    if not is_symbol_font(font):
        return text
    return _PRIVATE.sub(lambda found: shown_sign(ord(found[0]), font=font), text)


def _is_hidden(run: ET.Element) -> bool:
    return _is_on(run.find(f"{_W}rPr/{_W}vanish"))


def _form_field(data: ET.Element) -> str:
    """A box that is ticked or not, or what was chosen of a list; "" for what is in the text."""
    box, chosen = data.find(f"{_W}checkBox"), data.find(f"{_W}ddList")
    if box is not None:
        checked = box.find(f"{_W}checked")
        return "☒" if _is_on(box.find(f"{_W}default") if checked is None else checked) else "☐"
    if chosen is None:
        return ""
    entries = [entry.get(f"{_W}val", "") for entry in chosen.iterfind(f"{_W}listEntry")]
    result = chosen.find(f"{_W}result")
    at = result.get(f"{_W}val", "0") if result is not None else "0"
    return entries[int(at)] if at.isdecimal() and int(at) < len(entries) else ""


def _is_on(switch: ET.Element | None) -> bool:
    return switch is not None and switch.get(f"{_W}val", "1") not in ("0", "false", "off")


_TEXT = frozenset({f"{_W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"})
_CHARACTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}ptab": "\t", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
