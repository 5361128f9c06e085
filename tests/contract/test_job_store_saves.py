"""Does every JobStore keep its promises about changes: fenced saves, checkpoints, results, deletion?"""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from chalicelib.errors import ProviderRateLimited
from chalicelib.jobs.lifecycle import cancel_accepted, cancelled, completed, failed, lease_end, progressed, step_stored
from chalicelib.jobs.model import Event, Job, ModelUsage, Usage, with_event
from chalicelib.jobs.ports import ActiveAlready, Checkpoint, Conflict, Created, JobStore
from tests.contract.conftest import Backend
from tests.fakes.jobs import CREATED_AT

SECOND = timedelta(seconds=1)
USAGE = Usage(
    calls=(
        ModelUsage(
            model="m", requests=2, input_tokens=10, output_tokens=5, cached_tokens=1, cost_usd=Decimal("0.001230")
        ),
        ModelUsage(model="n", requests=1, input_tokens=1, output_tokens=1, cached_tokens=0, cost_usd=None),
    )
)


def incompressible(size: int) -> bytes:
    """A JSON string of random letters, `size` bytes long."""
    letters = random.Random(7).choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", k=size - 2)
    return f'"{"".join(letters)}"'.encode()


LARGE = incompressible(600_000)


def step(job: Job, name: str, value: bytes, store: JobStore) -> Job:
    after = step_stored(job, name=name, at=CREATED_AT + SECOND)
    return store.save(job, after, checkpoint=Checkpoint(name=name, value=value))


def finish(job: Job, result: bytes, store: JobStore) -> Job:
    return store.save(job, completed(job, result_bytes=len(result), at=CREATED_AT + SECOND), result=result)


def test_a_change_is_stored_with_the_next_version(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    after = progressed(job, percent=40, message="קורא מסמך 2 מתוך 3", usage=USAGE, at=CREATED_AT + SECOND)

    stored = store.save(job, after)

    assert stored == msgspec.structs.replace(after, version=job.version + 1)
    assert store.get(job.job_id) == stored


def test_every_field_can_change_and_be_emptied(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    at = CREATED_AT + timedelta(microseconds=123457)
    error = ProviderRateLimited("Busy.", provider="openai", provider_status=429, provider_request_id="req-1")
    full = msgspec.structs.replace(
        failed(msgspec.structs.replace(job, usage=USAGE, continuations=3), error, at=at),
        labels={"a": "b"},
        document_count=None,
        next_claim_cost=0,
        result_bytes=12,
        check_interval_seconds=120,
        progress=99,
    )

    first = store.save(job, full)
    assert store.get(job.job_id) == first
    second = store.save(first, msgspec.structs.replace(first, labels={}, usage=Usage(), error=None, next_claim_cost=1))

    assert store.get(job.job_id) == second
    assert (second.labels, second.usage, second.error, second.next_claim_cost) == ({}, Usage(), None, 1)


def test_the_timeline_grows_with_the_change_it_tells(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    event = Event(at=CREATED_AT + SECOND, type="step", message="read")

    store.save(job, with_event(job, event))

    stored = store.get(job.job_id)
    assert stored is not None
    assert [one.type for one in stored.timeline] == ["created", "started", "step"]
    assert (stored.timeline[-1], stored.event_count) == (event, 3)


def test_a_change_of_a_record_that_changed_meanwhile_conflicts(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    asked = store.save(job, cancel_accepted(job, at=CREATED_AT))

    with pytest.raises(Conflict) as conflict:
        store.save(job, progressed(job, percent=40, message="…", usage=USAGE, at=CREATED_AT))

    assert conflict.value.current == asked
    assert store.get(job.job_id) == asked


def test_a_worker_given_up_for_dead_cannot_overwrite_anything(backend: Backend, store: JobStore) -> None:
    first = backend.running()
    at = CREATED_AT + 46 * SECOND
    second = store.claim(first.job_id, now=at, lease_until=lease_end(at), claim_token="second")
    assert second is not None

    with pytest.raises(Conflict) as conflict:
        store.save(
            first,
            completed(first, result_bytes=9, at=at),
            checkpoint=Checkpoint(name="late", value=b"1"),
            result=b'{"a": 1}',
        )

    assert conflict.value.current == second
    assert store.get(first.job_id) == second
    assert store.result(second) is None
    assert store.checkpoints(first.job_id) == {}


def test_a_large_result_of_a_worker_given_up_for_dead_is_never_seen(backend: Backend, store: JobStore) -> None:
    first = backend.running()
    at = CREATED_AT + 46 * SECOND
    second = store.claim(first.job_id, now=at, lease_until=lease_end(at), claim_token="second")
    assert second is not None
    done = finish(second, LARGE, store)

    with pytest.raises(Conflict):
        finish(first, LARGE[::-1], store)

    assert store.result(done) == LARGE


def test_the_fence_counts_even_when_the_version_fits(backend: Backend, store: JobStore) -> None:
    job = backend.running()

    with pytest.raises(Conflict):
        store.save(msgspec.structs.replace(job, fence=0), msgspec.structs.replace(job, progress=5))


def test_a_change_of_a_job_that_is_gone_conflicts_with_nothing(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    store.delete(job)

    with pytest.raises(Conflict) as conflict:
        step(job, "read", b"1", store)

    assert conflict.value.current is None
    assert store.get(job.job_id) is None
    assert store.checkpoints(job.job_id) == {}


def test_an_accepted_cancel_frees_the_lock_and_lowers_the_counter_only_at_the_end(
    backend: Backend, store: JobStore
) -> None:
    job = backend.running(lock=f"active#{uuid.uuid4()}#t")

    asked = store.save(job, cancel_accepted(job, at=CREATED_AT))

    next_one = backend.unsaved(user_id=job.user_id, lock=job.lock)
    assert store.create(next_one, key=None, open_jobs_limit=2) == Created(next_one)
    store.save(asked, cancelled(asked, at=CREATED_AT))
    third = backend.unsaved(user_id=job.user_id)
    assert store.create(third, key=None, open_jobs_limit=2) == Created(third)
    fourth = backend.unsaved(lock=job.lock)
    assert store.create(fourth, key=None, open_jobs_limit=None) == ActiveAlready(next_one.job_id)


def test_a_change_while_the_job_is_open_leaves_lock_and_counter(backend: Backend, store: JobStore) -> None:
    job = backend.running(lock=f"active#{uuid.uuid4()}#t")

    step(job, "read", b"1", store)

    other = backend.unsaved(lock=job.lock)
    assert store.create(other, key=None, open_jobs_limit=None) == ActiveAlready(job.job_id)


def test_a_job_has_no_checkpoints_at_first(backend: Backend, store: JobStore) -> None:
    assert store.checkpoints(backend.start().job_id) == {}


def test_checkpoints_are_copied_and_outlive_the_job_they_came_from(backend: Backend, store: JobStore) -> None:
    source, target = backend.running(), backend.start()
    source = step(step(source, "read", b"1", store), "large", LARGE, store)

    copied = store.copy_checkpoints(source.job_id, target=target)
    store.delete(source)

    assert copied == 2
    assert store.checkpoints(target.job_id) == {"read": b"1", "large": LARGE}
    assert store.checkpoints(source.job_id) == {}


def test_nothing_is_copied_from_a_job_without_checkpoints(backend: Backend, store: JobStore) -> None:
    assert store.copy_checkpoints(str(uuid.uuid4()), target=backend.start()) == 0


@pytest.mark.parametrize("result", [b'{"a": "\xd7\xa9"}', LARGE], ids=["small", "large"])
def test_a_result_is_stored_with_the_end_of_its_job(backend: Backend, store: JobStore, result: bytes) -> None:
    job = backend.running()
    before_the_end = store.result(job)

    done = finish(job, result, store)

    assert before_the_end is None
    assert store.result(done) == result
    assert store.get(job.job_id) == done


@pytest.mark.parametrize("result", [b'{"a": 1}', LARGE], ids=["small", "large"])
def test_the_blob_of_a_result_is_there_when_its_key_is(backend: Backend, store: JobStore, result: bytes) -> None:
    done = finish(backend.running(), result, store)

    key, again = store.result_key(done), store.result_key(done)

    assert key is not None
    assert key.startswith(f"jobs/{done.job_id}/")
    assert again == key
    assert backend.blobs.get(key) == result
    assert backend.blobs.content_type(key) == "application/json"


def test_a_job_without_a_result_has_no_blob_of_it(backend: Backend, store: JobStore) -> None:
    assert store.result_key(backend.running()) is None
    assert store.result(backend.running()) is None


def test_a_deleted_job_leaves_nothing(backend: Backend, store: JobStore) -> None:
    job = step(backend.running(requested_by=f"admin-{uuid.uuid4()}"), "large", LARGE, store)
    done = finish(step(job, "read", b"1", store), LARGE, store)
    neighbour = step(backend.running(case_id=job.case_id), "read", b"1", store)

    store.delete(done)

    assert store.get(done.job_id) is None
    assert store.result(done) is None
    assert store.result_key(done) is None
    assert store.checkpoints(done.job_id) == {}
    assert backend.blobs.keys(f"jobs/{done.job_id}/") == []
    assert store.jobs_of_case(job.case_id) == [neighbour]
    assert store.checkpoints(neighbour.job_id) == {"read": b"1"}


def test_a_delete_may_be_repeated(backend: Backend, store: JobStore) -> None:
    job = finish(backend.running(), b"{}", store)

    store.delete(job)
    store.delete(job)

    assert store.get(job.job_id) is None
