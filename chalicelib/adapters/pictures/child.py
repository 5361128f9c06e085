"""The process that opens a picture: `python -m chalicelib.adapters.pictures.child ARGUMENTS < FILE`.

ARGUMENTS is JSON: `task` ("check" or "picture") and what it needs. Writes a line about the file, then one for each
page: a TIFF may have several. Every page is decoded to its last pixel: what no model can open is known before a call.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from PIL import Image, ImageSequence, UnidentifiedImageError

from chalicelib.adapters.decoder_process import begin, write_line
from chalicelib.adapters.pictures.scaled import Decoded, HeicPicture, PillowPicture, ensure_room, picture_line
from chalicelib.documents.page import LONGEST_SIDE_PIXELS

MOST_PIXELS = 120_000_000
LARGE_PIXELS = 15_000_000
"""When more than these cannot be opened, it may be for want of memory."""
_PNG = b"\x89PNG\r\n\x1a\n"
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_JPEG, _JPEG_SCAN, _JPEG_END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
_MORE = b"\x55" * 512
"""Taken for pixels where pixels are missing, and for nothing where none are."""
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP")


def main() -> None:
    """Open the picture and do the task page by page."""
    arguments, content = begin(sys.argv[1])
    for report in page_reports(content, arguments):
        write_line(report)


def picture_report(content: bytes, *, longest: int) -> Mapping[str, Any]:
    """What is reported of the first page of these bytes."""
    *_, last = page_reports(content, {"task": "picture", "pages": [1], "longest": longest})
    return last


def page_reports(content: bytes, arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A line about the file, and one for each page; a problem is "large", "unknown", "heavy" or "damaged"."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    opened = _Opened(content)
    try:
        yield from opened.reports(arguments)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        yield {"problem": "large"}
    except MemoryError:
        yield {"problem": "heavy"}
    except UnidentifiedImageError:
        yield {"problem": "heavy" if _webp_pixels(content) > LARGE_PIXELS else "unknown"}
    except Exception:  # noqa: BLE001  # decoders raise anything for what is damaged, and for memory they did not get
        yield {"problem": "heavy" if max(opened.pixels, _webp_pixels(content)) > LARGE_PIXELS else "damaged"}


class _Opened:
    """A file of pictures; `pixels` are those of its first one, once they are known."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.pixels = 0

    def reports(self, arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Raises: whatever the decoders raise."""
        if self._content[4:8] == b"ftyp":
            heic = HeicPicture(self._content)
            yield self._about(heic, count=1)
            yield from _page_report(heic, 1, arguments)
            return
        with Image.open(io.BytesIO(with_end(without_texts(self._content))), formats=FORMATS) as image:
            count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            yield self._about(PillowPicture(image), count=count)
            wanted: Iterable[int] = arguments.get("pages") or range(1, min(count, arguments.get("last", count)) + 1)
            for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                if number > max(wanted):
                    return
                if number in wanted:
                    yield from _page_report(PillowPicture(frame), number, arguments)

    def _about(self, picture: Decoded, *, count: int) -> Mapping[str, Any]:
        self.pixels = picture.width * picture.height
        if self.pixels > MOST_PIXELS:
            raise Image.DecompressionBombError
        return {"count": count, "heavy": self.pixels > LARGE_PIXELS}


def _page_report(picture: Decoded, number: int, arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if arguments["task"] == "check":
        picture.load(longest=LONGEST_SIDE_PIXELS)
        ensure_room(picture, longest=LONGEST_SIDE_PIXELS)
        yield {"page": number}
    else:
        yield {"page": number, **picture_line(picture, longest=arguments["longest"])}


def without_texts(content: bytes) -> bytes:
    """A PNG without the texts that programs put into it: Pillow refuses a picture for too many of them."""
    if not content.startswith(_PNG):
        return content
    kept, at = [_PNG], len(_PNG)
    while at + 8 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] not in _TEXTS:
            kept.append(content[at:end])
        at = end
    return b"".join(kept)


def with_end(content: bytes) -> bytes:
    """A JPEG with the mark of its end, which some cameras and mail programs leave out: every browser shows it, but
    Pillow takes it for damaged. One that lacks pixels too stays as it is."""
    if not content.startswith(_JPEG) or content.rfind(_JPEG_END) > content.rfind(_JPEG_SCAN):
        return content
    scan = content.rstrip(b"\xff")
    try:
        is_whole = _pixels(scan + _JPEG_END) == _pixels(scan + _MORE + _JPEG_END)
    except (OSError, SyntaxError, ValueError):
        return content
    return scan + _JPEG_END if is_whole else content


def _pixels(jpeg: bytes) -> bytes:
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        if not image.info.get("progressive"):  # the first pass of those has all that a small picture shows
            image.draft("RGB", (1, 1))
        return image.convert("L").tobytes()


def _webp_pixels(content: bytes) -> int:
    """The pixels that a WebP's head names; its decoder asks for all its memory before it says them."""
    head = content[:30]
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return 0
    match head[12:16]:
        case b"VP8X":
            width, height = (int.from_bytes(head[start : start + 3], "little") + 1 for start in (24, 27))
        case b"VP8L":
            packed = int.from_bytes(head[21:25], "little")
            width, height = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
        case _:
            width, height = (int.from_bytes(head[start : start + 2], "little") & 0x3FFF for start in (26, 28))
    return width * height


if __name__ == "__main__":
    main()
