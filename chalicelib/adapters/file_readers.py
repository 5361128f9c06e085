"""The TextReader: each kind of file by its FileReader, loaded when the first file of that kind is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from chalicelib.adapters.decoder_process import MIB, WORKER_MEMORY_MB, child_memory_bytes
from chalicelib.cases.model import Document, DocumentText
from chalicelib.documents.page import LONGEST_SIDE_PIXELS, FileReader, FileText, Line, Picture, ReadLimits

if TYPE_CHECKING:
    from chalicelib.adapters.office_files import Kind

EMPTY = "The file is empty: upload it again."
TYPE_UNKNOWN = "The file is of a type that cannot be read: save it as PDF and upload that."


Maker = Callable[[int], FileReader]
"""Makes the reader of a content type; it is given the address space of a child process."""


def _pdf(memory_bytes: int) -> FileReader:
    from chalicelib.adapters.pdfium.reader import PdfReader

    return PdfReader(memory_bytes=memory_bytes)


def _text(memory_bytes: int) -> FileReader:
    from chalicelib.adapters.text_files import TextFileReader

    return TextFileReader(memory_bytes=memory_bytes)


def _picture(memory_bytes: int) -> FileReader:
    from chalicelib.adapters.pictures.reader import PictureReader

    return PictureReader(memory_bytes=memory_bytes)


def _office(kind: Kind) -> Maker:
    def make(memory_bytes: int) -> FileReader:
        from chalicelib.adapters.office_files import OfficeReader

        return OfficeReader(kind, memory_bytes=memory_bytes)

    return make


READERS: Mapping[str, Maker] = {
    "application/pdf": _pdf,
    "text/plain": _text,
    **dict.fromkeys(
        ("image/png", "image/jpeg", "image/heic", "image/heif", "image/webp", "image/tiff"),
        _picture,
    ),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _office("word"),
    "text/rtf": _office("rtf"),
    "text/html": _office("html"),
    "message/rfc822": _office("mail"),
}
"""How the reader of each content type is made."""


class FileReaders:
    """Reads documents by their content type, within `limits`, in a function of `memory_mb` (None: a worker's)."""

    def __init__(
        self,
        readers: Mapping[str, Maker] = READERS,
        *,
        limits: ReadLimits | None = None,
        memory_mb: int | None = None,
    ) -> None:
        self._makers = readers
        self._child_memory_bytes = child_memory_bytes(memory_mb or WORKER_MEMORY_MB)
        self._limits = limits or ReadLimits()
        self._made: dict[str, FileReader] = {}

    def read(
        self, document: Document, content: bytes, *, seconds: float = 60.0, check: Callable[[], None] = lambda: None
    ) -> DocumentText:
        """The document's pages, or the problem that kept them from being read."""
        limits = msgspec.structs.replace(self._limits, seconds=min(seconds, self._limits.seconds))
        found = self._read(document, content, limits, check)
        return _cut(
            DocumentText(
                document=document,
                pages=found.pages,
                problem=found.problem,
                truncated=found.truncated,
                properties=found.properties,
                notes=found.notes,
            ),
            limits.characters,
        )

    def lines(self, document: Document, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """The lines of these pages with their boxes."""
        reader = self._reader(document.content_type)
        return reader.lines(content, pages) if reader else {}

    def pictures(
        self, document: Document, content: bytes, pages: Iterable[int], *, longest: int = LONGEST_SIDE_PIXELS
    ) -> Mapping[int, Picture]:
        """These pages as they are shown."""
        reader = self._reader(document.content_type)
        return reader.pictures(content, pages, longest=longest) if reader else {}

    def _read(self, document: Document, content: bytes, limits: ReadLimits, check: Callable[[], None]) -> FileText:
        if not content:
            return FileText(problem=EMPTY)
        if len(content) > limits.size_bytes:
            size = f"{limits.size_bytes / MIB:.3g} MB"
            return FileText(problem=f"The file is larger than {size}: upload it in parts.")
        reader = self._reader(document.content_type)
        return reader.text(content, limits=limits, check=check) if reader else FileText(problem=TYPE_UNKNOWN)

    def _reader(self, content_type: str) -> FileReader | None:
        if content_type not in self._made and content_type in self._makers:
            self._made[content_type] = self._makers[content_type](self._child_memory_bytes)
        return self._made.get(content_type)


def _cut(text: DocumentText, characters: int) -> DocumentText:
    """The text up to the last character that may be read."""
    left = characters
    for index, page in enumerate(text.pages):
        if len(page.text) > left:
            last = msgspec.structs.replace(page, text=page.text[:left])
            return msgspec.structs.replace(text, pages=(*text.pages[:index], last), truncated=True)
        left -= len(page.text)
    return text
