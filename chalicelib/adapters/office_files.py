"""Readers of Word documents, RTF, HTML and e-mail: text on one page, pictures inside a Word document as pages after it.

Nothing of these has places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from chalicelib.adapters.html_text import html_text
from chalicelib.adapters.mail_text import mail_text
from chalicelib.adapters.office_problems import EMPTY, UNREADABLE, Unreadable
from chalicelib.adapters.pictures.reader import PictureReader
from chalicelib.adapters.word_text import word_text
from chalicelib.documents.page import FileText, Line, Note, Page, Picture, ReadLimits
from chalicelib.documents.plain_text import without_controls

_EIGHT_BITS = re.compile(rb"[\x80-\xff]")
_CELL_END = re.compile(rb"\\(?:nest)?cell(?![a-z])")
_PICTURE = b"\\pict"
PICTURES_IN_RTF = "It holds pictures that were not read: save it as PDF and upload that too."


class OfficeReader:
    """The FileReader of one kind of text with a format; `read` gives its text, its notes and its pictures."""

    def __init__(self, read: Callable[[bytes], tuple[str, tuple[Note, ...], tuple[bytes, ...]]]) -> None:
        self._read = read
        self._picture_reader = PictureReader()

    def text(self, content: bytes, *, limits: ReadLimits, check: Callable[[], None]) -> FileText:
        """See FileReader.text."""
        try:
            text, notes, pictures = self._read(content)
        except Unreadable as problem:
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
        except Unreadable:
            return {}
        found: dict[int, Picture] = {}
        for number in pages:
            if 2 <= number <= len(inside) + 1:
                picture = self._picture_reader.pictures(inside[number - 2], [1], longest=longest).get(1)
                found.update({} if picture is None else {number: picture})
        return found


def word_reader() -> OfficeReader:
    """Reads .docx."""

    def read(content: bytes) -> tuple[str, tuple[Note, ...], tuple[bytes, ...]]:
        text, inside, pictures = word_text(content)
        return text, _not_read(inside), pictures

    return OfficeReader(read)


def rtf_reader() -> OfficeReader:
    """Reads RTF, of any code page that it names."""
    return OfficeReader(_rtf)


def html_reader() -> OfficeReader:
    """Reads HTML; scripts, styles, the head and what is hidden are left out."""
    return OfficeReader(lambda content: (html_text(content), (), ()))


def mail_reader() -> OfficeReader:
    """Reads an e-mail as it was saved (.eml), messages inside too; files in it are named, not read."""

    def read(content: bytes) -> tuple[str, tuple[Note, ...], tuple[bytes, ...]]:
        text, inside = mail_text(content)
        return text, _not_read(inside), ()

    return OfficeReader(read)


def rtf_text(content: bytes) -> str:
    """The text of an RTF. Raises: Unreadable."""
    from striprtf.striprtf import rtf_to_text

    # Letters as they are, which the standard does not know, are letters of the code page; cells end like columns.
    escaped = _EIGHT_BITS.sub(lambda found: b"\\'%02x" % found[0][0], content)
    try:
        to_text: Callable[..., str] = rtf_to_text
        return to_text(_CELL_END.sub(rb"\\tab", escaped).decode("ascii"), errors="replace")
    except Exception as exc:
        raise Unreadable(UNREADABLE) from exc


def _rtf(content: bytes) -> tuple[str, tuple[Note, ...], tuple[bytes, ...]]:
    text = rtf_text(content)
    if _PICTURE not in content:
        return text, (), ()
    if not text.strip():
        raise Unreadable(UNREADABLE)
    return text, (Note("document_has_attachments", PICTURES_IN_RTF),), ()


def _not_read(names: Iterable[str]) -> tuple[Note, ...]:
    listed = ", ".join(names)
    message = f"It holds other files that were not read: {listed}. Upload each of them."
    return (Note("document_has_attachments", message),) if listed else ()
