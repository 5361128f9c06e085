"""What only Anthropic does: streams that end without a reason, turns that end otherwise, inputs that are no JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anthropic
import pytest

Control = Callable[..., Any]
MODEL = "claude-haiku-5-5"
MESSAGES: Any = [{"role": "user", "content": '<document id="d1" name="a">\nת.ז. 000000422\n</document>'}]
TOOL: Any = {
    "name": "look_up",
    "input_schema": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
}


def _ask(client: anthropic.Anthropic, **options: Any) -> anthropic.types.Message:
    return client.messages.create(model=MODEL, max_tokens=1000, messages=MESSAGES, **options)


def _stream(client: anthropic.Anthropic, **options: Any) -> list[Any]:
    with client.messages.create(model=MODEL, max_tokens=1000, messages=MESSAGES, stream=True, **options) as stream:
        return list(stream)


def test_a_paused_turn_goes_on_from_where_it_was(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", {"kind": "pause_turn"})
    paused = _ask(anthropic_client, tools=[TOOL])

    continued = anthropic_client.messages.create(
        model=MODEL, max_tokens=1000, messages=[*MESSAGES, paused.to_param()], tools=[TOOL]
    )

    assert continued.stop_reason == "tool_use"


def test_a_tool_call_that_was_cut_has_half_its_json(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", {"kind": "truncated_tool_call"})

    events = _stream(anthropic_client, tools=[TOOL])
    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    pieces = [delta.partial_json for delta in deltas if delta.type == "input_json_delta"]

    with pytest.raises(json.JSONDecodeError):
        json.loads("".join(pieces))


def test_a_tool_call_can_break_its_schema_or_name_no_tool(
    anthropic_client: anthropic.Anthropic, control: Control
) -> None:
    control("POST", "faults", [{"kind": "schema_breaking"}, {"kind": "unknown_tool"}])

    calls = [_ask(anthropic_client, tools=[TOOL]).content[-1] for _ in range(2)]

    assert [(call.name, call.input) for call in calls if call.type == "tool_use"] == [
        ("look_up", {"unexpected": True}),
        ("no_such_tool", {"word": ""}),
    ]


def test_a_whole_tool_call_can_be_no_json(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", {"kind": "broken_tool_json"})

    events = _stream(anthropic_client, tools=[TOOL])

    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    pieces = [delta.partial_json for delta in deltas if delta.type == "input_json_delta"]
    with pytest.raises(json.JSONDecodeError):
        json.loads("".join(pieces))
    assert [event.delta.stop_reason for event in events if event.type == "message_delta"] == ["tool_use"]


def test_a_list_can_come_as_the_json_of_a_list(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    listed = {"type": "object", "properties": {"words": {"type": "array", "items": {"type": "string"}}}}
    control("POST", "faults", {"kind": "stringified_lists"})

    call = _ask(anthropic_client, tools=[{"name": "look_up", "input_schema": listed | {"required": ["words"]}}])

    assert call.content[-1].to_dict()["input"] == {"words": "[]"}


def test_an_empty_turn_has_no_content(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", {"kind": "empty"})

    assert _ask(anthropic_client).content == []
