"""A thousand jobs that wait for a worker are no emergency: rescue does not bury them under messages of its own."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from chalicelib.jobs.lifecycle import FIRST_CHECK_SECONDS, LEASE_SECONDS, lease_end
from chalicelib.jobs.model import Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext
from chalicelib.jobs.rescue import rescue
from tests.fakes.engine import Engine
from tests.fakes.jobs import a_job

JOBS = 1_000
TICK_SECONDS = 60
HOUR_TICKS = 60
SENT_AGAIN_IN_AN_HOUR = 8
"""30, 60, 120, 240, 480, 900, 900, 900 s after the message before: the ninth would come after the hour."""


def at_once(ctx: AttemptContext) -> Completed:
    return Completed(result={})


def backlog() -> Engine:
    engine = Engine(at_once)
    for number in range(JOBS):
        engine.start(lock=None, requested_by=f"user-{number % 100}")
    return engine


def test_a_backlog_of_a_thousand_jobs_makes_no_storm_of_messages():
    engine = backlog()
    per_tick = []

    for _ in range(HOUR_TICKS):
        engine.clock.advance(seconds=TICK_SECONDS)
        per_tick.append(sum(engine.rescue().values()))

    sent = Counter(message.message.job_id for message in engine.queue.sent)
    assert len(sent) == JOBS
    assert max(sent.values()) <= 1 + SENT_AGAIN_IN_AN_HOUR
    assert per_tick[0] == JOBS, "one tick looks at all of them"
    assert sum(per_tick[-30:]) <= 3 * JOBS, "in the second half hour each is sent again twice or three times"


def test_the_backlog_runs_each_job_once_though_its_messages_came_often():
    engine = backlog()
    for _ in range(10):
        engine.clock.advance(seconds=TICK_SECONDS)
        engine.rescue()

    engine.deliver()

    assert len(engine.queue.sent) > 3 * JOBS
    assert len(engine.attempts) == JOBS
    assert not any(engine.store.open_job_counts.values())


def test_a_thousand_dead_workers_are_made_good_by_the_first_tick_after_their_leases():
    engine = backlog()
    for message in engine.queue.pop_due(engine.clock()):
        lease_until = engine.clock.advance(seconds=0.001)
        engine.store.claim(message.job_id, now=lease_until, lease_until=lease_until, claim_token=message.job_id)
    engine.clock.advance(seconds=TICK_SECONDS)

    repaired = engine.rescue()
    engine.deliver()

    assert repaired == {"worker_lost": JOBS}
    assert not any(engine.store.open_job_counts.values())


OPEN_JOBS = 50_000
DEAD_EVERY_SECONDS = 50
A_REPAIR_SECONDS = 1 / 60
"""One write and one message, one after the other: what a tick takes for each, were there no threads."""

A_HUNDRED_READ_SECONDS = 0.03


def test_fifty_thousand_open_jobs_keep_no_dead_worker_waiting_for_more_than_two_minutes():
    """Ten simulated minutes: no worker is free, and every fifty seconds one that has a job dies."""
    engine = Engine(at_once)
    waiting = [f"job-{number}" for number in range(OPEN_JOBS)]
    checked = engine.clock() + timedelta(seconds=FIRST_CHECK_SECONDS)
    for job_id in waiting:
        engine.store.create(a_job(job_id=job_id, lock=None, check_at=checked), key=None, open_jobs_limit=None)
    send, due_checks = engine.queue.send, engine.store.due_checks

    def slow_send(*asked, **more):
        engine.clock.advance(seconds=A_REPAIR_SECONDS)
        send(*asked, **more)

    def slow_reads(*, status=None, **asked):
        found = due_checks(status=status, **asked)
        read = OPEN_JOBS if status is Status.RUNNING else len(found)  # behind the backlog all of it is read
        engine.clock.advance(seconds=A_HUNDRED_READ_SECONDS * read / 100)
        return found

    engine.queue.send, engine.store.due_checks = slow_send, slow_reads
    died: dict[str, datetime] = {}
    recovered: dict[str, float] = {}
    began, next_death = engine.clock(), 0.0

    for tick in range(10):
        tick_at = began.timestamp() + 60 * (tick + 1)
        while (passed := engine.clock().timestamp() - began.timestamp()) < tick_at - began.timestamp():
            if passed >= next_death:
                job_id = waiting.pop()
                now = engine.clock()
                assert engine.store.claim(job_id, now=now, lease_until=lease_end(now), claim_token=job_id)
                died[job_id] = now
                next_death += DEAD_EVERY_SECONDS
            engine.clock.advance(seconds=1)
        ends_at = engine.clock().timestamp() + 60
        rescue(
            store=engine.store,
            queue=engine.queue,
            clock=engine.clock,
            time_left=lambda: ends_at - engine.clock().timestamp(),  # noqa: B023
            repairs_at_once=1,
        )
        for job_id, since in died.items():
            job = engine.store.get(job_id)
            if job_id not in recovered and job.status is Status.PENDING:
                recovered[job_id] = (job.updated_at - since).total_seconds()

    last_seen = engine.clock().timestamp() - 2 * TICK_SECONDS - LEASE_SECONDS
    assert {job_id for job_id, since in died.items() if since.timestamp() < last_seen} <= set(recovered)
    assert max(recovered.values()) <= 2 * TICK_SECONDS
    assert len(recovered) >= 8
