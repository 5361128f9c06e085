"""The rules of a job's life, as a table and as sentences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.errors import AlreadyFinished, ProviderAuth, ProviderRateLimited
from chalicelib.jobs import lifecycle
from chalicelib.jobs.model import Event, Job, Status, Usage, numbered_events, with_event
from tests.fakes.jobs import CREATED_AT, a_job

AT = CREATED_AT + timedelta(seconds=20)
LATER = AT + timedelta(seconds=60)


def a_running_job(**changes: object) -> Job:
    return a_job(
        **{
            "status": Status.RUNNING,
            "attempt": 1,
            "fence": 1,
            "progress": 40,
            "progress_message": "Reading",
            "claim_token": "token",
            "lease_until": AT,
            "lock": "active#lock",
            **changes,
        }
    )


BUSY = ProviderRateLimited("The AI provider asked us to slow down.")
DENIED = ProviderAuth("The AI provider does not accept our key.")


@pytest.mark.parametrize(
    ("move", "status", "progress", "message", "event"),
    [
        (
            lambda j: lifecycle.progressed(j, percent=60, message="Half", usage=Usage(), at=AT),
            "running",
            60,
            "Half",
            None,
        ),
        (
            lambda j: lifecycle.progressed(j, percent=10, message="Back", usage=Usage(), at=AT),
            "running",
            40,
            "Back",
            None,
        ),
        (
            lambda j: lifecycle.progressed(j, percent=100, message="All", usage=Usage(), at=AT),
            "running",
            99,
            "All",
            None,
        ),
        (lambda j: lifecycle.step_stored(j, name="extract", at=AT), "running", 40, "Reading", "step"),
        (lambda j: lifecycle.completed(j, result_bytes=9, at=AT), "completed", 100, "Completed", "completed"),
        (lambda j: lifecycle.failed(j, DENIED, at=AT), "failed", 40, DENIED.title, "failed"),
        (lambda j: lifecycle.cancelled(j, at=AT), "cancelled", 40, "Cancelled", "cancelled"),
        (lambda j: lifecycle.cancel_accepted(j, at=AT), "running", 40, "Reading", "cancel_requested"),
        (lambda j: lifecycle.retrying(j, BUSY, due_at=LATER, at=AT), "pending", 40, "Waiting to try again", "retrying"),
        (lambda j: lifecycle.yielded(j, fruitless=False, at=AT), "pending", 40, "Reading", "yielded"),
        (lambda j: lifecycle.worker_lost(j, at=AT), "pending", 40, "Waiting to try again", "retrying"),
    ],
    ids=[
        "progressed",
        "progressed_backwards",
        "progressed_to_the_end",
        "step_stored",
        "completed",
        "failed",
        "cancelled",
        "cancel_accepted",
        "retrying",
        "yielded",
        "worker_lost",
    ],
)
def test_each_move_of_a_running_job(
    move: Callable[[Job], Job], status: str, progress: int, message: str, event: str | None
) -> None:
    before = a_running_job()

    after = move(before)

    assert (after.status, after.progress, after.progress_message) == (status, progress, message)
    assert after.updated_at == AT
    assert [e.type for e in after.timeline[len(before.timeline) :]] == ([event] if event else [])


@pytest.mark.parametrize(
    "end",
    [
        lambda j: lifecycle.completed(j, result_bytes=9, at=AT),
        lambda j: lifecycle.failed(j, DENIED, at=AT),
        lambda j: lifecycle.cancelled(j, at=AT),
    ],
    ids=["completed", "failed", "cancelled"],
)
def test_an_ended_job_holds_neither_lock_nor_lease(end: Callable[[Job], Job]) -> None:
    after = end(a_running_job())

    assert after.is_done
    assert (after.lock, after.lease_until, after.claim_token) == (None, None, None)
    assert after.completed_at == AT


def test_a_pending_job_is_cancelled_at_once() -> None:
    after = lifecycle.cancel_accepted(a_job(lock="active#lock"), at=AT)

    assert after.status is Status.CANCELLED
    assert after.cancel_requested
    assert [e.type for e in after.timeline] == ["created", "cancel_requested", "cancelled"]


def test_a_running_job_frees_its_lock_as_soon_as_its_cancel_is_accepted() -> None:
    after = lifecycle.cancel_accepted(a_running_job(), at=AT)

    assert after.status is Status.RUNNING
    assert after.cancel_requested
    assert after.lock is None


def test_a_second_cancel_changes_nothing() -> None:
    asked = lifecycle.cancel_accepted(a_running_job(), at=AT)
    ended = lifecycle.cancelled(asked, at=AT)

    assert lifecycle.cancel_accepted(asked, at=LATER) is asked
    assert lifecycle.cancel_accepted(ended, at=LATER) is ended


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_a_finished_job_cannot_be_cancelled(status: Status) -> None:
    with pytest.raises(AlreadyFinished, match=status):
        lifecycle.cancel_accepted(a_job(status=status), at=AT)


def test_a_job_that_waits_to_be_repeated_shows_why_and_when() -> None:
    after = lifecycle.retrying(a_running_job(), BUSY, due_at=LATER, at=AT)

    assert after.error is not None
    assert (after.error.code, after.error.retryable, after.error.attempt) == ("provider_rate_limited", True, 1)
    assert after.due_at == LATER
    assert after.check_at == LATER + timedelta(seconds=lifecycle.FIRST_CHECK_SECONDS)
    assert after.lock == "active#lock"


def test_a_cancel_that_was_sent_before_the_claim_does_not_turn_the_jobs_time_back() -> None:
    claimed = a_running_job(updated_at=LATER)

    asked = lifecycle.cancel_accepted(claimed, at=AT)
    ended = lifecycle.cancelled(asked, at=AT)

    assert (asked.updated_at, asked.timeline[-1].at) == (LATER, LATER)
    assert (ended.updated_at, ended.completed_at) == (LATER, LATER)


def test_a_yield_costs_no_attempt() -> None:
    after = lifecycle.yielded(a_running_job(), fruitless=False, at=AT)

    assert after.next_claim_cost == 0
    assert after.continuations == 1
    assert after.error is None


def test_a_job_that_only_goes_on_elsewhere_no_longer_shows_why_an_earlier_attempt_failed() -> None:
    again = a_running_job(attempt=2, error=lifecycle.error_info(BUSY, attempt=1))

    after = lifecycle.yielded(again, fruitless=False, at=AT)

    assert after.error is None


def test_a_lost_worker_ends_the_job_when_no_attempt_is_left() -> None:
    after = lifecycle.worker_lost(a_running_job(attempt=3, max_attempts=3), at=AT)

    assert after.status is Status.FAILED
    assert after.error is not None
    assert after.error.code == "worker_lost"


def test_the_third_lost_worker_ends_the_job() -> None:
    again = lifecycle.worker_lost(a_running_job(lost_workers=1), at=AT)
    last = lifecycle.worker_lost(a_running_job(lost_workers=2), at=AT)

    assert (again.status, again.lost_workers) == (Status.PENDING, 2)
    assert (last.status, last.lost_workers) == (Status.FAILED, 3)


def test_a_stored_step_forgets_what_failed_before_it() -> None:
    after = lifecycle.step_stored(
        a_running_job(failures=4, invalid_answers=1, fruitless=2, lost_workers=1), name="documents", at=AT
    )

    assert (after.failures, after.invalid_answers, after.fruitless, after.lost_workers) == (0, 0, 0, 0)


def test_a_job_that_waits_longer_than_a_message_can_is_sent_by_rescue_when_it_is_due() -> None:
    due_at = AT + timedelta(seconds=901)

    assert lifecycle.retrying(a_running_job(), BUSY, due_at=due_at, at=AT).check_at == due_at


def test_a_lost_worker_of_a_cancelled_job_ends_it_cancelled() -> None:
    after = lifecycle.worker_lost(a_running_job(cancel_requested=True, lock=None), at=AT)

    assert after.status is Status.CANCELLED


def test_checks_of_a_pending_job_become_rarer_up_to_a_quarter_of_an_hour() -> None:
    intervals = [30, 60, 120, 240, 480, 900]

    following = [lifecycle.next_check_seconds(a_job(check_interval_seconds=seconds)) for seconds in intervals]

    assert following == [60, 120, 240, 480, 900, 900]


def test_a_timeline_keeps_its_first_ten_and_last_thirty_events_and_counts_on() -> None:
    job = a_job()
    for index in range(59):  # 1 "created" + 59 steps = 60 events, so numbers 11..30 are dropped
        job = with_event(job, Event(at=AT, type="step", message=str(index)))

    numbers = [event.seq for event in numbered_events(job)]

    assert numbers == [*range(1, 11), *range(31, 61)]
    assert numbered_events(job)[-1].message == "58"
