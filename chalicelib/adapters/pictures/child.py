"""The process that opens a picture: `python -m chalicelib.adapters.pictures.child ARGUMENTS < FILE`.

ARGUMENTS is JSON: `task` ("check" or "picture") and what it needs. Writes a line about the file, then one for each
page: a TIFF may have several. Every page is decoded to its last pixel: what no model can open is known before a call.
"""

from __future__ import annotations

import base64
import io
import sys
import warnings
from typing import Any

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from chalicelib.adapters.decoder_process import begin, write_line

MOST_PIXELS = 120_000_000
MOST_PICTURE_BYTES = 3_500_000
QUALITIES = (85, 75, 60, 45)
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP")
PAPER = "white"
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I")
_TWO_BYTES_TO_ONE = 257
_TWO_BYTES = 65_535
_PNG = b"\x89PNG\r\n\x1a\n"
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})


def main() -> None:
    """Open the picture and do the task page by page."""
    arguments, content = begin(sys.argv[1])
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(without_texts(content)), formats=_formats(content)) as image:
            count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            write_line({"count": count})
            _tell_pages(image, count, arguments)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        write_line({"problem": "large"})
    except UnidentifiedImageError:
        write_line({"problem": "unknown"})
    except Exception:  # noqa: BLE001  # Pillow raises anything for what is damaged
        write_line({"problem": "damaged"})


def _tell_pages(image: Any, count: int, arguments: dict[str, Any]) -> None:
    wanted = arguments.get("pages") or range(1, min(count, arguments.get("last", count)) + 1)
    for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
        if number > max(wanted):
            return
        if number not in wanted:
            continue
        if arguments["task"] == "check":
            frame.load()
            write_line({"page": number})
        else:
            jpeg, width, height = upright_jpeg(frame, longest=arguments["longest"])
            write_line({"page": number, "jpeg": base64.b64encode(jpeg).decode(), "width": width, "height": height})


def upright_jpeg(image: Any, *, longest: int) -> tuple[bytes, int, int]:
    """A JPEG that every model and browser opens, turned as the camera was held, with its width and height in pixels."""
    if image.format in ("JPEG", "MPO"):
        image.draft("RGB", (longest, longest))  # decodes at a half, a quarter or an eighth
    image.load()
    if image.mode in _SIXTEEN_BITS or image.mode == "F":
        image = _one_byte_a_pixel(image)
    image.thumbnail((longest, longest), reducing_gap=2.0)
    shown = _on_paper(ImageOps.exif_transpose(image))
    content = b""
    for quality in QUALITIES:
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=quality)
        content = out.getvalue()
        if len(content) <= MOST_PICTURE_BYTES:
            break
    return content, *shown.size


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


def _one_byte_a_pixel(image: Any) -> Any:
    """A picture of more levels in 256: of the range that two bytes have, or of its own where that is another."""
    low, high = image.getextrema()
    if image.mode != "F" and high <= _TWO_BYTES:
        return image.point(lambda value: value / _TWO_BYTES_TO_ONE).convert("L")
    if image.mode != "F":
        image = image.convert("F")
    spread = max(high - low, 1e-9)
    return image.point(lambda value: value * (255 / spread) + (-low * 255 / spread)).convert("L")


def _on_paper(image: Any) -> Any:
    """Transparent places are white; all colours are RGB."""
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    paper = Image.new("RGB", image.size, PAPER)
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper


def _formats(content: bytes) -> tuple[str, ...]:
    """The kinds of file that are tried, by content: a name that is not registered would be a KeyError."""
    if content[4:8] != b"ftyp":
        return FORMATS
    from pi_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    return ("HEIF",)


if __name__ == "__main__":
    main()
