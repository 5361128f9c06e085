"""Does every JobStore stay within what one DynamoDB call may hold? moto enforces little of it, MiniStack does.

25 writes a batch, 4 MB a transaction: what a job may grow to does not pass them.
"""

from __future__ import annotations

from datetime import timedelta

from chalicelib.adapters.dynamodb.values import INLINE_BYTES
from chalicelib.jobs.lifecycle import completed, step_stored
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import Checkpoint, JobStore
from tests.contract.conftest import Backend
from tests.contract.test_job_store_saves import incompressible
from tests.fakes.jobs import CREATED_AT

AT = CREATED_AT + timedelta(minutes=2)
CHECKPOINTS = 60  # more than two batches of 25
NEARLY_TOO_LARGE = INLINE_BYTES - 1_000


def test_sixty_checkpoints_are_copied_and_deleted_with_their_job(backend: Backend, store: JobStore) -> None:
    source, target = backend.running(), backend.start()
    for number in range(CHECKPOINTS):
        name = f"turn-{number:02}"
        checkpoint = Checkpoint(name=name, value=b"1")
        source = store.save(source, step_stored(source, name=name, at=AT), checkpoint=checkpoint)

    copied = store.copy_checkpoints(source.job_id, target=target)
    store.delete(source)

    assert copied == CHECKPOINTS
    assert len(store.checkpoints(target.job_id)) == CHECKPOINTS
    assert store.checkpoints(source.job_id) == {}
    assert store.get(source.job_id) is None


def test_the_largest_values_that_stay_in_the_table_fit_into_one_transaction(backend: Backend) -> None:
    job = backend.running()
    large = incompressible(NEARLY_TOO_LARGE).decode()
    bodies = WriteBack(bodies={"call_analysis": {"summary": large}, "call_summary": large})

    done = backend.store.save(
        job, completed(job, result_bytes=NEARLY_TOO_LARGE, at=AT), result=large.encode(), write_back=bodies
    )

    file = backend.cases.file(job.case_id)
    assert file is not None
    assert backend.store.result(done) == large.encode()
    assert file.call_summary == large
