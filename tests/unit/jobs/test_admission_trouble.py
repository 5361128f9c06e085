"""Slots that a worker, a message or the store lost, a provider that refuses: nothing leaks, nobody is forgotten."""

from __future__ import annotations

import pytest

from chalicelib.errors import ProviderRateLimited, ProviderUnavailable
from chalicelib.jobs.model import Status
from tests.fakes.engine import claim_and_die
from tests.fakes.limited import an_engine, start, statuses, with_waiting


def test_the_slot_of_a_killed_worker_comes_back_with_its_job() -> None:
    engine, _ = an_engine(1)
    killed = start(engine)
    job = claim_and_die(engine, killed)
    engine.admission.take(job, provider="openai", calls=1)
    waiting = start(engine)
    engine.deliver()
    assert statuses(engine, killed, waiting) == [Status.RUNNING, Status.PENDING]

    engine.clock.advance(seconds=60)
    engine.rescue()
    while engine.deliver():
        pass

    assert statuses(engine, killed, waiting) == [Status.COMPLETED, Status.COMPLETED]
    assert engine.slots.state("openai").used == 0


@pytest.mark.parametrize("end", ["deleted", "cancelled"])
def test_a_slot_that_was_never_given_back_is_found_by_rescue(end: str) -> None:
    engine, _ = an_engine(1)
    lost = start(engine)
    engine.queue.lose_all()
    engine.admission.take(engine.job(lost), provider="openai", calls=1)
    waiting = start(engine)
    engine.deliver()
    if end == "cancelled":
        engine.cancel(lost)
    else:
        engine.store.delete(engine.job(lost))

    assert engine.rescue()["admitted"] == 1
    engine.deliver()

    assert engine.job(waiting).status is Status.COMPLETED


def test_a_job_cancelled_while_it_waits_gets_no_slot() -> None:
    engine, provider = an_engine(1)
    _, others = with_waiting(engine, provider, {}, {})
    arrive = provider.during.pop()
    provider.during.append(lambda: (arrive(), engine.cancel(others[0]))[0])

    while engine.deliver():
        pass

    assert statuses(engine, *others) == [Status.CANCELLED, Status.COMPLETED]


def test_a_job_whose_message_was_lost_while_it_waited_is_found_by_rescue() -> None:
    engine, provider = an_engine(1)
    _, others = with_waiting(engine, provider, {})
    engine.deliver()
    engine.queue.lose_all()

    engine.clock.advance(seconds=301)
    engine.rescue()
    engine.deliver()

    assert engine.job(others[0]).status is Status.COMPLETED
    assert engine.slots.state("openai").used == 0


def test_a_job_whose_deadline_passes_while_it_waits_fails_then() -> None:
    engine, provider = an_engine(1)
    _, others = with_waiting(engine, provider, {"deadline_seconds": 100})
    arrive = provider.during.pop()

    def late() -> None:
        arrive()
        engine.clock.advance(seconds=101)
        engine.rescue()

    provider.during.append(late)
    engine.deliver()

    job = engine.job(others[0])
    assert (job.status, job.error.code if job.error else None) == (Status.FAILED, "deadline_exceeded")


def test_a_refusal_of_the_provider_stops_the_calls_of_all_jobs_for_its_retry_after() -> None:
    engine, provider = an_engine(200)
    provider.errors.append(ProviderRateLimited("slow", provider="openai", retry_after_seconds=60))
    refused = start(engine)
    engine.deliver()
    other = start(engine)

    engine.deliver()
    assert len(provider.order) == 1
    assert statuses(engine, refused, other) == [Status.PENDING, Status.PENDING]
    assert (engine.job(refused).waiting_for, engine.job(other).waiting_for) == ("retry", "worker")

    engine.clock.advance(seconds=61)
    engine.rescue()
    engine.deliver()
    assert statuses(engine, refused, other) == [Status.COMPLETED, Status.COMPLETED]


def test_a_refusal_lowers_the_limit_for_all_and_for_a_while() -> None:
    engine, provider = an_engine(4)
    provider.errors.append(ProviderRateLimited("slow", provider="openai"))
    start(engine)
    engine.deliver()
    engine.clock.advance(seconds=11)
    highest = 0

    def another() -> None:
        nonlocal highest
        start(engine)
        provider.during.append(another) if len(provider.order) < 12 else None
        engine.deliver()
        highest = max(highest, engine.slots.state("openai").used)

    provider.during.append(another)
    start(engine)
    while engine.deliver():
        pass

    assert highest == 3  # of four, a quarter less


@pytest.mark.parametrize("error", [ProviderUnavailable("down", provider="openai"), ProviderRateLimited("slow")])
def test_another_failure_lowers_nothing(error: Exception) -> None:
    engine, provider = an_engine(4)
    provider.errors.append(error)
    start(engine)

    engine.deliver()

    assert engine.slots.state("openai").cool_down is None


def test_a_failed_attempt_gives_its_slots_back() -> None:
    engine, provider = an_engine(1)
    provider.errors.append(ProviderUnavailable("down", provider="openai"))
    first = start(engine)
    engine.deliver()
    second = start(engine)
    engine.deliver()

    assert statuses(engine, first, second) == [Status.PENDING, Status.COMPLETED]


def test_slots_that_cannot_be_counted_are_a_transient_error() -> None:
    engine, _ = an_engine(1)
    job = start(engine)
    engine.slots.fails = True
    engine.deliver()

    assert (engine.job(job).status, engine.job(job).waiting_for) == (Status.PENDING, "retry")

    engine.slots.fails = False
    engine.clock.advance(seconds=10)
    engine.deliver()
    assert engine.job(job).status is Status.COMPLETED


def test_slots_that_cannot_be_given_back_cost_the_job_nothing() -> None:
    engine, provider = an_engine(1)
    first = start(engine)
    provider.during.append(lambda: setattr(engine.slots, "fails", True))
    engine.deliver()
    engine.slots.fails = False
    second = start(engine)
    engine.deliver()
    assert statuses(engine, first, second) == [Status.COMPLETED, Status.PENDING]

    engine.clock.advance(seconds=60)
    engine.rescue()
    engine.deliver()

    assert engine.job(second).status is Status.COMPLETED
