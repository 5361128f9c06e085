"""The real SDK against the emulator: what each failure becomes, what is charged, what is sent."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel
from chalicelib.analyses.document_analysis_agent.tools import tools
from chalicelib.analyses.kit.llm import TextPart, ToolResult, Turn
from chalicelib.errors import (
    AttemptError,
    AttemptStopped,
    BudgetExceeded,
    CancelSeen,
    InputInvalid,
    OutOfTime,
    ProviderAuth,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
)
from emulator.server import Emulator
from tests.fakes.attempt_context import FakeContext, a_job

MODEL = "claude-haiku-5-5"
SECRET = "תמר דוגמא-לדוגמה"
TOOLS = tools(topics=["payment"])


@pytest.fixture(scope="module")
def provider() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(provider: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", provider.url)
    provider.state.faults.clear()
    provider.state.log.clear()
    return provider


@pytest.fixture(scope="module")
def model(provider: Emulator) -> Iterator[AnthropicConversationModel]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_BASE_URL", provider.url)
        yield AnthropicConversationModel(model=MODEL, api_key="test-key")


def _turn(model: AnthropicConversationModel, context: FakeContext | None = None, **changes: Any) -> Turn:
    arguments: dict[str, Any] = {
        "instructions": "rules",
        "messages": [model.user_message([TextPart(f"Documents: d1. {SECRET}")])],
        "tools": TOOLS,
        "max_output_tokens": 1_000,
    }
    return model.turn(context or FakeContext(), **{**arguments, **changes})


def _bodies(emulator: Emulator) -> list[Mapping[str, Any]]:
    return [entry["body"] for entry in emulator.state.log.listed(with_bodies=True)]


def test_a_turn_asks_for_tools(emulator: Emulator, model: AnthropicConversationModel) -> None:
    turn = _turn(model)

    assert turn.stop_reason == "tool_use"
    assert [call.name for call in turn.tool_calls] == ["list_documents"]
    assert turn.input_tokens > 0


def test_the_next_turn_takes_back_the_last_one_and_its_results(
    emulator: Emulator, model: AnthropicConversationModel
) -> None:
    opening = model.user_message([TextPart("begin")])
    first = _turn(model, messages=[opening])
    results = model.tool_results(
        [ToolResult(call_id=call.id, content="d1 | a.txt | text/plain | 1 page") for call in first.tool_calls]
    )

    second = _turn(model, messages=[opening, first.message, results])

    assert [call.name for call in second.tool_calls] == ["read_document"]


def test_what_is_sent_names_the_model_the_limit_and_a_stream(
    emulator: Emulator, model: AnthropicConversationModel
) -> None:
    _turn(model)

    (body,) = _bodies(emulator)
    assert (body["model"], body["max_tokens"], body["stream"]) == (MODEL, 1_000, True)
    assert not {"temperature", "top_p", "top_k"} & set(body)


def test_tokens_and_money_are_charged_cached_tokens_included(
    emulator: Emulator, model: AnthropicConversationModel
) -> None:
    context = FakeContext()
    long = model.user_message([TextPart("word " * 5_000)])

    _turn(model, context, messages=[long])
    _turn(model, context, messages=[long])

    (row,) = context.usage.calls
    assert row.model == f"emulated-{MODEL}"
    assert row.requests == 2
    assert 0 < row.cached_tokens < row.input_tokens
    assert row.cost_usd is not None
    assert Decimal(0) < row.cost_usd < sum((worst for worst in context.allowed if worst), Decimal(0))


def test_a_call_that_could_cost_too_much_is_never_made(emulator: Emulator, model: AnthropicConversationModel) -> None:
    context = FakeContext(a_job(max_cost_usd=Decimal("0.0001")))

    with pytest.raises(BudgetExceeded):
        _turn(model, context)

    assert _bodies(emulator) == []


@pytest.mark.parametrize(
    ("fault", "expected", "status"),
    [
        ({"kind": "rate_limited"}, ProviderRateLimited, 429),
        ({"kind": "tokens_limited"}, ProviderRateLimited, 429),
        ({"kind": "rate_limited_stream"}, ProviderRateLimited, 200),
        ({"kind": "quota"}, ProviderQuotaExhausted, 402),
        ({"kind": "quota", "status": 400}, ProviderQuotaExhausted, 400),
        ({"kind": "unauthorized"}, ProviderAuth, 401),
        ({"kind": "forbidden"}, ProviderAuth, 403),
        ({"kind": "model_not_found"}, ProviderAuth, 404),
        ({"kind": "bad_request"}, InputInvalid, 400),
        ({"kind": "too_large"}, InputInvalid, 413),
        ({"kind": "conflict"}, ProviderUnavailable, 409),
        ({"kind": "server_error"}, ProviderUnavailable, 500),
        ({"kind": "unavailable"}, ProviderUnavailable, 503),
        ({"kind": "overloaded"}, ProviderUnavailable, 529),
        ({"kind": "html"}, ProviderUnavailable, 502),
        ({"kind": "drop"}, ProviderUnavailable, None),
        ({"kind": "cut"}, ProviderUnavailable, 200),
        ({"kind": "cut_abruptly"}, ProviderUnavailable, None),
        ({"kind": "stream_error"}, ProviderUnavailable, 200),
        ({"kind": "stream_error", "code": "rate_limit_error"}, ProviderRateLimited, 200),
        ({"kind": "stream_error", "code": "invalid_request_error"}, InputInvalid, 200),
        ({"kind": "malformed_json"}, ProviderUnavailable, 200),
    ],
    ids=lambda value: value["kind"] + value.get("code", "") if isinstance(value, dict) else None,
)
def test_every_failure_of_the_provider_is_one_of_ours(
    emulator: Emulator,
    model: AnthropicConversationModel,
    fault: dict[str, Any],
    expected: type[AttemptError],
    status: int | None,
) -> None:
    emulator.state.faults.add(fault)

    with pytest.raises(AttemptError) as raised:
        _turn(model)

    assert type(raised.value) is expected
    assert (raised.value.provider, raised.value.provider_status) == ("anthropic", status)
    assert len(_bodies(emulator)) == 1  # the SDK does not retry: the queue does
    if status is not None:
        assert str(raised.value.provider_request_id).startswith("req_")


@pytest.mark.parametrize("kind", ["hang", "stall"])
def test_a_silent_provider_is_given_no_more_time_than_there_is(
    emulator: Emulator, model: AnthropicConversationModel, kind: str
) -> None:
    emulator.state.faults.add({"kind": kind, "seconds": 30})

    with pytest.raises(ProviderUnavailable, match="in time"):
        _turn(model, FakeContext(remaining_seconds=0.3))


def test_time_that_is_up_says_more_than_a_silent_provider(
    emulator: Emulator, model: AnthropicConversationModel
) -> None:
    emulator.state.faults.add({"kind": "hang", "seconds": 30})
    context = FakeContext(remaining_seconds=0.3, stop_with=OutOfTime("over"), stop_after_checks=1)

    with pytest.raises(OutOfTime):
        _turn(model, context)


@pytest.mark.parametrize("retry_after", [7, 3600])
def test_a_retry_after_is_passed_on_and_not_slept(
    emulator: Emulator, model: AnthropicConversationModel, retry_after: int
) -> None:
    emulator.state.faults.add({"kind": "rate_limited", "retry_after": retry_after})

    with pytest.raises(ProviderRateLimited) as raised:
        _turn(model)

    assert raised.value.retry_after_seconds == retry_after


@pytest.mark.parametrize(
    ("kind", "stop_reason"),
    [
        ("refusal", "refusal"),
        ("truncated", "max_tokens"),
        ("truncated_tool_call", "max_tokens"),
        ("pause_turn", "pause_turn"),
        ("context_exceeded", "context_exceeded"),
        ("empty", "end_turn"),
        ("prose", "end_turn"),
    ],
)
def test_a_turn_may_end_in_other_ways(
    emulator: Emulator, model: AnthropicConversationModel, kind: str, stop_reason: str
) -> None:
    emulator.state.faults.add({"kind": kind})

    turn = _turn(model)

    assert turn.stop_reason == stop_reason
    assert turn.tool_calls == ()


def test_what_was_sent_is_charged_though_the_answer_breaks_off(
    emulator: Emulator, model: AnthropicConversationModel
) -> None:
    emulator.state.faults.add({"kind": "cut"})
    context = FakeContext()

    with pytest.raises(ProviderUnavailable):
        _turn(model, context)

    assert context.usage.input_tokens > 0


def test_a_cancel_is_seen_between_two_events_and_ends_the_stream(
    emulator: Emulator, model: AnthropicConversationModel
) -> None:
    context = FakeContext(stop_with=CancelSeen("cancelled"), stop_after_checks=2)

    with pytest.raises(AttemptStopped):
        _turn(model, context)

    assert context.checks == 3  # one before the call, one for each of the first two events
    assert context.usage.calls[0].requests == 1


def test_without_a_key_nothing_is_asked(emulator: Emulator) -> None:
    with pytest.raises(ProviderAuth, match="No key"):
        _turn(AnthropicConversationModel(model=MODEL, api_key=None))

    assert _bodies(emulator) == []


def test_a_provider_that_cannot_be_reached_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")

    with pytest.raises(ProviderUnavailable):
        _turn(AnthropicConversationModel(model=MODEL, api_key="k"))


def test_logs_hold_no_prompt(
    emulator: Emulator, model: AnthropicConversationModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    emulator.state.faults.add([{"kind": "bad_request"}, {"kind": "malformed_json"}])

    for _ in range(2):
        with pytest.raises(AttemptError):
            _turn(model)
    _turn(model)

    assert SECRET not in caplog.text
    assert "test-key" not in caplog.text


def test_the_sdk_is_loaded_only_by_a_turn() -> None:
    code = (
        "import sys, chalicelib.adapters.anthropic.conversation_model as m;"
        "m.AnthropicConversationModel(model='m', api_key='k');"
        "print(sorted({'anthropic', 'openai', 'pydantic', 'httpx2'} & set(sys.modules)))"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
