"""What does public law say that prompts and checks rest on? The dated facts of `btl_facts.json`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Public facts by topic (`eligibility`, `payment`, `documents`, `other_routes`), with their source and date."""

    about: str
    source: str
    as_of: str
    facts: Mapping[str, tuple[str, ...]]

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics there are."""
        return tuple(self.facts)

    def text(self, topic: str | None = None) -> str:
        """The facts of one topic, or of all, as lines for a prompt; "" for a topic that does not exist."""
        wanted = self.facts if topic is None else {topic: self.facts.get(topic, ())}
        lines = [f"- {fact}" for facts in wanted.values() for fact in facts]
        return "\n".join([f"Public facts ({self.source}; as of {self.as_of}):", *lines]) if lines else ""


@cache
def btl_facts() -> Facts:
    """The facts about the general disability pension, read once."""
    return msgspec.json.decode(Path(__file__).with_name("btl_facts.json").read_bytes(), type=Facts)
