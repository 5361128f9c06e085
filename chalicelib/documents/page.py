"""Values of read files: lines with their boxes, pages, pictures, and the reader that every kind of file has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, Protocol

import msgspec

Box = tuple[float, float, float, float]
"""Left, top, right, bottom: 0 to 1 from the top left of the page as it is shown."""

LONGEST_SIDE_PIXELS = 2_000
MOST_PICTURE_BYTES = 3_500_000
"""What both providers take without scaling it down or refusing it."""

Doubt = Literal["scan", "nonsense", "unmapped", "signs", "drawn", "unread"]
"""Why a page has to be looked at, whatever its text says.

scan       a picture covers the page, or there is a picture and hardly any text
nonsense   its font has no usable map to characters; the text was dropped
unmapped   characters had to be guessed; the text may be right
signs      `<`, `>`, `≤` or `≥` on a line of Hebrew: the file does not say which way they point
drawn      stamps, ink or fields whose drawing no text describes
unread     it could not be read: damaged, too slow, or too large
"""


class Line(msgspec.Struct, frozen=True, array_like=True):
    """A line in reading order. `boxes[i]` is where `text[i]` is shown; a blank has the box of the gap."""

    text: str
    boxes: tuple[Box, ...]


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The text of one page, lines parted by "\\n"; pages count from 1. A model has to see one that `needs_image`."""

    number: int
    text: str
    needs_image: bool = False
    doubts: tuple[Doubt, ...] = ()


class Note(msgspec.Struct, frozen=True):
    """Something that a person should know of a file that was read: a stable code, and a sentence with what to do."""

    code: str
    message: str


def attachments_note(names: str) -> Note:
    """The note of a file that holds these others, named in a list."""
    return Note("document_has_attachments", f"It holds other files that were not read: {names}. Upload each of them.")


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """An upright picture that every model and browser opens. `width` and `height` in pixels; `points` is the size of
    the page it shows, where the file says it."""

    content: bytes
    width: int
    height: int
    content_type: str = "image/jpeg"
    points: tuple[float, float] | None = None


class FileText(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What could be read of one file. `problem` says why nothing could, and what to do (then `pages` is empty).

    `truncated` says that a limit cut it. `properties` is what the file says of itself, such as a PDF's title: no source
    for anything, but instructions may hide there.
    """

    pages: tuple[Page, ...] = ()
    problem: str | None = None
    truncated: bool = False
    properties: str = ""
    notes: tuple[Note, ...] = ()


class ReadLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one file is read. Beyond that its text is cut; a file of more bytes is a problem."""

    size_bytes: int = 20 * 1024 * 1024
    pages: int = 500
    characters: int = 2_000_000
    seconds: float = 96.0


class FileReader(Protocol):
    """Reads one kind of file. Nothing that a file contains makes it raise; `check` may."""

    def text(self, content: bytes, *, limits: ReadLimits, check: Callable[[], None]) -> FileText:
        """All pages, or the problem. `check` is called between pages and may raise to stop the reading."""

    def lines(self, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """The lines of these pages with their boxes; a page that cannot be read, or has no places, is left out."""

    def pictures(self, content: bytes, pages: Iterable[int], *, longest: int) -> Mapping[int, Picture]:
        """These pages as they are shown, at most `longest` pixels a side; one that cannot be made is left out."""
