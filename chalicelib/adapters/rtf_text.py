"""Text of an RTF, of any code page that it names."""

from __future__ import annotations

import re
from collections.abc import Callable

from chalicelib.adapters.office_problems import UNREADABLE, Unreadable
from chalicelib.adapters.rtf_parts import in_one_flow, without_binary

_EIGHT_BITS = re.compile(rb"[\x80-\xff]")
_CELL_END = re.compile(rb"\\(?:nest)?cell(?![a-z])")
_PICTURE = b"\\pict"
_FONT_TABLE = b"{\\fonttbl"
_BRACE = re.compile(rb"[{}]")
_FONT = re.compile(rb"\\f(\d+)[^;]{0,500};")
_CHARSET = re.compile(rb"\\fcharset(\d+)")
_DEFAULT_FONT = re.compile(rb"\\deff(\d+)")
_OF_THE_FILE, _LATIN = b"1", b"0"
"""Charsets of fonts: the file's own code page, and the Western one."""


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
    fonts = _with_clear_fonts(without_binary(content))
    escaped = _EIGHT_BITS.sub(lambda found: b"\\'%02x" % found[0][0], fonts)
    try:
        to_text: Callable[..., str] = rtf_to_text
        return to_text(in_one_flow(_CELL_END.sub(rb"\\tab", escaped).decode("ascii")), errors="replace")
    except MemoryError:
        raise
    except Exception as exc:
        raise Unreadable(UNREADABLE) from exc


def _with_clear_fonts(rtf: bytes) -> bytes:
    """The RTF without fonts whose letters are those of the file's code page: for the converter, a font that says no
    charset has that of the next one, which then has none. The font to begin with is set where it is one of letters of
    its own."""
    start = rtf.find(_FONT_TABLE)
    end = _end_of_group(rtf, start) if start >= 0 else 0
    if not end:
        return rtf
    table, default = rtf[start:end], _DEFAULT_FONT.search(rtf, 0, start)
    charsets = {font[1]: found[1] for font in _FONT.finditer(table) if (found := _CHARSET.search(font[0]))}
    own = {font for font, charset in charsets.items() if charset != _OF_THE_FILE}
    clear = _FONT.sub(lambda font: font[0] if font[1] in own or not _is_closed(font[0]) else b"", table)
    is_set = default is not None and default[1] in own and charsets[default[1]] != _LATIN
    return rtf[:start] + clear + (b"\\f%s " % default[1] if default and is_set else b"") + rtf[end:]


def _end_of_group(rtf: bytes, start: int) -> int:
    """Where the group that begins at `start` is over; 0 when it has no end."""
    depth = 0
    for brace in _BRACE.finditer(rtf, start):
        depth += 1 if brace[0] == b"{" else -1
        if not depth:
            return brace.end()
    return 0


def _is_closed(font: bytes) -> bool:
    return font.count(b"{") == font.count(b"}")
