"""Reader of plain text files: one page, Hebrew of older programs turned the right way round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from chalicelib.adapters.decoder_process import CHILD_MEMORY_BYTES
from chalicelib.adapters.office_files import OfficeReader
from chalicelib.documents.normalise import comparable
from chalicelib.documents.page import FileText, Line, Page, Picture, ReadLimits
from chalicelib.documents.plain_text import decoded_text
from chalicelib.documents.turned import in_reading_order

EMPTY = "The file is empty: upload it again."
NO_TEXT = "The file is not a text: upload it as what it is."
_MOST_BYTES_A_CHARACTER = 4
RTF = b"{\\rtf"
A_PDF = "The file is a PDF, not a text: upload it as application/pdf."


class TextFileReader:
    """The FileReader of texts; they have no places and no pictures."""

    def __init__(self, *, memory_bytes: int = CHILD_MEMORY_BYTES) -> None:
        self._rtf = OfficeReader("rtf", memory_bytes=memory_bytes)

    def text(self, content: bytes, *, limits: ReadLimits, check: Callable[[], None]) -> FileText:
        """See FileReader.text."""
        if content.startswith(b"%PDF-"):
            return FileText(problem=A_PDF)
        if content.startswith(RTF):  # many programs save RTF under the name of a text
            return self._rtf.text(content, limits=limits, check=check)
        # What is left out is behind the last character that is read, whatever the encoding.
        text = decoded_text(content[: _MOST_BYTES_A_CHARACTER * (limits.characters + 2)])
        if text is None:
            return FileText(problem=NO_TEXT)
        if not comparable(text):  # direction marks and hard blanks are no words
            return FileText(problem=EMPTY)
        return FileText(pages=(Page(number=1, text=in_reading_order(text)),))

    def lines(self, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """See FileReader.lines."""
        return {}

    def pictures(self, content: bytes, pages: Iterable[int], *, longest: int) -> Mapping[int, Picture]:
        """See FileReader.pictures."""
        return {}
