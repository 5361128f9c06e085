"""Text of an HTML page: what a browser shows, values of forms included; without scripts and what is hidden."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from chalicelib.adapters.office_problems import UNREADABLE, Unreadable
from chalicelib.documents.plain_text import decoded_text, without_controls
from chalicelib.documents.turned import in_reading_order

_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,500}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NO_VALUE = frozenset({"hidden", "password", "submit", "button", "reset", "image", "file"})
_TICKS = frozenset({"checkbox", "radio"})
MOST_CELL_CHARACTERS = 300
_ROW, _CELL, _TABLE = "\x1d", "\x1e", "\x1f"
"""Where a row and a cell begin, and where either ends because a table begins or ends: no characters of a decoded text
(see `without_controls`)."""
_BOUNDS = {"tr": f"\n{_ROW}", "table": f"\n{_TABLE}"}
_ROW_OF_CELLS = re.compile(f"{_ROW}([^{_ROW}{_TABLE}]*)")
_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre search section summary table "
    "tbody tfoot thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
"""What a browser sets on lines of its own: nothing before or after it stands on the same line (HTML, 15.3)."""
_SECTIONS = frozenset({"tbody", "tfoot", "thead"})
_CELLS = frozenset({"td", "th"})
_ITEMS = frozenset({"dt", "dd"})
_END_UNSAID = {
    "p": (_BLOCKS | _CELLS, frozenset[str]()),
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "tr": (_SECTIONS | {"tr"}, frozenset({"table"})),
    "option": (frozenset({"option", "optgroup"}), frozenset({"select"})),
    **dict.fromkeys(_CELLS, (_CELLS | _SECTIONS | {"tr"}, frozenset({"table"}))),
    **dict.fromkeys(_ITEMS, (_ITEMS, frozenset({"dl"}))),
}
"""What ends without an end tag of its own: the elements that end it where they begin, and those inside of which they do
not."""


def html_text(content: bytes) -> str:
    """The text of a page. Raises: Unreadable."""
    return in_reading_order(shown_text(_decoded(content)))


def shown_text(source: str) -> str:
    """What is shown of HTML, a line for each block."""
    parser = _HtmlText()
    parser.feed(source)
    parser.close()
    text = _ROW_OF_CELLS.sub(_line_of_row, "".join(parser.parts)).replace(_TABLE, "").replace(_CELL, "  ")
    return re.sub(r"[ \t]*\n\s*", "\n", text).strip()


def _line_of_row(row: re.Match[str]) -> str:
    """The cells on one line, as they are shown, however their words are set inside; of a table that only lays out a
    page they stay as they are."""
    cells = [[line.strip() for line in cell.split("\n") if line.strip()] for cell in row[1].split(_CELL)]
    filled = [" / ".join(lines) for lines in cells if lines]
    if len(filled) > 1 and all(len(cell) <= MOST_CELL_CHARACTERS for cell in filled):
        return "\n" + "  ".join(filled) + "\n"
    return row[1].replace(_CELL, "  ")


class _HtmlText(HTMLParser):
    _UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "datalist"})
    _OF_A_HEAD = frozenset({"base", "link", "meta", "noscript", "script", "style", "template", "title"})
    """A head has no other elements: it ends where another begins."""
    _BREAKS = frozenset({*_BLOCKS, "br"})
    _AS_WRITTEN = frozenset({"pre", "textarea", "listing", "xmp"})
    _WITHOUT_END = frozenset(
        {"br", "img", "input", "hr", "meta", "link", "col", "area", "base", "source", "wbr", "embed"}
    )
    _PARENTS = frozenset({"select", "table", "tbody", "tr", "div", "ul", "ol", "dl", "body", "html"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        """The element that hides, and those inside that may say where it ends."""
        self._as_written = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if self._hidden and self._ends_unsaid(tag):
            self._hidden = []
        if self._hidden:
            self._hidden += [tag] if tag == self._hidden[0] or tag in self._PARENTS else []
            return
        if self._is_hidden(tag, values):
            self._hidden = [] if tag in self._WITHOUT_END else [tag]
        elif tag in ("td", "th"):
            self.parts.append(_CELL)
        elif tag in self._BREAKS:
            self.parts.append(_BOUNDS.get(tag, "\n"))
        elif tag in ("input", "select", "textarea"):
            self.parts.append(f" {_value(values) if tag == 'input' else ''} ")
        self._as_written += tag in self._AS_WRITTEN and not self._hidden

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        elif self._hidden and self._hidden[0] in _END_UNSAID and tag in self._PARENTS:
            self._hidden = []
        elif not self._hidden and tag in _BLOCKS:
            self.parts.append(f"{_TABLE}\n" if tag in _BOUNDS else "\n")
        if not self._hidden and tag in self._AS_WRITTEN:
            self._as_written = max(0, self._as_written - 1)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data if self._as_written else re.sub(r"\s+", " ", data))

    def _ends_unsaid(self, tag: str) -> bool:
        """Whether what hides ends here without an end tag of its own, as many elements may."""
        hiding = self._hidden[0]
        if hiding == "head":
            return tag not in self._OF_A_HEAD
        ends, scopes = _END_UNSAID.get(hiding, (frozenset(), frozenset()))
        return tag in ends and scopes.isdisjoint(self._hidden)

    def _is_hidden(self, tag: str, values: dict[str, str]) -> bool:
        return (
            tag in self._UNSEEN
            or "hidden" in values
            or (tag == "option" and "selected" not in values)
            or _HIDDEN_STYLE.search(values.get("style", "")) is not None
        )


def _value(values: dict[str, str]) -> str:
    kind = values.get("type", "text").lower()
    if kind in _TICKS:
        return "☒" if "checked" in values else "☐"
    return "" if kind in _NO_VALUE else values.get("value", "")


def _decoded(content: bytes) -> str:
    """By what the bytes are, as UTF-8 says of itself; only then by what the page says. Raises: Unreadable."""
    declared = _CHARSET.search(content[:2048])
    text = decoded_text(content, declared=declared[1].decode("ascii") if declared else None)
    if text is None:
        raise Unreadable(UNREADABLE)
    return without_controls(text)
