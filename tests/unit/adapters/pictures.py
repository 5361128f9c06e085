"""Pictures for tests, made byte by byte: whole ones, to be damaged by the tests."""

from __future__ import annotations

import zlib


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk with its length and sum."""
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png(width: int = 2, height: int = 3) -> bytes:
    """A grey PNG; larger ones than the default have too few pixels in them."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    pixels = zlib.compress(b"\x00\x80\x80" * 3)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    """A JPEG segment with its length."""
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2, "big") + data


def jpeg(width: int = 2, height: int = 3, *, frame: int = 0xC0) -> bytes:
    """The segments of a grey JPEG; what stands in its tables and its scan is made up."""
    size = bytes((8,)) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes((1, 1, 0x11, 0))
    opening = b"\xff\xd8" + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00") + segment(0xDB, bytes(65))
    scan = segment(0xDA, bytes((1, 1, 0, 0, 63, 0))) + b"\x12\xff\x00\x34"
    return opening + segment(frame, size) + scan + b"\xff\xd9"
