"""Money is counted by a dated table; what is not in it has no price."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from chalicelib.analyses.kit.prices import cost_usd, price_of, prices_as_of, worst_case_usd

MODELS = ["gpt-6-luna", "gpt-6.1-terra", "gpt-6.2-sol", "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"]


@pytest.mark.parametrize("model", MODELS)
def test_every_model_of_the_settings_has_a_price(model: str) -> None:
    price = price_of(model)

    assert price is not None
    assert Decimal(0) < price.cached_input < price.input < price.output


def test_a_cost_adds_new_cached_and_output_tokens() -> None:
    cost = cost_usd("gpt-6-luna", input_tokens=10_000, cached_tokens=4_000, output_tokens=2_000)

    # 6,000 at 1.00 + 4,000 at 0.10 + 2,000 at 6.00 per million = 0.006 + 0.0004 + 0.012
    assert cost == Decimal("0.0184")


def test_tokens_written_to_the_cache_cost_their_own_price() -> None:
    cost = cost_usd(
        "claude-haiku-5-5", input_tokens=10_000, cached_tokens=4_000, output_tokens=0, cache_write_tokens=5_000
    )

    # 1,000 at 1.00 + 4,000 at 0.10 + 5,000 at 1.25 per million = 0.001 + 0.0004 + 0.00625
    assert cost == Decimal("0.00765")


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
    # 1,000,000 written at 1.25 + 100,000 out at 5.00 per million
    assert worst_case_usd("claude-haiku-5-5", input_tokens=1_000_000, max_output_tokens=100_000) == Decimal("1.75")


def test_the_table_is_dated() -> None:
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", prices_as_of())
