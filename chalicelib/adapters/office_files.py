"""Readers of Word documents, RTF, HTML and e-mail: text on one page, pictures inside a Word document as pages after it.

Nothing of these has places. What a person deleted in Word is left out, what was inserted is read; headers, footnotes,
text boxes and form fields too; the cells of a table's row are two blanks apart.
"""

from __future__ import annotations

import email
import email.policy
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from html.parser import HTMLParser

from chalicelib.adapters.pictures.reader import PictureReader
from chalicelib.documents.page import FileText, Line, Note, Page, Picture, ReadLimits
from chalicelib.documents.plain_text import decoded_text, without_controls

MOST_XML_BYTES = 50_000_000
MOST_PICTURES = 100
MOST_PICTURE_BYTES = 20 * 1024 * 1024

EMPTY = "The document has no words and no pictures: save it again, or export it as a PDF."
NO_WORD_FILE = "The file is not a Word document (.docx): save it as PDF (File, Save as, PDF) and upload that."
TOO_LARGE = "The Word document is too large to be read: save it as PDF and upload that."
UNREADABLE = "The file cannot be read: save it as PDF (File, Print, Save as PDF) and upload that."

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_PARTS = re.compile(r"word/(?:header\d*|document|footnotes|endnotes|footer\d*)\.xml")
_ORDER = ("header", "document", "footnotes", "endnotes", "footer")
_MEDIA = re.compile(r"word/media/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|webp|heic)", re.IGNORECASE)
_LEFT_OUT = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_MC}Fallback", f"{_W}pPr", f"{_W}rPr"})
_CHECKED = frozenset({"F0FE", "F078", "F0FD", "F052", "F051"})


class _Unreadable(Exception):
    """The file is not what its type says, or hostile; the message is the problem to show."""


class OfficeReader:
    """The FileReader of one kind of text with a format; `read` gives its text, its notes and its pictures."""

    def __init__(self, read: Callable[[bytes], tuple[str, tuple[Note, ...], tuple[bytes, ...]]]) -> None:
        self._read = read
        self._picture_reader = PictureReader()

    def text(self, content: bytes, *, limits: ReadLimits, check: Callable[[], None]) -> FileText:
        """See FileReader.text."""
        try:
            text, notes, pictures = self._read(content)
        except _Unreadable as problem:
            return FileText(problem=str(problem))
        shown = without_controls(text).strip()
        if not shown and not pictures:
            return FileText(problem=EMPTY, notes=notes)
        check()
        pages = [Page(number=1, text=shown)]
        for number in range(2, min(len(pictures) + 1, limits.pages) + 1):
            pages.append(Page(number=number, text="", needs_image=True, doubts=("scan",)))
        return FileText(pages=tuple(pages), notes=notes, truncated=len(pictures) + 1 > limits.pages)

    def lines(self, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """See FileReader.lines."""
        return {}

    def pictures(self, content: bytes, pages: Iterable[int], *, longest: int) -> Mapping[int, Picture]:
        """See FileReader.pictures: page 2 is the first picture inside."""
        try:
            _, _, inside = self._read(content)
        except _Unreadable:
            return {}
        found: dict[int, Picture] = {}
        for number in pages:
            if 2 <= number <= len(inside) + 1:
                picture = self._picture_reader.pictures(inside[number - 2], [1], longest=longest).get(1)
                found.update({} if picture is None else {number: picture})
        return found


def word_reader() -> OfficeReader:
    """Reads .docx."""
    return OfficeReader(_word)


def rtf_reader() -> OfficeReader:
    """Reads RTF, of any code page that it names."""
    return OfficeReader(lambda content: (rtf_text(content), (), ()))


def html_reader() -> OfficeReader:
    """Reads HTML; scripts, styles and what stands in the head are left out."""
    return OfficeReader(lambda content: (_html(_decoded(content)), (), ()))


def mail_reader() -> OfficeReader:
    """Reads an e-mail as it was saved (.eml); its attachments are named, not read."""
    return OfficeReader(_mail)


def rtf_text(content: bytes) -> str:
    """The text of an RTF. Raises: _Unreadable."""
    from striprtf.striprtf import rtf_to_text

    try:
        to_text: Callable[..., str] = rtf_to_text
        return to_text(content.decode("latin-1"), errors="replace")  # latin-1: bytes stay what they are
    except Exception as exc:
        raise _Unreadable(UNREADABLE) from exc


def _word(content: bytes) -> tuple[str, tuple[Note, ...], tuple[bytes, ...]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            names = sorted(filter(_PARTS.fullmatch, file.namelist()), key=_place)
            if "word/document.xml" not in names:
                raise _Unreadable(NO_WORD_FILE)
            parts = ["\n".join(_blocks(_xml(file, name))) for name in names]
            pictures = tuple(_pictures(file))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, RecursionError) as exc:
        raise _Unreadable(NO_WORD_FILE) from exc
    return "\n".join(dict.fromkeys(part for part in parts if part.strip())), (), pictures


def _place(name: str) -> tuple[int, str]:
    return next(place for place, part in enumerate(_ORDER) if part in name), name


def _pictures(file: zipfile.ZipFile) -> Iterator[bytes]:
    for info in [info for info in file.infolist() if _MEDIA.fullmatch(info.filename)][:MOST_PICTURES]:
        with file.open(info) as picture:
            content = picture.read(MOST_PICTURE_BYTES + 1)
        if len(content) <= MOST_PICTURE_BYTES:
            yield content


def _xml(file: zipfile.ZipFile, name: str) -> ET.Element:
    with file.open(name) as part:
        data = part.read(MOST_XML_BYTES + 1)  # a header may lie about the size
    if len(data) > MOST_XML_BYTES:
        raise _Unreadable(TOO_LARGE)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # no Word document has them: they are bombs or lead elsewhere
        raise _Unreadable(NO_WORD_FILE)
    try:
        return ET.fromstring(data)  # noqa: S314  # without entities there is nothing to expand
    except ET.ParseError as exc:
        raise _Unreadable(UNREADABLE) from exc


def _blocks(element: ET.Element) -> Iterator[str]:
    """The lines of the paragraphs and tables inside."""
    for child in element:
        if child.tag in _LEFT_OUT:
            continue
        if child.tag == f"{_W}p":
            yield from _paragraph(child)
        elif child.tag == f"{_W}tr":
            cells = [" / ".join(filter(str.strip, _blocks(cell))) for cell in child.iter(f"{_W}tc")]
            yield "  ".join(filter(None, cells))
        else:
            yield from _blocks(child)


def _paragraph(element: ET.Element) -> Iterator[str]:
    boxes: list[ET.Element] = []
    text = "".join(_runs(element, boxes))
    yield from text.split("\n")
    for box in boxes:
        yield from _blocks(box)


def _runs(element: ET.Element, boxes: list[ET.Element]) -> Iterator[str]:
    for child in element:
        if child.tag in _LEFT_OUT:
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag]
        elif child.tag == f"{_W}sym":
            yield "☒" if child.get(f"{_W}char", "").upper() in _CHECKED else "☐"
        elif child.tag == f"{_W}txbxContent":
            boxes.append(child)
        else:
            yield from _runs(child, boxes)


_CHARACTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


class _HtmlText(HTMLParser):
    _HIDDEN = frozenset({"script", "style", "head", "template", "noscript"})
    _BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in self._HIDDEN:
            self._hidden += 1
        elif tag in ("td", "th"):
            self.parts.append("  ")
        elif tag in self._BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN:
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def _html(text: str) -> str:
    parser = _HtmlText()
    parser.feed(text)
    parser.close()
    return re.sub(r"[ \t]*\n\s*", "\n", "".join(parser.parts)).strip()


def _decoded(content: bytes) -> str:
    text = decoded_text(content)
    if text is None:
        raise _Unreadable(UNREADABLE)
    return text


def _mail(content: bytes) -> tuple[str, tuple[Note, ...], tuple[bytes, ...]]:
    try:
        message = email.message_from_bytes(content, policy=email.policy.default)
        body = message.get_body(("plain", "html"))
        text = str(body.get_content()) if body else ""
        is_html = body is not None and body.get_content_subtype() == "html"
        head = "\n".join(f"{name}: {message[name]}" for name in ("From", "To", "Date", "Subject") if message[name])
        attached = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    except (LookupError, ValueError, TypeError, AttributeError) as exc:
        raise _Unreadable(UNREADABLE) from exc
    listed = ", ".join(without_controls(name)[:100] for name in attached)
    note = Note("document_has_attachments", f"It holds other files that were not read: {listed}. Upload each of them.")
    return f"{head}\n\n{_html(text) if is_html else text}", ((note,) if attached else ()), ()
