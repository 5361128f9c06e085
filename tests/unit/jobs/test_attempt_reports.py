"""What an attempt reports: steps with what they took, progress by code, and its lease while storage is silent."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import get_args

import pytest

from chalicelib.errors import LeaseLost, ProviderAuth
from chalicelib.jobs.attempt import Attempt
from chalicelib.jobs.lifecycle import HEARTBEAT_SECONDS, LEASE_SECONDS, lease_end
from chalicelib.jobs.model import ModelUsage, Status, StepFacts
from chalicelib.jobs.outcomes import Completed, Failed
from chalicelib.jobs.progress import SENTENCES, ProgressCode
from chalicelib.jobs.run import write_outcome
from tests.fakes.engine import Engine
from tests.unit.jobs.test_attempt import claim


@pytest.fixture
def engine() -> Engine:
    return Engine(lambda ctx: Completed(result={}))


def test_a_lease_that_only_our_own_clock_calls_over_is_renewed(engine: Engine) -> None:
    attempt = claim(engine)
    engine.clock.advance(seconds=LEASE_SECONDS + 5)

    attempt.check()

    assert engine.store.get(attempt.job.job_id).lease_until == lease_end(engine.clock())


def test_an_attempt_goes_on_for_another_lease_while_storage_does_not_answer(engine: Engine) -> None:
    attempt = claim(engine)
    engine.store.fail("renew", times=99)
    engine.clock.advance(seconds=2 * LEASE_SECONDS - 1)

    attempt.check()

    engine.store.fail("renew", times=0)
    engine.clock.advance(seconds=HEARTBEAT_SECONDS)
    attempt.check()
    assert engine.store.get(attempt.job.job_id).lease_until == lease_end(engine.clock())


def test_a_lease_that_another_worker_took_over_is_lost_at_once(engine: Engine) -> None:
    attempt = claim(engine)
    engine.clock.advance(seconds=LEASE_SECONDS)
    now = engine.clock()
    engine.store.claim(attempt.job.job_id, now=now, lease_until=lease_end(now), claim_token="other")

    with pytest.raises(LeaseLost):
        attempt.check()


def test_a_checkpoint_that_storage_did_not_take_is_stored_while_the_lease_lasts() -> None:
    calls = []
    engine = Engine(lambda ctx: Completed(result={"answer": ctx.step("ask", lambda: calls.append(1) or "paid")}))
    started = engine.start()
    engine.store.fail("save", times=10)

    engine.deliver()

    assert engine.job(started).status is Status.COMPLETED
    assert calls == [1]


def test_a_step_tells_how_long_it_took_and_what_its_model_used(engine: Engine) -> None:
    attempt = claim(engine)

    def ask() -> str:
        engine.clock.advance(seconds=3)
        attempt.charge(
            ModelUsage(
                model="m-1",
                requests=1,
                input_tokens=1_000,
                output_tokens=50,
                cached_tokens=0,
                cost_usd=Decimal("0.0123"),
            )
        )
        return "answer"

    attempt.step("read", lambda: 1)
    attempt.step("ask", ask)

    read, asked = engine.store.get(attempt.job.job_id).steps
    assert (read.message, read.step) == ("read", StepFacts(seconds=0.0, cost_usd="0"))
    assert (asked.message, asked.step) == (
        "ask",
        StepFacts(seconds=3.0, model="m-1", input_tokens=1_000, output_tokens=50, cost_usd="0.0123"),
    )


def test_progress_is_reported_by_a_code_with_params_and_shown_as_a_sentence(engine: Engine) -> None:
    attempt = claim(engine)

    attempt.progress(40, "reading_document", n=2, of=3, name="ת" * 200)
    engine.clock.advance(seconds=2)
    attempt.beat()

    job = engine.store.get(attempt.job.job_id)
    short = "ת" * 59 + "…"
    assert (job.progress_code, job.progress_params) == ("reading_document", {"n": 2, "of": 3, "name": short})
    assert job.progress_message == f"Reading document 2 of 3: {short}"


def test_a_step_that_the_repeated_job_had_made_is_shown_as_reused(engine: Engine) -> None:
    source = claim(engine)
    source.step("ask", lambda: "answer")
    write_outcome(source, Failed(ProviderAuth("denied")), queue=engine.queue, clock=engine.clock, rng=Random(1))
    again = engine.start(retried_from=source.job.job_id, checkpoints_from=source.job.job_id)
    now = engine.clock()
    job = engine.store.claim(again.job.job_id, now=now, lease_until=lease_end(now), claim_token="again")
    attempt = Attempt(job, store=engine.store, clock=engine.clock, time_left=lambda: 60.0)

    assert attempt.step("ask", lambda: "asked again") == "answer"
    attempt.step("next", lambda: 1)

    steps = [(event.message, event.step and event.step.reused) for event in engine.store.get(again.job.job_id).steps]
    assert steps == [("ask", True), ("next", False)]


def test_every_code_of_progress_is_described_and_has_a_sentence() -> None:
    assert set(get_args(ProgressCode)) == set(SENTENCES)


def test_a_sentence_in_place_of_a_code_is_shown_as_it_is(engine: Engine) -> None:
    attempt = claim(engine)

    attempt.progress(40, "Weighing the evidence")
    engine.clock.advance(seconds=2)
    attempt.beat()

    job = engine.store.get(attempt.job.job_id)
    assert (job.progress_message, job.progress_code) == ("Weighing the evidence", "working")
    assert job.progress_params == {"message": "Weighing the evidence"}
