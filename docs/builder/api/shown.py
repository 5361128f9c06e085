"""JSON as a reader wants to see it: long texts, lists and free structures cut, and nothing shown a second time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST_TEXT = 100
LONGEST_LINE = 116
MOST_ITEMS, MOST_OBJECTS = 2, 1
CUT = "…"
VOLATILE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z")
"""Ids and times: they differ in every answer and say nothing."""
ELSEWHERE = frozenset({"call_details", "final_document_analysis"})
"""Members that repeat what was sent, or a job's result."""
OF_A_CODE = frozenset({"type", "title", "status", "instance"})
"""What follows from a refusal's code and its request."""
BY_PATH = frozenset({"fields", "sections"})
"""Members that have a member of one kind for each field or section of a form: the first one is shown."""
FREE_FORM = {"form_7801": 1, "result": 3, "message": 3, "form_7801_analysis": 2, "analysis": 2, "artifact": 1}
"""Members without a fixed structure, and the depth at which they are cut. Everything else is shown whole."""


def shortened(value: Any, *, levels: int | None = None) -> Any:
    """The value with long texts and lists cut. `levels`: what may still be shown of a free member (None: in none)."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + CUT
    if levels == 0 and isinstance(value, dict | list):
        return CUT if value else value
    if isinstance(value, list):
        most = MOST_OBJECTS if any(isinstance(item, dict) for item in value) else MOST_ITEMS
        return [shortened(item, levels=_fewer(levels)) for item in value[:most]]
    if isinstance(value, dict):
        return {name: _member(name, member, levels) for name, member in value.items()}
    return value


def _member(name: str, member: Any, levels: int | None) -> Any:
    if member and name in ELSEWHERE:
        return CUT
    if name in BY_PATH and isinstance(member, dict) and len(member) > 1:
        return {**{path: shortened(one) for path, one in list(member.items())[:1]}, CUT: CUT}
    return shortened(member, levels=FREE_FORM[name] - 1 if levels is None and name in FREE_FORM else _fewer(levels))


def _fewer(levels: int | None) -> int | None:
    return None if levels is None else levels - 1


class Earlier:
    """What the page has shown so far, by its schema: the next of the same shape shows what differs."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._shown: list[tuple[str, str, Mapping[str, Any]]] = []
        self._requests: list[tuple[str, Any]] = []

    def request(self, route: str, body: Any) -> Any:
        """The body, unless the same one was sent to this route before."""
        if body is not None and (route, body) in self._requests:
            return {CUT: "as above"}
        self._requests.append((route, body))
        return body

    def news(self, value: Any, schema: Mapping[str, Any], *, where: str) -> Any:
        """The value without what was shown of its shape, or of the shapes in it. `where` names this place."""
        if isinstance(value, list):
            return [self.news(item, schema.get("items", {}), where=where) for item in value]
        if not isinstance(value, dict):
            return value
        name, properties = self._shape(schema)
        compared = [
            (place, _differing(value, known))
            for shape, place, known in self._shown
            if name and (shape == name or known.keys() < value.keys())
        ]
        if name:
            self._shown.append((name, where, value))
        place, differing = min(compared, key=lambda found: len(found[1]), default=("", value))
        cut = {CUT: f"as for {place}"} if _length(value) - _length(differing) > len(place) else {}
        shown = differing if cut else value
        return {key: self.news(member, properties.get(key, {}), where=where) for key, member in shown.items()} | cut

    def _shape(self, schema: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The schema's name, "" for one without, and its properties; of a choice, those of the first that is named."""
        named = (
            option["$ref"]
            for option in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ()))
            if "$ref" in option
        )
        name = next(named, "").rpartition("/")[2]
        return name, self._schemas.get(name, schema).get("properties", {})


def _differing(value: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    implied = OF_A_CODE if value.keys() > OF_A_CODE else frozenset()
    return {
        key: member
        for key, member in value.items()
        if key not in implied and (key not in known or _lasting(member) != _lasting(known[key]))
    }


def _length(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False))


def _lasting(value: Any) -> str:
    return VOLATILE.sub("", json.dumps(value))


def as_json(value: Any, *, indent: int = 0, taken: int = 0) -> str:
    """The JSON, on one line where it fits, else as many members a line as it takes.

    `indent` is that of the value's last line, `taken` the characters before its first.
    """
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or indent + taken + len(line) <= LONGEST_LINE:
        return line
    inner = indent + 2
    labels = (
        [f"{json.dumps(name, ensure_ascii=False)}: " for name in value]
        if isinstance(value, dict)
        else [""] * len(value)
    )
    members = value.values() if isinstance(value, dict) else value
    parts = [label + as_json(part, indent=inner, taken=len(label)) for label, part in zip(labels, members, strict=True)]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    lines = _filled(parts, LONGEST_LINE - inner)
    return f"{opening}\n{' ' * inner}" + f",\n{' ' * inner}".join(lines) + f"\n{' ' * indent}{closing}"


def _filled(parts: Sequence[str], width: int) -> list[str]:
    """The parts, joined to lines of at most `width` where they are short; what has several lines stays alone."""
    lines = [parts[0]]
    for part in parts[1:]:
        together = f"{lines[-1]}, {part}"
        if "\n" in together or len(together) > width:
            lines.append(part)
        else:
            lines[-1] = together
    return lines
