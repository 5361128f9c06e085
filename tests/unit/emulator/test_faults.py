"""Each fault that both providers have, as their real SDKs see it: the error and its facts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import msgspec
import openai
import pytest

Control = Callable[..., Any]
PROMPT = '<document id="d1" name="a">\nת.ז. 000000422\n</document>'


class Provider(msgspec.Struct, frozen=True):
    """One SDK: its module (both have the same names of errors), a call in one piece, and one that streams."""

    errors: Any
    ask: Callable[..., Any]
    stream: Callable[..., list[Any]]


@pytest.fixture(params=["openai", "anthropic"])
def provider(
    request: pytest.FixtureRequest, openai_client: openai.OpenAI, anthropic_client: anthropic.Anthropic
) -> Provider:
    """Both, one after the other."""
    if request.param == "openai":
        given: dict[str, Any] = {"model": "gpt-6-luna", "input": PROMPT}
        return Provider(openai, *_calls(openai_client, lambda client: client.responses.create, given))
    given = {"model": "claude-haiku-5-5", "max_tokens": 1000, "messages": [{"role": "user", "content": PROMPT}]}
    return Provider(anthropic, *_calls(anthropic_client, lambda client: client.messages.create, given))


def _calls(client: Any, create: Any, given: dict[str, Any]) -> tuple[Callable[..., Any], Callable[..., list[Any]]]:
    def stream(**options: Any) -> list[Any]:
        with create(client)(**given, stream=True, **options) as events:
            return list(events)

    return lambda **options: create(client)(**given, **options), stream


@pytest.mark.parametrize("way", ["ask", "stream"])
@pytest.mark.parametrize(
    ("fault", "error", "statuses", "facts"),  # for OpenAI and for Anthropic: the status, and `code` or `type`
    [
        ({"kind": "rate_limited"}, "RateLimitError", (429, 429), ("rate_limit_exceeded", "rate_limit_error")),
        ({"kind": "tokens_limited"}, "RateLimitError", (429, 429), ("rate_limit_exceeded", "rate_limit_error")),
        ({"kind": "quota"}, "APIStatusError", (429, 402), ("insufficient_quota", "billing_error")),
        (
            {"kind": "quota", "status": 400},
            "BadRequestError",
            (400, 400),
            ("insufficient_quota", "invalid_request_error"),
        ),
        ({"kind": "unauthorized"}, "AuthenticationError", (401, 401), ("invalid_api_key", "authentication_error")),
        ({"kind": "forbidden"}, "PermissionDeniedError", (403, 403), (None, "permission_error")),
        ({"kind": "model_not_found"}, "NotFoundError", (404, 404), ("model_not_found", "not_found_error")),
        (
            {"kind": "bad_request", "code": "invalid_image"},
            "BadRequestError",
            (400, 400),
            ("invalid_image", "invalid_image"),
        ),
        ({"kind": "too_large"}, "APIStatusError", (413, 413), (None, "request_too_large")),
        ({"kind": "conflict"}, "ConflictError", (409, 409), (None, "invalid_request_error")),
        ({"kind": "server_error"}, "InternalServerError", (500, 500), (None, "api_error")),
        ({"kind": "server_error", "status": 529}, "InternalServerError", (529, 529), (None, "api_error")),
        ({"kind": "unavailable"}, "InternalServerError", (503, 503), (None, "api_error")),
        ({"kind": "overloaded"}, "InternalServerError", (503, 529), ("server_is_overloaded", "overloaded_error")),
        ({"kind": "html"}, "InternalServerError", (502, 502), (None, None)),
    ],
)
def test_a_status_fault_is_the_sdks_error_of_that_status(
    provider: Provider,
    control: Control,
    way: str,
    fault: dict[str, Any],
    error: str,
    statuses: tuple[int, int],
    facts: tuple[str | None, str | None],
) -> None:
    control("POST", "faults", fault)
    is_openai = provider.errors is openai

    with pytest.raises(getattr(provider.errors, error)) as caught:
        getattr(provider, way)()

    assert caught.value.status_code == statuses[0 if is_openai else 1]
    assert (caught.value.code if is_openai else caught.value.type) == facts[0 if is_openai else 1]
    assert caught.value.request_id
    getattr(provider, way)()  # one fault, one failure


def test_retry_after_is_sent(provider: Provider, control: Control) -> None:
    control("POST", "faults", {"kind": "rate_limited", "retry_after": 7})

    with pytest.raises(provider.errors.RateLimitError) as caught:
        provider.ask()

    assert caught.value.response.headers["retry-after"] == "7"


def test_a_limit_of_tokens_a_minute_has_no_retry_after(provider: Provider, control: Control) -> None:
    control("POST", "faults", {"kind": "tokens_limited"})

    with pytest.raises(provider.errors.RateLimitError, match=r"tokens per min") as caught:
        provider.ask()

    assert "retry-after" not in caught.value.response.headers


def test_a_dropped_connection_is_a_connection_error(provider: Provider, control: Control) -> None:
    control("POST", "faults", {"kind": "drop"})

    with pytest.raises(provider.errors.APIConnectionError):
        provider.ask()


def test_silence_is_a_timeout(provider: Provider, control: Control) -> None:
    control("POST", "faults", [{"kind": "hang"}, {"kind": "stall", "events": 2}])

    with pytest.raises(provider.errors.APITimeoutError):
        provider.ask(timeout=0.3)
    with pytest.raises((provider.errors.APITimeoutError, httpx2.TimeoutException)):
        provider.stream(timeout=0.3)


def test_malformed_json_escapes_the_sdks_errors(provider: Provider, control: Control) -> None:
    control("POST", "faults", [{"kind": "malformed_json"}, {"kind": "malformed_json", "events": 2}])

    with pytest.raises(json.JSONDecodeError):
        provider.ask()
    with pytest.raises(json.JSONDecodeError):
        provider.stream()


def test_a_stream_that_ends_early_says_nothing_but_lacks_its_end(provider: Provider, control: Control) -> None:
    control("POST", "faults", {"kind": "cut", "events": 4})

    events = provider.stream()

    assert len(events) <= 4  # Anthropic's SDK keeps pings to itself
    assert events[-1].type not in ("response.completed", "message_stop")


def test_a_connection_that_breaks_inside_a_stream_is_the_wires_error(provider: Provider, control: Control) -> None:
    control("POST", "faults", {"kind": "cut_abruptly", "events": 4})

    with pytest.raises((provider.errors.APIConnectionError, httpx2.RemoteProtocolError)):
        provider.stream()
