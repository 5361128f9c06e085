"""Starting a job: exactly one record, one message; replays, duplicates and limits."""

from __future__ import annotations

import pytest

from chalicelib.auth import Principal
from chalicelib.errors import IdempotencyKeyReused, NotFound, StorageUnavailable, TooManyOpenJobs
from chalicelib.jobs.lifecycle import lease_end
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import IdempotencyKey
from chalicelib.jobs.requests import delete_job
from chalicelib.jobs.submit import lock_name, replay
from tests.fakes.engine import Engine

OWNER = Principal(user_id="owner-1")
KEY = IdempotencyKey(user_id="owner-1", key="click-1", fingerprint="body-a")
OTHER_BODY = IdempotencyKey(user_id="owner-1", key="click-1", fingerprint="body-b")
OTHER_USER = IdempotencyKey(user_id="owner-2", key="click-1", fingerprint="body-b")


@pytest.fixture
def engine() -> Engine:
    return Engine(lambda ctx: Completed(result={}))


def test_a_start_makes_one_record_and_one_message(engine: Engine) -> None:
    started = engine.start(priority="high")

    job = engine.job(started)
    assert engine.store.calls[0] == "create"
    assert (job.status, job.version, job.attempt, job.progress) == (Status.PENDING, 1, 0, 0)
    assert [(s.message.job_id, s.lane, s.group) for s in engine.queue.sent] == [(job.job_id, "high", "owner-1")]


def test_a_record_that_cannot_be_written_means_that_nothing_exists(engine: Engine) -> None:
    engine.store.fail("create")

    with pytest.raises(StorageUnavailable):
        engine.start()

    assert engine.queue.sent == []
    assert engine.store.open_job_counts == {}


def test_a_second_start_is_given_the_open_job(engine: Engine) -> None:
    first = engine.start()

    second = engine.start()

    assert second.deduplicated
    assert second.job.job_id == first.job.job_id
    assert len(engine.queue.sent) == 1


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


def test_a_start_after_the_end_makes_a_new_job(engine: Engine) -> None:
    first = engine.start()
    engine.deliver()

    second = engine.start()

    assert not second.deduplicated
    assert second.job.job_id != first.job.job_id


def test_jobs_without_a_lock_do_not_hold_up_each_other(engine: Engine) -> None:
    first = engine.start(lock=None)
    second = engine.start()
    third = engine.start(lock=None)

    assert len({first.job.job_id, second.job.job_id, third.job.job_id}) == 3


def test_locks_differ_by_type_case_and_call() -> None:
    names = {
        lock_name(job_type="call_analysis", case_id="c", call_id="1"),
        lock_name(job_type="call_analysis", case_id="c", call_id="2"),
        lock_name(job_type="agent", case_id="c", call_id=None),
        lock_name(job_type="agent", case_id="d", call_id=None),
    }

    assert len(names) == 4


def test_the_same_key_and_request_get_the_first_job_again_even_when_it_is_done(engine: Engine) -> None:
    first = engine.start(key=KEY)
    engine.deliver()

    again = engine.start(key=KEY)

    assert again.replayed
    assert again.job.job_id == first.job.job_id
    assert replay(KEY, store=engine.store, now=engine.clock()) == engine.job(first)


def test_the_same_key_with_another_request_is_refused(engine: Engine) -> None:
    engine.start(key=KEY)

    with pytest.raises(IdempotencyKeyReused):
        engine.start(key=OTHER_BODY)
    with pytest.raises(IdempotencyKeyReused):
        replay(OTHER_BODY, store=engine.store, now=engine.clock())


def test_keys_of_different_users_do_not_meet(engine: Engine) -> None:
    first = engine.start(key=KEY)

    second = engine.start(key=OTHER_USER, requested_by="owner-2", lock=None)

    assert second.job.job_id != first.job.job_id


def test_a_deduplicated_answer_uses_the_key_up(engine: Engine) -> None:
    holder = engine.start()
    answered = engine.start(key=KEY)
    engine.deliver()

    again = engine.start(key=KEY)

    assert answered.deduplicated
    assert (again.replayed, again.job.job_id) == (True, holder.job.job_id)


def test_a_key_is_forgotten_with_its_job(engine: Engine) -> None:
    first = engine.start(key=KEY)
    engine.deliver()
    delete_job(first.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())

    again = engine.start(key=OTHER_BODY)

    assert not again.replayed
    assert again.job.job_id != first.job.job_id


def test_the_start_that_would_make_too_many_open_jobs_is_refused(engine: Engine) -> None:
    for _ in range(20):
        engine.start(lock=None)

    with pytest.raises(TooManyOpenJobs) as refused:
        engine.start(lock=None)

    assert refused.value.retry_after_seconds
    assert engine.store.open_job_counts == {"owner-1": 20}


def test_a_start_without_limit_is_counted_but_never_refused(engine: Engine) -> None:
    for _ in range(21):
        engine.start(lock=None, open_jobs_limit=None)

    assert engine.store.open_job_counts == {"owner-1": 21}


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
