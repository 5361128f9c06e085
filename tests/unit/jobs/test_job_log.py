"""Each transition of a job is one line in the log, with what operators count."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr
from decimal import Decimal
from typing import Any

import pytest

from chalicelib import telemetry
from chalicelib.auth import Principal
from chalicelib.errors import ProviderAuth, ProviderRateLimited
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext
from chalicelib.jobs.requests import cancel_job
from tests.fakes.engine import Engine
from tests.fakes.limited import an_engine, with_waiting

SPENT = ModelUsage(
    model="m", requests=1, input_tokens=1000, output_tokens=200, cached_tokens=0, cost_usd=Decimal("0.0125")
)


class Lines:
    """What was logged."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    def all(self) -> Sequence[Mapping[str, Any]]:
        return [json.loads(line) for line in self._stream.getvalue().splitlines()]

    def of_jobs(self) -> Sequence[Mapping[str, Any]]:
        return [line for line in self.all() if line["event"] not in ("claim_lost", "rescue_ran")]

    def metrics(self, index: int) -> Mapping[str, float]:
        line = self.of_jobs()[index]
        named = [metric["Name"] for one in line["_aws"]["CloudWatchMetrics"] for metric in one["Metrics"]]
        return {name: line[name] for name in named}


@pytest.fixture
def lines() -> Iterator[Lines]:
    logger = logging.getLogger("casework")
    before = (logger.handlers[:], logger.level, logger.propagate)
    stream = io.StringIO()
    with redirect_stderr(stream):
        telemetry.configure("INFO", stage="test")
    yield Lines(stream)
    logger.handlers[:], logger.level, logger.propagate = before[0], before[1], before[2]


def paid(ctx: AttemptContext) -> Completed:
    ctx.charge(SPENT)
    return Completed(result={})


def refused(ctx: AttemptContext) -> Completed:
    raise ProviderAuth("The provider refuses our key.", provider="openai")


def limited_once(ctx: AttemptContext) -> Completed:
    if ctx.job.attempt == 1:
        raise ProviderRateLimited("Slow down.", provider="openai")
    return Completed(result={})


def test_a_job_that_completes_leaves_three_lines(lines: Lines) -> None:
    engine = Engine(paid)
    job_id = engine.start().job.job_id
    engine.clock.advance(seconds=4)

    engine.deliver()

    told = lines.of_jobs()
    assert [line["event"] for line in told] == ["job_created", "attempt_started", "attempt_ended"]
    assert {line["job_id"] for line in told} == {job_id}
    assert lines.metrics(0) == {"JobsCreated": 1}
    assert lines.metrics(1) == {"AttemptsStarted": 1, "QueueWaitSeconds": 4.0}
    assert lines.metrics(2) == {
        "JobsCompleted": 1,
        "JobSeconds": 4.0,
        "InputTokens": 1000,
        "OutputTokens": 200,
        "CostUsd": 0.0125,
    }


def test_what_a_job_of_low_priority_cost_is_counted_apart(lines: Lines) -> None:
    engine = Engine(paid)
    engine.start(priority="low")
    engine.start(lock=None)

    engine.deliver()

    ended = [line for line in lines.of_jobs() if line["event"] == "attempt_ended"]
    by = [[one["Dimensions"][0] for one in line["_aws"]["CloudWatchMetrics"]] for line in ended]
    assert [["stage", "priority"] in dimensions for dimensions in by] == [True, False]
    assert ended[0]["priority"] == "low"


def test_a_failed_job_is_counted_by_its_code(lines: Lines) -> None:
    engine = Engine(refused)
    engine.start()

    engine.deliver()

    ended = lines.of_jobs()[-1]
    assert (ended["status"], ended["code"], ended["JobsFailed"]) == ("failed", "provider_auth", 1)
    assert ["stage", "code"] in [one["Dimensions"][0] for one in ended["_aws"]["CloudWatchMetrics"]]


def test_an_attempt_that_is_repeated_is_not_counted_as_a_failed_job(lines: Lines) -> None:
    engine = Engine(limited_once)
    engine.start()

    engine.deliver()

    assert lines.metrics(-1) == {"AttemptsRepeated": 1}
    assert lines.of_jobs()[-1]["code"] == "provider_rate_limited"


def test_a_pending_job_that_is_cancelled_is_counted_at_once(lines: Lines) -> None:
    engine = Engine(paid)
    job_id = engine.start().job.job_id

    cancel_job(
        job_id, principal=Principal(user_id="owner-1"), store=engine.store, queue=engine.queue, now=engine.clock()
    )

    assert lines.metrics(-1) == {"JobsCancelled": 1}


def test_a_job_that_rescue_ends_is_told_by_rescue(lines: Lines) -> None:
    engine = Engine(paid)
    engine.start(deadline_seconds=60)
    engine.clock.advance(seconds=61)

    engine.rescue()

    ended = lines.of_jobs()[-1]
    assert (ended["event"], ended["by"], ended["code"]) == ("attempt_ended", "deadline_exceeded", "deadline_exceeded")
    assert ended["JobsFailed"] == 1


def test_ended_jobs_are_counted_together_for_the_alarm_on_their_share(lines: Lines) -> None:
    engine = Engine(refused)
    engine.start()

    engine.deliver()

    dimensions = [
        one["Dimensions"][0]
        for one in lines.of_jobs()[-1]["_aws"]["CloudWatchMetrics"]
        if one["Metrics"][0]["Name"] == "JobsFailed"
    ]
    assert ["stage"] in dimensions


def test_the_wait_of_a_job_is_counted_by_its_lane(lines: Lines) -> None:
    engine = Engine(paid)
    engine.start()

    engine.deliver()

    started = lines.of_jobs()[1]
    assert (started["lane"], started["_aws"]["CloudWatchMetrics"][-1]["Dimensions"]) == ("normal", [["stage", "lane"]])


def test_a_job_that_waits_for_a_slot_counts_as_no_repeated_attempt(lines: Lines) -> None:
    engine, provider = an_engine(1)
    with_waiting(engine, provider, {})

    engine.deliver()

    told = [line for line in lines.of_jobs() if line["event"] == "waits_for_slot"]
    assert [line["provider"] for line in told] == ["openai"]
    assert not any("AttemptsRepeated" in line for line in lines.of_jobs())
