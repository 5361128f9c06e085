"""Content types of documents: what is taken, and what a file is when its sender does not say.

Browsers leave the type empty where no program is registered for a file (Windows without Word, every HEIC).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from chalicelib.documents.plain_text import decoded_text

ContentType = Literal["application/pdf", "text/plain", "image/png", "image/jpeg"]
CONTENT_TYPES: tuple[str, ...] = get_args(ContentType)

SEARCHED_BYTES = 1024
"""A PDF may begin this late (ISO 32000-1, annex H.3.4.1); programs put a few bytes before it."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How files of one content type are recognised: by the endings of their names, or by their bytes."""

    content_type: ContentType
    endings: tuple[str, ...]
    recognises: Callable[[bytes], bool]


KINDS = (
    Kind(
        content_type="image/png", endings=("png",), recognises=lambda content: content.startswith(b"\x89PNG\r\n\x1a\n")
    ),
    Kind(
        content_type="image/jpeg",
        endings=("jpg", "jpeg", "jpe", "jfif"),
        recognises=lambda content: content.startswith(b"\xff\xd8\xff"),
    ),
    Kind(
        content_type="application/pdf",
        endings=("pdf",),
        recognises=lambda content: b"%PDF-" in content[:SEARCHED_BYTES],
    ),
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
    """The content type that the ending of this name stands for; None when no kind has it."""
    before, _, ending = file_name.rpartition(".")
    found = (kind.content_type for kind in KINDS if ending.strip().lower() in kind.endings)
    return next(found, None) if before else None


def type_of_bytes(content: bytes) -> ContentType | None:
    """The content type of these bytes; None when no kind recognises them."""
    return next((kind.content_type for kind in KINDS if kind.recognises(content)), None)
