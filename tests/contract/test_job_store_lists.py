"""Does every JobStore keep its promises about sets of jobs: pages, filters, due checks, the jobs of a case?"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import Internal
from chalicelib.jobs.lifecycle import cancelled, failed, lease_end
from chalicelib.jobs.lists import JobFilter, Position
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import JobStore
from tests.contract.conftest import Backend
from tests.fakes.jobs import CREATED_AT

SECOND = timedelta(seconds=1)
NOW = CREATED_AT + timedelta(hours=1)
EVERYBODY = JobFilter()


def ids(jobs: Sequence[Job]) -> list[str]:
    return [job.job_id for job in jobs]


def pages(store: JobStore, wanted: JobFilter, *, limit: int, now: datetime = NOW) -> list[list[str]]:
    """All pages from the first to the last, following `next`."""
    found: list[list[str]] = []
    after: Position | None = None
    while True:
        page = store.list(wanted, now=now, after=after, limit=limit)
        found.append(ids(page.jobs))
        if page.next is None:
            return found
        after = page.next


def flat(pages_of_ids: list[list[str]]) -> list[str]:
    return [job_id for page in pages_of_ids for job_id in page]


def a_user() -> str:
    return f"user-{uuid.uuid4()}"


def series(backend: Backend, count: int, *, user_id: str, **changes: object) -> list[Job]:
    """Jobs a second apart, the newest first."""
    case_id = str(changes.pop("case_id", "") or backend.new_case())
    started = [
        backend.start(user_id=user_id, case_id=case_id, created_at=CREATED_AT + number * SECOND, **changes)
        for number in range(count)
    ]
    return started[::-1]


def test_a_user_without_jobs_has_an_empty_last_page(store: JobStore) -> None:
    assert pages(store, JobFilter(owner=a_user()), limit=20) == [[]]


def test_a_list_shows_the_records_newest_first(backend: Backend, store: JobStore) -> None:
    user = a_user()
    jobs = series(backend, 3, user_id=user)

    page = store.list(JobFilter(owner=user), now=NOW, after=None, limit=20)

    assert page.jobs == tuple(jobs)
    assert page.next is None


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [
        (2, [2, 2, 1]),  # 5 jobs, the last page shorter
        (5, [5]),  # exactly one page: no empty one after it
        (1, [1, 1, 1, 1, 1]),
    ],
)
def test_pages_follow_each_other_without_gap_or_repeat(
    backend: Backend, store: JobStore, limit: int, sizes: list[int]
) -> None:
    user = a_user()
    jobs = series(backend, 5, user_id=user)

    found = pages(store, JobFilter(owner=user), limit=limit)

    assert [len(page) for page in found] == sizes
    assert flat(found) == ids(jobs)


def test_jobs_of_one_moment_have_an_order_too(backend: Backend, store: JobStore) -> None:
    user = a_user()
    jobs = [backend.start(user_id=user) for _ in range(7)]

    found = pages(store, JobFilter(owner=user), limit=2)

    assert flat(found) == sorted(ids(jobs), reverse=True)


def test_a_page_may_begin_after_a_job_that_is_gone(backend: Backend, store: JobStore) -> None:
    user = a_user()
    first, second, third = series(backend, 3, user_id=user)
    store.delete(second)

    page = store.list(
        JobFilter(owner=user), now=NOW, after=Position(created_at=second.created_at, id=second.job_id), limit=20
    )

    assert ids(page.jobs) == [third.job_id]
    assert pages(store, JobFilter(owner=user), limit=20) == [ids([first, third])]


def test_jobs_of_other_owners_are_not_shown(backend: Backend, store: JobStore) -> None:
    user = a_user()
    mine = backend.start(user_id=user)
    backend.start()

    assert pages(store, JobFilter(owner=user, starter=user), limit=20) == [[mine.job_id]]


def test_a_starter_sees_what_they_started_on_cases_of_others(backend: Backend, store: JobStore) -> None:
    user, owner = a_user(), a_user()
    mine = backend.start(user_id=user)
    started = backend.start(user_id=owner, requested_by=user, created_at=CREATED_AT + SECOND)
    on_mine = backend.start(user_id=user, requested_by=owner, created_at=CREATED_AT + 2 * SECOND)

    assert pages(store, JobFilter(owner=user, starter=user), limit=1) == [
        [on_mine.job_id],
        [started.job_id],
        [mine.job_id],
    ]
    assert pages(store, JobFilter(owner=user), limit=20) == [[on_mine.job_id, mine.job_id]]


def test_each_filter_leaves_out_what_it_does_not_name(backend: Backend, store: JobStore) -> None:
    user, other_case = a_user(), backend.new_case()
    pending = backend.start(user_id=user)
    running = backend.running(user_id=user, case_id=other_case, job_type="call_analysis")

    def shown(**wanted: object) -> list[str]:
        return flat(pages(store, JobFilter(owner=user, starter=user, **wanted), limit=1))  # type: ignore[arg-type]

    assert shown(status=Status.RUNNING) == [running.job_id]
    assert shown(status=Status.PENDING) == [pending.job_id]
    assert shown(status=Status.FAILED) == []
    assert shown(job_type="call_analysis") == [running.job_id]
    assert shown(case_id=pending.case_id) == [pending.job_id]
    assert shown(case_id=pending.case_id, status=Status.RUNNING) == []
    assert shown(case_id=other_case, job_type="call_analysis", status=Status.RUNNING) == [running.job_id]


def test_the_case_of_another_owner_shows_nothing(backend: Backend, store: JobStore) -> None:
    job = backend.start()

    assert pages(store, JobFilter(owner=a_user(), case_id=job.case_id), limit=20) == [[]]


def test_a_starter_filter_applies_to_jobs_started_on_cases_of_others(backend: Backend, store: JobStore) -> None:
    user = a_user()
    started = backend.running(requested_by=user, job_type="call_analysis")
    mine = JobFilter(owner=user, starter=user)

    def shown(**wanted: object) -> list[list[str]]:
        return pages(store, JobFilter(owner=mine.owner, starter=mine.starter, **wanted), limit=20)  # type: ignore[arg-type]

    assert shown(status=Status.RUNNING) == [[started.job_id]]
    assert shown(status=Status.PENDING) == [[]]
    assert shown(job_type="call_analysis") == [[started.job_id]]
    assert shown(job_type="another") == [[]]
    assert shown(case_id=started.case_id) == [[started.job_id]]


def test_a_page_is_filled_although_most_jobs_do_not_match(backend: Backend, store: JobStore) -> None:
    user, case_id = a_user(), backend.new_case()
    jobs = series(backend, 20, user_id=user, case_id=case_id)
    wanted = [job for number, job in enumerate(jobs) if number % 9 == 0]
    for job in wanted:
        store.save(job, failed(job, Internal("It broke."), at=NOW))

    by_owner = pages(store, JobFilter(owner=user, status=Status.FAILED), limit=2)
    by_case = pages(store, JobFilter(case_id=case_id, status=Status.FAILED), limit=2)

    assert by_owner == by_case == [ids(wanted[:2]), ids(wanted[2:])]


def test_a_page_is_filled_although_some_jobs_have_expired(backend: Backend, store: JobStore) -> None:
    user, case_id = a_user(), backend.new_case()
    old = series(backend, 12, user_id=user, case_id=case_id, expires_at=NOW)
    young = backend.start(user_id=user, case_id=case_id, created_at=CREATED_AT - SECOND, expires_at=NOW + SECOND)

    assert pages(store, JobFilter(owner=user), limit=2) == [[young.job_id]]
    assert pages(store, JobFilter(case_id=case_id), limit=2) == [[young.job_id]]
    assert len(flat(pages(store, JobFilter(owner=user), limit=100, now=NOW - SECOND))) == len(old) + 1


def test_a_list_of_everybody_runs_over_the_months(backend: Backend) -> None:
    months = [
        datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC),
        *(datetime(2026, month, 1, tzinfo=UTC) for month in (1, 4)),
    ]
    jobs = [
        backend.start(created_at=at + number * SECOND / 4, expires_at=NOW + timedelta(days=1))
        for at in months
        for number in range(3)
    ][::-1]

    assert pages(backend.store, EVERYBODY, limit=2) == [ids(jobs[start : start + 2]) for start in range(0, 9, 2)]
    assert pages(backend.store, JobFilter(status=Status.RUNNING), limit=2) == [[]]
    assert pages(backend.store, JobFilter(job_type=jobs[0].job_type), limit=20) == [ids(jobs)]
    assert pages(backend.store, JobFilter(starter=jobs[0].user_id), limit=20) == [ids(jobs)]


def test_an_owner_and_another_starter_may_be_asked_for_together(backend: Backend) -> None:
    mine = backend.start()
    started = backend.start(created_at=CREATED_AT + SECOND)
    backend.start()

    wanted = JobFilter(owner=mine.user_id, starter=started.user_id)

    assert pages(backend.store, wanted, limit=1) == [[started.job_id], [mine.job_id]]


def test_checks_that_are_due_come_oldest_first(backend: Backend) -> None:
    at = [CREATED_AT + seconds * SECOND for seconds in (30, 10, 20, 40)]
    jobs = [backend.start(check_at=check_at) for check_at in at]
    store = backend.store

    assert ids(store.due_checks(now=at[0], limit=10)) == ids([jobs[1], jobs[2], jobs[0]])
    assert ids(store.due_checks(now=at[0], limit=2)) == ids([jobs[1], jobs[2]])
    assert ids(store.due_checks(now=at[1] - timedelta(microseconds=1), limit=10)) == []
    assert store.due_checks(now=at[1], limit=10) == [jobs[1]]


def test_a_running_job_is_due_when_its_first_lease_would_end(backend: Backend) -> None:
    job = backend.running()
    store = backend.store
    store.renew(job, lease_until=CREATED_AT + 57 * SECOND)

    due = store.due_checks(now=lease_end(CREATED_AT), limit=10)

    assert ids(store.due_checks(now=lease_end(CREATED_AT) - SECOND, limit=10)) == []
    assert [(one.job_id, one.lease_until) for one in due] == [(job.job_id, CREATED_AT + 57 * SECOND)]


def test_a_job_that_ended_is_not_due(backend: Backend) -> None:
    job = backend.start()

    backend.store.save(job, cancelled(job, at=CREATED_AT))

    assert backend.store.due_checks(now=NOW, limit=10) == []


def test_a_postponed_check_is_due_at_its_new_time(backend: Backend) -> None:
    job = backend.start()

    backend.store.postpone(job, check_at=NOW, check_interval_seconds=60)

    assert backend.store.due_checks(now=NOW - SECOND, limit=10) == []
    assert ids(backend.store.due_checks(now=NOW, limit=10)) == [job.job_id]


def test_a_case_knows_its_jobs_as_they_are(backend: Backend, store: JobStore) -> None:
    pending = backend.start(lock=f"active#{uuid.uuid4()}#t")
    running = backend.running(case_id=pending.case_id, requested_by=a_user())
    ended = backend.start(case_id=pending.case_id)
    ended = store.save(ended, cancelled(ended, at=CREATED_AT))
    backend.start()

    jobs = store.jobs_of_case(pending.case_id)

    assert sorted(ids(jobs)) == sorted(ids([pending, running, ended]))
    assert {job.job_id: job for job in jobs}[ended.job_id] == ended
    assert sorted(ids([job for job in jobs if job.is_open])) == sorted(ids([pending, running]))


def test_a_case_without_jobs_has_none(store: JobStore) -> None:
    assert list(store.jobs_of_case(str(uuid.uuid4()))) == []
