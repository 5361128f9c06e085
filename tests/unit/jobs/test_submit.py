"""Starting a job: exactly one record, one message; replays, duplicates and limits."""

from __future__ import annotations

import pytest

from chalicelib.auth import Principal
from chalicelib.errors import NotFound
from chalicelib.jobs.lifecycle import lease_end
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import IdempotencyKey
from tests.fakes.engine import Engine

OWNER = Principal(user_id="owner-1")
KEY = IdempotencyKey(user_id="owner-1", key="click-1", fingerprint="body-a")
OTHER_BODY = IdempotencyKey(user_id="owner-1", key="click-1", fingerprint="body-b")
OTHER_USER = IdempotencyKey(user_id="owner-2", key="click-1", fingerprint="body-b")


@pytest.fixture
def engine() -> Engine:
    return Engine(lambda ctx: Completed(result={}))


def test_a_start_is_not_given_a_job_that_waited_past_its_deadline(engine: Engine) -> None:
    first = engine.start(deadline_seconds=60)
    engine.clock.advance(seconds=60)

    second = engine.start()

    ended = engine.job(first)
    assert not second.deduplicated
    assert (ended.status, ended.error.code if ended.error else None) == (Status.FAILED, "deadline_exceeded")
    assert engine.store.open_job_counts == {"owner-1": 1}


def test_a_job_past_its_deadline_that_a_worker_took_just_now_is_not_ended_by_a_start(engine: Engine) -> None:
    first = engine.start(deadline_seconds=60)
    engine.clock.advance(seconds=60)
    save = engine.store.save

    def save_after_a_claim(before: Job, after: Job) -> Job:
        now = engine.clock()
        engine.store.claim(before.job_id, now=now, lease_until=lease_end(now), claim_token="worker")
        saved: Job = save(before, after)
        return saved

    engine.store.save = save_after_a_claim

    second = engine.start()

    assert (second.deduplicated, second.job.job_id) == (True, first.job.job_id)
    assert engine.job(first).status is Status.RUNNING


def test_a_case_that_went_away_is_not_found(engine: Engine) -> None:
    engine.cases.remove("22222222-2222-4222-8222-222222222222")

    with pytest.raises(NotFound):
        engine.start()


def test_a_retried_job_finds_the_checkpoints_of_the_old_one_before_its_message_is_out() -> None:
    engine = Engine(lambda ctx: Completed(result={"read": ctx.step("read", lambda: "text")}))
    old = engine.start()
    engine.deliver()
    copy, waiting_at_copy = engine.store.copy_checkpoints, []

    def copy_checkpoints(source_job_id: str, *, target: Job) -> int:
        waiting_at_copy.append(engine.queue.waiting)
        copied: int = copy(source_job_id, target=target)
        return copied

    engine.store.copy_checkpoints = copy_checkpoints

    new = engine.start(retried_from=old.job.job_id, checkpoints_from=old.job.job_id)

    assert waiting_at_copy == [()]
    assert [sent.message.job_id for sent in engine.queue.waiting] == [new.job.job_id]
    assert engine.store.checkpoints(new.job.job_id) == engine.store.checkpoints(old.job.job_id) != {}
    assert new.job.retried_from == old.job.job_id


def test_a_retry_beside_the_deletion_of_a_document_keeps_nothing_of_it() -> None:
    engine = Engine(lambda ctx: Completed(result={"read": ctx.step("text-1", lambda: "text")}))
    old = engine.start()
    engine.deliver()
    copy = engine.store.copy_checkpoints

    def copy_late(source_job_id: str, *, target: Job) -> int:
        """The old job's checkpoints are read, then the document is deleted, then they are written."""
        copied: int = copy(source_job_id, target=target)
        engine.store.forget_checkpoints(old.job)
        return copied

    engine.store.copy_checkpoints = copy_late

    new = engine.start(retried_from=old.job.job_id, checkpoints_from=old.job.job_id)

    assert engine.store.checkpoints(new.job.job_id) == {}
