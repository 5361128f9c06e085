"""Attempts that are cancelled, overtaken, out of time, or find their case changed."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.auth import Principal
from chalicelib.errors import (
    BudgetExceeded,
    CancelSeen,
    CaseworkError,
    InputInvalid,
    OutOfTime,
    ProviderAuth,
    ProviderUnavailable,
)
from chalicelib.jobs.model import ModelUsage, Status
from chalicelib.jobs.outcomes import Completed, WriteBack
from chalicelib.jobs.ports import AttemptContext, JobMessage, RetryPolicy
from chalicelib.jobs.requests import cancel_job
from tests.fakes.engine import ANSWER, JOB_TYPE, Engine, complete
from tests.fakes.jobs import CASE_ID

OWNER = Principal(user_id="owner-1")


def test_a_cancel_while_the_attempt_runs_ends_the_job_cancelled() -> None:
    def cancelled_meanwhile(ctx: AttemptContext) -> Completed:
        cancel_job(ctx.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())
        return complete(ctx)

    engine = Engine(cancelled_meanwhile)
    started = engine.start()

    engine.deliver()

    job = engine.job(started)
    assert job.status is Status.CANCELLED
    assert engine.store.result(job) is None
    assert engine.cases.bodies[CASE_ID] == {}


def test_an_attempt_out_of_function_time_goes_on_at_once_without_costing_an_attempt() -> None:
    def call_model(ctx: AttemptContext) -> str:
        engine.clock.advance(seconds=20)
        ctx.check()  # as between two stream events
        return "answer"

    def slow(ctx: AttemptContext) -> Completed:
        for name in ("first", "second", "third"):
            ctx.step(name, lambda: call_model(ctx))
        return complete(ctx)

    engine = Engine(slow)
    engine.function_seconds = 30
    started = engine.start()

    invocations = 0
    while engine.deliver():
        invocations += 1

    job = engine.job(started)
    assert (job.status, job.attempt, job.continuations) == (Status.COMPLETED, 1, 2)
    assert invocations == 3
    assert [event.message for event in job.timeline if event.type == "step"] == ["first", "second", "third"]


def test_a_call_cut_short_by_the_function_s_time_is_no_failure_of_the_provider() -> None:
    def cut_short(ctx: AttemptContext) -> Completed:
        if ctx.job.continuations == 0:
            engine.clock.advance(seconds=ctx.remaining())
            raise ProviderUnavailable("The AI provider did not answer in time.")
        return complete(ctx)

    engine = Engine(cut_short)
    started = engine.start()

    while engine.deliver():
        pass

    job = engine.job(started)
    assert (job.status, job.attempt, job.continuations) == (Status.COMPLETED, 1, 1)


def test_an_attempt_may_not_go_on_for_ever() -> None:
    def endless(ctx: AttemptContext) -> Completed:
        for number in itertools.count():
            ctx.step(f"step-{number}", lambda: engine.clock.advance(seconds=25).isoformat())
        return complete(ctx)

    engine = Engine(endless, policy=RetryPolicy(max_continuations=2))
    engine.function_seconds = 30
    started = engine.start()

    while engine.deliver():
        pass

    error = engine.job(started).error
    assert error is not None
    assert error.code == "deadline_exceeded"


def test_a_step_that_fits_into_no_function_is_tried_in_three() -> None:
    calls = []

    def too_slow(ctx: AttemptContext) -> Completed:
        calls.append(ctx.job.attempt)
        engine.clock.advance(seconds=25)
        ctx.check()  # as between two stream events
        return complete(ctx)

    engine = Engine(too_slow, policy=RetryPolicy(max_continuations=40))
    engine.function_seconds = 30
    started = engine.start()

    while engine.queue.waiting:
        engine.deliver()
        engine.clock.advance(seconds=60)

    error = engine.job(started).error
    assert error is not None
    assert (error.code, error.attempt) == ("provider_unavailable", 1)
    assert calls == [1, 1, 1]  # a third function that gets nowhere is the last


def test_a_worker_given_up_for_dead_changes_nothing() -> None:
    def overtaken(ctx: AttemptContext) -> Completed:
        if ctx.job.fence == 1:
            engine.clock.advance(seconds=46)
            engine.receive(JobMessage(job_id=ctx.job.job_id))
            return Completed(result={"from": "the dead one"})
        return Completed(result={"from": "the living one"})

    engine = Engine(overtaken)
    started = engine.start()

    engine.deliver()

    job = engine.job(started)
    assert (job.status, job.fence) == (Status.COMPLETED, 2)
    assert engine.store.result(job) == b'{"from":"the living one"}'


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda cases: cases.remove(CASE_ID), "The case was deleted while its analysis ran."),
        (lambda cases: cases.add(CASE_ID, call_id="call-2"), "The call was replaced while its analysis ran."),
    ],
    ids=["case_deleted", "call_replaced"],
)
def test_a_case_that_changed_under_the_analysis_fails_it(change: Any, sentence: str) -> None:
    def run(ctx: AttemptContext) -> Completed:
        change(engine.cases)
        return Completed(result=ANSWER, write_back=WriteBack(bodies={"call_summary": "x"}, call_id="call-1"))

    engine = Engine(run)
    started = engine.start()

    engine.deliver()

    error = engine.job(started).error
    assert error is not None
    assert (error.code, error.message) == (InputInvalid.code, sentence)


def test_what_the_calls_cost_is_in_the_record_even_when_the_job_fails() -> None:
    def spend(ctx: AttemptContext) -> Completed:
        ctx.charge(
            ModelUsage(
                model="m", requests=1, input_tokens=10, output_tokens=5, cached_tokens=2, cost_usd=Decimal("0.02")
            )
        )
        ctx.allow(Decimal("0.09"))
        return complete(ctx)

    engine = Engine(spend)
    started = engine.start(max_cost_usd=Decimal("0.10"))

    engine.deliver()

    job = engine.job(started)
    assert job.error is not None
    assert job.error.code == BudgetExceeded.code
    assert job.usage.cost_usd == Decimal("0.02")


@pytest.mark.parametrize(
    ("end", "status", "message"),
    [
        (ProviderAuth("denied"), Status.FAILED, "The AI provider refused our credentials"),
        (ProviderUnavailable("down"), Status.PENDING, "Waiting to try again"),
        (OutOfTime("over"), Status.PENDING, "The model reads the case"),  # goes on as if nothing had happened
        (CancelSeen("cancelled"), Status.CANCELLED, "Cancelled"),
    ],
    ids=["failed", "retrying", "yielded", "cancelled"],
)
def test_the_last_report_is_in_the_record_however_the_attempt_ends(
    end: CaseworkError, status: Status, message: str
) -> None:
    def run(ctx: AttemptContext) -> Completed:
        ctx.progress(70, "The model reads the case")
        raise end

    engine = Engine(run)
    started = engine.start()

    engine.deliver()

    job = engine.job(started)
    assert (job.status, job.progress, job.progress_message) == (status, 70, message)


def test_a_dead_worker_with_no_attempt_left_fails_the_job_at_the_next_claim() -> None:
    engine = Engine(complete)
    started = engine.start(max_attempts=1)
    claimed = engine.store.claim(
        started.job.job_id, now=engine.clock(), lease_until=engine.clock(), claim_token="the dead one"
    )

    engine.receive(JobMessage(job_id=claimed.job_id))

    job = engine.job(started)
    assert (job.status, job.job_type) == (Status.FAILED, JOB_TYPE)
    assert job.error is not None
    assert job.error.code == "worker_lost"
