"""A thousand jobs that wait for a worker are no emergency: rescue does not bury them under messages of its own."""

from __future__ import annotations

from collections import Counter

from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext
from tests.fakes.engine import Engine

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
