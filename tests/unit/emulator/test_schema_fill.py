"""Rules: any JSON schema gets a conforming instance; known names get values, others the empty of their type."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.schema_fill import fill
from emulator.strict_schema import problem_of_format


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("schema", "value", "filled"),
    [
        ({"type": "string"}, "a", "a"),
        ({"type": "string"}, 9400, "9400"),
        ({"type": "string"}, None, ""),
        ({"type": "string", "maxLength": 2}, "abc", "ab"),
        ({"type": "integer"}, 7.0, 7),
        ({"type": "integer"}, "x", 0),
        ({"type": "integer", "minimum": 0, "maximum": 100}, 250, 100),
        ({"type": "number"}, 9400.5, 9400.5),
        ({"type": "boolean"}, True, True),
        ({"type": "boolean"}, "true", False),
        ({"enum": ["single", "married", ""]}, "married", "married"),
        ({"enum": ["single", "married", ""]}, "unheard", ""),
        ({"enum": ["low", "high"]}, None, "low"),
        ({"const": "1.0"}, "2.0", "1.0"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None, None),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "a", "a"),
        ({"type": ["integer", "null"]}, 3, 3),
        ({"type": "array", "items": {"type": "string"}}, ["a", "b"], ["a", "b"]),
        ({"type": "array", "items": {"type": "string"}}, None, []),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, [], [""]),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 1}, ["a", "b"], ["a"]),
        ({"type": "array", "items": {"type": "string"}}, [{"name": "a", "reason": "b"}], ["a"]),
        ({"type": "array", "items": _object(message={"type": "string"})}, ["a"], [{"message": "a"}]),
        (_object(a={"type": "string"}, b={"type": "integer"}), {"a": "x", "c": 1}, {"a": "x", "b": 0}),
        ({"$ref": "#/$defs/A", "$defs": {"A": _object(a={"type": "string"})}}, {"a": "x"}, {"a": "x"}),
    ],
)
def test_a_value_takes_the_shape_it_is_asked_for(schema: dict[str, Any], value: Any, filled: Any) -> None:
    assert fill(schema, value) == filled


def test_a_schema_that_nests_differently_finds_known_parts_by_their_names() -> None:
    schema = _object(claimant=_object(personal_info=_object(id_number={"type": "string"}, name={"type": "string"})))
    known = {"personal_info": {"id_number": "000000422"}, "name": "somebody else"}

    filled = fill(schema, {}, known=known)

    assert filled == {"claimant": {"personal_info": {"id_number": "000000422", "name": ""}}}


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        (_object(a={"type": "string"}), None),
        ({**_object(a={"type": "string"}), "required": []}, "'required'"),
        ({**_object(a={"type": "string"}), "additionalProperties": True}, "'additionalProperties'"),
        (_object(a={"type": "object", "properties": {}}), "'additionalProperties'"),
        (_object(a={"type": "array"}), "items"),
        (_object(a={"oneOf": [{"type": "string"}]}), "'oneOf'"),
        ({"type": "array", "items": {"type": "string"}}, "type 'object'"),
        ({**_object(a={"$ref": "#/$defs/A"}), "$defs": {"A": {"type": "object", "properties": {}}}}, "$defs.A"),
    ],
)
def test_a_schema_is_refused_where_the_strict_rules_are_broken(schema: dict[str, Any], problem: str | None) -> None:
    found = problem_of_format("answer", schema)

    assert (found is None) if problem is None else (found is not None and problem in found)


def test_a_format_needs_a_plain_name() -> None:
    assert problem_of_format("my answer", _object()) is not None
