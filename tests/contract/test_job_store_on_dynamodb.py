"""What does the job store leave in the tables? Rules of its own layout, which no fake has (on the moto server)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.adapters.dynamodb.job_store import DynamoJobStore
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.lifecycle import cancelled, completed, progressed, step_stored
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import Checkpoint, Created, IdempotencyKey
from infra.local.resources import Resources
from tests.contract.conftest import Backend, dynamo_backend
from tests.contract.test_job_store_saves import LARGE
from tests.fakes.jobs import CREATED_AT

AT = CREATED_AT + timedelta(minutes=1)


class Tables:
    """The items of this test's own tables, as they are stored."""

    def __init__(self, resources: Resources) -> None:
        self._client = resources.client("dynamodb")
        self._jobs, self._cases = resources.jobs_table, resources.cases_table

    def jobs(self) -> Mapping[tuple[str, str], Any]:
        """Every item of the table of jobs by its key."""
        items: Sequence[Any] = self._client.scan(TableName=self._jobs)["Items"]
        return {(item["job_id"]["S"], item["item"]["S"]): item for item in items}

    def body(self, case_id: str, member: str) -> Any:
        """A heavy member's item."""
        key = {"case_id": {"S": case_id}, "item": {"S": f"body#{member}"}}
        return self._client.get_item(TableName=self._cases, Key=key)["Item"]

    def remove(self, job_id: str, item: str) -> None:
        """Lose an item."""
        self._client.delete_item(TableName=self._jobs, Key={"job_id": {"S": job_id}, "item": {"S": item}})

    def put(self, item: Mapping[str, Any]) -> None:
        """Store an item as another release would have."""
        self._client.put_item(TableName=self._jobs, Item=item)


class BreaksOff:
    """A client that answers `calls` times, and then no more."""

    def __init__(self, client: Any, *, calls: int) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, name: str) -> Any:
        def asked(**request: Any) -> Any:
            self._calls -= 1
            if self._calls < 0:
                raise EndpointConnectionError(endpoint_url="dynamodb")
            return getattr(self._client, name)(**request)

        return asked


@pytest.fixture
def backend(local_resources: Resources) -> Backend:
    return dynamo_backend(local_resources)


@pytest.fixture
def tables(local_resources: Resources) -> Tables:
    return Tables(local_resources)


def full_job(backend: Backend) -> Job:
    """A job with every item that a job may have."""
    job = backend.unsaved(lock="active#c#t", requested_by="admin")
    key = IdempotencyKey(user_id="u", key="k", fingerprint="f")
    assert backend.store.create(job, key=key, open_jobs_limit=20) == Created(job)
    claimed = backend.store.claim(job.job_id, now=AT, lease_until=AT + timedelta(seconds=45), claim_token="t")
    assert claimed is not None
    step = Checkpoint(name="read", value=b"1")
    return backend.store.save(claimed, step_stored(claimed, name="read", at=AT), checkpoint=step)


def test_every_item_expires_with_its_job(backend: Backend, tables: Tables) -> None:
    job = full_job(backend)
    backend.store.save(job, completed(job, result_bytes=2, at=AT), result=b"{}")
    other = backend.running(lock="active#d#t", expires_at=job.expires_at)

    items = tables.jobs()

    assert {item for _, item in items if not item.startswith("20")} == {
        *("job", "job#result", "step#read", "starter", "active", "key", "user")
    }
    assert {item["expires_at"]["N"] for item in items.values()} == {str(int(other.expires_at.timestamp()))}


def test_a_job_that_ended_is_in_no_index_of_checks_and_holds_no_lock(backend: Backend, tables: Tables) -> None:
    job = full_job(backend)
    while_open = tables.jobs()

    backend.store.save(job, completed(job, result_bytes=2, at=AT), result=b"{}")

    afterwards = tables.jobs()
    assert (job.job_id, "job") in afterwards
    assert "open" in while_open[(job.job_id, "job")]
    assert "open" not in afterwards[(job.job_id, "job")]
    assert ("active#c#t", "active") in while_open
    assert ("active#c#t", "active") not in afterwards
    assert afterwards[("user#admin", "user")]["open_jobs"] == {"N": "0"}


def test_a_deleted_job_leaves_nothing_but_its_key_and_the_counter(backend: Backend, tables: Tables) -> None:
    job = full_job(backend)
    done = backend.store.save(job, completed(job, result_bytes=2, at=AT), result=b"{}")

    backend.store.delete(done)

    assert {item for _, item in tables.jobs()} == {"key", "user"}


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_delete_that_broke_off_is_found_again_by_its_case(
    backend: Backend, tables: Tables, local_resources: Resources, calls: int
) -> None:
    job = full_job(backend)
    done = backend.store.save(job, completed(job, result_bytes=2, at=AT), result=b"{}")
    breaking = DynamoJobStore(
        BreaksOff(local_resources.client("dynamodb"), calls=calls),
        table=local_resources.jobs_table,
        cases_table=local_resources.cases_table,
        blobs=backend.blobs,
    )
    with pytest.raises(StorageUnavailable):
        breaking.delete(done)

    found = backend.store.jobs_of_case(job.case_id)
    for one in found:
        backend.store.delete(one)

    assert found == [done]
    assert {item for _, item in tables.jobs()} == {"key", "user"}


def test_a_counter_that_was_lost_does_not_keep_a_job_from_ending(backend: Backend, tables: Tables) -> None:
    job = full_job(backend)
    tables.remove("user#admin", "user")

    done = backend.store.save(job, completed(job, result_bytes=2, at=AT), result=b"{}")

    assert backend.store.get(job.job_id) == done
    assert backend.store.result(done) == b"{}"
    assert ("active#c#t", "active") not in tables.jobs()


def test_a_counter_at_zero_stays_at_zero(backend: Backend, tables: Tables) -> None:
    job = full_job(backend)
    tables.put({**tables.jobs()[("user#admin", "user")], "open_jobs": {"N": "0"}})

    done = backend.store.save(job, cancelled(job, at=AT))

    assert backend.store.get(job.job_id) == done
    assert tables.jobs()[("user#admin", "user")]["open_jobs"] == {"N": "0"}


def test_a_lock_that_was_lost_does_not_keep_a_job_from_ending(backend: Backend, tables: Tables) -> None:
    job = full_job(backend)
    tables.remove("active#c#t", "active")

    done = backend.store.save(job, cancelled(job, at=AT))

    assert backend.store.get(job.job_id) == done


def test_all_that_may_be_left_out_is_left_out_at_once(backend: Backend, tables: Tables) -> None:
    older = backend.running(lock="active#c#t")
    younger = backend.running(case_id=older.case_id, created_at=AT, at=AT)
    members = WriteBack(bodies={"form_7801_analysis": {"by": "younger"}}, fields={"analysis_status": "completed"})
    backend.store.save(younger, completed(younger, result_bytes=2, at=AT), result=b"{}", write_back=members)
    tables.remove(f"user#{older.user_id}", "user")
    tables.put({**tables.jobs()[("active#c#t", "active")], "holder": {"S": "another"}})

    done = backend.store.save(older, completed(older, result_bytes=2, at=AT), result=b"{}", write_back=members)

    assert backend.store.get(older.job_id) == done
    assert tables.jobs()[("active#c#t", "active")]["holder"] == {"S": "another"}


def test_a_record_of_an_older_release_is_read_claimed_and_changed(backend: Backend, tables: Tables) -> None:
    job = backend.start()
    record = tables.jobs()[(job.job_id, "job")]
    newer = ("timeline", "event_count", "check_interval_seconds", "cancel_requested", "format", "continuations")
    tables.put({name: value for name, value in record.items() if name not in newer})

    read = backend.store.get(job.job_id)
    claimed = backend.store.claim(job.job_id, now=AT, lease_until=AT + timedelta(seconds=45), claim_token="t")

    assert read == msgspec.structs.replace(job, timeline=(), event_count=0)
    assert claimed is not None
    assert ([event.type for event in claimed.timeline], claimed.event_count) == (["started"], 1)
    changed = backend.store.save(claimed, progressed(claimed, percent=5, message="…", usage=claimed.usage, at=AT))
    assert backend.store.get(job.job_id) == changed


def test_attributes_of_a_later_release_outlive_our_changes(backend: Backend, tables: Tables) -> None:
    job = backend.running()
    tables.put({**tables.jobs()[(job.job_id, "job")], "colour": {"S": "green"}})

    backend.store.save(job, progressed(job, percent=5, message="…", usage=job.usage, at=AT))

    assert tables.jobs()[(job.job_id, "job")]["colour"] == {"S": "green"}


def test_a_small_result_is_in_the_item_and_a_large_one_in_a_blob_of_its_attempt(
    backend: Backend, tables: Tables
) -> None:
    small, large = backend.running(), backend.running()
    for job, result in ((small, b'{"a": 1}'), (large, LARGE)):
        backend.store.save(job, completed(job, result_bytes=len(result), at=AT), result=result)

    items = tables.jobs()

    assert "blob" not in items[(small.job_id, "job#result")]
    assert items[(large.job_id, "job#result")]["blob"] == {"S": f"jobs/{large.job_id}/1/result.json"}
    assert backend.blobs.keys("jobs/") == [f"jobs/{large.job_id}/1/result.json"]


def test_a_member_of_the_case_is_json_in_the_open_with_its_writer(backend: Backend, tables: Tables) -> None:
    job = backend.running()

    backend.store.save(
        job,
        completed(job, result_bytes=2, at=AT),
        result=b"{}",
        write_back=WriteBack(bodies={"call_summary": {"a": "א"}}),
    )

    assert tables.body(job.case_id, "call_summary") == {
        "case_id": {"S": job.case_id},
        "item": {"S": "body#call_summary"},
        "value": {"S": '{"a":"א"}'},
        "written_by_type": {"S": job.job_type},
        "written_by_created": {"S": f"2026-06-10T09:00:00.000000Z#{job.job_id}"},
    }


def test_a_large_member_of_the_case_is_a_blob_under_the_case(backend: Backend, tables: Tables) -> None:
    job = backend.running()
    members = WriteBack(bodies={"call_summary": "א" * 200_000})

    backend.store.save(job, completed(job, result_bytes=2, at=AT), result=b"{}", write_back=members)

    blob = tables.body(job.case_id, "call_summary")["blob"]["S"]
    assert blob.startswith(f"bodies/{job.case_id}/")
    assert backend.blobs.size(blob) == 400_002


def test_two_users_with_the_same_key_never_meet(backend: Backend, tables: Tables) -> None:
    for user in ("u1", "u2"):
        key = IdempotencyKey(user_id=user, key="same", fingerprint=str(uuid.uuid4()))
        backend.store.create(backend.unsaved(), key=key, open_jobs_limit=None)

    assert len([item for _, item in tables.jobs() if item == "key"]) == 2
