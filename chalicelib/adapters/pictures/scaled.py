"""A decoded picture, scaled and made a JPEG with little memory beside the decoder's own.

Only the decoder holds the picture at its full size: it is brought to RGB on white paper and made smaller in strips.
"""

from __future__ import annotations

import base64
import io
from typing import Any, Protocol

from PIL import Image, ImageOps

MOST_PICTURE_BYTES = 3_500_000
QUALITIES = (85, 75, 60, 45)
PAPER = "white"
STRIP_ROWS = 64
"""Of the smaller picture, at a time."""
SHARPNESS = 2
"""What is scaled with care is so many times larger than it will be; a cheap reduction goes before."""
ROOM_BYTES = 24_000_000
"""For what comes after scaling: the small picture, its JPEG, and the line that is written."""
_ORIENTATION = 0x0112
_MANY_LEVELS = ("I;16", "I;16B", "I;16L", "I", "F")
_TWO_BYTES = 65_535
_TWO_BYTES_TO_ONE = 257
_DECODER_THREADS = 1
"""More would each hold a tile, and a worker has a third of a processor."""


class Decoded(Protocol):
    """A picture of a file."""

    width: int
    height: int
    orientation: int
    """As EXIF counts: how the camera was held."""

    def load(self, *, longest: int) -> None:
        """Decode all of it, at a lower resolution where the decoder can and `longest` pixels a side still come out."""

    def strip(self, top: int, bottom: int) -> Any:
        """These rows of what was loaded, as a Pillow image of any mode."""


class PillowPicture:
    """A frame that Pillow has opened."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.width, self.height = frame.size
        self.orientation = 1
        self._levels: tuple[float, float] | None = None

    def load(self, *, longest: int) -> None:
        """See Decoded.load."""
        if self._frame.format in ("JPEG", "MPO"):
            share = min(1.0, SHARPNESS * longest / max(self._frame.size))
            sides = (max(1, int(self.width * share)), max(1, int(self.height * share)))
            self._frame.draft("RGB", sides)  # decodes at a half, a quarter or an eighth
        self._frame.load()
        self.width, self.height = self._frame.size
        self.orientation = _orientation(self._frame)
        if self._frame.mode in _MANY_LEVELS:
            self._levels = self._frame.getextrema()

    def strip(self, top: int, bottom: int) -> Any:
        """See Decoded.strip."""
        rows = self._frame.crop((0, top, self.width, bottom))
        return rows if self._levels is None else _one_byte_a_pixel(rows, *self._levels)


class HeicPicture:
    """The picture of a HEIC file. Pillow's plugin would copy the decoded pixels; turning is part of decoding."""

    orientation = 1

    def __init__(self, content: bytes) -> None:
        import pi_heif

        pi_heif.options.THUMBNAILS = False
        pi_heif.options.DECODE_THREADS = _DECODER_THREADS
        self._file = pi_heif.open_heif(io.BytesIO(content), convert_hdr_to_8bit=True)
        self.width, self.height = self._file.size
        self._rows: Any = None

    def load(self, *, longest: int) -> None:
        """See Decoded.load."""
        self._rows = memoryview(self._file.data)
        self.width, self.height = self._file.size

    def strip(self, top: int, bottom: int) -> Any:
        """See Decoded.strip."""
        mode, stride = self._file.mode, self._file.stride
        rows = self._rows[top * stride : bottom * stride]
        return Image.frombytes(mode, (self.width, bottom - top), rows, "raw", mode, stride)


def _orientation(frame: Any) -> int:
    """How the camera was held; upright where what the file says of it is damaged, as browsers take it."""
    try:
        return int(frame.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  # its parser raises anything, and the picture itself is sound
        return 1


def picture_line(picture: Decoded, *, longest: int) -> dict[str, Any]:
    """What is reported of a picture: a JPEG that every model and browser opens, upright, and its size in pixels."""
    picture.load(longest=longest)
    shown = _small(picture, longest=longest)
    shown.getexif()[_ORIENTATION] = picture.orientation
    shown = ImageOps.exif_transpose(shown)
    content = b""
    for quality in QUALITIES:
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=quality, exif=b"")
        content = out.getvalue()
        if len(content) <= MOST_PICTURE_BYTES:
            break
    return {"jpeg": base64.b64encode(content).decode(), "width": shown.width, "height": shown.height}


def ensure_room(picture: Decoded, *, longest: int) -> None:
    """Raise MemoryError when there is not enough for a loaded picture to be scaled."""
    rest = bytearray(ROOM_BYTES)
    _reduced(picture, longest=longest, strips=1)
    del rest


def _small(picture: Decoded, *, longest: int) -> Any:
    small = _reduced(picture, longest=longest)
    small.thumbnail((longest, longest), reducing_gap=None)
    return small


def _reduced(picture: Decoded, *, longest: int, strips: int | None = None) -> Any:
    """The picture at `SHARPNESS` times its size or more; only its first `strips`, if that says how many."""
    factor = max(1, int(max(picture.width, picture.height) / longest / SHARPNESS))
    reduced = Image.new("RGB", (-(-picture.width // factor), -(-picture.height // factor)))
    for row in range(0, reduced.height, STRIP_ROWS)[:strips]:
        top, bottom = row * factor, min((row + STRIP_ROWS) * factor, picture.height)
        reduced.paste(_on_paper(picture.strip(top, bottom)).reduce(factor), (0, row))
    return reduced


def _one_byte_a_pixel(image: Any, low: float, high: float) -> Any:
    """A picture of more levels in 256: of the range that two bytes have, or of its own where that is another."""
    if image.mode != "F" and high <= _TWO_BYTES:
        return image.point(lambda value: value / _TWO_BYTES_TO_ONE).convert("L")
    if image.mode != "F":
        image = image.convert("F")
    spread = max(high - low, 1e-9)
    return image.point(lambda value: value * (255 / spread) + (-low * 255 / spread)).convert("L")


def _on_paper(image: Any) -> Any:
    """All colours are RGB; transparent places are white."""
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    paper = Image.new("RGB", image.size, PAPER)
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper
