"""A call that was made and whose id was never stored: found by its metadata, not made twice."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.jobs.leftovers import MOST_TRIES
from chalicelib.jobs.lifecycle import lease_end
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.submit import Submitted
from tests.fakes.engine import claim_and_die
from tests.fakes.model_calls import PRICE
from tests.fakes.parking import Parking


def test_a_creation_without_an_answer_is_waited_for_and_then_made_again() -> None:
    parking = Parking()
    parking.provider.loses_answers = True
    started = parking.parked()
    parking.provider.loses_answers = False
    for _ in range(200):
        parking.pass_time(1)
        parking.engine.deliver()

    job = parking.job(started)
    assert job.status is Status.COMPLETED
    assert parking.provider.made == ["resp_1", "resp_2"]


def test_creations_that_are_lost_again_and_again_are_failures_that_come_ever_later() -> None:
    parking = Parking()
    parking.provider.loses_answers = True
    started = parking.engine.start()
    for _ in range(3600 // 5):
        parking.engine.deliver()
        parking.pass_time(5)

    job = parking.job(started)
    assert (job.status, job.error and job.error.code) == (Status.FAILED, "provider_unavailable")
    assert len(parking.provider.made) <= job.max_attempts


def test_where_no_webhook_could_tell_of_it_a_lost_creation_is_a_failure_that_passes() -> None:
    parking = Parking(has_webhook=False)
    parking.provider.loses_answers = True
    started = parking.engine.start()

    parking.engine.deliver()

    job = parking.job(started)
    assert (job.waiting_for, job.error and job.error.code) == ("retry", "provider_unavailable")


def test_a_call_of_which_only_its_webhook_tells_is_given_to_its_job() -> None:
    parking = Parking(seconds=20)
    parking.provider.loses_answers = True
    started = parking.parked()
    parking.provider.loses_answers = False
    parking.pass_time(20)

    parking.look_up("resp_1")
    parking.engine.deliver()

    job = parking.job(started)
    assert (job.status, job.usage.cost_usd) == (Status.COMPLETED, PRICE)
    assert parking.provider.made == ["resp_1"]
    assert parking.provider.there == {}


def test_a_call_made_by_a_worker_that_died_is_found_by_its_successor() -> None:
    parking = Parking(seconds=20)
    started = parking.engine.start()
    engine = parking.engine
    engine.store.fail("save", times=100)  # the worker is cut off right after the creation, and dies
    with pytest.raises(Exception, match="storage"):
        engine.deliver()
    engine.store.fail("save", times=0)
    assert parking.provider.made == ["resp_1"]
    parking.look_up("resp_1")

    parking.pass_time(200)
    for _ in range(3):
        parking.pass_time(60)
        parking.tick()

    job = parking.job(started)
    assert (job.status, job.usage.cost_usd) == (Status.COMPLETED, PRICE)
    assert parking.provider.made == ["resp_1"]
    assert parking.provider.there == {}


def made_twice(parking: Parking) -> Submitted:
    """A job whose first creation was not answered, and whose webhook is late: its question was asked once more."""
    parking.provider.loses_answers = True
    started = parking.parked()
    parking.provider.loses_answers = False
    parking.pass_time(40)
    parking.tick()
    assert parking.provider.made == ["resp_1", "resp_2"]
    return started


def finished(parking: Parking, started: Submitted) -> Job:
    for _ in range(30):
        parking.pass_time(10)
        parking.tick()
    assert parking.job(started).status is Status.COMPLETED
    assert parking.provider.there == {}
    return parking.job(started)


def test_a_call_that_was_made_twice_is_ended_at_once_and_its_job_books_both() -> None:
    parking = Parking(seconds=60)
    started = made_twice(parking)

    parking.look_up("resp_1")
    assert not parking.provider.is_at_work("resp_1")
    parking.look_up("resp_1")  # its webhook comes again

    job = finished(parking, started)
    assert job.usage.calls[0].requests == 2
    assert job.usage.cost_usd == 2 * PRICE


def test_a_call_that_was_made_twice_is_booked_also_when_its_job_has_ended() -> None:
    parking = Parking(seconds=60)
    started = made_twice(parking)
    parking.pass_time(70)
    parking.webhook(started)
    assert parking.job(started).status is Status.COMPLETED

    parking.look_up("resp_1")
    parking.look_up("resp_1")

    assert finished(parking, started).usage.cost_usd == 2 * PRICE


def test_a_call_that_was_made_twice_is_booked_once_no_worker_has_its_job() -> None:
    parking = Parking(seconds=60)
    started = made_twice(parking)
    engine, job_id = parking.engine, started.job.job_id
    engine.store.claim(job_id, now=engine.clock(), lease_until=lease_end(engine.clock()), claim_token="another")

    parking.look_up("resp_1")
    assert not parking.provider.is_at_work("resp_1")
    again = [sent for sent in engine.queue.sent if sent.message.call_id == "resp_1"]
    assert len(again) == 1
    parking.pass_time(120)  # its worker has died
    engine.rescue()
    parking.look_up("resp_1")

    assert finished(parking, started).usage.cost_usd == 2 * PRICE


def test_a_call_that_nobody_needs_is_ended_and_deleted_and_one_of_others_left_alone() -> None:
    parking = Parking()
    started = parking.parked()
    again = parking.provider.create(b"one", parking.provider.there["resp_1"].metadata)
    foreign = parking.provider.create(b"one", {})
    assert again
    assert foreign

    parking.look_up(again)
    parking.look_up(foreign)

    assert not parking.provider.is_at_work(again)
    assert parking.provider.is_at_work(foreign)
    assert parking.job(started).waiting_for == "model"
    del parking.provider.there[foreign]
    finished(parking, started)


@pytest.mark.parametrize("waits", [1, 40], ids=["found at once", "made twice"])
def test_a_lost_call_that_is_found_does_not_pass_for_one_of_unknown_price(waits: int) -> None:
    parking = Parking("one", "two", seconds=60)
    parking.provider.loses_answers = True
    started = parking.parked(max_cost_usd=10 * PRICE)
    parking.provider.loses_answers = False
    parking.pass_time(waits)
    parking.tick()
    parking.pass_time(60)

    parking.look_up("resp_1")

    job = finished(parking, started)
    assert job.usage.cost_usd == PRICE * len(parking.provider.made)


def test_a_worker_that_died_does_not_cost_its_job_the_cost_limit() -> None:
    parking = Parking()
    started = parking.engine.start(max_cost_usd=PRICE)
    claim_and_die(parking.engine, started)
    parking.pass_time(60)
    parking.tick()

    job = finished(parking, started)
    assert (job.usage.cost_usd, job.attempt) == (PRICE, 2)


def made_by_a_worker_that_died(parking: Parking, **changes: Any) -> Submitted:
    """A job whose worker died right after it had made a call; the lease is not over yet."""
    engine = parking.engine
    started = engine.start(**changes)
    engine.store.fail("save", times=100)
    with pytest.raises(Exception, match="storage"):
        engine.deliver()
    engine.store.fail("save", times=0)
    assert parking.provider.made == ["resp_1"]
    parking.look_up("resp_1")
    return started


@pytest.mark.parametrize("limit", [1, 2])
def test_a_found_call_counts_with_its_price_for_those_that_go_on_beside_it(limit: int) -> None:
    parking = Parking("one", "two", at_once=True, seconds=1000)
    started = made_by_a_worker_that_died(parking, max_cost_usd=limit * PRICE)

    parking.pass_time(120)
    parking.tick()

    job = parking.job(started)
    if limit == 1:
        assert job.error is not None
        assert (job.error.code, "could pass" in job.error.message) == ("budget_exceeded", True)
    else:
        assert (job.waiting_for, parking.provider.made) == ("model", ["resp_1", "resp_2"])


def looked_up_later(parking: Parking) -> None:
    """What is said of calls that no job is known for is done when it is due."""
    engine = parking.engine
    parking.pass_time(900)
    for message in engine.queue.pop_due(engine.clock()):
        if message.call_id:
            parking.look_up(message.call_id, tries=message.tries or 0)
        else:
            engine.receive(message)


def test_a_found_call_whose_job_ends_without_asking_for_it_is_ended_booked_and_deleted() -> None:
    parking = Parking(seconds=10_000)
    started = made_by_a_worker_that_died(parking)
    parking.cancel(started)
    parking.pass_time(120)
    parking.engine.rescue()
    assert parking.job(started).status is Status.CANCELLED
    assert parking.provider.is_at_work("resp_1")

    looked_up_later(parking)
    parking.engine.deliver()

    job = parking.job(started)
    assert (job.status, job.calls, job.usage.output_tokens) == (Status.CANCELLED, (), 50)
    assert parking.provider.there == {}


def test_a_found_call_is_looked_up_again_until_its_job_has_it() -> None:
    parking = Parking(seconds=5000)
    started = made_by_a_worker_that_died(parking, deadline_seconds=10_000)
    looked_up_later(parking)
    parking.tick()
    assert [call.id for call in parking.job(started).calls] == ["resp_1"]

    looked_up_later(parking)

    assert parking.provider.made == ["resp_1"]
    assert not [sent for sent in parking.engine.queue.waiting if sent.message.call_id]


def test_a_call_of_which_its_provider_does_not_tell_is_looked_up_again_for_a_day() -> None:
    parking = Parking()
    started = parking.parked()
    again = parking.provider.create(b"one", parking.provider.there["resp_1"].metadata)
    parking.engine.queue.lose_all()
    parking.provider.silent = True
    parking.look_up(again)
    looked_up_later(parking)
    parking.provider.silent = False

    looked_up_later(parking)

    assert finished(parking, started).usage.cost_usd == 2 * PRICE
    parking.provider.silent = True
    parking.engine.queue.lose_all()
    parking.look_up("resp_9")
    for _ in range(MOST_TRIES):
        looked_up_later(parking)
    assert parking.engine.queue.waiting == ()
