"""How many calls of AWS does each operation of the job store make? Each costs time and money: no more than needed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.jobs.lifecycle import completed, lease_end, progressed, step_stored
from chalicelib.jobs.lists import JobFilter
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import Checkpoint, IdempotencyKey
from infra.local.resources import Resources
from tests.contract.conftest import Backend, dynamo_backend
from tests.contract.test_job_store_saves import LARGE
from tests.fakes.jobs import CREATED_AT

SECOND = timedelta(seconds=1)
NOW = CREATED_AT + timedelta(hours=1)


class Counted(msgspec.Struct, frozen=True):
    """A backend, and the names of the DynamoDB operations asked for since `forget`."""

    backend: Backend
    asked: list[str]

    def forget(self) -> None:
        self.asked.clear()


@pytest.fixture
def counted(local_resources: Resources) -> Iterator[Counted]:
    client, asked = local_resources.client("dynamodb"), list[str]()

    def note(model: Any, **_: Any) -> None:
        asked.append(model.name)

    client.meta.events.register("before-call.dynamodb", note)
    yield Counted(dynamo_backend(local_resources), asked)
    client.meta.events.unregister("before-call.dynamodb", note)


def a_key() -> IdempotencyKey:
    return IdempotencyKey(user_id="u", key=str(uuid.uuid4()), fingerprint="f")


def test_create_is_one_transaction(counted: Counted) -> None:
    job = counted.backend.unsaved(lock=f"active#{uuid.uuid4()}#t", requested_by="admin")
    counted.forget()

    counted.backend.store.create(job, key=a_key(), open_jobs_limit=20)

    assert counted.asked == ["TransactWriteItems"]


def test_a_refused_create_is_one_transaction_too(counted: Counted) -> None:
    first = counted.backend.start(lock=f"active#{uuid.uuid4()}#t")
    second = counted.backend.unsaved(lock=first.lock)
    counted.forget()

    counted.backend.store.create(second, key=None, open_jobs_limit=20)

    assert counted.asked == ["TransactWriteItems"]


def test_each_question_about_a_key_is_one_call(counted: Counted) -> None:
    job, key, store = counted.backend.start(), a_key(), counted.backend.store
    counted.forget()

    store.find_key(key, now=NOW)
    store.use_key(key, job_id=job.job_id, now=NOW, expires_at=job.expires_at)
    store.forget_key(key, job_id=job.job_id)

    assert counted.asked == ["GetItem", "PutItem", "DeleteItem"]


def test_a_poll_is_one_read(counted: Counted) -> None:
    job = counted.backend.running()
    counted.forget()

    counted.backend.store.get(job.job_id)

    assert counted.asked == ["GetItem"]


def test_owning_a_job_is_one_update_each_time(counted: Counted) -> None:
    job, store = counted.backend.start(), counted.backend.store
    counted.forget()

    claimed = store.claim(job.job_id, now=NOW, lease_until=lease_end(NOW), claim_token="t")
    lost = store.claim(job.job_id, now=NOW, lease_until=lease_end(NOW), claim_token="u")
    assert claimed is not None
    store.renew(claimed, lease_until=lease_end(NOW) + SECOND)
    store.postpone(claimed, check_at=NOW, check_interval_seconds=60)

    assert lost is None
    assert counted.asked == ["UpdateItem"] * 4


def test_a_change_of_the_record_alone_is_one_update(counted: Counted) -> None:
    job = counted.backend.running()
    counted.forget()

    counted.backend.store.save(job, progressed(job, percent=5, message="…", usage=job.usage, at=NOW))

    assert counted.asked == ["UpdateItem"]


def test_a_checkpoint_is_one_transaction(counted: Counted) -> None:
    job = counted.backend.running()
    counted.forget()

    counted.backend.store.save(
        job, step_stored(job, name="read", at=NOW), checkpoint=Checkpoint(name="read", value=b"1")
    )

    assert counted.asked == ["TransactWriteItems"]


def finish(backend: Backend, job: Job, result: bytes = b"{}") -> Job:
    write_back = WriteBack(
        bodies={"form_7801_analysis": {}, "call_summary": "…"},
        fields={"analysis_status": "completed"},
    )
    after = completed(job, result_bytes=len(result), at=NOW)
    return backend.store.save(job, after, result=result, write_back=write_back)


def test_the_end_with_everything_it_writes_is_one_transaction(counted: Counted) -> None:
    job = counted.backend.running(lock=f"active#{uuid.uuid4()}#t")
    counted.forget()

    finish(counted.backend, job)

    assert counted.asked == ["TransactWriteItems"]


def test_members_of_a_younger_job_cost_one_more_transaction(counted: Counted) -> None:
    older = counted.backend.running()
    finish(counted.backend, counted.backend.running(case_id=older.case_id, created_at=CREATED_AT + SECOND, at=NOW))
    counted.forget()

    finish(counted.backend, older)

    assert counted.asked == ["TransactWriteItems", "TransactWriteItems"]


@pytest.mark.parametrize("result", [b"{}", LARGE], ids=["small", "large"])
def test_a_result_is_one_read(counted: Counted, result: bytes) -> None:
    done = finish(counted.backend, counted.backend.running(), result)
    counted.forget()

    counted.backend.store.result(done)

    assert counted.asked == ["GetItem"]


def test_all_checkpoints_are_one_query(counted: Counted) -> None:
    job, store = counted.backend.running(), counted.backend.store
    for name in ("a", "b", "c"):
        after = step_stored(job, name=name, at=NOW)
        job = store.save(job, after, checkpoint=Checkpoint(name=name, value=b"1"))
    counted.forget()

    store.checkpoints(job.job_id)

    assert counted.asked == ["Query"]


@pytest.mark.parametrize("started", [3, 20, 21, 24])
def test_a_page_of_a_user_is_one_query_and_one_read(counted: Counted, started: int) -> None:
    case_id = counted.backend.new_case()
    for number in range(started):
        created_at = CREATED_AT + number * SECOND
        counted.backend.start(user_id="u", case_id=case_id, created_at=created_at)
    counted.forget()

    mine = counted.backend.store.list(JobFilter(owner="u", starter="u"), now=NOW, after=None, limit=20)
    of_case = counted.backend.store.list(JobFilter(case_id=case_id), now=NOW, after=None, limit=20)

    assert len(mine.jobs) == len(of_case.jobs) == min(started, 20)
    assert counted.asked == ["Query", "BatchGetItem"] * 2


def test_the_second_page_is_one_query_and_one_read_too(counted: Counted) -> None:
    case_id = counted.backend.new_case()
    for number in range(9):
        counted.backend.start(user_id="u", case_id=case_id, created_at=CREATED_AT + number * SECOND)
    first = counted.backend.store.list(JobFilter(owner="u"), now=NOW, after=None, limit=3)
    counted.forget()

    second = counted.backend.store.list(JobFilter(owner="u"), now=NOW, after=first.next, limit=3)

    assert len(second.jobs) == 3
    assert counted.asked == ["Query", "BatchGetItem"]


def test_idle_rescue_is_one_query(counted: Counted) -> None:
    counted.backend.start(check_at=NOW + SECOND)
    counted.forget()

    counted.backend.store.due_checks(now=NOW, limit=25)

    assert counted.asked == ["Query"]


def test_due_checks_are_one_query_and_one_read(counted: Counted) -> None:
    for _ in range(3):
        counted.backend.start(check_at=NOW)
    counted.forget()

    due = counted.backend.store.due_checks(now=NOW, limit=3)

    assert len(due) == 3
    assert counted.asked == ["Query", "BatchGetItem"]


def test_the_jobs_of_a_case_are_one_query_and_one_read(counted: Counted) -> None:
    job = counted.backend.start()
    counted.forget()

    counted.backend.store.jobs_of_case(job.case_id)

    assert counted.asked == ["Query", "BatchGetItem"]


def test_a_delete_is_one_query_and_two_writes(counted: Counted) -> None:
    done = finish(counted.backend, counted.backend.running())
    counted.forget()

    counted.backend.store.delete(done)

    assert counted.asked == ["Query", "BatchWriteItem", "TransactWriteItems"]
