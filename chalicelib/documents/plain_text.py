"""Which characters do these bytes stand for? Unicode when they say so or can be, else the Hebrew of older programs."""

from __future__ import annotations

import codecs
import re

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16, so it is looked for first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WITHOUT_A_MARK = ("utf-8", "windows-1255", "iso-8859-8")

_LINE_END = re.compile("\r\n?")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f-\x9f]")  # text may have form feeds, and an old end mark
_MOST_OF_THOSE = 0.01
_MOST_PADDING = 0.1
_WIDE_MARKS = tuple(mark for mark, encoding in _BYTE_ORDER_MARKS if encoding != "utf-8-sig")
CUT = "\ufffd"


def decoded_text(content: bytes) -> str | None:
    """The text with "\\n" between its lines; None when the bytes are no text."""
    content = content.rstrip(b"\0") if not content.startswith(_WIDE_MARKS) else content
    marked = [encoding for mark, encoding in _BYTE_ORDER_MARKS if content.startswith(mark)]
    for encoding in marked[:1] or _WITHOUT_A_MARK:
        try:
            text = _decoded(content, encoding)
        except UnicodeDecodeError:
            continue
        return None if _is_binary(text) else without_controls(text)
    return None


def _decoded(content: bytes, encoding: str) -> str:
    """The text; a letter that the end of the file cuts is U+FFFD. Raises: UnicodeDecodeError."""
    if not encoding.startswith("utf-"):
        return content.decode(encoding)
    decoder = codecs.getincrementaldecoder(encoding)()
    text = decoder.decode(content)
    if not decoder.getstate()[0]:
        return text
    return text + CUT if text else content.decode(encoding)


def without_controls(text: str) -> str:
    """The text with "\\n" between its lines, without other control characters, and storable as UTF-8."""
    lines = _CONTROL.sub("", _LINE_END.sub("\n", text))
    # Half a surrogate pair is no character, and no JSON takes it.
    return lines if _is_storable(lines) else lines.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_binary(text: str) -> bool:
    """Some programs pad their fields with NUL bytes: a few of them, and of other controls, are still a text."""
    padding = text.count("\0")
    others = len(_NOT_IN_TEXT.findall(text)) - padding
    return padding > len(text) * _MOST_PADDING or others > len(text) * _MOST_OF_THOSE


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
