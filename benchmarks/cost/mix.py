"""The bills of a stage's jobs side by side: parked or held by a worker, polled or followed live, each analysis and all.

The cheapest kind of job is the call analysis; a stage does not run on that alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from benchmarks.cost.live import following_by_polls, following_live, measure_following
from benchmarks.cost.one_job import WORKER_GB, Assumptions, OneJob, measure
from benchmarks.cost.parked import measure_parked
from benchmarks.cost.table import MILLION, million_jobs
from benchmarks.processes import Aws

FORM_BATCHES = 3
LOW = Assumptions(seconds=4 * 3600, polls=8, preflights=2)
LOW_LOOKS = 2
LOW_START: Mapping[str, Any] = {"priority": "low", "deadline_seconds": 43_200}


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What an analysis is assumed to use of its model."""

    provider: str
    tokens_in: int
    tokens_out: int


CALL = Tokens(provider="openai", tokens_in=12_000, tokens_out=2_000)
FORM = Tokens(provider="openai", tokens_in=45_000, tokens_out=6_000)
AGENT = Tokens(provider="anthropic", tokens_in=60_000, tokens_out=4_000)


class Jobs(msgspec.Struct, frozen=True, kw_only=True):
    """One job of each kind, measured: streamed to a worker, parked with one call and with three, of low priority."""

    streamed: OneJob
    one_call: OneJob
    batches: OneJob
    low: OneJob


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What a million jobs of one kind cost on AWS in us-east-1 and at their model, in US dollars; what it was to be."""

    name: str
    aws: float
    model: float
    at_most: int | None = None


def measure_jobs(aws: Aws, assumed: Assumptions) -> Jobs:
    """Run and count one job of each kind."""
    return Jobs(
        streamed=measure(aws, assumed),
        one_call=measure_parked(aws, assumed, calls=1),
        batches=measure_parked(aws, assumed, calls=FORM_BATCHES),
        low=measure_parked(aws, LOW, calls=1, looks=LOW_LOOKS, **LOW_START),
    )


def break_even_seconds(aws: Aws, jobs: Jobs, assumed: Assumptions, prices: Mapping[str, Any]) -> float:
    """A call that takes longer costs less when its job is parked than when a worker follows it to its end."""
    followed = measure_parked(aws, assumed, calls=1, followed=True)
    more = _together(million_jobs(jobs.one_call, assumed, prices)) - _together(million_jobs(followed, assumed, prices))
    return float(more / MILLION / (WORKER_GB * prices["each"]["lambda_arm_gb_second"]))


def bills(aws: Aws, jobs: Jobs, assumed: Assumptions, prices: Mapping[str, Any]) -> Sequence[Bill]:
    """The bill of a million jobs of each kind."""

    def polled(job: OneJob) -> float:
        return _together(million_jobs(job, assumed, prices))

    def live(job: OneJob) -> float:
        followed = following_live(measure_following(aws, assumed, job), assumed, prices)
        return polled(job) - _together(following_by_polls(assumed, prices)) + _together(followed)

    call, form, agent = live(jobs.one_call), live(jobs.batches), live(jobs.streamed)
    models = [_model(kind, prices) for kind in (CALL, FORM, AGENT)]
    polls = f"{assumed.polls} polls"
    return [
        Bill(name=f"one call of OpenAI, streamed to a worker, {polls}", aws=polled(jobs.streamed), model=models[0]),
        Bill(name=f"the same, parked, {polls}", aws=polled(jobs.one_call), model=models[0], at_most=250),
        Bill(name="call analysis, parked, followed live", aws=call, model=models[0], at_most=170),
        Bill(name=f"form 7801, {FORM_BATCHES} batches at once, parked, live", aws=form, model=models[1], at_most=215),
        Bill(name="document agent, held by a worker, live", aws=agent, model=models[2]),
        Bill(
            name="**a third of each analysis, live**",
            aws=(call + form + agent) / 3,
            model=sum(models) / 3,
            at_most=320,
        ),
        Bill(
            name=f"call analysis of low priority, {LOW.polls} polls",
            aws=_together(million_jobs(jobs.low, LOW, prices)),
            model=models[0],
        ),
    ]


def bills_table(rows: Sequence[Bill], prices: Mapping[str, Any]) -> str:
    """The bills as markdown."""
    estimated = prices["estimated"]["il-central-1"]
    head = [
        "| a million jobs, US$ | AWS, us-east-1 | aim | AWS, il-central-1 (estimate) | model | together, us-east-1 |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    return "\n".join([*head, *(_line(row, estimated) for row in rows)])


def assumed_tokens(prices: Mapping[str, Any], assumed: Assumptions) -> str:
    """What the table assumes, as sentences."""
    kinds = (("call analysis", CALL), ("form 7801", FORM), ("document agent", AGENT))
    said = [f"{name} {kind.tokens_in:,} tokens in and {kind.tokens_out:,} out" for name, kind in kinds]
    models = " and ".join(prices["models"][name]["name"] for name in ("openai", "anthropic"))
    return (
        f"Assumed: every analysis waits {assumed.seconds} s for its model; {'; '.join(said)}; {models}, all at list"
        f" price. A job of low priority is answered after {LOW.seconds // 3600} h; before that a worker looks"
        f" {LOW_LOOKS} times."
    )


def _line(row: Bill, estimated: Mapping[str, float]) -> str:
    here = f"{row.aws * estimated['lowest']:,.0f} to {row.aws * estimated['highest']:,.0f}"
    aim = "" if row.at_most is None else f"≤ {row.at_most}{'' if row.aws <= row.at_most else ', **missed**'}"
    return f"| {row.name} | {row.aws:,.0f} | {aim} | {here} | {row.model:,.0f} | {row.aws + row.model:,.0f} |"


def _together(positions: Sequence[Any]) -> float:
    return float(sum(position.usd for position in positions))


def _model(kind: Tokens, prices: Mapping[str, Any]) -> float:
    price = prices["models"][kind.provider]
    return float((kind.tokens_in * price["in"] + kind.tokens_out * price["out"]) / MILLION * MILLION)
