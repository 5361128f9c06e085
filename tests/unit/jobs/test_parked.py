"""A job whose model works without us: who wakes it, what it costs, and what it shows meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.errors import DeadlineExceeded
from chalicelib.jobs.lifecycle import failed, yielded
from chalicelib.jobs.model import Status
from tests.fakes.model_calls import PRICE
from tests.fakes.parking import KIND, Parking


def test_a_parked_job_runs_without_worker_lease_or_attempt() -> None:
    parking = Parking()

    job = parking.job(parking.parked())

    assert (job.status, job.attempt, job.lease_until, job.held) == (Status.RUNNING, 1, None, 0)
    assert [call.id for call in job.calls] == ["resp_1"]


def test_its_answer_wakes_it_and_is_paid_once() -> None:
    parking = Parking()
    started = parking.parked()
    parking.pass_time(60)

    parking.webhook(started)

    job = parking.job(started)
    assert (job.status, job.attempt, job.lost_workers) == (Status.COMPLETED, 1, 0)
    assert job.usage.cost_usd == PRICE
    assert (parking.provider.made, parking.provider.there, job.calls) == (["resp_1"], {}, ())


def test_a_wake_adds_no_event_and_a_step_tells_how_long_the_model_took() -> None:
    parking = Parking()
    started = parking.parked()
    parking.pass_time(60)

    parking.webhook(started)

    job = parking.job(started)
    assert [event.type for event in job.timeline] == ["created", "started", "step", "completed"]
    assert job.event_count == 4
    facts = job.steps[0].step
    assert facts is not None
    assert (facts.seconds, facts.output_tokens) == (60.0, 200)


def test_without_a_webhook_the_delayed_message_finds_the_answer() -> None:
    parking = Parking(has_webhook=False)
    started = parking.parked()
    for _ in range(100):
        if parking.job(started).is_done:
            break
        parking.pass_time(1)
        parking.engine.deliver()

    job = parking.job(started)
    assert job.status is Status.COMPLETED
    assert (job.completed_at or job.created_at) - job.created_at <= timedelta(seconds=75)


def test_history_says_when_to_look_first() -> None:
    parking = Parking(has_webhook=False)
    parking.index.seconds[KIND] = [60.0] * 8
    started = parking.parked()

    pause = parking.engine.queue.sent[-1].delay_seconds

    assert 60 <= pause <= 62
    parking.pass_time(pause)
    parking.engine.deliver()
    assert parking.job(started).status is Status.COMPLETED


def test_a_call_took_as_long_as_its_provider_says_however_late_it_was_seen() -> None:
    parking = Parking()
    started = parking.parked()
    parking.pass_time(600)

    parking.webhook(started)

    assert parking.job(started).status is Status.COMPLETED
    assert parking.index.seconds[KIND] == [60.0]


def test_a_lost_message_is_made_good_by_rescue() -> None:
    parking = Parking(has_webhook=False)
    started = parking.parked()
    parking.engine.queue.lose_all()

    parking.pass_time(120)
    parking.tick()

    assert parking.job(started).status is Status.COMPLETED


def test_a_message_that_comes_too_early_or_twice_does_no_harm() -> None:
    parking = Parking()
    started = parking.parked()

    parking.webhook(started)
    parking.webhook(started)
    assert parking.job(started).waiting_for == "model"
    parking.pass_time(60)
    parking.webhook(started)
    parking.webhook(started)

    assert parking.job(started).status is Status.COMPLETED
    assert parking.provider.made == ["resp_1"]


def test_steps_that_do_not_depend_on_each_other_are_parked_once() -> None:
    parking = Parking("one", "two", "three", at_once=True)

    started = parking.parked()

    assert parking.provider.made == ["resp_1", "resp_2", "resp_3"]
    parking.pass_time(60)
    parking.webhook(started)
    job = parking.job(started)
    assert job.status is Status.COMPLETED
    assert parking.engine.store.result(job) == b'{"answers":["answer resp_1","answer resp_2","answer resp_3"]}'
    assert parking.provider.there == {}


def test_more_calls_than_a_record_holds_come_in_turns() -> None:
    questions = [f"q{number}" for number in range(20)]
    parking = Parking(*questions, at_once=True)
    started = parking.parked()
    most = 0
    for _ in range(10):
        most = max(most, len(parking.job(started).calls))
        if parking.job(started).is_done:
            break
        parking.pass_time(60)
        parking.webhook(started)
        parking.engine.deliver()

    assert parking.job(started).status is Status.COMPLETED
    assert len(parking.provider.made) == 20
    assert most <= 8


def test_progress_goes_on_by_history_and_never_past_what_the_step_may_claim() -> None:
    parking = Parking()
    parking.index.seconds[KIND] = [60.0] * 8
    waiting = parking.job(parking.parked()).parked
    assert waiting is not None

    def at(seconds: float) -> tuple[int, int | None]:
        now = waiting.since + timedelta(seconds=seconds)
        return waiting.progress_at(now), waiting.seconds_left(now)

    assert at(0) == (20, 60)
    assert at(30) == (50, 30)
    assert at(59) == (77, 1)
    assert at(600) == (77, None)


def test_progress_does_not_fall_when_a_worker_has_the_job_again_or_it_ends() -> None:
    parking = Parking()
    parking.index.note_duration(KIND, 60.0)
    started = parking.parked()
    parking.pass_time(50)
    shown = parking.job(started).progress_at(parking.engine.clock())

    woken = parking.engine.store.claim(
        started.job.job_id,
        now=parking.engine.clock(),
        lease_until=parking.engine.clock() + timedelta(seconds=45),
        claim_token="t",
    )

    assert woken is not None
    assert woken.progress_at(parking.engine.clock()) == shown > woken.progress == 20
    assert failed(woken, DeadlineExceeded("Too late."), at=parking.engine.clock()).progress == shown
    assert yielded(woken, fruitless=False, at=parking.engine.clock()).progress == shown


@pytest.mark.parametrize("calls", [10, 40])
def test_a_job_that_was_woken_early_is_not_looked_at_by_ever_more_workers(calls: int) -> None:
    parking = Parking(*(f"part {number}" for number in range(calls)), seconds=20)
    started = parking.parked()
    for _ in range(calls):
        for _ in range(20):
            parking.pass_time(1)
            parking.engine.deliver()
        parking.webhook(started)

    job = parking.job(started)
    assert (job.status, len(parking.provider.made)) == (Status.COMPLETED, calls)
    assert job.fence <= 2 * calls
    assert len(parking.engine.queue.waiting) <= 1


def test_a_look_that_was_sent_before_another_worker_had_the_job_is_not_needed() -> None:
    parking = Parking()
    started = parking.parked()
    [look] = [sent.message for sent in parking.engine.queue.waiting]
    parking.webhook(started)
    woken = parking.job(started)

    parking.engine.receive(look)

    assert parking.job(started) == woken
    [newer] = [sent.message for sent in parking.engine.queue.waiting if sent.message != look]
    parking.engine.receive(newer)
    assert parking.job(started).fence == woken.fence + 1
