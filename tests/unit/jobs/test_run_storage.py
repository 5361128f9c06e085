"""Attempts whose storage does not answer, or whose end cannot be written as it is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.auth import Principal
from chalicelib.errors import AttemptError, ProviderAuth, ProviderUnavailable, StorageUnavailable
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, JobMessage
from chalicelib.jobs.requests import cancel_job
from tests.fakes.engine import Engine, complete

OWNER = Principal(user_id="owner-1")
HALF_A_SURROGATE_PAIR = "half \ud83d"


def silent(*, times: int) -> Callable[[AttemptContext], Completed]:
    """An analysis that meets storage that does not answer, so many times."""
    remaining = [StorageUnavailable("S3 does not answer.", retry_after_seconds=2)] * times

    def run(ctx: AttemptContext) -> Completed:
        ctx.progress(40, "Document 2 of 5 read")
        if remaining:
            raise remaining.pop()
        return complete(ctx)

    return run


def with_result_only(engine: Engine, *, fail: int) -> None:
    """Let the store not answer so many writes that bring a result; S3 may be away while DynamoDB is there."""
    remaining = [StorageUnavailable("S3 does not answer.")] * fail
    save = type(engine.store).save

    def guarded(before: Job, after: Job, **extras: Any) -> Job:
        if extras.get("result") is not None and remaining:
            raise remaining.pop()
        return save(engine.store, before, after, **extras)  # type: ignore[no-any-return]

    engine.store.save = guarded


def refuse_saves(engine: Engine, refuse: Callable[[Job], None]) -> None:
    """Let `refuse` look at each change first; what it raises is the store's answer."""
    save = engine.store.save

    def guarded(before: Job, after: Job, **extras: Any) -> Job:
        refuse(after)
        return save(before, after, **extras)  # type: ignore[no-any-return]

    engine.store.save = guarded


def test_storage_that_does_not_answer_an_attempt_once_has_it_repeated_after_a_visible_delay() -> None:
    engine = Engine(silent(times=1))
    started = engine.start()

    engine.deliver()
    waiting = engine.job(started)
    engine.clock.advance(seconds=10)  # 5 * 2**1, the longest first delay
    engine.deliver()

    assert waiting.status is Status.PENDING
    assert waiting.error is not None
    assert (waiting.error.code, waiting.error.retryable) == ("storage_unavailable", True)
    assert 2 <= (waiting.due_at - waiting.created_at).total_seconds() <= 10
    assert (engine.job(started).status, engine.job(started).attempt) == (Status.COMPLETED, 2)


def test_storage_that_never_answers_an_attempt_fails_the_job_once_its_attempts_are_used_up() -> None:
    engine = Engine(silent(times=3))
    started = engine.start(max_attempts=3)

    for _ in range(3):
        engine.deliver()
        engine.clock.advance(seconds=60)

    job = engine.job(started)
    assert job.error is not None
    assert (job.status, job.attempt, job.error.code) == (Status.FAILED, 3, "storage_unavailable")


def test_a_cancel_wins_over_storage_that_does_not_answer() -> None:
    def run(ctx: AttemptContext) -> Completed:
        cancel_job(ctx.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())
        raise StorageUnavailable("S3 does not answer.")

    engine = Engine(run)
    started = engine.start()

    engine.deliver()

    assert engine.job(started).status is Status.CANCELLED


def test_a_record_that_cannot_be_written_either_raises_so_that_the_message_comes_again() -> None:
    engine = Engine(silent(times=1))
    started = engine.start()
    engine.store.fail("save", times=99)

    with pytest.raises(StorageUnavailable):
        engine.receive(JobMessage(job_id=started.job.job_id))

    assert engine.job(started).status is Status.RUNNING  # until rescue finds its lease over


def test_a_result_that_cannot_be_stored_has_the_attempt_repeated() -> None:
    engine = Engine(complete)
    started = engine.start()
    with_result_only(engine, fail=99)

    engine.deliver()
    waiting = engine.job(started)
    with_result_only(engine, fail=0)
    engine.clock.advance(seconds=10)
    engine.deliver()

    assert (waiting.status, waiting.attempt) == (Status.PENDING, 1)
    assert (engine.job(started).status, engine.job(started).attempt) == (Status.COMPLETED, 2)


def test_a_result_that_cannot_be_stored_at_once_is_stored_while_the_lease_lasts() -> None:
    engine = Engine(complete)
    started = engine.start()
    engine.store.fail("save", times=10)

    engine.deliver()

    assert (engine.job(started).status, engine.job(started).attempt) == (Status.COMPLETED, 1)


def test_a_result_that_is_stored_though_its_answer_was_lost_stays_completed() -> None:
    engine = Engine(complete)
    started = engine.start()
    save = engine.store.save

    def answer_lost(before: Job, after: Job, **extras: Any) -> Job:
        save(before, after, **extras)
        engine.store.save = save
        raise StorageUnavailable("DynamoDB does not answer.")

    engine.store.save = answer_lost

    engine.deliver()

    assert engine.job(started).status is Status.COMPLETED
    assert engine.queue.waiting == ()


def test_a_result_that_is_no_json_fails_the_job_as_a_defect(caplog: pytest.LogCaptureFixture) -> None:
    engine = Engine(lambda ctx: Completed(result={"summary": HALF_A_SURROGATE_PAIR}))
    started = engine.start()

    engine.deliver()

    job = engine.job(started)
    assert job.error is not None
    assert (job.status, job.attempt, job.error.code) == (Status.FAILED, 1, "internal")
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == ["attempt_crashed"]


@pytest.mark.parametrize("outcome", [None, ProviderAuth("denied"), ProviderUnavailable("down")], ids=repr)
def test_an_end_that_the_store_cannot_take_fails_the_job_as_a_defect(outcome: AttemptError | None) -> None:
    def run(ctx: AttemptContext) -> Completed:
        if outcome is not None:
            raise outcome
        return complete(ctx)

    def refuse(after: Job) -> None:
        if after.error is None or after.error.code != "internal":
            raise TypeError("Float types are not supported.")

    engine = Engine(run)
    started = engine.start()
    refuse_saves(engine, refuse)

    engine.deliver()

    job = engine.job(started)
    assert job.error is not None
    assert (job.status, job.error.code) == (Status.FAILED, "internal")
    assert engine.queue.waiting == ()


def test_a_cancelled_attempt_whose_end_cannot_be_written_still_ends_cancelled() -> None:
    def run(ctx: AttemptContext) -> Completed:
        cancel_job(ctx.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())
        return Completed(result={"summary": HALF_A_SURROGATE_PAIR})

    engine = Engine(run)
    started = engine.start()

    engine.deliver()

    assert engine.job(started).status is Status.CANCELLED
