"""Jobs of a whole engine at a provider that takes few calls: who waits, who is next, and what it costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.errors import ProviderRateLimited, ProviderUnavailable
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext
from chalicelib.jobs.submit import Submitted
from tests.fakes.engine import Engine, claim_and_die, complete


class Provider:
    """An analysis of one call. `during` runs while the call is in flight; `errors` are raised, one a call."""

    def __init__(self, *, calls: int = 1) -> None:
        self.calls = calls
        self.during: list[Callable[[], None]] = []
        self.errors: list[Exception] = []
        self.order: list[str] = []

    def __call__(self, ctx: AttemptContext) -> Completed:
        ctx.take_slots("openai", calls=self.calls)
        ctx.take_slots("openai", calls=self.calls)
        self.order.append(ctx.job.job_id)
        if self.during:
            self.during.pop(0)()
        if self.errors:
            raise self.errors.pop(0)
        return complete(ctx)


def an_engine(most: int, *, calls: int = 1) -> tuple[Engine, Provider]:
    provider = Provider(calls=calls)
    return Engine(provider, most={"openai": most, "openai-low": most, "anthropic": most}), provider


def start(engine: Engine, **changes: object) -> Submitted:
    engine.clock.advance(seconds=0.001)
    return engine.start(lock=None, **changes)


def statuses(engine: Engine, *started: Submitted) -> list[Status]:
    return [engine.job(one).status for one in started]


def with_waiting(engine: Engine, provider: Provider, *waiting: dict[str, object]) -> tuple[Submitted, list[Submitted]]:
    """A job whose call is in flight while these others arrive; what is left when all workers have ended."""
    first = start(engine)
    others: list[Submitted] = []

    def arrive() -> None:
        for changes in waiting:
            others.append(start(engine, **changes))
        engine.deliver()

    provider.during.append(arrive)
    return first, others


def test_unhindered_a_job_costs_one_write_before_its_calls_and_one_after_them() -> None:
    engine, _ = an_engine(200)
    job = start(engine)

    engine.deliver()

    assert engine.job(job).status is Status.COMPLETED
    assert (engine.slots.writes, engine.slots.reads) == (2, 0)


def test_a_job_without_calls_costs_nothing() -> None:
    engine = Engine(complete)
    start(engine)

    engine.deliver()

    assert (engine.slots.writes, engine.slots.reads) == (0, 0)


def test_a_job_past_the_limit_waits_as_pending_without_an_attempt() -> None:
    engine, provider = an_engine(1)
    seen: list[Job] = []
    first, others = with_waiting(engine, provider, {})
    arrive = provider.during.pop()
    provider.during.append(lambda: (arrive(), seen.append(engine.job(others[0])))[0])

    engine.deliver()

    assert (seen[0].status, seen[0].waiting_for, seen[0].attempt, seen[0].error) == (Status.PENDING, "worker", 1, None)
    assert engine.job(first).status is Status.COMPLETED
    assert engine.deliver() == 1  # the message came with the slot
    done = engine.job(others[0])
    assert (done.status, done.attempt) == (Status.COMPLETED, 1)
    assert engine.slots.state("openai").used == 0


def test_who_waits_is_admitted_high_first_and_the_oldest_first() -> None:
    engine, provider = an_engine(1)
    first, others = with_waiting(engine, provider, {}, {}, {"priority": "high"}, {"priority": "high"})

    while engine.deliver():
        pass

    expected = [first, others[2], others[3], others[0], others[1]]
    assert provider.order == [one.job.job_id for one in expected]


def test_nobody_takes_a_slot_past_those_who_wait() -> None:
    engine, provider = an_engine(1)
    first, others = with_waiting(engine, provider, {})
    engine.deliver()
    newcomer = start(engine)
    messages = engine.queue.pop_due(engine.clock())

    for message in reversed(messages):  # the newcomer's comes first
        engine.receive(message)
    while engine.deliver():
        pass

    assert provider.order == [one.job.job_id for one in (first, others[0], newcomer)]


def test_never_more_calls_are_in_flight_than_slots() -> None:
    engine, provider = an_engine(3)
    highest = 0

    def another() -> None:
        nonlocal highest
        start(engine)
        provider.during.append(another) if len(provider.order) < 40 else None
        engine.deliver()
        highest = max(highest, engine.slots.state("openai").used)

    provider.during.append(another)
    start(engine)
    while engine.deliver():
        engine.clock.advance(seconds=1)

    assert highest == 3
    assert len(provider.order) == len(set(provider.order)) == 41
    assert engine.slots.state("openai").used == 0


def test_a_full_shard_is_no_full_limit() -> None:
    engine, _ = an_engine(40)  # two shards
    jobs = [engine.job(start(engine, open_jobs_limit=None)) for _ in range(41)]

    taken = [engine.admission.take(job, provider="openai", calls=1) for job in jobs]

    assert [slots is not None for slots in taken] == [True] * 40 + [False]
    assert {slots.shard for slots in taken if slots} == {0, 1}


def test_calls_at_once_need_as_many_slots() -> None:
    engine, provider = an_engine(4, calls=3)
    _, others = with_waiting(engine, provider, {})
    arrive = provider.during.pop()
    used: list[int] = []
    provider.during.append(lambda: (arrive(), used.append(engine.slots.state("openai").used))[0])

    engine.deliver()
    engine.deliver()

    assert used == [3]
    assert engine.job(others[0]).status is Status.COMPLETED


def test_a_job_that_needs_more_than_all_slots_gets_all() -> None:
    engine, _ = an_engine(2, calls=3)
    job = start(engine)

    engine.deliver()

    assert engine.job(job).status is Status.COMPLETED


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

    assert highest == 2


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


def test_low_priority_waits_for_nobody_else() -> None:
    engine, provider = an_engine(1)
    first, others = with_waiting(engine, provider, {"priority": "low", "deadline_seconds": 7200}, {})
    arrive = provider.during.pop()
    seen: list[Status] = []
    provider.during.append(lambda: (arrive(), seen.extend(statuses(engine, *others)))[0])

    engine.deliver()

    assert seen == [Status.COMPLETED, Status.PENDING]
    assert engine.job(first).status is Status.COMPLETED
