"""Who wins when many ask at once? On the locked moto server, over HTTP: the store's conditions decide, not luck."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from chalicelib.jobs.lifecycle import cancelled, lease_end, progressed
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import ActiveAlready, Conflict, Created, IdempotencyKey, KeyTaken, LimitReached
from tests.contract.conftest import Backend
from tests.fakes.jobs import CREATED_AT

THREADS = 16


def at_once(actions: Sequence[Callable[[], Any]]) -> list[Any]:
    """The answers of all actions, begun together."""
    together = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        together.wait(timeout=30)
        return action()

    with ThreadPoolExecutor(max_workers=len(actions)) as pool:
        return list(pool.map(run, actions))


def test_sixteen_threads_claim_thirty_jobs_and_each_has_one_winner(backend: Backend) -> None:
    case_id = backend.new_case()
    jobs = [backend.start(case_id=case_id) for _ in range(30)]

    def claim_all(token: str) -> list[Job | None]:
        until = lease_end(CREATED_AT)
        return [backend.store.claim(job.job_id, now=CREATED_AT, lease_until=until, claim_token=token) for job in jobs]

    answers = at_once([lambda token=str(number): claim_all(token) for number in range(THREADS)])

    winners = Counter(job.job_id for answer in answers for job in answer if job is not None)
    assert winners == Counter(job.job_id for job in jobs)
    assert {job.fence for answer in answers for job in answer if job is not None} == {1}


def test_fifty_identical_starts_make_one_job(backend: Backend) -> None:
    case_id, lock = backend.new_case(), f"active#{uuid.uuid4()}#t"
    jobs = [backend.unsaved(case_id=case_id, lock=lock, user_id="u") for _ in range(50)]

    answers = at_once([lambda job=job: backend.store.create(job, key=None, open_jobs_limit=None) for job in jobs])

    created = [answer.job.job_id for answer in answers if isinstance(answer, Created)]
    assert len(created) == 1
    assert [answer for answer in answers if not isinstance(answer, Created)] == [ActiveAlready(created[0])] * 49
    assert [job.job_id for job in backend.store.jobs_of_case(case_id)] == created


def test_fifty_starts_with_one_key_make_one_job(backend: Backend) -> None:
    case_id = backend.new_case()
    key = IdempotencyKey(user_id="u", key=str(uuid.uuid4()), fingerprint="f")
    jobs = [backend.unsaved(case_id=case_id) for _ in range(50)]

    answers = at_once([lambda job=job: backend.store.create(job, key=key, open_jobs_limit=None) for job in jobs])

    created = [answer.job.job_id for answer in answers if isinstance(answer, Created)]
    taken = {answer.use.job_id for answer in answers if isinstance(answer, KeyTaken)}
    assert len(created) == 1
    assert taken == set(created)


def test_a_counter_never_passes_its_limit(backend: Backend) -> None:
    case_id, user = backend.new_case(), f"user-{uuid.uuid4()}"
    jobs = [backend.unsaved(case_id=case_id, user_id=user) for _ in range(24)]

    answers = at_once([lambda job=job: backend.store.create(job, key=None, open_jobs_limit=5) for job in jobs])

    assert Counter(type(answer) for answer in answers) == {Created: 5, LimitReached: 19}


def test_a_counter_is_exact_while_jobs_start_and_end(backend: Backend) -> None:
    case_id, user = backend.new_case(), f"user-{uuid.uuid4()}"

    def start_and_end() -> None:
        for _ in range(4):
            job = backend.start(case_id=case_id, user_id=user)
            backend.store.save(job, cancelled(job, at=CREATED_AT))

    at_once([start_and_end] * 8)

    last = [backend.unsaved(case_id=case_id, user_id=user) for _ in range(2)]
    answers = [backend.store.create(job, key=None, open_jobs_limit=1) for job in last]
    assert [type(answer) for answer in answers] == [Created, LimitReached]


def test_of_sixteen_changes_of_one_version_one_lands(backend: Backend) -> None:
    job = backend.running()

    def change(percent: int) -> int | None:
        try:
            after = progressed(job, percent=percent, message="…", usage=job.usage, at=CREATED_AT)
            return backend.store.save(job, after).progress
        except Conflict:
            return None

    answers = at_once([lambda percent=percent: change(percent) for percent in range(1, THREADS + 1)])

    landed = [percent for percent in answers if percent is not None]
    stored = backend.store.get(job.job_id)
    assert stored is not None
    assert (landed, stored.version) == ([stored.progress], job.version + 1)


def test_of_sixteen_that_postpone_a_check_one_is_first(backend: Backend) -> None:
    job = backend.start()
    times = [CREATED_AT + timedelta(seconds=60 + number) for number in range(THREADS)]

    answers = at_once(
        [lambda at=at: backend.store.postpone(job, check_at=at, check_interval_seconds=60) for at in times]
    )

    assert Counter(answers) == {True: 1, False: 15}


@pytest.mark.parametrize("round_number", range(5))
def test_a_cancel_and_a_claim_of_a_pending_job_never_both_land(backend: Backend, round_number: int) -> None:
    job = backend.start()

    def cancel() -> bool:
        try:
            backend.store.save(job, cancelled(job, at=CREATED_AT))
        except Conflict:
            return False
        return True

    def claim() -> bool:
        until = lease_end(CREATED_AT)
        return backend.store.claim(job.job_id, now=CREATED_AT, lease_until=until, claim_token="t") is not None

    assert sorted(at_once([cancel, claim])) == [False, True]
