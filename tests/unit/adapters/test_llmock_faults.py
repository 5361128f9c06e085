"""Both adapters against a provider that somebody else wrote: every way in which `llmock` fails is one of our errors.

The emulator of `infra.local` is ours and may share our mistakes about the wire; llmock is independent of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply
from llmock.testing import LLMockServer
from pydantic import BaseModel

from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel
from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from chalicelib.analyses.document_analysis_agent.tools import tools
from chalicelib.analyses.kit.llm import TextPart, Turn
from chalicelib.errors import (
    AttemptError,
    InputInvalid,
    OutputInvalid,
    ProviderAuth,
    ProviderRateLimited,
    ProviderUnavailable,
)
from tests.fakes.attempt_context import FakeContext

each_provider = pytest.mark.parametrize("provider", ["openai", "anthropic"])
MORE_THAN_IS_LEFT = 1.5
LEFT = 0.3
SECRET = "תמר דוגמא-לדוגמה 000000422"

Arm = Callable[[LLMock], LLMock]


class Person(BaseModel):
    """What is asked of OpenAI."""

    id_number: str


class Models:
    """Both adapters."""

    def __init__(self) -> None:
        self.openai = OpenAIStructuredModel(model="gpt-6-luna", api_key="sk-test")
        self.anthropic = AnthropicConversationModel(model="claude-haiku-5-5", api_key="test-key")

    def ask(self, provider: str, ctx: FakeContext) -> Any:
        """One call of that provider's adapter."""
        return self.ask_openai(ctx) if provider == "openai" else self.ask_anthropic(ctx)

    def ask_openai(self, ctx: FakeContext) -> Person:
        """One structured answer."""
        parts = [TextPart(SECRET)]
        return self.openai.parse(ctx, instructions="Extract.", parts=parts, output=Person, max_output_tokens=500)

    def ask_anthropic(self, ctx: FakeContext) -> Turn:
        """One turn."""
        return self.anthropic.turn(
            ctx,
            instructions="rules",
            messages=[self.anthropic.user_message([TextPart(SECRET)])],
            tools=tools(topics=["payment"]),
            max_output_tokens=500,
        )


@pytest.fixture(scope="module")
def models(llmock_server: LLMockServer) -> Iterator[Models]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_BASE_URL", llmock_server.base_url("anthropic"))
        yield Models()


# Name, how llmock is told, which of our errors comes out, the status that is told along with it.
FAULTS: dict[str, tuple[Arm, type[AttemptError], int | None]] = {
    "429": (lambda mock: mock.rate_limit(retry_after=7), ProviderRateLimited, 429),
    "500": (lambda mock: mock.fail(500), ProviderUnavailable, 500),
    "502": (lambda mock: mock.fail(502), ProviderUnavailable, 502),
    "503": (lambda mock: mock.outage(), ProviderUnavailable, 503),
    "504": (lambda mock: mock.fail(504), ProviderUnavailable, 504),
    "529": (lambda mock: mock.fail(529), ProviderUnavailable, 529),
    "401": (lambda mock: mock.fail(401), ProviderAuth, 401),
    "403": (lambda mock: mock.fail(403), ProviderAuth, 403),
    "404": (lambda mock: mock.fail(404), ProviderAuth, 404),
    "400": (lambda mock: mock.fail(400), InputInvalid, 400),
    "413": (lambda mock: mock.fail(413), InputInvalid, 413),
    "prompt too long": (lambda mock: mock.context_overflow(), InputInvalid, 400),
    "disconnect at once": (lambda mock: mock.disconnect(after_chunks=0), ProviderUnavailable, None),
    "disconnect in the middle": (lambda mock: mock.disconnect(after_chunks=3), ProviderUnavailable, None),
    "truncated at once": (lambda mock: mock.truncate(after_chunks=0), ProviderUnavailable, 200),
    "truncated in the middle": (lambda mock: mock.truncate(after_chunks=3), ProviderUnavailable, 200),
    "malformed at once": (lambda mock: mock.corrupt(after_chunks=0), ProviderUnavailable, 200),
    "malformed in the middle": (lambda mock: mock.corrupt(after_chunks=3), ProviderUnavailable, 200),
}


@each_provider
@pytest.mark.parametrize(("arm", "error_class", "status"), FAULTS.values(), ids=FAULTS.keys())
def test_every_fault_of_llmock_becomes_one_of_ours_and_is_asked_once(
    llmock: LLMock,
    models: Models,
    provider: str,
    arm: Arm,
    error_class: type[AttemptError],
    status: int | None,
) -> None:
    arm(llmock)

    with pytest.raises(AttemptError) as caught:
        models.ask(provider, FakeContext())

    assert type(caught.value) is error_class
    assert (caught.value.provider, caught.value.provider_status) == (provider, status)
    assert SECRET not in str(caught.value)
    assert len(llmock.requests) == 1  # the queue repeats an attempt, never the SDK


@each_provider
@pytest.mark.parametrize("seconds", [7, 3600])
def test_how_long_to_wait_is_handed_on_and_not_waited(
    llmock: LLMock, models: Models, provider: str, seconds: int
) -> None:
    llmock.rate_limit(retry_after=seconds)

    with pytest.raises(ProviderRateLimited) as caught:
        models.ask(provider, FakeContext())

    assert caught.value.retry_after_seconds == seconds


@each_provider
def test_a_real_quota_is_a_rate_limit_too(llmock: LLMock, models: Models, provider: str) -> None:
    llmock.limits(rpm=1)
    models.ask(provider, FakeContext())

    with pytest.raises(ProviderRateLimited) as caught:
        models.ask(provider, FakeContext())

    assert 0 < (caught.value.retry_after_seconds or 0) <= 60


@each_provider
@pytest.mark.parametrize(
    "arm",
    [
        lambda mock: mock.delay(MORE_THAN_IS_LEFT),
        lambda mock: mock.slow_first_token(MORE_THAN_IS_LEFT),
        lambda mock: mock.stall(after_chunks=2, seconds=MORE_THAN_IS_LEFT),
    ],
    ids=["before the answer", "before its first event", "inside the answer"],
)
def test_silence_ends_with_the_time_that_is_left(llmock: LLMock, models: Models, provider: str, arm: Arm) -> None:
    arm(llmock)

    with pytest.raises(ProviderUnavailable, match="in time"):
        models.ask(provider, FakeContext(remaining_seconds=LEFT))


@each_provider
def test_what_llmock_counted_is_charged(llmock: LLMock, models: Models, provider: str) -> None:
    ctx = FakeContext()

    models.ask(provider, ctx)

    [row] = ctx.usage.calls
    assert row.input_tokens > 0
    assert row.output_tokens > 0
    assert row.cost_usd


def test_an_answer_cut_by_its_length_is_no_answer(llmock: LLMock, models: Models) -> None:
    llmock.add(Reply(text='{"id_number": "0000', finish_reason="length"))

    with pytest.raises(OutputInvalid):
        models.ask_openai(FakeContext())


def test_a_turn_that_calls_a_tool_is_read_from_its_fragments(llmock: LLMock, models: Models) -> None:
    llmock.call_tool("read_document", {"document_id": "d1", "first_page": 2}, text="I read it.")

    turn = models.ask_anthropic(FakeContext())

    [call] = turn.tool_calls
    assert (call.name, dict(call.input)) == ("read_document", {"document_id": "d1", "first_page": 2})
    assert (turn.text, turn.stop_reason) == ("I read it.", "tool_use")


@pytest.mark.parametrize(("finish", "stop_reason"), [("length", "max_tokens"), ("content_filter", "refusal")])
def test_a_cut_and_a_refusal_are_turns(llmock: LLMock, models: Models, finish: str, stop_reason: str) -> None:
    llmock.add(Reply(text="I cannot", finish_reason=finish))

    assert models.ask_anthropic(FakeContext()).stop_reason == stop_reason


def test_a_tool_call_with_broken_arguments_says_so(llmock: LLMock, models: Models) -> None:
    llmock.break_tool_call()

    assert "not valid JSON" in models.ask_anthropic(FakeContext()).tool_calls[0].problem
