"""What the timer repairs, and what it leaves alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.auth import Principal
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.attempt import Attempt
from chalicelib.jobs.lifecycle import LEASE_SECONDS, lease_end
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.requests import cancel_job
from chalicelib.jobs.rescue import rescue
from chalicelib.jobs.submit import Submitted
from tests.fakes.engine import Engine, claim_and_die

OWNER = Principal(user_id="owner-1")


@pytest.fixture
def engine() -> Engine:
    return Engine(lambda ctx: Completed(result={}))


def test_a_lost_message_is_sent_again_and_its_job_completes(engine: Engine) -> None:
    started = engine.start()
    engine.queue.lose_all()
    engine.clock.advance(seconds=31)

    repairs = engine.rescue()
    engine.deliver()

    assert repairs == {"sent_again": 1}
    assert engine.job(started).status is Status.COMPLETED


def test_a_message_that_could_not_be_sent_at_the_start_is_made_up_for(engine: Engine) -> None:
    engine.queue.fail(times=1)
    started = engine.start()
    engine.clock.advance(seconds=31)

    engine.rescue()
    engine.deliver()

    assert engine.job(started).status is Status.COMPLETED


def test_a_job_is_not_looked_at_before_half_a_minute(engine: Engine) -> None:
    engine.start()
    engine.clock.advance(seconds=29)

    assert engine.rescue() == {}


def test_a_dead_worker_s_job_is_running_again_within_two_minutes(engine: Engine) -> None:
    started = engine.start()
    claim_and_die(engine, started)

    waited = 0
    while engine.job(started).status is not Status.COMPLETED:
        waited += 60
        engine.clock.advance(seconds=60)
        engine.rescue()
        engine.deliver()

    assert waited <= 120
    assert engine.job(started).attempt == 2
    assert "retrying" in [event.type for event in engine.job(started).timeline]


def test_a_living_worker_is_left_alone_and_its_version_stands(engine: Engine) -> None:
    started = engine.start()
    claimed = claim_and_die(engine, started)
    engine.clock.advance(seconds=LEASE_SECONDS - 1)
    engine.store.renew(claimed, lease_until=lease_end(engine.clock()))
    engine.clock.advance(seconds=1)

    repairs = engine.rescue()

    job = engine.job(started)
    assert repairs == {"still_running": 1}
    assert (job.status, job.version, job.fence) == (Status.RUNNING, claimed.version, 1)
    assert job.check_at == job.lease_until


def test_a_cancelled_job_whose_worker_died_ends_cancelled(engine: Engine) -> None:
    started = engine.start()
    claim_and_die(engine, started)
    cancel_job(started.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())
    engine.clock.advance(seconds=LEASE_SECONDS)

    engine.rescue()

    assert engine.job(started).status is Status.CANCELLED
    assert engine.queue.waiting == ()


def test_a_job_whose_deadline_passed_while_it_waited_fails(engine: Engine) -> None:
    started = engine.start(deadline_seconds=60)
    engine.queue.lose_all()
    engine.clock.advance(seconds=61)

    repairs = engine.rescue()

    error = engine.job(started).error
    assert repairs == {"deadline_exceeded": 1}
    assert error is not None
    assert error.code == "deadline_exceeded"
    assert engine.store.open_job_counts == {"owner-1": 0}


@pytest.mark.parametrize("deadline_seconds", [60, 1000, 3300, 7200, 21600])
def test_a_job_that_nobody_takes_ends_within_a_tick_of_its_deadline(engine: Engine, deadline_seconds: int) -> None:
    started = engine.start(deadline_seconds=deadline_seconds)

    waited = 0
    while engine.job(started).is_open:
        waited += 60
        engine.clock.advance(seconds=60)
        engine.rescue()

    assert deadline_seconds <= waited <= deadline_seconds + 60


def test_two_rescues_at_once_repair_once(engine: Engine) -> None:
    started = engine.start()
    engine.queue.lose_all()
    engine.clock.advance(seconds=31)
    stale = list(engine.store.due_checks(now=engine.clock(), limit=9))

    class Stale:
        """A second rescue that read the same page before the first one wrote."""

        def __init__(self) -> None:
            self.pages = [stale, []]

        def __getattr__(self, name: str) -> object:
            return getattr(engine.store, name)

        def due_checks(self, **_: object) -> list[Job]:
            return self.pages.pop(0)

    first = engine.rescue()
    engine.clock.advance(seconds=1)
    second = rescue(store=Stale(), queue=engine.queue, clock=engine.clock, time_left=lambda: 60.0)  # type: ignore[arg-type]

    assert (first, second) == ({"sent_again": 1}, {"left": 1})
    assert [sent.message.job_id for sent in engine.queue.waiting] == [started.job.job_id]


def test_a_backlog_is_not_buried_under_its_own_re_sent_messages(engine: Engine) -> None:
    for number in range(20):
        engine.start(lock=None, requested_by=f"user-{number}")
    sent_at_start = len(engine.queue.sent)

    for _ in range(60):  # an hour of ticks in which no worker is free
        engine.clock.advance(seconds=59)
        engine.rescue()

    # 30, 60, 120, 240, 480, 900, 900, 900 s: 8 repeats fit into an hour
    assert len(engine.queue.sent) - sent_at_start <= 20 * 8


def test_rescue_stops_in_time_and_the_next_tick_goes_on(engine: Engine) -> None:
    for number in range(5):
        engine.start(lock=None, requested_by=f"user-{number}")
    engine.clock.advance(seconds=31)
    left = iter([60.0, 60.0, 60.0, 5.0, 5.0])

    first = rescue(store=engine.store, queue=engine.queue, clock=engine.clock, time_left=lambda: next(left))
    second = engine.rescue()

    assert first == {"sent_again": 2}
    assert second == {"sent_again": 3}


def test_a_worker_that_beats_keeps_its_job_however_long_a_tick_takes(engine: Engine) -> None:
    """A page is read once; while SQS is slow the lease that was read grows old, and the worker renews it."""
    for _ in range(2):
        engine.start(lock=None)
    engine.queue.lose_all()
    worker = claim_of(engine, engine.start(lock=None))

    def live_on(seconds: int) -> None:
        for _ in range(seconds):
            engine.clock.advance(seconds=1)
            worker.beat()

    class SlowQueue:
        def send(self, *_: object, **__: object) -> None:
            live_on(18)
            raise StorageUnavailable("SQS does not answer.")

    live_on(47)

    repaired = rescue(
        store=engine.store,
        queue=SlowQueue(),  # type: ignore[arg-type]
        clock=engine.clock,
        time_left=lambda: 60.0,
        repairs_at_once=1,
    )

    assert repaired == {"sent_again": 2, "left": 1}
    assert worker.step("model-call", lambda: "an answer that was paid for") == "an answer that was paid for"


def claim_of(engine: Engine, started: Submitted) -> Attempt:
    """A worker of the job that lives: it beats when the test says so."""
    now = engine.clock()
    job = engine.store.claim(started.job.job_id, now=now, lease_until=lease_end(now), claim_token="alive")
    return Attempt(job, store=engine.store, clock=engine.clock, time_left=lambda: 300.0)


def test_an_idle_rescue_costs_one_call(engine: Engine) -> None:
    engine.rescue()

    assert engine.store.calls == ["due_checks"]


def test_a_retry_that_waits_is_not_sent_before_it_is_due(engine: Engine) -> None:
    started = engine.start()
    job = engine.job(started)
    due_at = engine.clock() + timedelta(seconds=600)
    engine.store.save(job, type(job)(**{**_fields(job), "due_at": due_at, "check_at": due_at + timedelta(seconds=30)}))
    engine.clock.advance(seconds=300)

    assert engine.rescue() == {}


def _fields(job: Job) -> dict[str, object]:
    return {name: getattr(job, name) for name in job.__struct_fields__}
