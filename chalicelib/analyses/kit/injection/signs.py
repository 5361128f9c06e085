"""Which turns of phrase give an instruction away, whatever is around them? The table `signs.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_UP_TO_FOUR_WORDS = r"(?:[^\w.!?]+\w+){0,4}?[^\w.!?]+"


def signed_place(readable: str) -> tuple[int, int] | None:
    """Where the first sign begins and ends, or None. `readable` is lower-case, in one way of writing."""
    found = (pattern.search(readable) for pattern in _signs())
    places = [(match.start(), max(match.start(), match.end() - 1)) for match in found if match]
    return min(places, default=None)


@cache
def _signs() -> tuple[re.Pattern[str], ...]:
    table = tomllib.loads(Path(__file__).with_name("signs.toml").read_text(encoding="utf-8"))
    words = {name: "(?:" + "|".join(choices) + ")" for name, choices in table["words"].items()}
    return tuple(_compiled(row["pattern"], words) for row in table["sign"])


def _compiled(pattern: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """The table's notation as a regular expression: `{name}`, `~` and spaces."""
    for name, choices in words.items():
        pattern = pattern.replace("{" + name + "}", choices)
    pattern = pattern.replace("~", _UP_TO_FOUR_WORDS).replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(pattern, re.MULTILINE)
