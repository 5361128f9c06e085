"""How many calls of AWS does each operation of the job store make? Each costs time and money: no more than needed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

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
KEY = IdempotencyKey(user_id="u", key="k", fingerprint="f")


class Counted:
    """The names of the DynamoDB operations that a backend asks for."""

    def __init__(self, resources: Resources) -> None:
        self.backend = dynamo_backend(resources)
        self.asked: list[str] = []

    def by(self, do: Callable[[], object]) -> list[str]:
        """What is asked for while `do` runs."""
        self.asked.clear()
        do()
        return list(self.asked)


@pytest.fixture
def counted(local_resources: Resources) -> Iterator[Counted]:
    client, counted = local_resources.client("dynamodb"), Counted(local_resources)

    def note(model: Any, **_: Any) -> None:
        counted.asked.append(model.name)

    client.meta.events.register("before-call.dynamodb", note)
    yield counted
    client.meta.events.unregister("before-call.dynamodb", note)


def step(job: Job, name: str) -> Job:
    return step_stored(job, name=name, at=NOW)


def finish(backend: Backend, job: Job, result: bytes = b"{}") -> Job:
    write_back = WriteBack(
        bodies={"form_7801_analysis": {}, "call_summary": "…"},
        fields={"analysis_status": "completed"},
    )
    after = completed(job, result_bytes=len(result), at=NOW)
    return backend.store.save(job, after, result=result, write_back=write_back)


# What there is before, what is done with it, and what that asks for.
OPERATIONS: dict[str, tuple[Callable[[Backend], Job], Callable[[Backend, Job], object], list[str]]] = {
    "create": (
        lambda b: b.unsaved(lock=f"active#{uuid.uuid4()}#t", requested_by="admin"),
        lambda b, job: b.store.create(job, key=KEY, open_jobs_limit=20),
        ["TransactWriteItems"],
    ),
    "a refused create": (
        lambda b: b.unsaved(lock=b.start(lock=f"active#{uuid.uuid4()}#t").lock),
        lambda b, job: b.store.create(job, key=None, open_jobs_limit=20),
        ["TransactWriteItems"],
    ),
    "find a key": (lambda b: b.start(), lambda b, _: b.store.find_key(KEY, now=NOW), ["GetItem"]),
    "use a key": (
        lambda b: b.start(),
        lambda b, job: b.store.use_key(KEY, job_id=job.job_id, now=NOW, expires_at=job.expires_at),
        ["PutItem"],
    ),
    "forget a key": (lambda b: b.start(), lambda b, job: b.store.forget_key(KEY, job_id=job.job_id), ["DeleteItem"]),
    "a poll": (lambda b: b.running(), lambda b, job: b.store.get(job.job_id), ["GetItem"]),
    "a claim": (
        lambda b: b.start(),
        lambda b, job: b.store.claim(job.job_id, now=NOW, lease_until=lease_end(NOW), claim_token="t"),
        ["UpdateItem"],
    ),
    "a lost claim": (
        lambda b: b.running(at=NOW),
        lambda b, job: b.store.claim(job.job_id, now=NOW, lease_until=lease_end(NOW), claim_token="other"),
        ["UpdateItem"],
    ),
    "a heartbeat": (
        lambda b: b.running(),
        lambda b, job: b.store.renew(job, lease_until=lease_end(NOW)),
        ["UpdateItem"],
    ),
    "a postponed check": (
        lambda b: b.running(),
        lambda b, job: b.store.postpone(job, check_at=NOW, check_interval_seconds=60),
        ["UpdateItem"],
    ),
    "progress": (
        lambda b: b.running(),
        lambda b, job: b.store.save(job, progressed(job, percent=5, message="…", usage=job.usage, at=NOW)),
        ["UpdateItem"],
    ),
    "a checkpoint": (
        lambda b: b.running(),
        lambda b, job: b.store.save(job, step(job, "read"), checkpoint=Checkpoint(name="read", value=b"1")),
        ["TransactWriteItems"],
    ),
    "the end, with everything it writes": (
        lambda b: b.running(lock=f"active#{uuid.uuid4()}#t"),
        lambda b, job: finish(b, job),
        ["TransactWriteItems"],
    ),
    "a small result": (
        lambda b: finish(b, b.running()),
        lambda b, job: b.store.result(job),
        ["GetItem"],
    ),
    "a large result": (
        lambda b: finish(b, b.running(), LARGE),
        lambda b, job: b.store.result(job),
        ["GetItem"],
    ),
    "idle rescue": (
        lambda b: b.start(check_at=NOW + SECOND),
        lambda b, _: b.store.due_checks(now=NOW, limit=25),
        ["Query"],
    ),
    "the jobs of a case": (
        lambda b: b.start(),
        lambda b, job: b.store.jobs_of_case(job.case_id),
        ["Query", "BatchGetItem"],
    ),
    "delete": (
        lambda b: finish(b, b.running()),
        lambda b, job: b.store.delete(job),
        ["Query", "BatchWriteItem", "TransactWriteItems"],
    ),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_asks_for_no_more_than_it_needs(counted: Counted, operation: str) -> None:
    before, do, expected = OPERATIONS[operation]
    job = before(counted.backend)

    assert counted.by(lambda: do(counted.backend, job)) == expected


def test_members_of_a_younger_job_cost_one_more_transaction(counted: Counted) -> None:
    older = counted.backend.running()
    finish(counted.backend, counted.backend.running(case_id=older.case_id, created_at=CREATED_AT + SECOND, at=NOW))

    assert counted.by(lambda: finish(counted.backend, older)) == ["TransactWriteItems", "TransactWriteItems"]


def test_all_checkpoints_are_one_query(counted: Counted) -> None:
    job, store = counted.backend.running(), counted.backend.store
    for name in ("a", "b", "c"):
        job = store.save(job, step(job, name), checkpoint=Checkpoint(name=name, value=b"1"))

    assert counted.by(lambda: store.checkpoints(job.job_id)) == ["Query"]


@pytest.mark.parametrize("started", [3, 20, 21, 24])
def test_a_page_is_one_query_and_one_read(counted: Counted, started: int) -> None:
    case_id, store = counted.backend.new_case(), counted.backend.store
    for number in range(started):
        counted.backend.start(user_id="u", case_id=case_id, created_at=CREATED_AT + number * SECOND)
    mine, of_case = JobFilter(owner="u", starter="u"), JobFilter(case_id=case_id)
    first = store.list(mine, now=NOW, after=None, limit=2)

    for wanted, after in ((mine, None), (of_case, None), (mine, first.next)):
        asked = counted.by(lambda: store.list(wanted, now=NOW, after=after, limit=20))  # noqa: B023
        assert asked == ["Query", "BatchGetItem"]


def test_due_checks_are_one_query_and_one_read(counted: Counted) -> None:
    for _ in range(3):
        counted.backend.start(check_at=NOW)

    assert counted.by(lambda: counted.backend.store.due_checks(now=NOW, limit=3)) == ["Query", "BatchGetItem"]
