"""Can a model open this picture? The structure of PNG and JPEG files, checked without decoding a pixel.

A provider refuses a whole request for one picture that it cannot open, so such a picture must not be sent.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from chalicelib.documents.page import FileText, Line, Page, Picture, ReadLimits

SIGNATURES = {"image/png": (b"\x89PNG\r\n\x1a\n", "PNG"), "image/jpeg": (b"\xff\xd8\xff", "JPEG")}
MOST_PIXELS_A_SIDE = 8_000
"""More is refused by Anthropic (Vision, "Evaluate image size")."""

DAMAGED = "The picture is damaged and cannot be opened: take it again, or export it again."
TOO_LARGE = f"The picture is more than {MOST_PIXELS_A_SIDE:,} pixels wide or high: upload a smaller copy."

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xDA)})  # these stand only inside and after scans
_MARKER = re.compile(rb"\xff+([^\xff])")


class _Damaged(Exception):
    """The file does not have the structure of its type."""


class PictureReader:
    """The FileReader of PNG and JPEG: one page that only a model can read."""

    def __init__(self, content_type: str) -> None:
        self._content_type = content_type

    def text(self, content: bytes, *, limits: ReadLimits, check: Callable[[], None]) -> FileText:
        """See FileReader.text."""
        problem = picture_problem(content, content_type=self._content_type)
        if problem is not None:
            return FileText(problem=problem)
        return FileText(pages=(Page(number=1, text="", needs_image=True, doubts=("scan",)),))

    def lines(self, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """See FileReader.lines."""
        return {}

    def pictures(self, content: bytes, pages: Iterable[int], *, longest: int) -> Mapping[int, Picture]:
        """See FileReader.pictures."""
        _, name = SIGNATURES[self._content_type]
        width, height = _png_size(content) if name == "PNG" else _jpeg_size(content)
        return {1: Picture(content=content, width=width, height=height, content_type=self._content_type)}


def picture_problem(content: bytes, *, content_type: str) -> str | None:
    """What keeps this PNG or JPEG from being opened, and what to do; None: nothing."""
    signature, name = SIGNATURES[content_type]
    if not content.startswith(signature):
        return f"The file is not a {name} image: upload it as what it is."
    try:
        width, height = _png_size(content) if name == "PNG" else _jpeg_size(content)
    except _Damaged:
        return DAMAGED
    if not width or not height:
        return DAMAGED
    return TOO_LARGE if max(width, height) > MOST_PIXELS_A_SIDE else None


def _png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG that is whole: its header, pixels and end, every chunk that matters with its sum.

    Source: Portable Network Graphics (W3C), 5 Datastream structure.
    """
    chunks = _chunks(content)
    kind, header = next(chunks, (b"", b""))
    if kind != b"IHDR" or len(header) != 13:
        raise _Damaged
    if b"IDAT" not in {kind for kind, _ in chunks}:
        raise _Damaged
    return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and data of each chunk up to the end's; data that are not needed to show the picture are not checked."""
    position, kind = len(SIGNATURES["image/png"][0]), b""
    while kind != b"IEND":
        size, kind = int.from_bytes(content[position : position + 4], "big"), content[position + 4 : position + 8]
        end = position + 8 + size
        if end + 4 > len(content):
            raise _Damaged
        is_critical = kind[:1].isupper()
        if is_critical and zlib.crc32(content[position + 4 : end]) != int.from_bytes(content[end : end + 4], "big"):
            raise _Damaged
        yield kind, content[position + 8 : end]
        position = end + 4


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height of a JPEG whose segments are whole and whose pixels come to an end.

    Source: ITU-T T.81, B.1 and B.2.
    """
    size: tuple[int, int] | None = None
    for marker, start, end in _segments(content):
        if marker in _START_OF_FRAME:
            frame = content[start:end]
            size = int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
        if marker == _START_OF_SCAN and content.find(bytes((0xFF, _END_OF_IMAGE)), end) < 0:
            raise _Damaged
    if size is None:
        raise _Damaged
    return size


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the data of each segment up to the first scan's header."""
    position, marker = 2, 0
    while marker != _START_OF_SCAN:
        found = _MARKER.match(content, position)
        if found is None:
            raise _Damaged
        marker, start = found[1][0], found.end() + 2
        end = found.end() + int.from_bytes(content[found.end() : start], "big")
        if marker in _WITHOUT_LENGTH or not start <= end <= len(content):
            raise _Damaged
        yield marker, start, end
        position = end
