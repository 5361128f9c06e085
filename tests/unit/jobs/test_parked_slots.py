"""A job that waits for its model without a worker keeps its slots, until its calls have ended."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from chalicelib.jobs.lifecycle import lease_end
from chalicelib.jobs.model import Status
from chalicelib.jobs.submit import Submitted
from tests.fakes.engine import claim_and_die
from tests.fakes.parking import Parking


def used(parking: Parking) -> int:
    return parking.engine.slots.state("openai").used


def another(parking: Parking) -> Submitted:
    parking.engine.clock.advance(seconds=0.001)
    started = parking.engine.start(lock=None)
    parking.engine.deliver()
    return started


def test_a_parked_job_keeps_its_slot_and_gives_it_to_the_next_when_it_is_done() -> None:
    parking = Parking(most=1)
    parked = parking.parked()
    waiting = another(parking)
    assert (used(parking), parking.job(waiting).waiting_for, parking.job(waiting).attempt) == (1, "worker", 1)

    parking.pass_time(60)
    parking.webhook(parked)
    parking.engine.deliver()

    assert parking.job(parked).status is Status.COMPLETED
    assert (used(parking), parking.job(waiting).waiting_for) == (1, "model")
    assert len(parking.provider.made) == 2


def test_a_job_of_one_call_in_the_background_costs_two_writes_for_its_slot() -> None:
    parking = Parking()
    parked = parking.parked()
    parking.pass_time(60)

    parking.webhook(parked)

    assert (parking.engine.slots.writes, parking.engine.slots.reads) == (2, 0)


def test_calls_one_after_the_other_use_one_slot() -> None:
    parking = Parking("one", "two", most=1)
    parked = parking.parked()
    for _ in range(2):
        parking.pass_time(60)
        parking.webhook(parked)

    assert parking.job(parked).status is Status.COMPLETED
    assert used(parking) == 0


def test_calls_at_once_use_a_slot_each() -> None:
    parking = Parking("one", "two", "three", at_once=True)

    parking.parked()

    assert (len(parking.provider.made), used(parking)) == (3, 3)


def test_of_calls_at_once_those_that_have_no_slot_are_made_later() -> None:
    parking = Parking("one", "two", "three", at_once=True, most=2)
    parked = parking.parked()
    assert (len(parking.provider.made), used(parking)) == (2, 2)

    for _ in range(3):
        parking.pass_time(60)
        parking.webhook(parked)

    assert (parking.job(parked).status, parking.job(parked).attempt) == (Status.COMPLETED, 1)
    assert (len(parking.provider.made), used(parking)) == (3, 0)


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("most", [1, 2, 1000])
def test_a_call_that_nobody_asks_for_any_more_does_not_keep_a_slot_from_the_one_instead(
    at_once: bool, most: int
) -> None:
    names = ("one", "two") if at_once and most > 1 else ("one",)
    parking = Parking(*names, at_once=at_once, most=most)
    parked = parking.parked()
    parking.wording = {"one": "one, without the document that was deleted"}

    for _ in range(4):
        parking.pass_time(60)
        parking.webhook(parked)
        parking.engine.deliver()

    assert (parking.job(parked).status, parking.job(parked).attempt) == (Status.COMPLETED, 1)
    assert (len(parking.provider.made), list(parking.provider.there), used(parking)) == (len(names) + 1, [], 0)
    assert sum(call.requests for call in parking.job(parked).usage.calls) == len(names) + 1


def test_a_call_that_nobody_asks_for_any_more_is_ended_when_the_job_is_parked_again() -> None:
    parking = Parking(seconds=600)
    parked = parking.parked()
    parking.wording = {"one": "one, without the document that was deleted"}
    parking.pass_time(60)

    parking.webhook(parked)

    [call] = parking.job(parked).calls
    assert list(parking.provider.there) == [call.id]
    assert len(parking.provider.made) == 2


@pytest.mark.parametrize("is_delivered", [True, False])
def test_a_parked_job_that_is_cancelled_gives_its_slot_back(is_delivered: bool) -> None:
    parking = Parking(most=1)
    parked = parking.parked()
    waiting = another(parking)

    parking.cancel(parked)
    if not is_delivered:
        parking.engine.queue.lose_all()
    for _ in range(4):
        parking.pass_time(60)
        parking.tick()

    assert parking.job(parked).status is Status.CANCELLED
    assert parking.job(waiting).status in (Status.RUNNING, Status.COMPLETED)


def test_a_parked_job_whose_deadline_passes_gives_its_slot_back() -> None:
    parking = Parking(most=1, seconds=100_000)
    parked = parking.parked(deadline_seconds=600)
    waiting = another(parking)

    for _ in range(15):
        parking.pass_time(60)
        parking.tick()

    assert parking.job(parked).status is Status.FAILED
    assert parking.job(waiting).waiting_for == "model"


def waiting_after_a_death(parking: Parking) -> Submitted:
    """A job whose worker died, perhaps with a call on its way, and which now waits for a slot."""
    started = parking.engine.start(lock=None)
    claim_and_die(parking.engine, started)
    parking.pass_time(60)
    parking.tick()
    assert parking.job(started).waiting_for == "worker"
    return started


def test_a_job_that_waits_for_a_slot_is_not_parked_on_a_call_that_was_never_made() -> None:
    parking = Parking(most=1, seconds=1000)
    parking.parked()
    waiting = waiting_after_a_death(parking)

    parking.webhook(waiting)  # a message that comes twice

    assert (parking.job(waiting).status, parking.job(waiting).waiting_for) == (Status.PENDING, "worker")
    assert parking.engine.deliver() == 0


def test_a_job_that_a_late_message_woke_gets_the_slot_that_it_waited_for() -> None:
    parking = Parking(most=1, seconds=1000)
    parked = parking.parked()
    waiting = waiting_after_a_death(parking)
    parking.webhook(waiting)

    parking.pass_time(1000)
    parking.webhook(parked)
    parking.tick()

    assert parking.job(parked).status is Status.COMPLETED
    assert (used(parking), parking.job(waiting).waiting_for) == (1, "model")


def test_a_job_in_the_list_that_a_worker_has_keeps_no_other_from_a_free_slot() -> None:
    parking = Parking(most=1)
    parked = parking.parked()
    in_the_list = another(parking)
    now = parking.engine.clock()
    parking.engine.store.claim(in_the_list.job.job_id, now=now, lease_until=lease_end(now), claim_token="late")
    parking.pass_time(60)

    parking.webhook(parked)
    third = another(parking)

    assert (used(parking), parking.job(third).waiting_for) == (1, "model")


def test_a_job_looks_ever_seldomer_for_a_call_that_was_perhaps_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    parking = Parking("one", "two", at_once=True, most=1, seconds=10_000)
    create = parking.provider.create

    def first_is_lost(body: bytes, metadata: Mapping[str, str]) -> str:
        parking.provider.loses_answers = not parking.provider.made
        return create(body, metadata)

    monkeypatch.setattr(parking.provider, "create", first_is_lost)
    parking.parked(deadline_seconds=20_000)
    received = 0
    for _ in range(3600):
        parking.pass_time(1)
        received += parking.engine.deliver()

    assert parking.provider.made == ["resp_1", "resp_2"]
    assert received < 30  # within an hour in which one call takes the only slot
