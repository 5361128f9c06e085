"""What happens when Anthropic's model declines."""

from __future__ import annotations

import pytest

from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel
from chalicelib.adapters.anthropic.request import without_thinking
from chalicelib.analyses.kit.llm import TextPart
from emulator.server import Emulator
from tests.fakes.attempt_context import FakeContext

MODEL, OTHER = "claude-haiku-5-5", "claude-sonnet-5-5"
SAID = {"type": "text", "text": "x"}
THOUGHT = {"type": "thinking", "thinking": "…", "signature": "s"}


@pytest.mark.parametrize(("fallback", "asked"), [(OTHER, [MODEL, OTHER]), (None, [MODEL])])
def test_a_model_that_declines_is_followed_by_the_fallback(
    monkeypatch: pytest.MonkeyPatch, fallback: str | None, asked: list[str]
) -> None:
    with Emulator() as emulator:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", emulator.url)
        emulator.state.faults.add({"kind": "refusal"})
        model = AnthropicConversationModel(model=MODEL, api_key="k", fallback_model=fallback)
        messages = [model.user_message([TextPart("a")])]

        turn = model.turn(FakeContext(), instructions="i", messages=messages, tools=[], max_output_tokens=100)

        assert (turn.stop_reason == "refusal") is (fallback is None)
        assert [entry["model"] for entry in emulator.state.log.listed(with_bodies=False)] == asked


def test_what_one_model_thought_is_not_sent_to_another() -> None:
    assert without_thinking({"role": "assistant", "content": [THOUGHT, SAID]}) == {
        "role": "assistant",
        "content": [SAID],
    }
