"""Does every JobStore keep the checkpoints of a job, and let them go when they have to?"""

from __future__ import annotations

import msgspec
import pytest

from chalicelib.errors import ProviderRateLimited
from chalicelib.jobs.lifecycle import cancelled, failed
from chalicelib.jobs.ports import JobStore
from tests.contract.conftest import Backend
from tests.contract.test_job_store_saves import LARGE, SECOND, finish, incompressible, step
from tests.fakes.jobs import CREATED_AT


@pytest.mark.parametrize("value", [b'{"text": "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"}', LARGE], ids=["small", "large"])
def test_a_checkpoint_is_stored_with_its_change(backend: Backend, store: JobStore, value: bytes) -> None:
    job = backend.running()

    after = step(job, "read", value, store)
    step(after, "ask/model 1", b"[]", store)

    assert store.checkpoints(job.job_id) == {"read": value, "ask/model 1": b"[]"}


def test_a_checkpoint_of_the_same_name_replaces_the_first(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    after = step(job, "read", b"1", store)

    step(after, "read", b"2", store)

    assert store.checkpoints(job.job_id) == {"read": b"2"}


@pytest.mark.parametrize("value", [b"1", LARGE], ids=["small", "large"])
def test_checkpoints_are_forgotten_by_how_their_names_begin(backend: Backend, store: JobStore, value: bytes) -> None:
    job = backend.running()
    after = step(job, "text-1", value, store)
    after = step(after, "text-2", value, store)
    after = step(after, "extract-1", b"3", store)

    store.forget_checkpoints(after, starting_with="text-")

    assert store.checkpoints(job.job_id) == {"extract-1": b"3"}
    assert [key for key in backend.blobs.keys(f"jobs/{job.job_id}/") if "step-" in key] == []
    store.forget_checkpoints(after)
    store.forget_checkpoints(after)
    assert store.checkpoints(job.job_id) == {}
    assert store.get(job.job_id) == after


def test_many_large_checkpoints_are_all_read(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    values = {f"part {number}": incompressible(300_000 + number) for number in range(5)}

    for name, value in values.items():
        job = step(job, name, value, store)

    assert store.checkpoints(job.job_id) == values


@pytest.mark.parametrize("value", [b"1", LARGE], ids=["small", "large"])
@pytest.mark.parametrize("ending", ["completed", "failed", "cancelled"])
def test_checkpoints_that_may_quote_a_deleted_document_are_gone_when_the_job_has_ended(
    backend: Backend, store: JobStore, value: bytes, ending: str
) -> None:
    job = step(backend.running(), "extract-1", value, store)
    job = store.save(job, msgspec.structs.replace(job, quotes_deleted=True))
    assert store.checkpoints(job.job_id) != {}

    at = CREATED_AT + SECOND
    if ending == "completed":
        finish(job, b"{}", store)
    elif ending == "failed":
        store.save(job, failed(job, ProviderRateLimited("busy"), at=at))
    else:
        store.save(job, cancelled(job, at=at))

    assert store.checkpoints(job.job_id) == {}
    assert [key for key in backend.blobs.keys(f"jobs/{job.job_id}/") if "step-" in key] == []
