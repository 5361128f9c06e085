"""Jobs at a provider that takes few calls: who waits, who is next, and what it costs."""

from __future__ import annotations

from chalicelib.jobs.model import Job, Status
from tests.fakes.engine import Engine, complete
from tests.fakes.limited import an_engine, start, statuses, with_waiting


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


def test_low_priority_waits_for_nobody_else() -> None:
    engine, provider = an_engine(1)
    first, others = with_waiting(engine, provider, {"priority": "low", "deadline_seconds": 7200}, {})
    arrive = provider.during.pop()
    seen: list[Status] = []
    provider.during.append(lambda: (arrive(), seen.extend(statuses(engine, *others)))[0])

    engine.deliver()

    assert seen == [Status.COMPLETED, Status.PENDING]
    assert engine.job(first).status is Status.COMPLETED
