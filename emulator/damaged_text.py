"""Texts with the control characters that models and gateways have been seen to put into them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

NUL = "\x00"


def with_controls(text: str) -> str:
    """A NUL inside each text value of an answer that is JSON, or inside the text itself."""
    return _changed(text, lambda value: f"{value[:1]}{NUL}{value[1:]}" if len(value) > 1 else value)


def without_letters(text: str) -> str:
    """NULs instead of all letters that are not ASCII."""
    return _changed(text, lambda value: re.sub(r"[^\x00-\x7f]", NUL, value))


def damaged(value: Any, change: Callable[[str], str]) -> Any:
    """The value with each text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: damaged(member, change) for name, member in value.items()}
    return [damaged(member, change) for member in value] if isinstance(value, list) else value


def _changed(text: str, change: Callable[[str], str]) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return change(text)
    return json.dumps(damaged(value, change), ensure_ascii=False)
