"""Each fault, as the real Anthropic SDK sees it: the error and its facts, or the answer that is no good."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
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


@pytest.mark.parametrize("call", [_ask, _stream])
@pytest.mark.parametrize(
    ("fault", "error", "status", "kind"),
    [
        ({"kind": "rate_limited"}, anthropic.RateLimitError, 429, "rate_limit_error"),
        ({"kind": "quota"}, anthropic.APIStatusError, 402, "billing_error"),
        ({"kind": "quota", "status": 400}, anthropic.BadRequestError, 400, "invalid_request_error"),
        ({"kind": "unauthorized"}, anthropic.AuthenticationError, 401, "authentication_error"),
        ({"kind": "forbidden"}, anthropic.PermissionDeniedError, 403, "permission_error"),
        ({"kind": "model_not_found"}, anthropic.NotFoundError, 404, "not_found_error"),
        ({"kind": "bad_request"}, anthropic.BadRequestError, 400, "invalid_request_error"),
        ({"kind": "too_large"}, anthropic.APIStatusError, 413, "request_too_large"),
        ({"kind": "server_error"}, anthropic.InternalServerError, 500, "api_error"),
        ({"kind": "unavailable"}, anthropic.InternalServerError, 503, "api_error"),
        ({"kind": "overloaded"}, anthropic.InternalServerError, 529, "overloaded_error"),
        ({"kind": "html"}, anthropic.InternalServerError, 502, None),
    ],
)
def test_a_status_fault_is_the_sdks_error_of_that_status(
    anthropic_client: anthropic.Anthropic,
    control: Control,
    call: Callable[[anthropic.Anthropic], Any],
    fault: dict[str, Any],
    error: type[anthropic.APIStatusError],
    status: int,
    kind: str | None,
) -> None:
    control("POST", "faults", fault)

    with pytest.raises(error) as caught:
        call(anthropic_client)

    assert caught.value.status_code == status
    assert caught.value.type == kind
    assert caught.value.request_id
    call(anthropic_client)  # one fault, one failure


def test_retry_after_is_told(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", {"kind": "rate_limited", "retry_after": 7})

    with pytest.raises(anthropic.RateLimitError) as caught:
        _ask(anthropic_client)

    assert caught.value.response.headers["retry-after"] == "7"


def test_a_dropped_connection_is_a_connection_error(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", {"kind": "drop"})

    with pytest.raises(anthropic.APIConnectionError):
        _ask(anthropic_client)


def test_silence_is_a_timeout(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", [{"kind": "hang"}, {"kind": "stall", "events": 2}])
    impatient = anthropic_client.with_options(timeout=0.3)

    with pytest.raises(anthropic.APITimeoutError):
        _ask(impatient)
    with pytest.raises(httpx2.TimeoutException):
        _stream(impatient)


def test_malformed_json_escapes_the_sdks_errors(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", [{"kind": "malformed_json"}, {"kind": "malformed_json", "events": 2}])

    with pytest.raises(json.JSONDecodeError):
        _ask(anthropic_client)
    with pytest.raises(json.JSONDecodeError):
        _stream(anthropic_client)


def test_a_stream_that_ends_early_raises_nothing_and_has_no_stop_reason(
    anthropic_client: anthropic.Anthropic, control: Control
) -> None:
    control("POST", "faults", {"kind": "cut", "events": 4})

    with anthropic_client.messages.stream(model=MODEL, max_tokens=1000, messages=MESSAGES) as stream:
        message = stream.get_final_message()

    assert message.stop_reason is None


def test_a_connection_that_breaks_inside_a_stream_is_the_wires_error(
    anthropic_client: anthropic.Anthropic, control: Control
) -> None:
    control("POST", "faults", {"kind": "cut_abruptly", "events": 4})

    with pytest.raises(httpx2.RemoteProtocolError):
        _stream(anthropic_client)


def test_an_error_event_comes_with_status_200(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", {"kind": "stream_error", "events": 3})

    with pytest.raises(anthropic.APIStatusError) as caught:
        _stream(anthropic_client)

    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")


@pytest.mark.parametrize(
    ("kind", "stop_reason"),
    [
        ("refusal", "refusal"),
        ("truncated", "max_tokens"),
        ("pause_turn", "pause_turn"),
        ("context_exceeded", "model_context_window_exceeded"),
    ],
)
def test_a_turn_that_ends_otherwise_says_so(
    anthropic_client: anthropic.Anthropic, control: Control, kind: str, stop_reason: str
) -> None:
    control("POST", "faults", [{"kind": kind}, {"kind": kind}])

    message = _ask(anthropic_client, tools=[TOOL])
    deltas = [event for event in _stream(anthropic_client, tools=[TOOL]) if event.type == "message_delta"]

    assert message.stop_reason == stop_reason
    assert [delta.delta.stop_reason for delta in deltas] == [stop_reason]


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


def test_an_empty_turn_has_no_content(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", {"kind": "empty"})

    assert _ask(anthropic_client).content == []
