from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.adapters.anthropic.streamed_turn import StreamedTurn, TokenCounts, TurnBroken
from chalicelib.analyses.kit.llm import ToolCall

START = {"type": "message_start", "message": {"model": "claude-haiku-5-5", "usage": {"input_tokens": 10}}}
STOP = {"type": "message_stop"}
Event = Mapping[str, Any]


def _block(index: int, block: Event, *deltas: Event) -> list[Event]:
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def _text(index: int, *pieces: str) -> list[Event]:
    return _block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces))


def _tool(index: int, *pieces: str) -> list[Event]:
    block = {"type": "tool_use", "id": f"toolu_{index}", "name": "read_document", "input": {}}
    return _block(index, block, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))


def _end(stop_reason: str | None, **usage: int) -> Event:
    return {"type": "message_delta", "delta": {"stop_reason": stop_reason}, "usage": {"output_tokens": 5, **usage}}


def _answer(*events: Event) -> StreamedTurn:
    answer = StreamedTurn()
    for event in events:
        answer.add(event)
    return answer


def test_pieces_of_text_and_tool_input_are_put_together() -> None:
    answer = _answer(START, *_text(0, "קורא ", "מסמך"), *_tool(1, '{"document', '_id": "d1"}'), _end("tool_use"), STOP)

    turn = answer.turn()

    assert turn.text == "קורא מסמך"
    assert turn.tool_calls == (ToolCall(id="toolu_1", name="read_document", input={"document_id": "d1"}),)
    assert turn.stop_reason == "tool_use"
    assert turn.message == {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "קורא מסמך"},
            {"type": "tool_use", "id": "toolu_1", "name": "read_document", "input": {"document_id": "d1"}},
        ],
    }


def test_several_tools_may_be_called_in_one_turn() -> None:
    turn = _answer(START, *_tool(0, '{"document_id": "d1"}'), *_tool(1), _end("tool_use"), STOP).turn()

    assert [(call.id, call.input) for call in turn.tool_calls] == [("toolu_0", {"document_id": "d1"}), ("toolu_1", {})]


def test_thinking_goes_back_as_it_came() -> None:
    block = {"type": "thinking", "thinking": "", "signature": ""}
    deltas = ({"type": "thinking_delta", "thinking": "so"}, {"type": "signature_delta", "signature": "s1"})

    turn = _answer(START, *_block(0, block, *deltas), *_text(1, "answer"), _end("end_turn"), STOP).turn()

    assert turn.message["content"][0] == {"type": "thinking", "thinking": "so", "signature": "s1"}
    assert turn.text == "answer"


def test_citations_are_kept_with_their_text() -> None:
    block = {"type": "text", "text": "", "citations": None}
    deltas = ({"type": "text_delta", "text": "x"}, {"type": "citations_delta", "citation": {"cited_text": "y"}})

    turn = _answer(START, *_block(0, block, *deltas), _end("end_turn"), STOP).turn()

    assert turn.message["content"] == [{"type": "text", "text": "x", "citations": [{"cited_text": "y"}]}]


def test_an_empty_text_is_left_out_because_the_provider_would_not_take_it_back() -> None:
    turn = _answer(START, *_text(0, " "), *_tool(1), _end("tool_use"), STOP).turn()

    assert [block["type"] for block in turn.message["content"]] == ["tool_use"]


def test_a_tool_call_cut_by_the_output_limit_is_left_out() -> None:
    turn = _answer(START, *_tool(0, "{}"), *_tool(1, '{"document_'), _end("max_tokens"), STOP).turn()

    assert [call.id for call in turn.tool_calls] == ["toolu_0"]
    assert turn.stop_reason == "max_tokens"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ('{"document_', "not valid JSON"),
        ('{"document_id": d1}', "at character 17"),  # an unquoted word
        ('{"document_id": "d1",}', "at character 22"),  # a trailing comma
        ("[1]", "not an object"),
        ('"d1"', "not an object"),
        ("null", "not an object"),
        ('{"quote": "' + "\\u0000" * 9 + '"}', "control characters"),
        ('{"a":' * 100_000, "not valid JSON"),
    ],
)
def test_a_tool_call_whose_input_is_no_json_object_says_so(sent: str, says: str) -> None:
    turn = _answer(START, *_tool(0, sent), _end("tool_use"), STOP).turn()

    [call] = turn.tool_calls
    assert (call.input, says in call.problem) == ({}, True)
    assert turn.message["content"] == [{"type": "tool_use", "id": call.id, "name": call.name, "input": {}}]


def test_an_input_that_is_a_string_of_json_is_read() -> None:
    turn = _answer(START, *_tool(0, '"{\\"document_id\\": \\"d1\\"}"'), _end("tool_use"), STOP).turn()

    assert (turn.tool_calls[0].input, turn.tool_calls[0].problem) == ({"document_id": "d1"}, "")


def test_a_line_break_inside_a_string_of_a_tool_call_is_read() -> None:
    turn = _answer(START, *_tool(0, '{"quote": "שורה\nשנייה"}'), _end("tool_use"), STOP).turn()

    assert turn.tool_calls[0].input == {"quote": "שורה\nשנייה"}


def test_half_an_emoji_and_control_characters_do_not_reach_the_case() -> None:
    turn = _answer(START, *_tool(0, '{"quote": "כאב\\ud83d \\u0000חזק"}'), _end("tool_use"), STOP).turn()

    assert turn.tool_calls[0].input == {"quote": "כאב\ufffd חזק"}


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("end_turn", "end_turn"),
        ("stop_sequence", "end_turn"),
        ("max_tokens", "max_tokens"),
        ("pause_turn", "pause_turn"),
        ("refusal", "refusal"),
        ("model_context_window_exceeded", "context_exceeded"),
        ("something_new", "end_turn"),
    ],
)
def test_every_stop_reason_has_a_meaning(told: str, meant: str) -> None:
    assert _answer(START, *_text(0, "x"), _end(told), STOP).turn().stop_reason == meant


@pytest.mark.parametrize(
    "events",
    [
        [],
        [START],
        [START, *_text(0, "x")],
        [START, *_text(0, "x"), _end(None), STOP],  # no stop reason
    ],
    ids=["nothing", "no content", "no end", "no reason"],
)
def test_a_stream_that_ended_early_is_no_answer(events: list[Event]) -> None:
    with pytest.raises(TurnBroken):
        _answer(*events).turn()


def test_an_answer_is_whole_when_its_end_and_its_length_are_told() -> None:
    begun = _answer(START, *_text(0, "x"))
    ended = _answer(START, *_text(0, "x"), _end("end_turn"))  # no message_stop

    assert (begun.is_complete, ended.is_complete) == (False, True)
    assert (ended.turn().text, ended.counts.output_tokens) == ("x", 5)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message_start"},
        {"type": "content_block_delta", "index": 7, "delta": {"type": "text_delta", "text": "x"}},
        {"type": "content_block_start", "index": "x", "content_block": {}},
        {"type": "content_block_start", "index": 0, "content_block": 5},
        {"type": "message_delta", "delta": "x"},
    ],
)
def test_a_known_event_of_another_shape_breaks_the_answer(event: Event) -> None:
    with pytest.raises(TurnBroken):
        _answer(START, event)


def test_unknown_events_and_deltas_are_passed_over() -> None:
    odd = _block(0, {"type": "text", "text": ""}, {"type": "new_delta", "x": 1}, {"type": "text_delta", "text": "x"})

    assert _answer(START, {"type": "ping"}, {"type": "new"}, *odd, _end("end_turn"), STOP).turn().text == "x"


def test_tokens_are_counted_with_the_cache_and_later_counts_replace_earlier_ones() -> None:
    usage = {"input_tokens": 10, "output_tokens": 1, "cache_read_input_tokens": 300, "cache_creation_input_tokens": 40}
    start = {"type": "message_start", "message": {"model": "m", "usage": usage}}

    answer = _answer(start, *_text(0, "x"), _end("end_turn", input_tokens=12), STOP)

    assert answer.counts == TokenCounts(
        input_tokens=352,  # 12 + 300 + 40
        output_tokens=5,
        cache_read_tokens=300,
        cache_write_tokens=40,
    )
    assert (answer.turn().input_tokens, answer.turn().output_tokens) == (352, 5)


def test_an_answer_is_billed_from_its_first_event_on() -> None:
    assert not _answer({"type": "ping"}).has_begun
    assert _answer(START).has_begun
