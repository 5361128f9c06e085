"""The rules of strict structured output that a careless schema breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

MOST_PROPERTIES = 5_000
MOST_LEVELS = 10
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNSUPPORTED = ("oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties")


def problem_of_format(name: Any, schema: Any) -> str | None:
    """What is wrong with a strict `json_schema` format, in the provider's words, or None."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return "Invalid 'text.format.name': expected letters, digits, underscores and dashes, at most 64."
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        return f"Invalid schema for response_format '{name}': schema must be of type 'object'."
    found = next(_problems(schema, "()", 1), None)
    if found:
        return f"Invalid schema for response_format '{name}': {found}"
    if sum(1 for _ in _properties(schema)) > MOST_PROPERTIES:
        return f"Invalid schema for response_format '{name}': more than {MOST_PROPERTIES} properties."
    return None


def _problems(schema: Any, path: str, level: int) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        return
    if level > MOST_LEVELS:
        yield f"In context={path}, nesting is deeper than {MOST_LEVELS} levels."
    yield from (f"In context={path}, '{word}' is not permitted." for word in _UNSUPPORTED if word in schema)
    properties = schema.get("properties")
    if schema.get("type") == "object" or properties is not None:
        if schema.get("additionalProperties") is not False:
            yield f"In context={path}, 'additionalProperties' is required to be supplied and to be false."
        if set(schema.get("required", ())) != set(properties or ()):
            yield f"In context={path}, 'required' is required to be supplied and to be an array of every key."
    if schema.get("type") == "array" and "items" not in schema:
        yield f"In context={path}, array schema missing items."
    for name, inner in (properties or {}).items():
        yield from _problems(inner, f"{path}.{name}", level + 1)
    yield from _problems(schema.get("items"), f"{path}[]", level)
    for inner in schema.get("anyOf", ()):
        yield from _problems(inner, f"{path}.anyOf", level)
    for name, inner in {**schema.get("$defs", {}), **schema.get("definitions", {})}.items():
        yield from _problems(inner, f"{path}.$defs.{name}", 1)


def _properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for member in schema.values():
            yield from _properties(member)
    elif isinstance(schema, list):
        for member in schema:
            yield from _properties(member)
