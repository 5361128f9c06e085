"""Who sees, cancels and deletes a job: the owner of its case, and admins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.auth import Principal
from chalicelib.errors import AlreadyFinished, NotFinished, NotFound
from chalicelib.jobs.model import Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.requests import (
    JobsOfCase,
    cancel_job,
    delete_job,
    read_job,
    result_of,
    retryable_job,
    reusable_checkpoints,
)
from tests.fakes.engine import Engine
from tests.fakes.jobs import CASE_ID

OWNER = Principal(user_id="owner-1")
STARTER = Principal(user_id="helper")
ADMIN = Principal(user_id="root", is_admin=True)
STRANGER = Principal(user_id="owner-2")


@pytest.fixture
def engine() -> Engine:
    return Engine(lambda ctx: Completed(result={"ok": True}))


@pytest.mark.parametrize("principal", [OWNER, ADMIN], ids=["owner", "admin"])
def test_a_job_is_visible_to_its_owner_and_admins(engine: Engine, principal: Principal) -> None:
    started = engine.start(requested_by="helper")

    seen = read_job(started.job.job_id, principal=principal, store=engine.store, now=engine.clock())

    assert seen.job_id == started.job.job_id


def test_a_starter_who_is_no_admin_any_more_sees_nothing_of_anothers_case(engine: Engine) -> None:
    started = engine.start(requested_by="helper")

    with pytest.raises(NotFound):
        read_job(started.job.job_id, principal=STARTER, store=engine.store, now=engine.clock())


@pytest.mark.parametrize("job_id", ["no-uuid", "99999999-9999-4999-8999-999999999999", "{job}"])
def test_a_job_that_is_not_one_s_own_does_not_exist(engine: Engine, job_id: str) -> None:
    started = engine.start()
    asked = job_id.replace("{job}", started.job.job_id)

    with pytest.raises(NotFound, match=r"There is no such job\."):
        read_job(asked, principal=STRANGER, store=engine.store, now=engine.clock())


def test_an_expired_job_does_not_exist(engine: Engine) -> None:
    started = engine.start()
    after = started.job.expires_at

    with pytest.raises(NotFound):
        read_job(started.job.job_id, principal=OWNER, store=engine.store, now=after)
    assert read_job(started.job.job_id, principal=OWNER, store=engine.store, now=after - timedelta(seconds=1))


def test_only_a_completed_job_has_a_result(engine: Engine) -> None:
    started = engine.start()
    before = result_of(engine.job(started), store=engine.store)
    engine.deliver()

    assert before is None
    assert result_of(engine.job(started), store=engine.store) == b'{"ok":true}'


def test_a_pending_job_is_cancelled_and_its_lock_is_free_at_once(engine: Engine) -> None:
    started = engine.start()

    job = cancel_job(started.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())
    again = engine.start()

    assert job.status is Status.CANCELLED
    assert not again.deduplicated


def test_a_cancelled_pending_job_is_not_run_by_its_message(engine: Engine) -> None:
    started = engine.start()
    cancel_job(started.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())

    engine.deliver()

    assert engine.job(started).status is Status.CANCELLED
    assert engine.attempts == []


def test_a_finished_job_cannot_be_cancelled(engine: Engine) -> None:
    started = engine.start()
    engine.deliver()

    with pytest.raises(AlreadyFinished):
        cancel_job(started.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())


def test_an_open_job_can_be_neither_deleted_nor_retried(engine: Engine) -> None:
    started = engine.start()

    with pytest.raises(NotFinished):
        delete_job(started.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())
    with pytest.raises(NotFinished):
        retryable_job(started.job.job_id, principal=OWNER, store=engine.store, now=engine.clock())


def test_a_deleted_job_is_gone_with_its_result(engine: Engine) -> None:
    started = engine.start()
    engine.deliver()
    job = engine.job(started)

    delete_job(job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())

    assert engine.store.get(job.job_id) is None
    assert engine.store.result(job) is None


def test_a_case_with_an_open_job_keeps_all_its_jobs(engine: Engine) -> None:
    finished = engine.start()
    engine.deliver()
    open_one = engine.start()

    with pytest.raises(NotFinished):
        JobsOfCase(engine.store, engine.queue).refuse_open(CASE_ID)
    assert engine.job(finished) is not None

    cancel_job(open_one.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())
    JobsOfCase(engine.store, engine.queue).refuse_open(CASE_ID)
    JobsOfCase(engine.store, engine.queue).delete(CASE_ID)

    assert engine.store.jobs_of_case(CASE_ID) == []


def test_checkpoints_of_a_completed_job_are_not_reused(engine: Engine) -> None:
    completed = engine.start()
    engine.deliver()
    cancelled = engine.start()
    cancel_job(cancelled.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())

    assert reusable_checkpoints(engine.job(completed)) is None
    assert reusable_checkpoints(engine.job(cancelled)) == cancelled.job.job_id
