"""What a running attempt may ask and tell, and what stops it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest

from chalicelib.auth import Principal
from chalicelib.errors import BudgetExceeded, CancelSeen, DeadlineExceeded, LeaseLost, OutOfTime
from chalicelib.jobs.attempt import FIRST_PROGRESS_SECONDS, PROGRESS_INTERVAL_SECONDS, Attempt
from chalicelib.jobs.lifecycle import HEARTBEAT_SECONDS, LEASE_SECONDS, completed, lease_end
from chalicelib.jobs.model import Job, ModelUsage, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.requests import cancel_job
from tests.fakes.engine import Engine

OWNER = Principal(user_id="owner-1")
PLENTY = 600.0


@pytest.fixture
def engine() -> Engine:
    return Engine(lambda ctx: Completed(result={}))


def claim(engine: Engine, *, time_left: Callable[[], float] = lambda: PLENTY, **changes: object) -> Attempt:
    started = engine.start(**changes)
    return claim_again(engine, started.job, time_left=time_left)


def claim_again(engine: Engine, job: Job, *, time_left: Callable[[], float] = lambda: PLENTY) -> Attempt:
    now = engine.clock()
    claimed = engine.store.claim(job.job_id, now=now, lease_until=lease_end(now), claim_token=f"t{now}")
    engine.store.calls.clear()
    return Attempt(claimed, store=engine.store, clock=engine.clock, time_left=time_left)


def usage(cost: str | None) -> ModelUsage:
    money = None if cost is None else Decimal(cost)
    return ModelUsage(model="m", requests=1, input_tokens=3, output_tokens=2, cached_tokens=0, cost_usd=money)


def test_a_step_of_a_repeated_attempt_gets_its_result_back_without_running(engine: Engine) -> None:
    first = claim(engine)
    first.step("extract", lambda: {"שם": "תמר"}, inputs="v1")
    engine.clock.advance(seconds=LEASE_SECONDS)
    second = claim_again(engine, first.job)

    result = second.step("extract", lambda: pytest.fail("ran again"), inputs="v1")

    assert result == {"שם": "תמר"}


def test_a_step_whose_inputs_changed_runs_again(engine: Engine) -> None:
    first = claim(engine)
    first.step("extract", lambda: "old", inputs="v1")
    engine.clock.advance(seconds=LEASE_SECONDS)
    second = claim_again(engine, first.job)

    assert second.step("extract", lambda: "new", inputs="v2") == "new"


def test_a_step_gives_the_same_value_first_and_repeated(engine: Engine) -> None:
    attempt = claim(engine)

    assert attempt.step("pairs", lambda: {"pair": (1, 2)}) == {"pair": [1, 2]}


def test_a_first_attempt_reads_no_checkpoints(engine: Engine) -> None:
    attempt = claim(engine)

    attempt.step("one", lambda: 1)
    attempt.step("two", lambda: 2)

    assert engine.store.calls == ["save", "save"]


def test_progress_is_written_by_the_pulse_and_only_the_latest(engine: Engine) -> None:
    attempt = claim(engine)
    for percent in range(1, 51):
        attempt.progress(percent, f"Reading {percent}")

    engine.clock.advance(seconds=FIRST_PROGRESS_SECONDS)
    attempt.beat()

    stored = engine.store.get(attempt.job.job_id)
    assert engine.store.calls == ["save", "get"]
    assert (stored.progress, stored.progress_message) == (50, "Reading 50")


def test_fifty_reports_within_five_seconds_cost_three_writes(engine: Engine) -> None:
    attempt, written = claim(engine), []

    for tenth in range(1, 51):
        engine.clock.advance(seconds=0.1)
        attempt.progress(tenth, "Reading")
        before = engine.store.calls.count("save")
        attempt.beat()
        if engine.store.calls.count("save") > before:
            written.append(tenth / 10)

    first = FIRST_PROGRESS_SECONDS
    assert written == [first, first + PROGRESS_INTERVAL_SECONDS, first + 2 * PROGRESS_INTERVAL_SECONDS]


def test_a_report_of_all_done_is_written_once_as_the_most_that_an_attempt_may_show(engine: Engine) -> None:
    attempt = claim(engine)
    attempt.progress(100, "Reading")

    for _ in range(5):
        engine.clock.advance(seconds=1)
        attempt.beat()

    assert engine.store.calls == ["save"]
    assert attempt.job.progress == 99


def test_the_last_report_merges_into_the_next_write(engine: Engine) -> None:
    attempt = claim(engine)
    attempt.progress(30, "Document 1 of 3 read")

    attempt.step("document-1", lambda: "text")

    assert engine.store.get(attempt.job.job_id).progress == 30


def test_a_beat_with_nothing_new_renews_the_lease_only_when_it_is_time(engine: Engine) -> None:
    attempt = claim(engine)

    for _ in range(2 * HEARTBEAT_SECONDS):
        engine.clock.advance(seconds=1)
        attempt.beat()

    assert engine.store.calls == ["renew", "renew"]
    assert engine.store.get(attempt.job.job_id).version == attempt.job.version


def test_a_write_of_progress_renews_the_lease_too(engine: Engine) -> None:
    attempt = claim(engine)

    for second in range(2 * HEARTBEAT_SECONDS - 1):
        engine.clock.advance(seconds=1)
        attempt.progress(second, "Reading")
        attempt.beat()

    assert "renew" not in engine.store.calls
    assert attempt.job.lease_until == lease_end(engine.clock())  # the last write was just now


def test_a_cancel_is_seen_by_the_next_heartbeat_and_stops_the_next_call(engine: Engine) -> None:
    attempt = claim(engine)
    cancel_job(attempt.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())

    engine.clock.advance(seconds=HEARTBEAT_SECONDS)
    attempt.beat()

    with pytest.raises(CancelSeen):
        attempt.check()


def test_a_cancel_is_seen_by_the_next_write(engine: Engine) -> None:
    attempt = claim(engine)
    cancel_job(attempt.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())

    with pytest.raises(CancelSeen):
        attempt.step("extract", lambda: 1)


def test_a_worker_whose_lease_was_taken_over_is_stopped(engine: Engine) -> None:
    first = claim(engine)
    engine.clock.advance(seconds=LEASE_SECONDS)
    claim_again(engine, first.job)

    first.beat()

    with pytest.raises(LeaseLost):
        first.check()


def test_a_lease_that_could_not_be_renewed_for_long_stops_the_attempt_by_its_own_clock(engine: Engine) -> None:
    attempt = claim(engine)
    engine.store.fail("renew", times=999)

    for _ in range(2 * LEASE_SECONDS):
        engine.clock.advance(seconds=1)
        attempt.beat()

    with pytest.raises(LeaseLost):
        attempt.check()


def test_a_single_failed_heartbeat_is_made_up_for(engine: Engine) -> None:
    attempt = claim(engine)
    engine.store.fail("renew")

    for _ in range(HEARTBEAT_SECONDS + 1):
        engine.clock.advance(seconds=1)
        attempt.beat()

    attempt.check()
    assert engine.store.get(attempt.job.job_id).lease_until == lease_end(engine.clock())


def test_an_attempt_leaves_its_function_time_to_say_goodbye(engine: Engine) -> None:
    attempt = claim(engine, time_left=lambda: 8.0)

    assert attempt.remaining() == 0
    with pytest.raises(OutOfTime):
        attempt.check()


def test_the_remaining_time_ends_with_the_deadline(engine: Engine) -> None:
    attempt = claim(engine, deadline_seconds=60)
    engine.clock.advance(seconds=20)

    assert attempt.remaining() == 40


def test_a_passed_deadline_stops_the_attempt(engine: Engine) -> None:
    attempt = claim(engine, deadline_seconds=60)
    engine.clock.advance(seconds=60)

    with pytest.raises(DeadlineExceeded):
        attempt.check()


def test_a_call_that_could_pass_the_cost_limit_is_not_allowed(engine: Engine) -> None:
    attempt = claim(engine, max_cost_usd=Decimal("0.10"))
    attempt.charge(usage("0.06"))

    attempt.allow(Decimal("0.04"))  # 0.06 + 0.04 = 0.10, not above
    with pytest.raises(BudgetExceeded, match=r"0\.10 USD"):
        attempt.allow(Decimal("0.05"))


def test_a_cost_limit_with_an_unknown_price_allows_nothing(engine: Engine) -> None:
    attempt = claim(engine, max_cost_usd=Decimal(5))

    with pytest.raises(BudgetExceeded, match="not known"):
        attempt.allow(None)


def test_without_a_cost_limit_an_unknown_price_is_allowed_and_stays_unknown(engine: Engine) -> None:
    attempt = claim(engine)

    attempt.allow(None)
    attempt.charge(usage(None))
    attempt.charge(usage("0.01"))

    assert attempt.usage.cost_usd is None
    assert attempt.usage.calls[0].requests == 2


def test_a_write_whose_answer_was_lost_counts_as_written(engine: Engine) -> None:
    attempt = claim(engine)
    store = engine.store

    class AnswerLost:
        """Lets one save land and then tells the caller that it did not."""

        def save(self, before: Job, after: Job, **extras: object) -> Job:
            store.save(before, after, **extras)
            return store.save(before, after, **extras)  # type: ignore[no-any-return]

    lossy = Attempt(attempt.job, store=AnswerLost(), clock=engine.clock, time_left=lambda: PLENTY)  # type: ignore[arg-type]

    job = lossy.save(lambda before: completed(before, result_bytes=2, at=engine.clock()), result=b"{}")

    assert job.status is Status.COMPLETED
    assert job == msgspec.structs.replace(store.get(job.job_id))
