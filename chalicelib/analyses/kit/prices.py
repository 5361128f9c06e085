"""What does a model call cost? US dollars from `prices.json`, a dated table of the providers' list prices.

A model that is not in the table has no price: None, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_UP, Decimal
from functools import cache
from pathlib import Path

import msgspec

EMULATED_PREFIX = "emulated-"
_MILLION = Decimal(1_000_000)
_CENT_FRACTION = Decimal("0.000001")
_DATED = re.compile(r"-\d{4}-?\d{2}-?\d{2}$")


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """US dollars per million tokens. `cache_write` is what input costs that the provider stores for later calls."""

    input: Decimal
    cached_input: Decimal
    output: Decimal
    cache_write: Decimal | None = None


class LongPrice(Price, frozen=True, kw_only=True):
    """What all tokens of a request cost that has more input than `above_tokens`."""

    above_tokens: int


class ModelPrice(Price, frozen=True, kw_only=True):
    """The price of a model, and the one of its long requests where that differs."""

    long: LongPrice | None = None

    def of_request(self, input_tokens: int) -> Price:
        """The price that a request with so much input (cached input included) is billed at."""
        return self.long if self.long and input_tokens > self.long.above_tokens else self


class _PriceTable(msgspec.Struct, frozen=True):
    as_of: str
    windows: Mapping[str, Decimal]
    models: Mapping[str, ModelPrice]


def price_of(model: str) -> ModelPrice | None:
    """The price of a model, or None when it is not known.

    A dated snapshot (`gpt-6-luna-2026-08-01`) costs what its model costs, an emulated one what it emulates.
    """
    return _table().models.get(_DATED.sub("", model.removeprefix(EMULATED_PREFIX)))


def cost_usd(
    model: str,
    *,
    input_tokens: int,
    cached_tokens: int,
    output_tokens: int,
    cache_write_tokens: int = 0,
    window: str | None = None,
) -> Decimal | None:
    """What a finished call cost, to a millionth of a dollar, rounded up; None when the price is unknown.

    `input_tokens` counts all that was sent; `cached_tokens` and `cache_write_tokens` are parts of it. `window` is that
    of a call that might be answered hours later (None: it was answered at once).
    """
    listed = price_of(model)
    if listed is None:
        return None
    price = listed.of_request(input_tokens)
    plain_tokens = max(0, input_tokens - cached_tokens - cache_write_tokens)
    dollars = (
        plain_tokens * price.input
        + cached_tokens * price.cached_input
        + cache_write_tokens * (price.cache_write or price.input)
        + output_tokens * price.output
    ) / _MILLION
    dollars *= _table().windows.get(window or "", Decimal(1))
    return dollars.quantize(_CENT_FRACTION, rounding=ROUND_UP)


def worst_case_usd(model: str, *, input_tokens: int, max_output_tokens: int) -> Decimal | None:
    """What a call costs at most: nothing read from the cache, all of it written there, an answer of full length."""
    return cost_usd(
        model,
        input_tokens=input_tokens,
        cached_tokens=0,
        output_tokens=max_output_tokens,
        cache_write_tokens=input_tokens,
    )


@cache
def _table() -> _PriceTable:
    return msgspec.json.decode(Path(__file__).with_name("prices.json").read_bytes(), type=_PriceTable)
