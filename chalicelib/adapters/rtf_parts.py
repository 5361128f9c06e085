"""An RTF with all that a reader of its print sees in one flow, and nothing else: what the converter to text expects.

Heads and feet of pages, notes, comments and text boxes stand in groups of their own, which the converter skips; hidden
and deleted text stands among the other and is only marked.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'[0-9a-fA-F]{2}|\\[^a-z]|[{}]|[^\\{}]+|\\", re.DOTALL)
_BINARY = re.compile(rb"\\bin(\d{1,9}) ?")
_IN_PLACE = frozenset({"header", "headerl", "headerr", "headerf", "shptxt", "dptxbxtext"})
_AT_THE_END = frozenset({"footnote", "annotation", "footer", "footerl", "footerr", "footerf"})
_PARTS = _IN_PLACE | _AT_THE_END
_DRAWINGS = frozenset({"shp", "do"})
_UNSEEN = ("v", "deleted")
_FIELD, _FORM_FIELD = "fldinst", "formfield"
_BOX, _LIST = "1", "2"
_KIND = re.compile(r"\\fftype(\d)")
_RESULT, _DEFAULT = re.compile(r"\\ffres(\d{1,9})"), re.compile(r"\\ffdefres(\d{1,9})")
_UNCHANGED = 25
"""The result of a field that nobody has touched."""
_ENTRY = re.compile(r"\{\\\*\\ffl ?([^{}]*)\}")
_TICKED, _NOT_TICKED = r"{\uc1\u9746?}", r"{\uc1\u9744?}"


class _Group:
    """A group that is open: where it starts in what is kept, the parts lifted out of it, and how its text is set."""

    def __init__(self, start: int, outer: _Group | None) -> None:
        self.start = start
        self.parts: list[str] = []
        self.name = ""
        self.font: str = outer.font if outer else ""
        self.unseen: frozenset[str] = outer.unseen if outer else frozenset()


class _Flow:
    """What is kept so far."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._groups = [_Group(0, None)]
        self._at_the_end: dict[str, None] = {}
        self._in_place: set[str] = set()

    def add(self, token: re.Match[str]) -> None:
        """Take in one token."""
        if token[0] == "{":
            self._groups.append(_Group(len(self.kept), self._groups[-1]))
            self.kept.append("{")
        elif token[0] != "}":
            self._add_inside(self._groups[-1], token)
        elif len(self._groups) > 1:
            self._close(self._groups.pop())

    def end(self) -> str:
        """All that is kept; a file may end before its groups do."""
        lifted = [part for group in self._groups for part in group.parts]
        body = "".join([*self.kept, *lifted])
        cut = body.rfind("}") if body.rstrip().endswith("}") else len(body)
        return body[:cut] + "".join(self._at_the_end) + body[cut:]

    def _add_inside(self, group: _Group, token: re.Match[str]) -> None:
        word, number = token[1], token[2]
        if word in _PARTS and not group.name:
            group.name = word
            del self.kept[group.start :]  # also the mark of what may be skipped
            self.kept.append("{")
            return
        group.name = group.name or word or ""
        if word in _UNSEEN:
            group.unseen = group.unseen - {word} if number == "0" else group.unseen | {word}
        elif word == "plain":
            group.unseen = frozenset()
        elif word == "f":
            group.font = token[0]
        elif group.unseen and word in (None, "u") and token[0] != "\\*":
            return
        self.kept.append(token[0])

    def _close(self, group: _Group) -> None:
        if group.name in _DRAWINGS:
            self.kept[group.start :] = group.parts
            return
        if group.name == _FORM_FIELD:
            field = next((one for one in reversed(self._groups) if one.name == _FIELD), group)
            field.parts.append(_value_of("".join(self.kept[group.start :])))
        if group.name == _FIELD:
            self.kept += ["}", *group.parts]
            return
        if group.name not in _PARTS:
            self.kept.append("}")
            return
        # A part begins and ends a line, in the font that was set around it.
        part = "".join(["{", group.font, "\\par ", *self.kept[group.start + 1 :], "\\par }"])
        del self.kept[group.start :]
        if group.name in _AT_THE_END:
            self._at_the_end[part] = None
        elif part not in self._in_place:
            self._in_place.add(part)
            drawing = next((one for one in self._groups if one.name in _DRAWINGS), None)
            (drawing.parts if drawing else self.kept).append(part)


def _value_of(form_field: str) -> str:
    """A box that is ticked or not, or what was chosen of a list, as RTF; "" for what stands in the text."""
    kind = _KIND.search(form_field)
    numbers = [int(found[1]) for found in (_RESULT.search(form_field), _DEFAULT.search(form_field)) if found]
    result = next((number for number in numbers if number != _UNCHANGED), 0)
    if kind and kind[1] == _BOX:
        return _TICKED if result else _NOT_TICKED
    entries = _ENTRY.findall(form_field) if kind and kind[1] == _LIST else []
    return f"{{{entries[result]}}}" if result < len(entries) else ""


def in_one_flow(rtf: str) -> str:
    """The RTF with its parts among its text: notes and feet at its end, the others where they are; each said once."""
    flow = _Flow()
    for token in _TOKEN.finditer(rtf):
        flow.add(token)
    return flow.end()


def without_binary(rtf: bytes) -> bytes:
    """The RTF without bytes that are none of its text."""
    kept, position = [], 0
    while found := _BINARY.search(rtf, position):
        kept.append(rtf[position : found.start()])
        position = found.end() + int(found[1])
    return b"".join([*kept, rtf[position:]])
