"""However a parked job ends, what its provider does ends too, is paid for, and is deleted there."""

from __future__ import annotations

import pytest

from chalicelib.errors import OutputInvalid, ProviderUnavailable, StorageUnavailable
from chalicelib.jobs.calls import MOST_CALLS_AT_ONCE, Ended
from chalicelib.jobs.leftovers import forget_calls
from chalicelib.jobs.model import Status
from chalicelib.jobs.requests import delete_job
from chalicelib.jobs.submit import Submitted
from tests.fakes.model_calls import PRICE
from tests.fakes.parking import OWNER, Parking


def test_a_cancel_ends_what_the_provider_does_and_books_what_it_used() -> None:
    parking = Parking()
    started = parking.parked()
    parking.pass_time(10)

    asked = parking.cancel(started)

    assert (asked.status, asked.cancel_requested) == (Status.RUNNING, True)
    parking.engine.deliver()
    job = parking.job(started)
    assert (job.status, job.usage.output_tokens, job.calls) == (Status.CANCELLED, 50, ())
    assert parking.provider.there == {}


def test_a_cancel_whose_message_is_lost_is_rescued() -> None:
    parking = Parking()
    started = parking.parked()
    parking.cancel(started)
    parking.engine.queue.lose_all()

    parking.pass_time(31)
    parking.tick()

    assert parking.job(started).status is Status.CANCELLED
    assert parking.provider.there == {}


def test_the_deadline_ends_what_the_provider_does() -> None:
    parking = Parking(seconds=10_000)
    started = parking.parked(deadline_seconds=60)
    for _ in range(30):
        parking.pass_time(5)
        parking.engine.deliver()

    job = parking.job(started)
    assert (job.status, job.error and job.error.code) == (Status.FAILED, "deadline_exceeded")
    assert job.usage.output_tokens == 50
    assert parking.provider.there == {}


def test_a_deadline_that_no_worker_saw_is_rescues_and_a_worker_cleans_up() -> None:
    parking = Parking(seconds=10_000)
    started = parking.parked(deadline_seconds=60)
    parking.engine.queue.lose_all()
    parking.pass_time(200)
    parking.engine.rescue()
    assert parking.job(started).status is Status.FAILED

    parking.engine.deliver()

    job = parking.job(started)
    assert (job.calls, job.usage.output_tokens) == ((), 50)
    assert parking.provider.there == {}
    assert job.error is not None
    assert job.error.code == "deadline_exceeded"


def test_what_a_call_used_is_stored_before_it_is_deleted() -> None:
    parking = Parking(seconds=10_000)
    started = parking.parked(deadline_seconds=60)
    parking.engine.queue.lose_all()
    parking.pass_time(200)
    parking.engine.rescue()
    parking.engine.store.fail("save")
    with pytest.raises(StorageUnavailable):
        parking.webhook(started)

    parking.webhook(started)

    job = parking.job(started)
    assert (job.calls, job.usage.output_tokens) == ((), 50)
    assert parking.provider.there == {}


def test_what_a_silent_provider_would_not_delete_is_deleted_later() -> None:
    parking = Parking(seconds=10_000)
    started = parking.parked()
    parking.cancel(started)
    parking.provider.silent = True
    parking.engine.deliver()
    assert parking.job(started).status is Status.CANCELLED
    assert parking.job(started).calls
    parking.pass_time(31)
    parking.tick()
    parking.provider.silent = False

    parking.pass_time(61)
    parking.tick()

    job = parking.job(started)
    assert (job.calls, job.usage.output_tokens, job.status) == ((), 50, Status.CANCELLED)
    assert parking.provider.there == {}
    parking.pass_time(10_000)
    assert parking.engine.rescue() == {}


def test_deleting_a_job_deletes_what_is_left_at_the_provider() -> None:
    parking = Parking()
    started = parking.parked()
    parking.provider.silent = True
    parking.cancel(started)
    parking.engine.deliver()
    engine = parking.engine

    delete_job(started.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())

    message = engine.queue.sent[-1].message
    forget_calls(message, provider=parking.provider, queue=engine.queue)
    assert (engine.queue.sent[-1].message.tries, engine.queue.sent[-1].delay_seconds) == (1, 900)
    parking.provider.silent = False
    forget_calls(engine.queue.sent[-1].message, provider=parking.provider, queue=engine.queue)
    assert parking.provider.there == {}


def test_a_cost_limit_counts_calls_that_have_not_ended() -> None:
    parking = Parking("one", "two", "three", at_once=True)
    started = parking.engine.start(max_cost_usd=2 * PRICE)

    parking.engine.deliver()

    job = parking.job(started)
    assert (job.status, job.error and job.error.code) == (Status.FAILED, "budget_exceeded")
    assert len(parking.provider.made) == 2
    assert parking.provider.there == {}
    assert job.usage.output_tokens == 100


def test_an_answer_of_no_use_is_asked_for_anew() -> None:
    parking = Parking()
    started = parking.parked()
    parking.model.spoils = OutputInvalid("no JSON")
    parking.pass_time(60)
    parking.webhook(started)
    assert parking.job(started).waiting_for == "retry"
    assert parking.provider.there == {}

    parking.pass_time(10)
    parking.engine.deliver()
    parking.pass_time(60)
    parking.webhook(started)

    assert parking.job(started).status is Status.COMPLETED
    assert parking.provider.made == ["resp_1", "resp_2"]
    assert parking.job(started).usage.cost_usd == 2 * PRICE


def test_a_provider_that_is_silent_when_the_answer_is_there_is_asked_again_not_paid_again() -> None:
    parking = Parking()
    started = parking.parked()
    parking.pass_time(60)
    parking.provider.silent = True
    parking.webhook(started)
    assert parking.job(started).waiting_for == "retry"
    parking.provider.silent = False

    parking.pass_time(10)
    parking.engine.deliver()

    assert parking.job(started).status is Status.COMPLETED
    assert parking.provider.made == ["resp_1"]
    assert parking.job(started).usage.cost_usd == PRICE


def looks_within(parking: Parking, started: Submitted, *, seconds: int) -> int:
    """How often a worker has the job in so many seconds, in which its messages come as soon as they are due."""
    before = parking.job(started).fence
    for _ in range(seconds):
        parking.pass_time(1)
        while parking.job(started).fence < before + seconds and parking.engine.deliver():
            pass
    return parking.job(started).fence - before


def test_a_job_is_not_looked_at_without_a_pause_while_the_call_in_its_way_cannot_be_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parking = Parking(seconds=10_000, most=1)
    started = parking.parked()
    parking.wording = {"one": "one, without the document that was deleted"}

    def refuses(call_id: str) -> Ended:
        raise ProviderUnavailable("The provider does not answer.", provider="fake")

    with monkeypatch.context() as patched:
        patched.setattr(parking.provider, "end", refuses)
        parking.webhook(started)
        assert looks_within(parking, started, seconds=300) <= 20
    looks_within(parking, started, seconds=240)

    assert parking.job(started).waiting_for == "model"
    assert (parking.provider.made, list(parking.provider.there)) == (["resp_1", "resp_2"], ["resp_2"])


def test_a_job_is_not_looked_at_without_a_pause_while_its_old_answers_cannot_be_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parking = Parking(*(f"part {number}" for number in range(MOST_CALLS_AT_ONCE + 1)), seconds=1)

    def refuses(call_id: str) -> None:
        raise ProviderUnavailable("The provider does not answer.", provider="fake")

    started = parking.engine.start()
    with monkeypatch.context() as patched:
        patched.setattr(parking.provider, "forget", refuses)
        looks_within(parking, started, seconds=100)
        assert len(parking.job(started).calls) == MOST_CALLS_AT_ONCE
        assert looks_within(parking, started, seconds=300) <= 20
    looks_within(parking, started, seconds=240)

    assert parking.job(started).status is Status.COMPLETED
    assert parking.provider.there == {}


def all_answered(parking: Parking) -> Submitted:
    """A job of as many calls as it may have, all of which are answered."""
    started = parking.parked()
    assert len(parking.provider.made) == MOST_CALLS_AT_ONCE
    parking.pass_time(parking.provider.seconds)
    return started


def all_at_once() -> Parking:
    return Parking(*(f"part {number}" for number in range(MOST_CALLS_AT_ONCE)), at_once=True)


def test_a_provider_that_hangs_over_deletions_does_not_cost_a_finished_job_its_lease(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parking = all_at_once()
    started = all_answered(parking)

    def hangs(call_id: str) -> None:
        parking.pass_time(15)
        parking.engine.rescue()
        raise ProviderUnavailable("The provider does not answer.", provider="fake")

    with monkeypatch.context() as patched:
        patched.setattr(parking.provider, "forget", hangs)
        parking.webhook(started)

    job = parking.job(started)
    assert (job.status, job.lost_workers, len(job.calls)) == (Status.COMPLETED, 0, MOST_CALLS_AT_ONCE)
    parking.pass_time(60)
    parking.tick()
    assert (parking.provider.there, parking.job(started).calls) == ({}, ())


def test_a_provider_that_hangs_over_deletions_does_not_outlast_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    parking = all_at_once()
    started = all_answered(parking)
    ends_at = parking.engine.clock().timestamp() + 60
    parking.engine.function_seconds = 60

    def hangs(call_id: str) -> None:
        parking.pass_time(15)
        assert parking.engine.clock().timestamp() < ends_at, "the function was stopped"
        raise ProviderUnavailable("The provider does not answer.", provider="fake")

    monkeypatch.setattr(parking.provider, "forget", hangs)
    parking.webhook(started)

    job = parking.job(started)
    assert (job.status, len(job.calls)) == (Status.COMPLETED, MOST_CALLS_AT_ONCE)
