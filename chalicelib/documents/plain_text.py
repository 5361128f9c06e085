"""Which characters do these bytes stand for? Unicode when they say so or can be, else the Hebrew of older programs.

A few wrong bytes, as where two files were joined or a program cut a letter, do not make Unicode something else.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from chalicelib.documents.sense import with_hebrew_restored

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16, so it is looked for first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WITHOUT_A_MARK = ("windows-1255", "iso-8859-8")
_OTHER_NAMES = {"iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "x-mac-hebrew": "windows-1255"}
_WESTERN = "windows-1252"
_WESTERN_NAMES = frozenset({"cp1252", "iso8859-1", "iso8859-15"})
_ACCENTED = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ffŒœŠšŽžŸ"
_ACCENT_INSIDE = re.compile(f"[A-Za-z][{_ACCENTED}]|[{_ACCENTED}][A-Za-z]")
_ONLY_ACCENTS = re.compile(f"(?<![A-Za-z{_ACCENTED}])[{_ACCENTED}]{{2,}}(?![A-Za-z{_ACCENTED}])")
_RARE = ("utf-16-le", "utf-16-be", "cp862", "windows-1251")
"""Without a mark; the Hebrew of DOS; Russian, whose commonest letters are none in the Hebrew code page."""
_EXPECTED = {
    "utf-16-le": re.compile("[\u0590-\u05ff\u0400-\u04ff\u00a0-\u00ff\u2010-\u2026\u20aa\u20ac]"),
    "utf-16-be": re.compile("[\u0590-\u05ff\u0400-\u04ff\u00a0-\u00ff\u2010-\u2026\u20aa\u20ac]"),
    "cp862": re.compile("[\u05d0-\u05ea]"),
    "windows-1251": re.compile("[\u0400-\u04ff]"),
}
_MOSTLY = 0.9

_LINE_END = re.compile(r"\r\n?|(?<=\S)[\x0b\x0c](?=\S)")
"""Also between the words around a line that was broken inside of a paragraph, and around the end of a page."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f-\x9f]")  # text may have form feeds, and an old end mark
_MOST_OF_THOSE = 0.01
_MOST_PADDING = 0.1
_WIDE_MARKS = tuple(mark for mark, encoding in _BYTE_ORDER_MARKS if encoding != "utf-8-sig")
CUT = "\ufffd"
_MOST_DAMAGED = 0.1
"""Of the characters beyond ASCII; text of another encoding would be damaged nearly everywhere."""


def decoded_text(content: bytes, *, declared: str | None = None) -> str | None:
    """The text with "\\n" between its lines; None when the bytes are no text.

    `declared` is what the file says of itself: it counts where the bytes are neither marked nor UTF-8, for some lie.
    """
    marked = [encoding for mark, encoding in _BYTE_ORDER_MARKS if content.startswith(mark)]
    stripped = content if content.startswith(_WIDE_MARKS) else content.rstrip(b"\0")
    unicode = marked[0] if marked else "utf-8"
    for encoding in marked[:1] or _candidates(stripped, declared):
        try:
            text = _decoded(stripped, encoding)
        except UnicodeDecodeError:
            damaged = _with_damage(stripped, encoding) if encoding == unicode else None
            if damaged is None:
                continue
            text = damaged
        if not _is_binary(text):
            return with_hebrew_restored(without_controls(text))
        break
    return None if marked else _of_older_programs(content)


def _candidates(content: bytes, declared: str | None) -> Iterator[str]:
    """What text without a mark may be, the likeliest first."""
    yield "utf-8"
    yield from (name for name in _known(declared) if name not in _WESTERN_NAMES or not _is_hebrew(content))
    if _is_western(content):
        yield _WESTERN
    yield from _WITHOUT_A_MARK


def _is_western(content: bytes) -> bool:
    """True when letters beyond ASCII stand inside of Latin words ("opéré"), and never are words of their own, as Hebrew
    ones are; the same bytes are letters of both."""
    text = content.decode(_WESTERN, "replace")
    return _ACCENT_INSIDE.search(text) is not None and _ONLY_ACCENTS.search(text) is None


def _is_hebrew(content: bytes) -> bool:
    """True when letters beyond ASCII are words of their own and never inside of Latin ones: many mails and pages in
    Hebrew say that they are Western."""
    text = content.decode(_WESTERN, "replace")
    return _ONLY_ACCENTS.search(text) is not None and _ACCENT_INSIDE.search(text) is None


def _known(declared: str | None) -> tuple[str, ...]:
    """The name that Python has for a charset; none for one that nobody knows, or that is said of what is not in it."""
    name = (declared or "").lower()
    try:
        found = codecs.lookup(_OTHER_NAMES.get(name, name)).name
    except LookupError:
        return ()
    return () if found in ("ascii", "utf-8") or not codecs.lookup(found)._is_text_encoding else (found,)


def _of_older_programs(content: bytes) -> str | None:
    """Text in an encoding that is rare, when nearly all its letters are of the scripts that it is for."""
    for encoding in _RARE:
        text = content.decode(encoding, "replace")
        foreign = [character for character in text if character >= "\x80"]
        expected = len(_EXPECTED[encoding].findall(text))
        if text.count(CUT) <= 1 and expected >= _MOSTLY * len(foreign) and not _is_binary(text.rstrip("\0")):
            return without_controls(text.rstrip("\0"))
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


def _with_damage(content: bytes, encoding: str) -> str | None:
    """Text in this Unicode of which a few bytes are wrong, each as U+FFFD; None when too many are."""
    text = content.decode(encoding, "replace")
    foreign = sum(character >= "\x80" for character in text)
    return text if text.count(CUT) <= _MOST_DAMAGED * foreign else None


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
