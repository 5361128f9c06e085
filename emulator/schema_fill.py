"""A tree of known values as an instance of a JSON schema: known names get their values, the rest is empty.

The schema is walked together with the values. A property that the values do not have is looked up by name in `known`,
as long as the walk has not yet reached a known value; what nobody knows becomes the empty value of its type. A fact
becomes what the schema asks for at its place: its value alone, or an object with its quote, source, page, status and
value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.answers.known import DIAGNOSED, Fact

MISSING: Any = object()
_EMPTY_CHOICES = ("", "not_mentioned", "unknown", "other")
Schema = Mapping[str, Any]


def fill(schema: Schema, values: Any, *, known: Mapping[str, Any] | None = None) -> Any:
    """An instance of the schema that holds as much of the values as the schema has places for."""
    definitions = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    return _Filler(definitions, known or {}, root=values).fill(schema, values)


class _Filler:
    """Walks one schema."""

    def __init__(self, definitions: Mapping[str, Schema], known: Mapping[str, Any], *, root: Any) -> None:
        self._definitions = definitions
        self._known = known
        self._root = root

    def fill(self, schema: Schema, value: Any) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        variants = schema.get("anyOf") or schema.get("oneOf") or _variants_of_types(schema)
        if variants:
            return self._variant(variants, value)
        if isinstance(value, Fact):
            value = self._of_sources(value) if schema.get("type") == "array" else _as_asked(schema, value)
        if "enum" in schema:
            return _choice(schema["enum"], value)
        kind = schema.get("type") or ("object" if "properties" in schema else "string")
        if kind == "object":
            return self._object(schema, value)
        if kind == "array":
            return self._array(schema, value)
        return _scalar(kind, schema, value)

    def _of_sources(self, fact: Fact) -> list[Fact]:
        """What every source says about the fact's field: the fact, then those that contradict it."""
        root = self._root if isinstance(self._root, Mapping) else {}
        others = (other for other in root.get("contradictions", ()) if isinstance(other, Fact))
        return [fact, *(other for other in others if other.field == fact.field)]

    def _object(self, schema: Schema, value: Any) -> dict[str, Any]:
        ours = value if isinstance(value, Mapping) else {}
        properties = schema.get("properties")
        if not properties:
            return dict(ours)
        return {name: self.fill(inner, self._named(name, ours, value)) for name, inner in properties.items()}

    def _named(self, name: str, ours: Mapping[str, Any], value: Any) -> Any:
        if name in ours:
            return ours[name]
        outside = value is MISSING or value is self._root
        return self._known.get(name, MISSING) if outside else MISSING

    def _array(self, schema: Schema, value: Any) -> list[Any]:
        items = schema.get("items") or {}
        if isinstance(value, Mapping) and value and all(isinstance(member, Fact) for member in value.values()):
            value = list(value.values())
        entries = value if isinstance(value, Sequence) and not isinstance(value, str) else []
        filled = [self.fill(items, _as_item(self._resolved(items), entry)) for entry in entries]
        wanted = int(schema.get("minItems", 0))
        filled += [self.fill(items, None) for _ in range(wanted - len(filled))]
        return filled[: schema.get("maxItems", len(filled))]

    def _variant(self, variants: Sequence[Schema], value: Any) -> Any:
        resolved = [self._resolved(variant) for variant in variants]
        fitting = next((variant for variant in resolved if _accepts(variant, value)), None)
        nullable = any(variant.get("type") == "null" for variant in resolved)
        if fitting is None and nullable:
            return None
        return self.fill(fitting or resolved[0], value)

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema or len(schema.get("allOf", ())) == 1:
            inner = self._definitions[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema["allOf"][0]
            schema = {**inner, **{key: rest for key, rest in schema.items() if key not in ("$ref", "allOf")}}
        return schema


def _variants_of_types(schema: Schema) -> list[Schema]:
    kinds = schema.get("type")
    return [{**schema, "type": kind} for kind in kinds] if isinstance(kinds, list) else []


def _as_asked(schema: Schema, fact: Fact) -> Any:
    """The fact by the names that schemas have for its parts where an object is asked for, its status where that is a
    choice, else its value."""
    status = fact.status or (DIAGNOSED if fact.value is True else "")
    if schema.get("type") != "object" and "properties" not in schema:
        return status if status and status in schema.get("enum", ()) else fact.value
    parts: dict[str, Any] = {"value": fact.value, "quote": fact.quote, "page": fact.page, "status": status}
    parts |= dict.fromkeys(("field", "path"), fact.field)
    parts |= dict.fromkeys(("name", "condition"), fact.name)
    parts |= dict.fromkeys(("document_id", "source", "source_id", "document"), fact.source)
    return parts


def _as_item(items: Schema, entry: Any) -> Any:
    """An entry in the shape of the list: objects become their text where texts are asked for, and the reverse."""
    if items.get("type") == "string" and isinstance(entry, Mapping):
        return next((str(part) for part in entry.values() if part), "")
    properties = items.get("properties")
    if properties and isinstance(entry, str):
        return {next(iter(properties)): entry}
    return entry


def _accepts(schema: Schema, value: Any) -> bool:
    if value is MISSING or value is None:
        return schema.get("type") == "null"
    if isinstance(value, Fact):
        return schema.get("type") == "object" or "properties" in schema or _accepts(schema, value.value)
    if "enum" in schema:
        return value in schema["enum"]
    accepted: dict[str, Any] = {
        "object": Mapping,
        "array": (list, tuple),
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
    }
    kind = schema.get("type") or ("object" if "properties" in schema else "string")
    return isinstance(value, accepted.get(kind, ())) and (kind == "boolean" or not isinstance(value, bool))


def _choice(choices: Sequence[Any], value: Any) -> Any:
    if value in choices:
        return value
    return next((choice for choice in _EMPTY_CHOICES if choice in choices), None if None in choices else choices[0])


def _scalar(kind: str, schema: Schema, value: Any) -> Any:
    if kind == "boolean":
        return bool(value) if isinstance(value, bool) else False
    if kind in ("integer", "number"):
        return _number(kind, schema, value)
    if kind == "null":
        return None
    text = "" if value is MISSING or value is None or isinstance(value, Mapping | list) else str(value)
    return text[: schema.get("maxLength", len(text))]


def _number(kind: str, schema: Schema, value: Any) -> float:
    try:
        number = 0.0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = 0.0
    number = max(number, float(schema.get("minimum", number)))
    number = min(number, float(schema.get("maximum", number)))
    return int(number) if kind == "integer" or number.is_integer() else number
