"""What does a request look like on the wire? Messages, tools and cache marks as Anthropic's Messages API wants them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.analyses.kit.llm import FilePart, Part, TextPart, Tool, ToolResult
from chalicelib.analyses.kit.tokens import most_tokens_of_picture, most_tokens_of_text

_CACHE = {"type": "ephemeral"}
_THINKING = frozenset({"thinking", "redacted_thinking"})
_FILES = frozenset({"image", "document"})
_CACHED_USER_MESSAGES = 2
"""With one mark on the tools and one on the instructions this makes four, the most that the provider takes."""


def request_body(
    *,
    model: str,
    instructions: str,
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Tool],
    max_tokens: int,
    effort: str = "medium",
) -> dict[str, Any]:
    """The arguments of `messages.create`, all but how it is sent."""
    return {
        "model": model,
        "max_tokens": max_tokens,
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": effort},
        "system": [{"type": "text", "text": instructions, "cache_control": _CACHE}],
        "tools": _tool_definitions(tools),
        "messages": _with_cache_marks(messages),
    }


def user_message(parts: Sequence[Part]) -> dict[str, Any]:
    """A message of ours made of texts and files."""
    return {"role": "user", "content": [_block(part) for part in parts]}


def tool_results_message(results: Sequence[ToolResult]) -> dict[str, Any]:
    """The message that answers the tool calls of the last turn."""
    return {"role": "user", "content": [_tool_result(result) for result in results]}


def without_thinking(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message without what a model thought."""
    return {**message, "content": [block for block in message["content"] if block["type"] not in _THINKING]}


def has_files(body: Mapping[str, Any]) -> bool:
    """True when the model is given something to look at."""
    return any(_holds_file(block) for message in body["messages"] for block in message["content"])


def _holds_file(block: Any) -> bool:
    inside = block.get("content") if block.get("type") == "tool_result" else ()
    return block.get("type") in _FILES or any(_holds_file(one) for one in inside or ())


def most_tokens_of_body(value: Any) -> int:
    """At most this many tokens for what a request holds: a character at most one, a picture what the largest takes."""
    if isinstance(value, str):
        return most_tokens_of_text(value)
    if isinstance(value, Mapping):
        if value.get("type") == "base64":
            return most_tokens_of_picture()
        return sum(most_tokens_of_text(name) + most_tokens_of_body(member) for name, member in value.items())
    if isinstance(value, Sequence):
        return sum(most_tokens_of_body(member) for member in value)
    return 1


def _block(part: Part) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    return _file_block(part)


def _file_block(file: FilePart) -> dict[str, Any]:
    data = base64.standard_b64encode(file.content).decode("ascii")
    source = {"type": "base64", "media_type": file.content_type, "data": data}
    if file.content_type.startswith("image/"):
        return {"type": "image", "source": source}
    # Without a title: the file's own name is a stranger's text, and the tool result says whose file it is.
    return {"type": "document", "source": source}


def _tool_result(result: ToolResult) -> dict[str, Any]:
    content = [{"type": "text", "text": result.content}, *(_file_block(file) for file in result.files)]
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": result.call_id, "content": content}
    return {**block, "is_error": True} if result.is_error else block


def _tool_definitions(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    definitions: list[dict[str, Any]] = [
        {"name": tool.name, "description": tool.description, "input_schema": dict(tool.input_schema), "strict": True}
        for tool in tools
    ]
    return [*definitions[:-1], *({**last, "cache_control": _CACHE} for last in definitions[-1:])]


def _with_cache_marks(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The messages with the last two of ours marked: the next turn reads all before them from the provider's cache.

    Two, because the provider looks only 20 blocks back from a mark, and one turn can hold more than that.
    """
    ours = [index for index, message in enumerate(messages) if message["role"] == "user"][-_CACHED_USER_MESSAGES:]
    return [_marked(message) if index in ours else message for index, message in enumerate(messages)]


def _marked(message: Mapping[str, Any]) -> Mapping[str, Any]:
    *before, last = message["content"]
    return {**message, "content": [*before, {**last, "cache_control": _CACHE}]}
