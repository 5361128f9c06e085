"""OpenAI's adapter against a provider that answers byte for byte what the test wrote down."""

from __future__ import annotations

import base64
import json
from decimal import ROUND_UP, Decimal

import pytest

from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from chalicelib.analyses.kit.llm import FilePart, TextPart
from chalicelib.errors import (
    BudgetExceeded,
    CancelSeen,
    OutputInvalid,
    ProviderAuth,
    ProviderUnavailable,
)
from tests.fakes.attempt_context import FakeContext, a_job
from tests.fakes.scripted_openai import (
    SECONDS_TO_NOTICE,
    Reply,
    ScriptedOpenAI,
    answer_events,
    json_reply,
    scripted_openai,
    stream_reply,
)
from tests.unit.adapters.openai.conftest import ANSWER, Person


@pytest.fixture
def model() -> OpenAIStructuredModel:
    return OpenAIStructuredModel(model="gpt-6-luna", api_key="sk-test")


def ask(model: OpenAIStructuredModel, ctx: FakeContext, **changes: object) -> Person:
    wanted = {
        "instructions": "Extract.",
        "parts": [TextPart("שמי תמר")],
        "output": Person,
        "max_output_tokens": 500,
        **changes,
    }
    return model.parse(ctx, **wanted)  # type: ignore[arg-type]


def test_an_answer_is_validated_and_its_real_usage_charged(
    provider: ScriptedOpenAI, model: OpenAIStructuredModel
) -> None:
    provider.will_answer(stream_reply(*answer_events(ANSWER, model="gpt-6-luna-2026-08-01")))
    ctx = FakeContext()

    person = ask(model, ctx)

    assert person == Person(full_name="תמר דוגמא", children=2)
    [row] = ctx.usage.calls
    assert (row.model, row.input_tokens, row.cached_tokens, row.output_tokens) == (
        "gpt-6-luna-2026-08-01",
        1000,
        400,
        50,
    )
    # 600 new at 0.10 + 400 cached at 0.01 + 50 out at 0.50, per million = 0.00006 + 0.000004 + 0.000025
    assert row.cost_usd == Decimal("0.000089")


def test_the_request_is_streamed_strict_and_not_kept_by_the_provider(
    provider: ScriptedOpenAI, model: OpenAIStructuredModel
) -> None:
    provider.will_answer(stream_reply(*answer_events(ANSWER)))

    ask(model, FakeContext())

    [sent] = provider.requests
    assert (sent["stream"], sent["store"], sent["max_output_tokens"]) == (True, False, 500)
    assert sent["reasoning"] == {"effort": "medium"}
    mark = {"mode": "explicit"}  # only what comes before the mark is written to the provider's cache
    assert sent["prompt_cache_options"] == mark
    assert sent["input"] == [
        {
            "role": "developer",
            "content": [{"type": "input_text", "text": "Extract.", "prompt_cache_breakpoint": mark}],
        },
        {"role": "user", "content": [{"type": "input_text", "text": "שמי תמר"}]},
    ]
    assert sent["text"]["format"]["strict"] is True
    assert sent["text"]["format"]["schema"]["required"] == ["full_name", "children"]
    assert sent["text"]["format"]["schema"]["additionalProperties"] is False


def test_files_travel_as_file_and_image_parts(provider: ScriptedOpenAI, model: OpenAIStructuredModel) -> None:
    provider.will_answer(stream_reply(*answer_events(ANSWER)))
    parts = [
        FilePart(file_name="סריקה.pdf", content_type="application/pdf", content=b"%PDF-1.7"),
        FilePart(file_name="photo.png", content_type="image/png", content=b"\x89PNG"),
    ]

    ask(model, FakeContext(), parts=parts)

    file, image = provider.requests[0]["input"][1]["content"]
    assert file == {
        "type": "input_file",
        "filename": "file-1.pdf",  # its own name is a stranger's text
        "file_data": "data:application/pdf;base64," + base64.b64encode(b"%PDF-1.7").decode(),
        "detail": "high",
    }
    assert image["detail"] == "original"
    assert image["image_url"] == "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()


def test_the_listener_hears_how_much_has_arrived(provider: ScriptedOpenAI, model: OpenAIStructuredModel) -> None:
    provider.will_answer(stream_reply(*answer_events(ANSWER)))
    heard: list[int] = []

    ask(model, FakeContext(), on_text=heard.append)

    assert heard == sorted(heard)
    assert heard[-1] == len(ANSWER)


def test_a_provider_that_cannot_be_reached_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, model: OpenAIStructuredModel
) -> None:
    with scripted_openai() as gone:
        monkeypatch.setenv("OPENAI_BASE_URL", gone.url)

    with pytest.raises(ProviderUnavailable, match="connection"):
        ask(model, FakeContext())


def test_a_cancel_is_seen_between_events_and_closes_the_stream(
    provider: ScriptedOpenAI, model: OpenAIStructuredModel
) -> None:
    provider.will_answer(stream_reply(*answer_events(ANSWER)[:3], never_ends=True))
    ctx = FakeContext(stop_with=CancelSeen("cancelled"), stop_after_checks=5)

    with pytest.raises(CancelSeen):
        ask(model, ctx)

    assert provider.client_left.wait(SECONDS_TO_NOTICE)


def test_what_was_answered_in_vain_is_charged(provider: ScriptedOpenAI, model: OpenAIStructuredModel) -> None:
    provider.will_answer(
        stream_reply(*answer_events(ANSWER, status="incomplete", incomplete_details={"reason": "max_output_tokens"}))
    )
    ctx = FakeContext()

    with pytest.raises(OutputInvalid):
        ask(model, ctx)

    assert ctx.usage.output_tokens == 50


def test_an_answer_that_broke_off_is_charged_by_an_estimate(
    provider: ScriptedOpenAI, model: OpenAIStructuredModel
) -> None:
    provider.will_answer(stream_reply(*answer_events(ANSWER)[:-1]))
    ctx = FakeContext()

    with pytest.raises(ProviderUnavailable):
        ask(model, ctx)

    [row] = ctx.usage.calls
    sent = provider.requests[0]
    format_characters = len(json.dumps(sent["text"], separators=(",", ":")))
    assert (row.requests, row.input_tokens, row.cached_tokens, row.output_tokens) == (
        1,
        len("שמי תמר") + len("Extract.") + format_characters,  # all that was sent, a token a character
        0,
        len(ANSWER),  # all that was received
    )
    exact = Decimal(row.input_tokens) / 10_000_000 + Decimal(row.output_tokens) / 2_000_000
    assert row.cost_usd == exact.quantize(Decimal("0.000001"), rounding=ROUND_UP)


def test_an_answer_that_is_cancelled_half_way_is_charged(
    provider: ScriptedOpenAI, model: OpenAIStructuredModel
) -> None:
    provider.will_answer(stream_reply(*answer_events(ANSWER)))
    ctx = FakeContext(stop_with=CancelSeen("cancelled"), stop_after_checks=3)

    with pytest.raises(CancelSeen):
        ask(model, ctx)

    assert ctx.usage.calls[0].requests == 1


@pytest.mark.parametrize(
    "reply",
    [
        json_reply(500, {"error": {"message": "m"}}),
        stream_reply(),
        stream_reply(*answer_events(ANSWER, status="failed", usage=None, error={"code": "server_error"}, output=[])),
    ],
    ids=["refused at once", "never begun", "failed at the provider"],
)
def test_what_the_provider_does_not_bill_is_not_charged(
    provider: ScriptedOpenAI, model: OpenAIStructuredModel, reply: Reply
) -> None:
    provider.will_answer(reply)
    ctx = FakeContext()

    with pytest.raises(ProviderUnavailable):
        ask(model, ctx)

    assert ctx.usage.calls == ()


def test_a_call_that_could_pass_the_cost_limit_is_not_made(
    provider: ScriptedOpenAI, model: OpenAIStructuredModel
) -> None:
    # 500 tokens out at 0.50 a million cost 0.00025 alone
    ctx = FakeContext(a_job(max_cost_usd=Decimal("0.00025")))

    with pytest.raises(BudgetExceeded):
        ask(model, ctx)

    assert provider.requests == []


def test_the_worst_case_counts_prompt_schema_files_and_the_longest_answer(
    provider: ScriptedOpenAI, model: OpenAIStructuredModel
) -> None:
    provider.will_answer(stream_reply(*answer_events(ANSWER)))
    ctx = FakeContext()
    file = FilePart(file_name="a", content_type="image/jpeg", content=b"x" * 100_000, pixels=1_200_000)

    ask(model, ctx, parts=[TextPart("x" * 1000), file])

    sent = provider.requests[0]
    format_characters = len(json.dumps(sent["text"], separators=(",", ":")))
    input_tokens = 1000 + 1_200_000 // 600 + len("Extract.") + format_characters
    # all of it written to the cache at 0.125, 500 out at 0.50 a million, rounded up
    exact = Decimal(input_tokens) / 8_000_000 + Decimal(500) / 2_000_000
    assert ctx.allowed == [exact.quantize(Decimal("0.000001"), rounding=ROUND_UP)]


def test_an_unknown_models_cost_is_unknown(provider: ScriptedOpenAI) -> None:
    provider.will_answer(stream_reply(*answer_events(ANSWER, model="gpt-99")))
    ctx = FakeContext()

    ask(OpenAIStructuredModel(model="gpt-99", api_key="sk-test"), ctx)

    assert ctx.usage.cost_usd is None


def test_without_a_key_nothing_is_sent(provider: ScriptedOpenAI) -> None:
    with pytest.raises(ProviderAuth, match="No key"):
        ask(OpenAIStructuredModel(model="gpt-6-luna", api_key=None), FakeContext())

    assert provider.requests == []
