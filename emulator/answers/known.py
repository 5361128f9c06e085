"""What is known of a case: facts with their sources, independent of any schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

DIAGNOSED = "diagnosed"
_STEP = re.compile(r"[^.\[\]]+")


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value and the words it rests on.

    `field` is its path in form 7801, or the name of the text or list that it belongs to. `source` is a document's id or
    "call". `picture`: the words are in a page without text, so only a reader of pictures finds them.
    """

    field: str
    value: Any
    source: str = "call"
    page: int = 1
    quote: str = ""
    status: str = ""
    picture: bool = False

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.field.rpartition(".")[2]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of a case. `said` belongs to the call's analysis, `advice` are texts by name."""

    form: tuple[Fact, ...] = ()
    contradictions: tuple[Fact, ...] = ()
    findings: tuple[Fact, ...] = ()
    said: tuple[Fact, ...] = ()
    advice: Mapping[str, Any] = {}

    def answer(self) -> dict[str, Any]:
        """All of it by name: the form as a tree whose leaves are facts."""
        return {
            **collected(self.said),
            **self.advice,
            "form_7801": tree(self.form),
            "evidence": [fact for fact in self.form if fact.value],
            "contradictions": list(self.contradictions),
        }


def tree(facts: Iterable[Fact]) -> dict[str, Any]:
    """The facts at their paths; list items in the order of their numbers."""
    root: dict[str, Any] = {}
    for fact in facts:
        place = root
        *inner, last = _STEP.findall(fact.field)
        for step in inner:
            place = place.setdefault(step, {})
        place[last] = fact
    return {name: _with_lists(member) for name, member in root.items()}


def collected(facts: Iterable[Fact]) -> dict[str, Any]:
    """Facts by name: texts of one name follow each other, objects and list names become lists."""
    found: dict[str, Any] = {}
    for fact in facts:
        is_entry = isinstance(fact.value, Mapping) or fact.field in _LISTS
        found[fact.field] = joined(found.get(fact.field), [fact.value] if is_entry else fact.value)
    return found


def joined(before: Any, value: Any) -> Any:
    """Both: texts and lists one after the other without repeats, of other values the first that is not empty."""
    if isinstance(value, list) and isinstance(before, list):
        return before + [entry for entry in value if entry not in before]
    if isinstance(value, str) and isinstance(before, str) and before != value:
        return f"{before} {value}".strip()
    return before or value


_LISTS = ("key_legal_points",)


def _with_lists(node: Any) -> Any:
    """The node with members numbered 0, 1, … turned into lists."""
    if not isinstance(node, dict):
        return node
    members = {name: _with_lists(member) for name, member in node.items()}
    if all(name.isdecimal() for name in members):
        return [members[number] for number in sorted(members, key=int)]
    return members
