"""Money is counted by a dated table; what is not in it has no price."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from chalicelib.analyses.kit import prices
from chalicelib.analyses.kit.prices import cost_usd, price_of, worst_case_usd

MODELS = ["gpt-6-luna", "gpt-6.1-terra", "gpt-6.2-sol", "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"]


@pytest.mark.parametrize("model", MODELS)
def test_every_model_of_the_settings_has_a_price(model: str) -> None:
    price = price_of(model)

    assert price is not None
    assert Decimal(0) < price.cached_input < price.input < price.output


def test_a_cost_adds_new_cached_and_output_tokens() -> None:
    cost = cost_usd("gpt-6-luna", input_tokens=10_000, cached_tokens=4_000, output_tokens=2_000)

    # 6,000 at 0.10 + 4,000 at 0.01 + 2,000 at 0.50 per million = 0.0006 + 0.00004 + 0.001
    assert cost == Decimal("0.00164")


def test_tokens_written_to_the_cache_cost_their_own_price() -> None:
    cost = cost_usd(
        "claude-haiku-5-5", input_tokens=10_000, cached_tokens=4_000, output_tokens=0, cache_write_tokens=5_000
    )

    # 1,000 at 0.10 + 4,000 at 0.01 + 5,000 at 0.125 per million = 0.0001 + 0.00004 + 0.000625
    assert cost == Decimal("0.000765")


@pytest.mark.parametrize(
    ("model", "input_tokens", "dollars"),
    [
        # 100,000 at 0.10 + 10,000 out at 0.50 per million = 0.01 + 0.005
        ("claude-haiku-5-5", 100_000, "0.015"),
        # one token more: all of it at 0.50 and 2.50 = 0.0500005 + 0.025
        ("claude-haiku-5-5", 100_001, "0.075001"),
        # 272,000 at 0.10 + 10,000 out at 0.50 per million = 0.0272 + 0.005
        ("gpt-6-luna", 272_000, "0.0322"),
        # one token more: all of it at 0.20 and 0.75 = 0.0544002 + 0.0075
        ("gpt-6-luna", 272_001, "0.061901"),
    ],
)
def test_a_long_request_is_billed_at_its_own_price_as_a_whole(model: str, input_tokens: int, dollars: str) -> None:
    cost = cost_usd(model, input_tokens=input_tokens, cached_tokens=0, output_tokens=10_000)

    assert cost == Decimal(dollars)


def test_a_fraction_of_a_millionth_is_rounded_up() -> None:
    assert cost_usd("gpt-6-luna", input_tokens=1, cached_tokens=1, output_tokens=0) == Decimal("0.000001")


@pytest.mark.parametrize("name", ["gpt-6-luna-2026-08-01", "emulated-gpt-6-luna", "emulated-gpt-6-luna-20260801"])
def test_snapshots_and_emulated_models_cost_what_their_model_costs(name: str) -> None:
    assert price_of(name) == price_of("gpt-6-luna")


@pytest.mark.parametrize("name", ["gpt-99", "gpt-6", "gpt-6-luna-mini", ""])
def test_an_unknown_models_cost_is_unknown_and_never_zero(name: str) -> None:
    assert cost_usd(name, input_tokens=1, cached_tokens=0, output_tokens=1) is None
    assert worst_case_usd(name, input_tokens=1, max_output_tokens=1) is None


def test_the_worst_case_caches_everything_and_reads_nothing_from_the_cache() -> None:
    # 1,000,000 written at 0.625 + 100,000 out at 2.50 per million: a long request
    assert worst_case_usd("claude-haiku-5-5", input_tokens=1_000_000, max_output_tokens=100_000) == Decimal("0.875")


def test_a_call_that_may_be_answered_later_costs_its_share_of_the_list_price(monkeypatch: pytest.MonkeyPatch) -> None:
    used = {"input_tokens": 100_000, "cached_tokens": 0, "output_tokens": 100_000}
    at_once = prices.cost_usd("gpt-6-luna", **used)
    half = msgspec.structs.replace(prices._table(), windows={"8h": Decimal("0.5")})
    monkeypatch.setattr(prices, "_table", lambda: half)

    assert at_once == Decimal("0.06")  # 0.1 M x 0.10 + 0.1 M x 0.50
    assert prices.cost_usd("gpt-6-luna", **used, window="8h") == Decimal("0.03")
    assert prices.cost_usd("gpt-6-luna", **used, window=None) == at_once
    assert prices.cost_usd("gpt-6-luna", **used, window="a new one") == at_once
