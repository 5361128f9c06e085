"""Content types of documents: what is taken, and what a file is when its sender does not say.

Browsers leave the type empty where no program is registered for a file (Windows without Word, every HEIC).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from chalicelib.documents.plain_text import decoded_text

ContentType = Literal[
    "application/pdf",
    "text/plain",
    "image/png",
    "image/jpeg",
    "image/heic",
    "image/heif",
    "image/webp",
    "image/tiff",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/rtf",
    "text/html",
    "message/rfc822",
]
CONTENT_TYPES: tuple[str, ...] = get_args(ContentType)

SEARCHED_BYTES = 1024
"""A PDF may begin this late (ISO 32000-1, annex H.3.4.1); programs put a few bytes before it."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How files of one content type are recognised: by the endings of their names, or by their bytes."""

    content_type: ContentType
    endings: tuple[str, ...]
    recognises: Callable[[bytes], bool]


def _brand(content: bytes) -> bytes:
    """The kind of a file of ISO's media format (ISO/IEC 14496-12); b"" of any other file."""
    return content[8:12] if content[4:8] == b"ftyp" else b""


_HEVC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis"})
_HEIF_BRANDS = frozenset({b"mif1", b"msf1"})
_WORD = re.compile(rb"word[/\\]document\d*\.xml")
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype html|<html[\s>])", re.DOTALL
)
_NUL_LETTERS = (b"\xff\xfe", b"\xfe\xff")
_MAIL = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}\r?\n")


def _narrow(content: bytes) -> bytes:
    """The ASCII letters of UTF-16 as one byte each."""
    return content[2:].replace(b"\0", b"") if content.startswith(_NUL_LETTERS) else content


KINDS = (
    Kind(
        content_type="image/png", endings=("png",), recognises=lambda content: content.startswith(b"\x89PNG\r\n\x1a\n")
    ),
    Kind(
        content_type="image/jpeg",
        endings=("jpg", "jpeg", "jpe", "jfif"),
        recognises=lambda content: content.startswith(b"\xff\xd8\xff"),
    ),
    Kind(content_type="image/heic", endings=("heic",), recognises=lambda content: _brand(content) in _HEVC_BRANDS),
    Kind(
        content_type="image/heif", endings=("heif", "hif"), recognises=lambda content: _brand(content) in _HEIF_BRANDS
    ),
    Kind(
        content_type="image/webp",
        endings=("webp",),
        recognises=lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP",
    ),
    Kind(
        content_type="image/tiff",
        endings=("tif", "tiff"),
        recognises=lambda content: content[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    ),
    Kind(
        content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        endings=("docx",),
        recognises=lambda content: content.startswith(b"PK\x03\x04") and _WORD.search(content) is not None,
    ),
    Kind(content_type="text/rtf", endings=("rtf",), recognises=lambda content: content.startswith(b"{\\rtf")),
    Kind(
        content_type="application/pdf",
        endings=("pdf",),
        recognises=lambda content: b"%PDF-" in content[:SEARCHED_BYTES],
    ),
    Kind(
        content_type="text/html",
        endings=("html", "htm"),
        recognises=lambda content: _HTML.match(_narrow(content[:SEARCHED_BYTES]).lower()) is not None,
    ),
    Kind(content_type="message/rfc822", endings=("eml",), recognises=lambda content: _MAIL.match(content) is not None),
    Kind(
        content_type="text/plain",
        endings=("txt", "text"),
        recognises=lambda content: decoded_text(content) is not None,
    ),
)
"""In the order in which bytes are tried: text last, because other formats are text too."""

ENDS_AS_A_KIND = r".\.({})\s*$".format(
    "|".join("".join(f"[{c}{c.upper()}]" for c in ending) for kind in KINDS for ending in kind.endings)
)
"""A name with an ending of one of the kinds, as a regular expression for descriptions."""


def type_of_name(file_name: str) -> ContentType | None:
    """The content type of the ending of this name; None when no kind has it."""
    before, _, ending = file_name.rpartition(".")
    found = (kind.content_type for kind in KINDS if ending.strip().lower() in kind.endings)
    return next(found, None) if before else None


def type_of_bytes(content: bytes) -> ContentType | None:
    """The content type of these bytes; None when no kind recognises them."""
    return next((kind.content_type for kind in KINDS if kind.recognises(content)), None)
