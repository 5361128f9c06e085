"""The bill of a stage's real mix: a third of each analysis, with the models next to AWS, in two regions.

The cheapest kind of job is the call analysis; a stage does not run on that alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from benchmarks.cost.one_job import Assumptions, OneJob
from benchmarks.cost.table import MILLION, million_jobs


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One analysis as it is assumed: how long its model calls take together, and their tokens."""

    name: str
    provider: str
    seconds: int
    tokens_in: int
    tokens_out: int


KINDS = (
    Kind(name="call analysis", provider="openai", seconds=60, tokens_in=12_000, tokens_out=2_000),
    Kind(name="form 7801", provider="openai", seconds=120, tokens_in=45_000, tokens_out=6_000),
    Kind(name="document agent", provider="anthropic", seconds=120, tokens_in=60_000, tokens_out=4_000),
)


def mix_table(job: OneJob, assumed: Assumptions, prices: Mapping[str, Any]) -> str:
    """A million jobs of each kind and of all three, a third each, as markdown."""
    rows = [(kind.name, _aws(job, assumed, kind, prices), _models(kind, prices)) for kind in KINDS]
    mean_aws, mean_model = sum(aws for _, aws, _ in rows) / len(rows), sum(model for _, _, model in rows) / len(rows)
    estimated = prices["estimated"]["il-central-1"]
    head = [
        "| a million jobs, US$ | AWS, us-east-1 | AWS, il-central-1 (estimate) | model | model and AWS, us-east-1 |",
        "|---|---:|---:|---:|---:|",
    ]
    lines = [_line(name, aws, model, estimated) for name, aws, model in rows]
    return "\n".join([*head, *lines, _line("**a third of each**", mean_aws, mean_model, estimated)])


def assumed_kinds() -> str:
    """What the table assumes of each kind, as one sentence."""
    said = [f"{kind.name} {kind.seconds} s, {kind.tokens_in:,} tokens in and {kind.tokens_out:,} out" for kind in KINDS]
    return "; ".join(said)


def _line(name: str, aws: float, model: float, estimated: Mapping[str, float]) -> str:
    here = f"{aws * estimated['lowest']:,.0f} to {aws * estimated['highest']:,.0f}"
    return f"| {name} | {aws:,.0f} | {here} | {model:,.0f} | {aws + model:,.0f} |"


def _aws(job: OneJob, assumed: Assumptions, kind: Kind, prices: Mapping[str, Any]) -> float:
    longer: Sequence[Any] = million_jobs(job, msgspec.structs.replace(assumed, seconds=kind.seconds), prices)
    return float(sum(position.usd for position in longer))


def _models(kind: Kind, prices: Mapping[str, Any]) -> float:
    price = prices["models"][kind.provider]
    return float((kind.tokens_in * price["in"] + kind.tokens_out * price["out"]) / MILLION * MILLION)
