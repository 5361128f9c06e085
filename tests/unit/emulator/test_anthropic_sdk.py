"""The real Anthropic SDK against the emulator: messages, streams, structured output, tools, counts and the rules."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest
from pydantic import BaseModel

from tests.unit.emulator.prompts import a_document

MODEL = "claude-haiku-5-5"
PROMPT = a_document("שם: תמר דוגמא-לדוגמה   ת.ז. 000000422")
TOOL: Any = {
    "name": "look_up",
    "description": "Looks something up.",
    "input_schema": {
        "type": "object",
        "properties": {"word": {"type": "string"}, "limit": {"type": "integer"}},
        "required": ["word"],
    },
}


class Person(BaseModel):
    """What is asked for."""

    id_number: str


def _messages(text: str = PROMPT) -> Any:
    return [{"role": "user", "content": text}]


def test_a_message_is_answered_by_an_emulated_model(anthropic_client: anthropic.Anthropic) -> None:
    message = anthropic_client.messages.create(model=MODEL, max_tokens=1000, messages=_messages())

    assert message.model == f"emulated-{MODEL}"
    assert message.stop_reason == "end_turn"
    assert message._request_id
    assert "תמר" in message.content[0].text  # type: ignore[union-attr]


def test_structured_output_is_parsed(anthropic_client: anthropic.Anthropic) -> None:
    message = anthropic_client.messages.parse(model=MODEL, max_tokens=1000, messages=_messages(), output_format=Person)

    assert message.parsed_output == Person(id_number="000000422")


def test_a_stream_brings_the_same_message(anthropic_client: anthropic.Anthropic) -> None:
    with anthropic_client.messages.stream(model=MODEL, max_tokens=1000, messages=_messages()) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()

    assert "תמר" in text
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens > 5


def test_a_tool_is_called_and_its_result_ends_the_conversation(anthropic_client: anthropic.Anthropic) -> None:
    messages = _messages()
    with anthropic_client.messages.stream(model=MODEL, max_tokens=1000, messages=messages, tools=[TOOL]) as stream:
        asked = stream.get_final_message()
    call = asked.content[-1]
    assert call.type == "tool_use"
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "nothing"}
    messages += [asked.to_param(), {"role": "user", "content": [result]}]

    ended = anthropic_client.messages.create(model=MODEL, max_tokens=1000, messages=messages, tools=[TOOL])

    assert (asked.stop_reason, call.name, call.input) == ("tool_use", "look_up", {"word": ""})
    assert ended.stop_reason == "end_turn"


def test_a_tool_choice_is_obeyed(anthropic_client: anthropic.Anthropic) -> None:
    forced = anthropic_client.messages.create(
        model=MODEL,
        max_tokens=1000,
        messages=_messages(),
        tools=[{**TOOL, "name": "other"}, TOOL],
        tool_choice={"type": "tool", "name": "look_up"},
    )
    none = anthropic_client.messages.create(
        model=MODEL, max_tokens=1000, messages=_messages(), tools=[TOOL], tool_choice={"type": "none"}
    )

    assert [block.name for block in forced.content if block.type == "tool_use"] == ["look_up"]
    assert none.stop_reason == "end_turn"


def test_tokens_are_counted_and_models_listed(anthropic_client: anthropic.Anthropic) -> None:
    count = anthropic_client.messages.count_tokens(model=MODEL, messages=_messages("x" * 400))

    assert count.input_tokens == 101  # 400 Latin characters and the word "user"
    assert MODEL in [model.id for model in anthropic_client.models.list()]


def test_a_marked_prefix_is_written_to_the_cache_once_and_read_after_that(
    anthropic_client: anthropic.Anthropic,
) -> None:
    system: Any = [{"type": "text", "text": "Follow these rules. " * 400, "cache_control": {"type": "ephemeral"}}]

    usages = [
        anthropic_client.messages.create(model=MODEL, max_tokens=1000, system=system, messages=_messages()).usage
        for _ in range(2)
    ]

    # 8,000 Latin characters are 2,000 tokens, and the block's "type" and "text" members are one
    assert [(usage.cache_creation_input_tokens, usage.cache_read_input_tokens) for usage in usages] == [
        (2001, 0),
        (0, 2001),
    ]
    assert len({usage.input_tokens for usage in usages}) == 1


def test_an_answer_longer_than_its_limit_stops_at_it(anthropic_client: anthropic.Anthropic) -> None:
    message = anthropic_client.messages.create(model=MODEL, max_tokens=3, messages=_messages())

    assert message.stop_reason == "max_tokens"


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([{"role": "assistant", "content": "x"}], "first message"),
        ([{"role": "user", "content": [{"type": "text", "text": " "}]}], "non-empty"),
        (
            [
                {"role": "user", "content": "x"},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "a", "input": {}}]},
                {"role": "user", "content": "no result"},
            ],
            "tool_use",
        ),
        (
            [
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t9", "content": "x"}]},
            ],
            "unexpected",
        ),
    ],
)
def test_messages_that_break_the_apis_rules_are_refused(
    anthropic_client: anthropic.Anthropic, messages: Any, problem: str
) -> None:
    with pytest.raises(anthropic.BadRequestError, match=problem):
        anthropic_client.messages.create(model=MODEL, max_tokens=10, messages=messages)


def test_more_than_four_cache_marks_are_refused(anthropic_client: anthropic.Anthropic) -> None:
    block = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
    messages: Any = [{"role": "user", "content": [block] * 5}]

    with pytest.raises(anthropic.BadRequestError, match="maximum of 4"):
        anthropic_client.messages.create(model=MODEL, max_tokens=10, messages=messages)
