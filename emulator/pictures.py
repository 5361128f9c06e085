"""Whether a provider could decode a picture, and how large it is: by its structure, without decoding pixels."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_TABLES, _QUANTISATION, _SCAN = 0xC4, 0xDB, 0xDA
_LONE_MARKERS = frozenset({0x01, *range(0xD0, 0xDA)})

Size = tuple[int, int]


def pictures_in(value: Any) -> Iterator[str]:
    """The base64 of every picture in a request's messages, in either provider's form; a URL is none."""
    if isinstance(value, Mapping):
        source = value.get("source")
        if value.get("type") == "image" and isinstance(source, Mapping) and source.get("type") == "base64":
            yield str(source.get("data"))
        elif value.get("type") == "input_image" and str(value.get("image_url")).startswith("data:"):
            yield str(value["image_url"]).partition(",")[2]
        else:
            for member in value.values():
                yield from pictures_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from pictures_in(member)


def picture_size(encoded: str) -> Size | None:
    """Width and height in pixels, or None for what cannot be decoded."""
    try:
        data = base64.b64decode(encoded, validate=True)
        if data.startswith(_PNG):
            return _png_size(data)
        if data.startswith(b"\xff\xd8"):
            return _jpeg_size(data)
        if data[:6] in (b"GIF87a", b"GIF89a") and data.rstrip(b"\0").endswith(b";"):
            return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
        return (0, 0) if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) > 40 else None
    except (ValueError, IndexError, zlib.error):
        return None


def _png_size(data: bytes) -> Size | None:
    pixels, at, header = b"", len(_PNG), b""
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        content = data[at + 8 : at + 8 + length]
        header = content if kind == b"IHDR" else header
        pixels += content if kind == b"IDAT" else b""
        at += 12 + length
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    depth, colours, interlaced = header[8], header[9], header[12]
    row = 1 + (width * depth * _PNG_SAMPLES[colours] + 7) // 8 if colours in _PNG_SAMPLES else 0
    whole = interlaced or len(zlib.decompress(pixels)) >= row * height
    return (width, height) if row and width and height and whole else None


def _jpeg_size(data: bytes) -> Size | None:
    """The size of a JPEG of 8 bits a sample that has its tables and a scan."""
    size: Size | None = None
    seen: set[int] = set()
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF or data[at + 1] in (0x00, 0xFF, *_LONE_MARKERS):
            at += 1
            continue
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        seen.add(marker)
        if marker in _FRAMES and data[at + 4] == 8:
            size = int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        if marker == _SCAN:
            whole = {_TABLES, _QUANTISATION} <= seen and len(data) > at + 2 + length + 2
            return size if whole and size and all(size) else None
        at += 2 + length
    return None
