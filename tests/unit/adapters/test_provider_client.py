"""What the machine's proxy and certificate variables do to a call: nothing to loopback; else an error names them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx2
import pytest

from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel
from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from chalicelib.adapters.provider_client import is_loopback
from chalicelib.analyses.kit.llm import TextPart
from chalicelib.errors import CaseworkError, Internal
from tests.fakes.attempt_context import FakeContext
from tests.fakes.scripted_openai import answer_events, scripted_openai, stream_reply
from tests.unit.adapters.openai.test_structured_model import ANSWER, Person

UNUSABLE = [
    ("ALL_PROXY", "socks5://secret:word@proxy.test:1080", "ALL_PROXY"),
    ("HTTPS_PROXY", "socks://proxy.test:1080", "HTTPS_PROXY"),
    ("https_proxy", "socks4://proxy.test:1080", "HTTPS_PROXY"),
    ("SSL_CERT_FILE", "/nowhere/ca.pem", "SSL_CERT_FILE"),
]


def _ask_openai() -> Any:
    model = OpenAIStructuredModel(model="gpt-6-luna", api_key="sk-test")
    return model.parse(
        FakeContext(), instructions="Extract.", parts=[TextPart("x")], output=Person, max_output_tokens=500
    )


def _ask_anthropic() -> Any:
    model = AnthropicConversationModel(model="claude-haiku-5-5", api_key="k")
    messages = [model.user_message([TextPart("x")])]
    return model.turn(FakeContext(), instructions="i", messages=messages, tools=[], max_output_tokens=100)


@pytest.mark.parametrize(("variable", "value", "named"), UNUSABLE)
def test_a_call_to_this_machine_ignores_them(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: str
) -> None:
    monkeypatch.setenv(variable, value)
    with scripted_openai() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        provider.will_answer(stream_reply(*answer_events(ANSWER)))

        assert _ask_openai().children == 2


@pytest.mark.parametrize("ask", [_ask_openai, _ask_anthropic])
@pytest.mark.parametrize(("variable", "value", "named"), UNUSABLE)
def test_a_call_to_the_provider_fails_with_the_name_of_the_variable(
    monkeypatch: pytest.MonkeyPatch, ask: Any, variable: str, value: str, named: str
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    monkeypatch.setenv(variable, value)

    with pytest.raises(Internal, match=named) as caught:
        ask()

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "127.8.9.1", "::1", "localhost", "api.localhost")),
        *((host, False) for host in ("api.openai.com", "10.0.0.1", "localhost.example.com", "")),
    ],
)
def test_loopback_is_this_machine_alone(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("ask", "variable"), [(_ask_openai, "OPENAI_BASE_URL"), (_ask_anthropic, "ANTHROPIC_BASE_URL")]
)
def test_no_connection_outlives_its_call_since_a_frozen_function_would_find_it_dead(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Any], variable: str
) -> None:
    made: list[httpx2.Client] = []

    class Recorded(httpx2.Client):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            made.append(self)

    monkeypatch.setattr(httpx2, "Client", Recorded)
    with scripted_openai() as provider:
        monkeypatch.setenv(variable, provider.url)
        for _ in range(2):
            provider.will_answer(stream_reply(*answer_events(ANSWER)))
            with suppress(CaseworkError):  # these are no words of Anthropic's, and its call ends all the same
                ask()

    assert len(made) == 2
    assert all(client.is_closed for client in made)
