"""Does every JobStore keep its promises about the beginning of a job: creation, lock, counter, Idempotency-Key?"""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

from chalicelib.errors import Internal
from chalicelib.jobs.lifecycle import cancelled, failed
from chalicelib.jobs.ports import (
    ActiveAlready,
    CaseMissing,
    Created,
    IdempotencyKey,
    JobStore,
    KeyTaken,
    KeyUse,
    LimitReached,
)
from tests.contract.conftest import Backend
from tests.fakes.jobs import CREATED_AT

SECOND = timedelta(seconds=1)


def a_key(user_id: str = "u", *, fingerprint: str = "f1") -> IdempotencyKey:
    return IdempotencyKey(user_id=user_id, key=str(uuid.uuid4()), fingerprint=fingerprint)


def a_lock() -> str:
    return f"active#{uuid.uuid4()}#document_analysis_form7801"


def test_a_created_job_is_read_as_it_was_written(backend: Backend, store: JobStore) -> None:
    job = backend.unsaved(
        call_id="call-1",
        labels={"team": "צוות א", "run": "7"},
        max_cost_usd=Decimal("1.50"),
        lock=a_lock(),
        retried_from=str(uuid.uuid4()),
        priority="high",
        created_at=CREATED_AT.replace(microsecond=7),
    )

    answer = store.create(job, key=None, open_jobs_limit=20)

    assert answer == Created(job)
    assert store.get(job.job_id) == job


def test_an_unknown_job_is_none(store: JobStore) -> None:
    assert store.get(str(uuid.uuid4())) is None


def test_a_job_that_was_stored_already_counts_as_created_once(backend: Backend, store: JobStore) -> None:
    job = backend.start(lock=a_lock())

    again = store.create(job, key=None, open_jobs_limit=1)

    assert again == Created(job)
    other = backend.unsaved(user_id=job.user_id)
    assert store.create(other, key=None, open_jobs_limit=2) == Created(other)


def test_a_job_of_a_missing_case_is_not_stored(backend: Backend, store: JobStore) -> None:
    job = backend.unsaved(case_id=str(uuid.uuid4()), lock=a_lock())
    key = a_key()

    answer = store.create(job, key=key, open_jobs_limit=20)

    assert answer == CaseMissing()
    assert store.get(job.job_id) is None
    assert store.find_key(key, now=CREATED_AT) is None
    free = backend.unsaved(lock=job.lock)
    assert store.create(free, key=None, open_jobs_limit=None) == Created(free)


def test_a_lock_lets_one_job_be_open(backend: Backend, store: JobStore) -> None:
    first = backend.start(lock=a_lock())
    second = backend.unsaved(lock=first.lock)

    answer = store.create(second, key=None, open_jobs_limit=None)

    assert answer == ActiveAlready(first.job_id)
    assert store.get(second.job_id) is None


def test_a_refused_job_is_not_counted(backend: Backend, store: JobStore) -> None:
    first = backend.start(lock=a_lock())

    store.create(backend.unsaved(lock=first.lock, user_id=first.user_id), key=None, open_jobs_limit=None)

    other = backend.unsaved(user_id=first.user_id)
    assert store.create(other, key=None, open_jobs_limit=2) == Created(other)


def test_jobs_without_a_lock_do_not_stand_in_each_others_way(backend: Backend, store: JobStore) -> None:
    first = backend.start(lock=a_lock())
    second = backend.unsaved(case_id=first.case_id, lock=None)

    assert store.create(second, key=None, open_jobs_limit=None) == Created(second)


def test_a_lock_is_free_from_the_moment_it_expires(backend: Backend, store: JobStore) -> None:
    first = backend.start(lock=a_lock())
    before = backend.unsaved(lock=first.lock, created_at=first.expires_at - SECOND)
    at = backend.unsaved(lock=first.lock, created_at=first.expires_at)

    assert store.create(before, key=None, open_jobs_limit=None) == ActiveAlready(first.job_id)
    assert store.create(at, key=None, open_jobs_limit=None) == Created(at)


def test_a_finished_job_gives_up_its_lock(backend: Backend, store: JobStore) -> None:
    first = backend.start(lock=a_lock())

    store.save(first, cancelled(first, at=CREATED_AT))

    second = backend.unsaved(lock=first.lock)
    assert store.create(second, key=None, open_jobs_limit=None) == Created(second)


def test_a_lock_that_another_job_has_by_now_stays_with_it(backend: Backend, store: JobStore) -> None:
    first = backend.start(lock=a_lock())
    second = backend.start(lock=first.lock, created_at=first.expires_at)

    done = store.save(first, cancelled(first, at=CREATED_AT))

    assert store.get(first.job_id) == done
    third = backend.unsaved(lock=first.lock, created_at=first.expires_at)
    assert store.create(third, key=None, open_jobs_limit=None) == ActiveAlready(second.job_id)


def test_a_starter_has_at_most_the_limit_of_open_jobs(backend: Backend, store: JobStore) -> None:
    first = backend.start()
    backend.start(user_id=first.user_id)
    third = backend.unsaved(user_id=first.user_id)

    answer = store.create(third, key=None, open_jobs_limit=2)

    assert answer == LimitReached()
    assert store.get(third.job_id) is None


def test_the_limit_is_the_starters_not_the_owners(backend: Backend, store: JobStore) -> None:
    first = backend.start()
    by_another = backend.unsaved(user_id=first.user_id, requested_by=f"admin-{uuid.uuid4()}")

    assert store.create(by_another, key=None, open_jobs_limit=1) == Created(by_another)


def test_a_job_without_a_limit_is_never_refused_but_counted(backend: Backend, store: JobStore) -> None:
    first = backend.start()
    second = backend.unsaved(user_id=first.user_id)
    third = backend.unsaved(user_id=first.user_id)

    assert store.create(second, key=None, open_jobs_limit=None) == Created(second)
    assert store.create(third, key=None, open_jobs_limit=2) == LimitReached()


def test_a_finished_job_is_not_counted_any_more(backend: Backend, store: JobStore) -> None:
    first = backend.start()

    store.save(first, failed(first, Internal("It broke."), at=CREATED_AT))

    second = backend.unsaved(user_id=first.user_id)
    assert store.create(second, key=None, open_jobs_limit=1) == Created(second)


def test_a_key_points_at_the_job_it_came_with(backend: Backend, store: JobStore) -> None:
    job, key = backend.unsaved(), a_key()

    store.create(job, key=key, open_jobs_limit=None)

    assert store.find_key(key, now=CREATED_AT) == KeyUse(job_id=job.job_id, fingerprint="f1")


def test_a_used_key_refuses_whatever_the_request(backend: Backend, store: JobStore) -> None:
    first, key = backend.unsaved(), a_key()
    store.create(first, key=key, open_jobs_limit=None)
    second = backend.unsaved()
    other_request = IdempotencyKey(user_id=key.user_id, key=key.key, fingerprint="f2")

    answer = store.create(second, key=other_request, open_jobs_limit=None)

    assert answer == KeyTaken(KeyUse(job_id=first.job_id, fingerprint="f1"))
    assert store.get(second.job_id) is None


def test_keys_of_two_users_are_two_keys(backend: Backend, store: JobStore) -> None:
    first, key = backend.unsaved(), a_key("u1")
    store.create(first, key=key, open_jobs_limit=None)

    other = IdempotencyKey(user_id="u2", key=key.key, fingerprint="f1")

    assert store.find_key(other, now=CREATED_AT) is None


def test_a_key_is_forgotten_when_its_job_expires(backend: Backend, store: JobStore) -> None:
    first, key = backend.unsaved(), a_key()
    store.create(first, key=key, open_jobs_limit=None)

    assert store.find_key(key, now=first.expires_at - SECOND) is not None
    assert store.find_key(key, now=first.expires_at) is None
    later = backend.unsaved(created_at=first.expires_at)
    assert store.create(later, key=key, open_jobs_limit=None) == Created(later)


def test_a_key_may_be_used_for_a_job_that_exists(backend: Backend, store: JobStore) -> None:
    job, key = backend.start(), a_key()

    use = store.use_key(key, job_id=job.job_id, now=CREATED_AT, expires_at=job.expires_at)

    assert use == KeyUse(job_id=job.job_id, fingerprint="f1")
    assert store.find_key(key, now=CREATED_AT) == use
    assert store.find_key(key, now=job.expires_at) is None


def test_a_key_is_used_once(backend: Backend, store: JobStore) -> None:
    first, second, key = backend.start(), backend.start(), a_key()
    use = store.use_key(key, job_id=first.job_id, now=CREATED_AT, expires_at=first.expires_at)

    again = store.use_key(key, job_id=second.job_id, now=CREATED_AT, expires_at=second.expires_at)

    assert again == use
    later = store.use_key(key, job_id=second.job_id, now=first.expires_at, expires_at=first.expires_at + SECOND)
    assert later.job_id == second.job_id


def test_a_key_is_forgotten_only_for_the_job_it_points_at(backend: Backend, store: JobStore) -> None:
    job, key = backend.unsaved(), a_key()
    store.create(job, key=key, open_jobs_limit=None)

    store.forget_key(key, job_id=str(uuid.uuid4()))

    assert store.find_key(key, now=CREATED_AT) is not None
    store.forget_key(key, job_id=job.job_id)
    store.forget_key(key, job_id=job.job_id)
    assert store.find_key(key, now=CREATED_AT) is None


def test_of_several_refusals_the_first_of_the_order_is_the_answer(backend: Backend, store: JobStore) -> None:
    lock, key = a_lock(), a_key()
    holder = backend.unsaved(lock=lock)
    store.create(holder, key=key, open_jobs_limit=None)
    refused = {"lock": lock, "user_id": holder.user_id}

    missing = store.create(backend.unsaved(**refused, case_id=str(uuid.uuid4())), key=key, open_jobs_limit=1)
    taken = store.create(backend.unsaved(**refused), key=key, open_jobs_limit=1)
    active = store.create(backend.unsaved(**refused), key=a_key(), open_jobs_limit=1)
    limited = store.create(backend.unsaved(user_id=holder.user_id, lock=a_lock()), key=a_key(), open_jobs_limit=1)

    assert missing == CaseMissing()
    assert taken == KeyTaken(KeyUse(job_id=holder.job_id, fingerprint="f1"))
    assert active == ActiveAlready(holder.job_id)
    assert limited == LimitReached()
