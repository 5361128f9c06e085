"""A call that was made and whose id was never stored: found by its metadata, not made twice."""

from __future__ import annotations

import pytest

from chalicelib.jobs.model import Status
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


def test_where_no_webhook_could_tell_of_it_a_lost_creation_is_a_failure_that_passes() -> None:
    parking = Parking(hears=False)
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


def test_a_call_that_nobody_needs_is_ended_and_deleted_and_one_of_others_left_alone() -> None:
    parking = Parking()
    started = parking.parked()
    again = parking.provider.create(b"one", parking.provider.there["resp_1"].metadata)
    foreign = parking.provider.create(b"one", {})
    assert again
    assert foreign

    parking.look_up(again)
    parking.look_up(foreign)

    assert set(parking.provider.there) == {"resp_1", foreign}
    assert parking.job(started).waiting_for == "model"
