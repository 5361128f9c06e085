"""Token counts by the length of what was sent and said; what a prompt cache would hold."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from typing import Any

_FILE_MEMBERS = ("data", "file_data", "image_url")
_PICTURES = ("data:image", "iVBOR", "/9j/", "R0lG", "UklG")
"""How a picture begins: as a URL, or the base64 of a PNG, JPEG, GIF or WebP."""
IMAGE_TOKENS = 1_100
BYTES_PER_FILE_TOKEN = 40
LEAST_CACHED_TOKENS = 1_024
_ASCII_PER_TOKEN, _OTHER_PER_TOKEN = 4, 2


def text_tokens(text: str) -> int:
    """About as many as the real tokenizers count: four Latin characters to one, two Hebrew ones."""
    latin = len(re.findall(r"[\x00-\x7f]", text))
    return -(-latin // _ASCII_PER_TOKEN) + -(-(len(text) - latin) // _OTHER_PER_TOKEN)


def tokens_of(value: Any) -> int:
    """The tokens of a piece of a request: texts by length, images by piece, files by size."""
    if isinstance(value, str):
        return text_tokens(value)
    if isinstance(value, Mapping):
        return sum(
            _file_tokens(str(member)) if name in _FILE_MEMBERS and isinstance(member, str) else tokens_of(member)
            for name, member in value.items()
            if name != "cache_control"
        )
    if isinstance(value, list | tuple):
        return sum(tokens_of(member) for member in value)
    return 1 if value is not None else 0


def _file_tokens(data: str) -> int:
    if data.startswith(_PICTURES):
        return IMAGE_TOKENS
    return max(IMAGE_TOKENS, len(data) * 3 // 4 // BYTES_PER_FILE_TOKEN) if len(data) > 100 else text_tokens(data)


class PromptCache:
    """The beginnings of prompts that came before. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: set[str] = set()

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()

    def remember(self, prefix: Any) -> bool:
        """True when this beginning came before."""
        key = hashlib.sha256(json.dumps(_unmarked(prefix), sort_keys=True).encode()).hexdigest()
        with self._lock:
            known = key in self._seen
            self._seen.add(key)
        return known


def _unmarked(value: Any) -> Any:
    """The value without cache marks: they say where to cut, not what is cached."""
    if isinstance(value, Mapping):
        return {name: _unmarked(member) for name, member in value.items() if name != "cache_control"}
    if isinstance(value, list | tuple):
        return [_unmarked(member) for member in value]
    return value
