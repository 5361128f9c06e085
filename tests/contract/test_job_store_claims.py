"""Does every JobStore keep its promises about owning a job: claims, heartbeats, postponed checks?"""

from __future__ import annotations

import uuid
from datetime import timedelta

import msgspec
import pytest

from chalicelib.errors import ProviderUnavailable
from chalicelib.jobs.lifecycle import cancel_accepted, cancelled, progressed, retrying, yielded
from chalicelib.jobs.model import Event, Job, Status
from chalicelib.jobs.ports import Conflict, JobStore
from tests.contract.conftest import Backend
from tests.fakes.jobs import CREATED_AT

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=45)


def claim(store: JobStore, job: Job, *, seconds: float = 0, claim_token: str | None = None) -> Job | None:
    now = CREATED_AT + timedelta(seconds=seconds)
    token = claim_token or str(uuid.uuid4())
    return store.claim(job.job_id, now=now, lease_until=now + LEASE, claim_token=token)


def test_a_claim_sets_what_the_port_says_and_nothing_else(backend: Backend, store: JobStore) -> None:
    job = backend.start(lock=f"active#{uuid.uuid4()}", labels={"a": "b"})
    now = CREATED_AT + 3 * SECOND

    claimed = store.claim(job.job_id, now=now, lease_until=now + LEASE, claim_token="mine")

    assert claimed == msgspec.structs.replace(
        job,
        status=Status.RUNNING,
        fence=1,
        attempt=1,
        version=2,
        lease_until=now + LEASE,
        check_at=now + LEASE,
        claim_token="mine",
        held=1,
        started_at=now,
        updated_at=now,
        timeline=(*job.timeline, Event(at=now, type="started")),
        event_count=2,
    )
    assert store.get(job.job_id) == claimed


def test_an_unknown_job_is_not_to_be_had(backend: Backend, store: JobStore) -> None:
    assert claim(store, backend.unsaved()) is None


def test_a_pending_job_can_be_claimed_from_a_second_before_it_is_due(backend: Backend, store: JobStore) -> None:
    """The clock of the worker may be behind that of whoever made the job due: its only message must not be lost."""
    job = backend.start(due_at=CREATED_AT + 10 * SECOND)

    assert claim(store, job, seconds=8.999999) is None
    assert claim(store, job, seconds=9) is not None


def test_a_worker_that_did_not_give_its_job_back_is_counted_as_lost(backend: Backend, store: JobStore) -> None:
    job = backend.running()

    second = claim(store, job, seconds=45)
    assert second is not None
    given_back = store.save(second, yielded(second, fruitless=False, at=CREATED_AT + LEASE))
    third = claim(store, job, seconds=60)

    assert third is not None
    assert (second.lost_workers, given_back.lost_workers, third.lost_workers) == (1, 1, 1)


def test_a_running_job_is_to_be_had_from_the_moment_its_lease_is_over(backend: Backend, store: JobStore) -> None:
    job = backend.start()
    first = claim(store, job)
    assert first is not None

    early = claim(store, job, seconds=44.999999)
    second = claim(store, job, seconds=45)

    assert early is None
    assert second is not None
    assert (second.fence, second.attempt, second.version) == (2, 2, 3)
    assert second.started_at == first.started_at == CREATED_AT


def test_a_job_is_not_to_be_had_once_it_expired(backend: Backend, store: JobStore) -> None:
    job = backend.start(expires_at=CREATED_AT + 10 * SECOND)

    assert claim(store, job, seconds=10) is None
    assert claim(store, job, seconds=9.999999) is not None


def test_a_job_that_ended_is_not_to_be_had(backend: Backend, store: JobStore) -> None:
    job = backend.start()
    store.save(job, cancelled(job, at=CREATED_AT))

    assert claim(store, job, seconds=100) is None


def test_a_claim_whose_answer_was_lost_is_answered_again(backend: Backend, store: JobStore) -> None:
    job = backend.start()
    first = claim(store, job, claim_token="mine")

    again = claim(store, job, seconds=1, claim_token="mine")
    another = claim(store, job, seconds=1, claim_token="theirs")

    assert again == first
    assert another is None


def test_the_token_of_an_attempt_that_ended_claims_nothing(backend: Backend, store: JobStore) -> None:
    job = backend.start()
    claimed = claim(store, job, claim_token="mine")
    assert claimed is not None
    waiting = msgspec.structs.replace(
        yielded(claimed, fruitless=False, at=CREATED_AT), claim_token="mine", due_at=CREATED_AT + 10 * SECOND
    )
    store.save(claimed, waiting)

    assert claim(store, job, seconds=5, claim_token="mine") is None


def test_a_continuation_costs_no_attempt_and_the_one_after_it_does(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    store.save(job, yielded(job, fruitless=False, at=CREATED_AT))

    second = claim(store, job, seconds=1)
    third = claim(store, job, seconds=100)

    assert second is not None
    assert third is not None
    assert (second.fence, second.attempt, second.next_claim_cost) == (2, 1, 1)
    assert (third.fence, third.attempt, third.next_claim_cost) == (3, 2, 1)


def test_a_job_that_waits_to_retry_keeps_its_error_when_it_is_claimed(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    due_at = CREATED_AT + 10 * SECOND
    waiting = store.save(job, retrying(job, ProviderUnavailable("Busy."), due_at=due_at, at=CREATED_AT))

    claimed = claim(store, job, seconds=10)

    assert claimed is not None
    assert claimed.error == waiting.error is not None


def test_many_claims_keep_the_first_ten_and_the_last_fifty_events(backend: Backend, store: JobStore) -> None:
    job = backend.start(max_attempts=100)

    for number in range(70):
        claimed = claim(store, job, seconds=45 * number)

    assert claimed is not None
    assert (len(claimed.timeline), claimed.event_count, claimed.attempt) == (60, 71, 70)
    assert claimed.timeline[0].type == "created"
    assert claimed.timeline[9].at == CREATED_AT + 8 * LEASE
    assert claimed.timeline[10].at == CREATED_AT + 20 * LEASE
    assert store.get(job.job_id) == claimed


def test_a_heartbeat_moves_the_lease_and_nothing_else(backend: Backend, store: JobStore) -> None:
    job = backend.running()

    cancel_requested = store.renew(job, lease_until=CREATED_AT + 57 * SECOND)

    assert cancel_requested is False
    assert store.get(job.job_id) == msgspec.structs.replace(job, lease_until=CREATED_AT + 57 * SECOND)


def test_a_heartbeat_sees_that_a_cancel_was_requested(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    store.save(job, cancel_accepted(job, at=CREATED_AT))

    assert store.renew(job, lease_until=CREATED_AT + 57 * SECOND) is True


def test_a_heartbeat_goes_on_when_the_record_changed_but_the_fence_did_not(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    store.save(job, progressed(job, percent=10, message="…", usage=job.usage, at=CREATED_AT))

    assert store.renew(job, lease_until=CREATED_AT + 57 * SECOND) is False


def test_a_heartbeat_of_a_worker_that_lost_its_lease_conflicts(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    second = claim(store, job, seconds=45)

    with pytest.raises(Conflict) as conflict:
        store.renew(job, lease_until=CREATED_AT + 120 * SECOND)

    assert conflict.value.current == second
    assert store.get(job.job_id) == second


def test_a_heartbeat_of_a_job_that_ended_conflicts(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    done = store.save(job, cancelled(job, at=CREATED_AT))

    with pytest.raises(Conflict) as conflict:
        store.renew(job, lease_until=CREATED_AT + 57 * SECOND)

    assert conflict.value.current == done


def test_a_heartbeat_of_a_job_that_is_gone_conflicts_with_nothing(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    store.delete(job)

    with pytest.raises(Conflict) as conflict:
        store.renew(job, lease_until=CREATED_AT + 57 * SECOND)

    assert conflict.value.current is None
    assert store.get(job.job_id) is None


def test_a_renewed_lease_outlives_a_change_that_does_not_touch_it(backend: Backend, store: JobStore) -> None:
    job = backend.running()
    store.renew(job, lease_until=CREATED_AT + 57 * SECOND)

    store.save(job, msgspec.structs.replace(job, progress=10))

    stored = store.get(job.job_id)
    assert stored is not None
    assert (stored.lease_until, stored.progress, stored.version) == (CREATED_AT + 57 * SECOND, 10, 3)


def test_a_check_is_postponed_and_nothing_else_changes(backend: Backend, store: JobStore) -> None:
    job = backend.start()
    check_at = CREATED_AT + timedelta(seconds=90, microseconds=5)

    assert store.postpone(job, check_at=check_at, check_interval_seconds=60) is True
    assert store.get(job.job_id) == msgspec.structs.replace(job, check_at=check_at, check_interval_seconds=60)


def test_of_two_that_postpone_a_check_one_is_first(backend: Backend, store: JobStore) -> None:
    job = backend.start()
    store.postpone(job, check_at=CREATED_AT + 90 * SECOND, check_interval_seconds=60)

    assert store.postpone(job, check_at=CREATED_AT + 91 * SECOND, check_interval_seconds=60) is False


def test_a_postponement_whose_answer_was_lost_is_answered_again(backend: Backend, store: JobStore) -> None:
    job = backend.start()
    store.postpone(job, check_at=CREATED_AT + 90 * SECOND, check_interval_seconds=60)

    assert store.postpone(job, check_at=CREATED_AT + 90 * SECOND, check_interval_seconds=60) is True
    assert store.postpone(job, check_at=CREATED_AT + 90 * SECOND, check_interval_seconds=120) is False


def test_the_check_of_a_job_that_ended_or_is_gone_is_not_postponed(backend: Backend, store: JobStore) -> None:
    ended, gone = backend.start(), backend.unsaved()
    store.save(ended, cancelled(ended, at=CREATED_AT))

    assert store.postpone(ended, check_at=CREATED_AT + SECOND, check_interval_seconds=60) is False
    assert store.postpone(gone, check_at=CREATED_AT + SECOND, check_interval_seconds=60) is False
    assert store.get(gone.job_id) is None
