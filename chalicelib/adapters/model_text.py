"""What a model wrote, made fit to be stored: JSON with half emojis, NUL and control characters read and cleaned."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_CONTROL = 8
"""More of them in one answer stand for letters that were lost, not for stray bytes between letters."""


class Garbled(ValueError):
    """So many control characters that letters must have been lost."""


def read_json(text: str | bytes) -> Any:
    """The JSON value, as `json.loads` reads it, but with line breaks inside strings allowed, and every string cleaned.

    Half of a surrogate pair becomes U+FFFD, the control characters but tab and line breaks are removed.
    Raises: ValueError (Garbled, JSONDecodeError) and RecursionError.
    """
    value = json.loads(text, strict=False)
    removed: list[int] = []
    clean = _cleaned(value, removed)
    if sum(removed) > _MOST_CONTROL:
        raise Garbled("the text holds too many control characters")
    return clean


def whole_characters(text: str) -> str:
    """The text with both halves of a surrogate pair joined, and a half without the other as U+FFFD."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _cleaned(value: Any, removed: list[int]) -> Any:
    if isinstance(value, str):
        clean, count = _CONTROL.subn("", whole_characters(value))
        if count:
            removed.append(count)
        return clean
    if isinstance(value, Mapping):
        return {_cleaned(name, removed): _cleaned(member, removed) for name, member in value.items()}
    if isinstance(value, list):
        return [_cleaned(member, removed) for member in value]
    return value
