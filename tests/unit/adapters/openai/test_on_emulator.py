"""OpenAI's adapter against the provider emulator: each fault it can inject, as a job sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from chalicelib.analyses.kit.llm import TextPart
from chalicelib.analyses.kit.untrusted import wrap_call
from chalicelib.errors import (
    AttemptError,
    InputInvalid,
    OutputInvalid,
    ProviderAuth,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from emulator import Emulator
from tests.fakes.attempt_context import FakeContext


class Person(BaseModel):
    id_number: str


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{running.url}/v1")
        yield running


def ask(ctx: FakeContext) -> Person:
    model = OpenAIStructuredModel(model="gpt-6-luna", api_key="sk-test")
    parts = [TextPart(wrap_call("AI: מה מספר הזהות?\nUser: ת.ז. 000000422"))]
    return model.parse(ctx, instructions="Extract.", parts=parts, output=Person, max_output_tokens=500)


def test_an_answer_names_the_emulated_model_and_is_priced_as_what_it_emulates(emulator: Emulator) -> None:
    ctx = FakeContext()

    person = ask(ctx)

    assert person.id_number == "000000422"
    [row] = ctx.usage.calls
    assert row.model.startswith("emulated-")
    assert row.cost_usd is not None
    assert row.cost_usd > 0


FAULTS: list[tuple[dict[str, Any], type[AttemptError], int | None]] = [
    ({"kind": "rate_limited", "retry_after": 7}, ProviderRateLimited, 429),
    ({"kind": "tokens_limited"}, ProviderRateLimited, 429),
    ({"kind": "quota"}, ProviderQuotaExhausted, 429),
    ({"kind": "quota", "status": 400}, ProviderQuotaExhausted, 400),
    ({"kind": "unauthorized"}, ProviderAuth, 401),
    ({"kind": "forbidden"}, ProviderAuth, 403),
    ({"kind": "model_not_found"}, ProviderAuth, 404),
    ({"kind": "bad_request"}, InputInvalid, 400),
    ({"kind": "bad_request", "code": "invalid_prompt"}, ProviderRefused, 400),
    ({"kind": "too_large"}, InputInvalid, 413),
    ({"kind": "conflict"}, ProviderUnavailable, 409),
    ({"kind": "server_error"}, ProviderUnavailable, 500),
    ({"kind": "unavailable"}, ProviderUnavailable, 503),
    ({"kind": "overloaded"}, ProviderUnavailable, 503),
    ({"kind": "server_error", "status": 529}, ProviderUnavailable, 529),
    ({"kind": "html"}, ProviderUnavailable, 502),
    ({"kind": "drop"}, ProviderUnavailable, None),
    ({"kind": "cut"}, ProviderUnavailable, 200),
    ({"kind": "cut_abruptly"}, ProviderUnavailable, None),
    ({"kind": "malformed_json"}, ProviderUnavailable, 200),
    ({"kind": "stream_error"}, ProviderUnavailable, 200),
    ({"kind": "stream_error", "code": "rate_limit_exceeded"}, ProviderRateLimited, 200),
    ({"kind": "rate_limited_stream", "retry_after": 1.5}, ProviderRateLimited, 200),
    ({"kind": "failed"}, ProviderUnavailable, 200),
    ({"kind": "failed", "code": "invalid_prompt"}, ProviderRefused, 200),
    ({"kind": "refusal"}, ProviderRefused, 200),
    ({"kind": "content_filter"}, ProviderRefused, 200),
    ({"kind": "truncated"}, OutputInvalid, 200),
    ({"kind": "schema_breaking"}, OutputInvalid, 200),
    ({"kind": "prose"}, OutputInvalid, 200),
    ({"kind": "empty"}, OutputInvalid, 200),
]


@pytest.mark.parametrize(("fault", "error_class", "status"), FAULTS, ids=[str(row[0]) for row in FAULTS])
def test_every_fault_becomes_one_of_ours(
    emulator: Emulator, fault: dict[str, Any], error_class: type[AttemptError], status: int | None
) -> None:
    emulator.state.faults.add({**fault, "provider": "openai"})

    with pytest.raises(error_class) as caught:
        ask(FakeContext())

    assert type(caught.value) is error_class
    assert caught.value.provider_status == status
    assert caught.value.provider == "openai"


@pytest.mark.parametrize("kind", ["hang", "stall"])
def test_silence_is_a_time_out(emulator: Emulator, kind: str) -> None:
    emulator.state.faults.add({"kind": kind, "seconds": 30})

    with pytest.raises(ProviderUnavailable, match="in time"):
        ask(FakeContext(remaining_seconds=0.3))


def test_a_rate_limit_keeps_the_providers_wish(emulator: Emulator) -> None:
    emulator.state.faults.add([{"kind": "rate_limited", "retry_after": 7}, {"kind": "tokens_limited"}])

    with pytest.raises(ProviderRateLimited) as caught:
        ask(FakeContext())
    with pytest.raises(ProviderRateLimited) as without:
        ask(FakeContext())

    assert (caught.value.retry_after_seconds, without.value.retry_after_seconds) == (7, 2.5)  # said in words
