"""Whatever bytes a stream of Anthropic holds, a turn ends as an answer or as one of our errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel
from chalicelib.analyses.kit.llm import TextPart, Turn
from chalicelib.errors import ProviderUnavailable
from tests.fakes.attempt_context import FakeContext
from tests.fakes.scripted_openai import Reply, ScriptedOpenAI, scripted_openai

START: dict[str, Any] = {
    "type": "message_start",
    "message": {"model": "claude-haiku-5-5", "usage": {"input_tokens": 5}},
}
STOP = {"type": "message_stop"}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedOpenAI]:
    with scripted_openai() as running:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.url.removesuffix("/v1"))
        yield running


def _event(data: Any) -> bytes:
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


def _block(**members: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": 0, "content_block": members}


def _end(stop_reason: Any) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": stop_reason}, "usage": {}}


def _turn(provider: ScriptedOpenAI, *events: Any, context: FakeContext | None = None) -> Turn:
    body = b"".join(_event(event) for event in events)
    provider.will_answer(Reply(body=body, headers={"content-type": "text/event-stream"}))
    model = AnthropicConversationModel(model="claude-haiku-5-5", api_key="k")
    messages = [model.user_message([TextPart("x")])]
    return model.turn(context or FakeContext(), instructions="i", messages=messages, tools=[], max_output_tokens=100)


DEEP = b'{"a":' * 200_000
BROKEN = {
    "no UTF-8": [START, b'{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"\xff\xfe"}}'],
    "tool call without an id": [START, _block(type="tool_use", name="x", input={}), _end("tool_use"), STOP],
    "tool call without a name": [START, _block(type="tool_use", id="t", input={}), _end("tool_use"), STOP],
    "block without a type": [START, _block(text="x"), _end("end_turn"), STOP],
    "text that is no text": [START, _block(type="text", text=[1]), _end("end_turn"), STOP],
    "stop reason that is no text": [START, _block(type="text", text="x"), _end({"a": 1}), STOP],
    "JSON too deep to read": [START, DEEP],
    "a list": [[1]],
    "nothing": [],
}


@pytest.mark.parametrize("events", BROKEN.values(), ids=BROKEN.keys())
def test_a_stream_that_is_no_answer_is_a_provider_that_is_unavailable(
    provider: ScriptedOpenAI, events: list[Any]
) -> None:
    with pytest.raises(ProviderUnavailable, match="not readable"):
        _turn(provider, *events)


def test_a_broken_stream_that_had_begun_is_charged(provider: ScriptedOpenAI) -> None:
    context = FakeContext()

    with pytest.raises(ProviderUnavailable):
        _turn(provider, *BROKEN["stop reason that is no text"], context=context)

    assert context.usage.input_tokens == 5


def _delta(**members: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": members}


CUT_OFF = {
    "text": [_block(type="text", text=""), _delta(type="text_delta", text="x" * 900)],
    "thinking": [_block(type="thinking", thinking=""), _delta(type="thinking_delta", thinking="x" * 900)],
    "tool call": [
        _block(type="tool_use", id="t", name="n", input={}),
        _delta(type="input_json_delta", partial_json='{"a":"' + "x" * 894),
    ],
}


@pytest.mark.parametrize("events", CUT_OFF.values(), ids=CUT_OFF.keys())
def test_what_was_written_before_a_stream_broke_off_is_charged(
    provider: ScriptedOpenAI, events: list[dict[str, Any]]
) -> None:
    usage = {"input_tokens": 5, "output_tokens": 1}
    context = FakeContext()

    with pytest.raises(ProviderUnavailable):
        _turn(provider, {**START, "message": {**START["message"], "usage": usage}}, *events, context=context)

    assert (context.usage.input_tokens, context.usage.output_tokens) == (5, 900)


def test_of_a_whole_stream_what_the_provider_counted_is_charged(provider: ScriptedOpenAI) -> None:
    context = FakeContext()
    counted = {**_end("end_turn"), "usage": {"output_tokens": 7}}

    _turn(provider, START, *CUT_OFF["text"], counted, STOP, context=context)

    assert context.usage.output_tokens == 7


@pytest.mark.parametrize("never_ends", [False, True])
def test_an_answer_whose_stream_lacks_only_its_end_is_an_answer(provider: ScriptedOpenAI, never_ends: bool) -> None:
    counted = {**_end("end_turn"), "usage": {"output_tokens": 7}}
    written = [START, _block(type="text", text="x"), counted]
    pings = b"event: ping\n" + _event({"type": "ping"})
    body = b"".join(_event(event) for event in written) + pings
    provider.will_answer(Reply(body=body, headers={"content-type": "text/event-stream"}, never_ends=never_ends))
    model = AnthropicConversationModel(model="claude-haiku-5-5", api_key="k")
    context = FakeContext()

    turn = model.turn(
        context,
        instructions="i",
        messages=[model.user_message([TextPart("x")])],
        tools=[],
        max_output_tokens=100,
    )

    assert (turn.text, turn.stop_reason, context.usage.output_tokens) == ("x", "end_turn", 7)


def test_a_whole_stream_is_an_answer(provider: ScriptedOpenAI) -> None:
    turn = _turn(provider, START, _block(type="text", text="x"), _end("end_turn"), STOP)

    assert turn.text == "x"
