"""Text of an RTF, of any code page that it names."""

from __future__ import annotations

import re
from collections.abc import Callable

from chalicelib.adapters.office_problems import UNREADABLE, Unreadable
from chalicelib.adapters.rtf_parts import in_one_flow, without_binary

_EIGHT_BITS = re.compile(rb"[\x80-\xff]")
_CELL_END = re.compile(rb"\\(?:nest)?cell(?![a-z])")
_PICTURE = b"\\pict"


def rtf_text(content: bytes) -> tuple[str, bool]:
    """The text of an RTF, and whether it holds pictures, which are not read. Raises: Unreadable."""
    text = _text(content)
    has_pictures = _PICTURE in content
    if has_pictures and not text.strip():
        raise Unreadable(UNREADABLE)
    return text, has_pictures


def _text(content: bytes) -> str:
    from striprtf.striprtf import rtf_to_text

    # Letters as they are, which the standard does not know, are letters of the code page; cells end like columns.
    escaped = _EIGHT_BITS.sub(lambda found: b"\\'%02x" % found[0][0], without_binary(content))
    try:
        to_text: Callable[..., str] = rtf_to_text
        return to_text(in_one_flow(_CELL_END.sub(rb"\\tab", escaped).decode("ascii")), errors="replace")
    except MemoryError:
        raise
    except Exception as exc:
        raise Unreadable(UNREADABLE) from exc
