"""What Anthropic would refuse: the rules of the Messages API that a careless client breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.pictures import picture_size, pictures_in

MOST_CACHE_MARKS = 4
LONGEST_SIDE_PIXELS = 8_000
MANY_PICTURES, LONGEST_SIDE_OF_MANY_PIXELS = 20, 2_000
LARGEST_PICTURE_BYTES = 5 * 1024 * 1024
_NOT_STRICT = ("minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "pattern")


def problem_of(body: Mapping[str, Any]) -> str | None:
    """What is wrong with a request, in the provider's words, or None."""
    return next(_problems(body), None)


def _problems(body: Mapping[str, Any]) -> Iterator[str]:
    messages = body.get("messages")
    limit = body.get("max_tokens")
    if not body.get("model"):
        yield "model: Field required"
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        yield "max_tokens: Field required, an integer of at least 1"
    if not isinstance(messages, list) or not messages:
        yield "messages: at least one message is required"
        return
    if messages[0].get("role") != "user":
        yield 'messages: first message must use the "user" role'
    if _marks(body) > MOST_CACHE_MARKS:
        yield f"A maximum of {MOST_CACHE_MARKS} blocks with cache_control may be provided."
    yield from _picture_problems(messages)
    yield from _strict_tools(body.get("tools", ()))
    yield from _empty_texts(messages)
    yield from _unanswered(messages)


def _picture_problems(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    encoded = list(pictures_in(list(messages)))
    longest = LONGEST_SIDE_OF_MANY_PIXELS if len(encoded) > MANY_PICTURES else LONGEST_SIDE_PIXELS
    for number, picture in enumerate(encoded):
        size = picture_size(picture)
        if len(picture) > LARGEST_PICTURE_BYTES:
            yield f"messages: image {number}: image exceeds 5 MB maximum: {len(picture)} bytes > 5242880 bytes"
        if size is None:
            yield "Could not process image"
        elif max(size) > longest and len(encoded) > MANY_PICTURES:
            yield (
                f"messages: image {number}: At least one of the image dimensions exceed max allowed size for"
                f" many-image requests: {longest} pixels"
            )
        elif max(size) > longest:
            problem = "At least one of the image dimensions exceed max allowed size"
            yield f"messages: image {number}: {problem}: {longest} pixels"


def _strict_tools(tools: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A strict tool's schema is a subset of JSON Schema: closed objects, no bounds."""
    for number, tool in enumerate(tools):
        for schema in _schemas(tool.get("input_schema")) if tool.get("strict") is True else ():
            place, kind = f"tools.{number}.custom.input_schema", schema.get("type", "object")
            yield from (
                f"{place}: For '{kind}' type, property '{w}' is not supported" for w in _NOT_STRICT if w in schema
            )
            if "properties" in schema and schema.get("additionalProperties") is not False:
                yield f"{place}: For 'object' type, 'additionalProperties' must be explicitly set to false"


def _schemas(node: Any) -> Iterator[Mapping[str, Any]]:
    """A schema and those inside it."""
    if not isinstance(node, Mapping):
        return
    yield node
    inner = [*node.get("properties", {}).values(), *node.get("$defs", {}).values(), *node.get("anyOf", ())]
    for schema in (*inner, node.get("items")):
        yield from _schemas(schema)


def _empty_texts(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for index, message in enumerate(messages):
        for block in _blocks(message):
            if block.get("type") == "text" and not str(block.get("text") or "").strip():
                yield f"messages.{index}: text content blocks must be non-empty"


def _unanswered(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for index, message in enumerate(messages):
        following = messages[index + 1] if index + 1 < len(messages) else {}
        asked = {block["id"] for block in _blocks(message) if block.get("type") == "tool_use"}
        answered = [block.get("tool_use_id") for block in _blocks(following) if block.get("type") == "tool_result"]
        if asked - set(answered):
            yield (
                f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
                f"{', '.join(sorted(asked - set(answered)))}."
            )
        if set(answered) - asked or len(set(answered)) < len(answered):
            yield f"messages.{index + 1}: unexpected `tool_use_id` found in `tool_result` blocks."
    if any(block.get("type") == "tool_result" for block in _blocks(messages[0])):
        yield "messages.0: unexpected `tool_use_id` found in `tool_result` blocks."


def _marks(value: Any) -> int:
    if isinstance(value, Mapping):
        own = 1 if value.get("cache_control") else 0
        return own + sum(_marks(member) for name, member in value.items() if name not in ("input", "input_schema"))
    if isinstance(value, list):
        return sum(_marks(member) for member in value)
    return 0


def _blocks(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = message.get("content")
    return [block for block in content if isinstance(block, Mapping)] if isinstance(content, list) else []
