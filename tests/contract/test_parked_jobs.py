"""Does every JobStore keep its promises about parked jobs, and does the engine run them on DynamoDB as on the fake?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from chalicelib.adapters.dynamodb.call_index import DynamoCallIndex
from chalicelib.jobs import lifecycle
from chalicelib.jobs.calls import Call, CallOwner, Durations, Parked, adopted_name
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import JobStore
from infra.local.resources import Resources
from tests.contract.conftest import Backend, dynamo_backend
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.jobs import CASE_ID, CREATED_AT
from tests.fakes.parking import Parking

CALL = Call(id="resp_1", question="q" * 24, began_at=CREATED_AT, most_usd=Decimal("0.02"))
WAITING = Parked(since=CREATED_AT, expected_seconds=40.5, progress=20, until=80)
NOW = CREATED_AT + timedelta(seconds=5)


def parked(backend: Backend, store: JobStore) -> Job:
    job = backend.running()
    after = lifecycle.parked(
        msgspec.structs.replace(job, calls=(CALL, msgspec.structs.replace(CALL, id="resp_2", booked=True, over=True))),
        WAITING,
        look_at=NOW + timedelta(seconds=60),
        at=NOW,
    )
    return store.save(job, after, call=CALL)


def test_a_parked_job_is_read_as_it_was_stored(backend: Backend, store: JobStore) -> None:
    job = parked(backend, store)

    assert store.get(job.job_id) == job
    assert (job.status, job.parked, job.lease_until) == (Status.RUNNING, WAITING, None)


def test_it_can_be_claimed_at_any_time_for_no_attempt_and_without_an_event(backend: Backend, store: JobStore) -> None:
    job = parked(backend, store)

    claimed = store.claim(job.job_id, now=NOW, lease_until=NOW + timedelta(seconds=45), claim_token="woken")

    assert claimed == msgspec.structs.replace(
        job,
        parked=None,
        fence=2,
        next_claim_cost=1,
        version=job.version + 1,
        lease_until=NOW + timedelta(seconds=45),
        check_at=NOW + timedelta(seconds=45),
        claim_token="woken",
        held=1,
        updated_at=NOW,
    )
    assert store.get(job.job_id) == claimed
    assert store.claim(job.job_id, now=NOW, lease_until=NOW, claim_token="second") is None


def test_after_that_a_claim_costs_an_attempt_again(backend: Backend, store: JobStore) -> None:
    job = parked(backend, store)
    store.claim(job.job_id, now=NOW, lease_until=NOW + timedelta(seconds=45), claim_token="woken")
    later = NOW + timedelta(seconds=60)

    claimed = store.claim(job.job_id, now=later, lease_until=later + timedelta(seconds=45), claim_token="next")

    assert claimed is not None
    assert (claimed.attempt, claimed.lost_workers, claimed.timeline[-1].type) == (2, 1, "started")
    assert claimed.event_count == job.event_count + 1


def test_a_job_that_ended_is_checked_as_long_as_it_has_calls(backend: Backend, store: JobStore) -> None:
    job = parked(backend, store)
    ended = store.save(job, lifecycle.overdue(job, at=NOW))
    due = ended.check_at + timedelta(seconds=1)

    assert [one.job_id for one in store.due_checks(now=due, limit=5)] == [job.job_id]
    assert store.due_checks(now=due, limit=5, status=Status.RUNNING) == []
    assert store.postpone(ended, check_at=due + timedelta(seconds=60), check_interval_seconds=60)
    checked = store.get(job.job_id)
    assert checked is not None
    store.save(checked, msgspec.structs.replace(checked, calls=()))

    assert store.due_checks(now=due + timedelta(days=1), limit=5) == []


@pytest.fixture
def index(local_resources: Resources) -> DynamoCallIndex:
    return DynamoCallIndex(
        local_resources.client("dynamodb"),
        table=local_resources.jobs_table,
        blobs=FakeBlobStore(),
        clock=lambda: NOW,
        chance=lambda: 0.0,
    )


def test_a_call_is_found_with_its_job_and_remembers_who_told_of_its_end(
    local_resources: Resources, index: DynamoCallIndex
) -> None:
    backend = dynamo_backend(local_resources)
    job = parked(backend, backend.store)

    assert index.owner("resp_1") == CallOwner(job_id=job.job_id, question=CALL.question)
    assert index.owner("resp_9") is None
    index.note_answer("resp_1", webhook_id=None)
    index.note_answer("resp_1", webhook_id="wh_1")
    index.note_answer("resp_9", webhook_id="wh_1")
    assert index.owner("resp_1") == CallOwner(
        job_id=job.job_id, question=CALL.question, answered=True, webhook_id="wh_1"
    )
    assert index.owner("resp_9") is None


def test_an_adopted_call_is_among_the_checkpoints(local_resources: Resources, index: DynamoCallIndex) -> None:
    backend = dynamo_backend(local_resources)
    job = backend.running()

    index.adopt(job.job_id, CALL, expires_at=job.expires_at)

    stored = backend.store.checkpoints(job.job_id)[adopted_name(CALL.question)]
    assert msgspec.json.decode(stored, type=Call) == CALL
    assert index.owner("resp_1") == CallOwner(job_id=job.job_id, question=CALL.question)


def test_the_latest_durations_are_kept_and_few_of_many_are_written(local_resources: Resources) -> None:
    chances = iter([0.9, 0.1] * 40)
    now = [NOW]
    index = DynamoCallIndex(
        local_resources.client("dynamodb"),
        table=local_resources.jobs_table,
        blobs=FakeBlobStore(),
        clock=lambda: now[0],
        chance=lambda: next(chances),
    )
    for number in range(60):
        index.note_duration("kind", float(number))

    now[0] += timedelta(minutes=6)
    known = index.durations("kind")
    assert len(known.seconds) in range(16, 33)
    assert known.seconds[-1] == 59.0
    assert known.seconds[0] > 8
    assert index.durations("other") == Durations()


def test_the_engine_parks_and_wakes_on_dynamodb(local_resources: Resources) -> None:
    backend = dynamo_backend(local_resources)
    backend.new_case(case_id=CASE_ID)
    index = DynamoCallIndex(
        local_resources.client("dynamodb"),
        table=local_resources.jobs_table,
        blobs=FakeBlobStore(),
        clock=lambda: NOW,
        chance=lambda: 0.0,
    )
    parking = Parking("one", "two", at_once=True, store=backend.store, index=index)
    started = parking.parked()
    parking.pass_time(60)

    parking.webhook(started)

    job = parking.job(started)
    assert (job.status, job.attempt, job.calls) == (Status.COMPLETED, 1, ())
    assert parking.provider.there == {}
    assert index.durations("document_analysis_form7801#ask#fake-model").usual == 60.0
