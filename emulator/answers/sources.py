"""What the model was given to read: the fenced documents and the call of a prompt, line by line.

Text outside every fence is read only when the prompt has no fence at all: instructions are not evidence.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import msgspec

CALL_ID, TEXT_ID = "call", "text"
PICTURE = "[a picture of the page]"
LONGEST_QUOTE_CHARACTERS = 240
_TAG = re.compile(r"<(/?)(document|page|call|tool)((?:\s+\w+=\"[^\"]*\")*)\s*>")
_ATTRIBUTE = re.compile(r"(\w+)=\"([^\"]*)\"")
_SPOKEN = re.compile(r"^\s*(?:AI|Assistant|Bot|User|Customer|Caller)\s*:", re.IGNORECASE | re.MULTILINE)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a source."""

    source_id: str
    page: int
    text: str

    def quote(self, around: str = "") -> str:
        """The line verbatim; of a long one, whole words around `around`."""
        whole = self.text
        if len(whole) <= LONGEST_QUOTE_CHARACTERS:
            return whole
        middle = max(whole.find(around), 0) + len(around) // 2
        start = max(0, min(middle - LONGEST_QUOTE_CHARACTERS // 2, len(whole) - LONGEST_QUOTE_CHARACTERS))
        cut = whole[start : start + LONGEST_QUOTE_CHARACTERS]
        if start:
            cut = cut[cut.find(" ") + 1 :]
        return cut[: cut.rfind(" ")] if start + LONGEST_QUOTE_CHARACTERS < len(whole) else cut


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A document or the call."""

    id: str
    name: str
    lines: tuple[Line, ...]

    @property
    def is_call(self) -> bool:
        return self.id == CALL_ID


def read_sources(text: str) -> tuple[Source, ...]:
    """The fenced sources of a prompt in order; pages of one document that stand apart are put together."""
    found: dict[str, tuple[str, list[Line]]] = {}
    for source_id, name, page, raw in _pieces(text):
        found.setdefault(source_id, (name, []))[1].extend(_lines(source_id, page, raw))
    return tuple(Source(id=key, name=name, lines=tuple(lines)) for key, (name, lines) in found.items())


def _pieces(text: str) -> list[tuple[str, str, int, str]]:
    """(source id, name, page, text) of every stretch of text inside a fence, or of all when there is no fence."""
    tags = list(_TAG.finditer(text))
    if not tags:
        source_id = CALL_ID if len(_SPOKEN.findall(text)) > 1 else TEXT_ID
        return [(source_id, "", 1, text)] if text.strip() else []
    pieces: list[tuple[str, str, int, str]] = []
    source_id, name, page = "", "", 1
    for tag, following in zip(tags, [*tags[1:], None], strict=True):
        attributes = {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(tag.group(3))}
        closes = bool(tag.group(1))
        if tag.group(2) == "page":
            page = page if closes else int(attributes.get("number") or 1)
        elif tag.group(2) != "tool":
            source_id, page = ("", 1) if closes else (attributes.get("id") or tag.group(2), 1)
            name = attributes.get("name", "")
        inside = text[tag.end() : following.start() if following else len(text)]
        if source_id:
            pieces.append((source_id, name, page, inside))
    return pieces


def _lines(source_id: str, page: int, text: str) -> Iterable[Line]:
    for raw in text.splitlines():
        if raw.strip():
            yield Line(source_id=source_id, page=page, text=raw.strip())
