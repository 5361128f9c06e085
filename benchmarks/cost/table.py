"""The bill of a million jobs, and of a month without any, position by position.

Everything that is not measured is an assumption, and is stated in the page next to the table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.cost.functions import function_gb
from benchmarks.cost.one_job import WORKER_GB, Assumptions, OneJob
from infra.deploy.template import merge_template

MILLION = 1_000_000
GB = 1024**3
API_GB, RESCUE_GB = function_gb("api"), function_gb("rescue")
API_SECONDS = 0.02
RESCUE_SECONDS = 0.1
POLL_ANSWER_BYTES = 2000
MINUTES_A_MONTH = 60 * 24 * 30
FED_QUEUES = 3
POLLERS_A_QUEUE = 5
LONG_POLL_SECONDS = 20
METRICS = 52
"""Ten metrics of each of three analyses, thirteen codes of failed jobs, seven of the whole stage, two lanes. CloudWatch
charges a metric for the hours in which it is sent: nothing in a month without jobs."""
COLD_WORKERS, COLD_REQUESTS = 0.05, 0.01
WORKER_INIT_GB_SECONDS, API_INIT_GB_SECONDS = 1.5, 0.7
"""Shares of invocations that start a new process, and what that takes; Lambda bills it since August 2025. It is work of
a processor: with half the memory, which brings half a processor, it takes twice as long and costs the same."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the bill, in US dollars."""

    what: str
    amount: str
    usd: float


def read_prices(path: Path = Path(__file__).parent / "prices.toml") -> Mapping[str, Any]:
    """The price list, with its date."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def million_jobs(job: OneJob, assumed: Assumptions, prices: Mapping[str, Any]) -> Sequence[Position]:
    """What a million jobs add to the bill."""
    per, each = prices["million"], prices["each"]
    asked = assumed.polls + 1
    requests = asked + assumed.preflights + job.webhooks
    answer_bytes = asked * POLL_ANSWER_BYTES
    api_seconds, worker_seconds = requests * API_SECONDS * API_GB, job.worker_seconds * WORKER_GB
    new_workers, new_requests = job.invocations * COLD_WORKERS, requests * COLD_REQUESTS
    init_seconds = new_workers * WORKER_INIT_GB_SECONDS + new_requests * API_INIT_GB_SECONDS
    return [
        position(
            "workers",
            f"{worker_seconds:.1f} GB-s in {job.invocations} runs",
            worker_seconds * each["lambda_arm_gb_second"],
        ),
        position("starting new processes", f"{init_seconds:.2f} GB-s", init_seconds * each["lambda_arm_gb_second"]),
        position("S3 writes", f"{job.object_writes}", job.object_writes * per["object_writes"] / MILLION),
        position(
            "API Gateway",
            f"{requests} requests, {assumed.preflights} of them preflights, {job.webhooks} webhooks",
            requests * per["api_requests"] / MILLION,
        ),
        position("API function", f"{api_seconds:.2f} GB-s", api_seconds * each["lambda_arm_gb_second"]),
        position(
            "Lambda requests",
            f"{requests + job.invocations}",
            (requests + job.invocations) * per["lambda_requests"] / MILLION,
        ),
        position("DynamoDB writes", f"{job.write_units} units", job.write_units * per["write_units"] / MILLION),
        position("DynamoDB reads", f"{job.read_units:g} units", job.read_units * per["read_units"] / MILLION),
        position(
            "DynamoDB storage, a month", f"{job.stored_bytes} bytes", _gb(job.stored_bytes) * each["table_gb_month"]
        ),
        position("SQS", f"{job.queue_requests} requests", job.queue_requests * per["queue_requests"] / MILLION),
        position("CloudWatch Logs", f"{job.log_bytes} bytes", _gb(job.log_bytes) * each["log_gb"]),
        position("data out", f"{answer_bytes} bytes", _gb(answer_bytes) * each["transfer_gb"]),
    ]


def idle_month(prices: Mapping[str, Any]) -> Sequence[Position]:
    """What a stage costs in a month without a single job."""
    per, each = prices["million"], prices["each"]
    template = merge_template("prod")["Resources"].values()
    alarms = sum(resource.get("Type") == "AWS::CloudWatch::Alarm" for resource in template)
    polls = FED_QUEUES * POLLERS_A_QUEUE * MINUTES_A_MONTH * 60 / LONG_POLL_SECONDS
    rescue_seconds = MINUTES_A_MONTH * RESCUE_SECONDS * RESCUE_GB
    rescue_calls = MINUTES_A_MONTH * (per["lambda_requests"] + per["read_units"]) / MILLION
    rescue = rescue_seconds * each["lambda_arm_gb_second"] + rescue_calls
    polling = polls * per["queue_requests"] / MILLION
    return [
        Position(what="alarms", amount=f"{alarms}", usd=alarms * each["alarm_month"]),
        Position(what="event sources that poll three queues", amount=f"{polls / MILLION:.1f} M requests", usd=polling),
        Position(what="rescue, every minute", amount=f"{MINUTES_A_MONTH} runs", usd=rescue),
    ]


def with_jobs_month(prices: Mapping[str, Any]) -> Position:
    """What a month with jobs in every hour adds, however many."""
    return Position(what="metrics", amount=f"{METRICS}", usd=METRICS * prices["each"]["metric_month"])


def markdown(positions: Sequence[Position], *, heading: tuple[str, str]) -> str:
    """The positions as a table, the largest first, with their sum."""
    ordered = sorted(positions, key=lambda position: -position.usd)
    rows = [f"| {position.what} | {position.amount} | {position.usd:.2f} |" for position in ordered]
    total = sum(position.usd for position in positions)
    head = [f"| {heading[0]} | {heading[1]} | US$ |", "|---|---|---:|"]
    return "\n".join([*head, *rows, f"| **together** | | **{total:.2f}** |"])


def position(what: str, amount: str, usd_a_job: float) -> Position:
    """A line of the bill of a million jobs, from what one job costs."""
    return Position(what=what, amount=amount, usd=usd_a_job * MILLION)


def _gb(size_bytes: int) -> float:
    return size_bytes / GB
