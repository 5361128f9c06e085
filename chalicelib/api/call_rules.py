"""JSON Schema of the two shapes of a call, from the tables that check them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.cases.vapi import (
    CALL_TYPE_ENDING,
    CALL_TYPES,
    MAX_CALL_ID_CHARACTERS,
    NEVER_IN_A_CALL,
    REPORT,
    SIGNS_OF_A_CALL,
    SPOKEN,
    Shape,
)

Schema = dict[str, Any]

_NAMES: Mapping[type, str] = {str: "string", list: "array", dict: "object"}
_NOT_EMPTY: Mapping[type, Schema] = {str: {"minLength": 1}, list: {"minItems": 1}, dict: {"minProperties": 1}}
_NO_MESSAGE: Schema = {"message": {"not": {"type": "object"}}}


def _members() -> Schema:
    """The members that are read, each of its type or null."""
    found = _typed(CALL_TYPES)
    found["id"]["maxLength"] = MAX_CALL_ID_CHARACTERS
    found["artifact"]["properties"] = _typed(SPOKEN)
    return found


def _typed(types: Mapping[str, Shape]) -> Schema:
    return {name: {"type": [*(_NAMES[kind] for kind in kinds), "null"]} for name, (kinds, _) in types.items()}


def _any_of(signs: Sequence[str]) -> list[Schema]:
    """At least one of these members is there and not empty."""
    return [
        {"required": [sign], "properties": {sign: {"type": _NAMES[kind], **_NOT_EMPTY[kind]}}}
        for sign in signs
        for kind in CALL_TYPES[sign][0]
    ]


_CALL: Schema = {
    "title": "Call",
    "description": "Vapi's call object",
    "properties": {
        **_members(),
        **_NO_MESSAGE,
        **{name: {"type": "null"} for name in NEVER_IN_A_CALL},
        "type": {"pattern": f"^$|{CALL_TYPE_ENDING}$"},
    },
    "anyOf": _any_of(SIGNS_OF_A_CALL),
}
_REPORT: Schema = {
    "type": "object",
    "required": ["type"],
    "properties": {
        **_members(),
        "type": {"const": REPORT},
        "call": {"type": ["object", "null"], "properties": _members()},
    },
    "anyOf": [
        {"required": ["call"], "properties": {"call": {"type": "object"}}},
        *_any_of(("artifact", *SPOKEN)),
    ],
}
_BARE_REPORT: Schema = {
    **_REPORT,
    "title": "Report",
    "description": "the message of an end-of-call-report without its envelope",
    "properties": {**_REPORT["properties"], **_NO_MESSAGE},
}


def _wrapped(message: Schema, *, title: str, description: str) -> Schema:
    return {"title": title, "description": description, "required": ["message"], "properties": {"message": message}}


CALL_RULES: Schema = {
    "anyOf": [
        _CALL,
        _wrapped(_REPORT, title="Message", description="an end-of-call-report in its message"),
        _BARE_REPORT,
    ]
}
"""What a client may send as a call."""

WEBHOOK_RULES: Schema = {
    "anyOf": [
        _wrapped(
            {
                "type": "object",
                "anyOf": [{"properties": {"type": {"not": {"const": REPORT}}}}, _REPORT],
            },
            title="Message",
            description="any server message; only an end-of-call-report has an effect",
        ),
        _BARE_REPORT,
        {
            "title": "Bare message",
            "description": "any other message without its envelope",
            "required": ["type"],
            "properties": {**_NO_MESSAGE, "type": {"type": "string", "not": {"const": REPORT}}},
        },
    ]
}
"""What Vapi may send to the webhook."""
