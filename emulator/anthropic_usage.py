"""What Anthropic would bill for a call: tokens sent, written to the prompt cache and read from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.usage import LEAST_CACHED_TOKENS, PromptCache, tokens_of


def input_usage(body: Mapping[str, Any], cache: PromptCache) -> dict[str, int]:
    """The three input counts; they add up to everything that was sent."""
    pieces = _pieces(body)
    counts = [tokens_of(piece) for piece in pieces]
    marked = [index for index, piece in enumerate(pieces) if _is_marked(piece)]
    read = written = 0
    for index in marked:
        prefix = sum(counts[: index + 1])
        if prefix < LEAST_CACHED_TOKENS:
            continue
        if cache.remember([body.get("model"), *pieces[: index + 1]]):
            read = prefix
        else:
            written = prefix - read
    return {
        "input_tokens": sum(counts) - read - written,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
    }


def _pieces(body: Mapping[str, Any]) -> list[Any]:
    """What is cached in order: tools, then the instructions, then every block of every message."""
    system = body.get("system") or []
    pieces: list[Any] = [*body.get("tools", ()), *([system] if isinstance(system, str) else system)]
    for message in body.get("messages", ()):
        content = message.get("content")
        pieces += content if isinstance(content, list) else [content]
    return pieces


def _is_marked(piece: Any) -> bool:
    return isinstance(piece, Mapping) and bool(piece.get("cache_control"))
