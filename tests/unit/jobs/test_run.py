"""One attempt from claim to outcome."""

from __future__ import annotations

import pytest

from chalicelib.auth import Principal
from chalicelib.errors import (
    OutputInvalid,
    ProviderRateLimited,
    ProviderRefused,
    ProviderUnavailable,
    StorageUnavailable,
)
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, JobMessage
from chalicelib.jobs.requests import JobsOfCase
from tests.fakes.engine import Engine, complete, fail_with
from tests.fakes.jobs import CASE_ID

OWNER = Principal(user_id="owner-1")


def test_a_finished_analysis_completes_its_job_and_writes_its_case() -> None:
    engine = Engine(complete)
    started = engine.start()

    engine.deliver()

    job = engine.job(started)
    assert (job.status, job.progress, job.attempt) == (Status.COMPLETED, 100, 1)
    assert engine.store.result(job) == '{"case_id":"%s","analysis":{"summary":"סיכום"}}'.encode() % CASE_ID.encode()
    assert engine.cases.bodies[CASE_ID] == {"final_document_analysis": {"summary": "סיכום"}}
    assert [event.type for event in job.timeline] == ["created", "started", "completed"]


def test_a_result_is_measured_as_lambda_will_send_it() -> None:
    engine = Engine(lambda ctx: Completed(result={"a": 'א"'}))
    started = engine.start()

    engine.deliver()

    job = engine.job(started)
    assert job.result_bytes == 12  # {"a":"א\""} with two bytes for the letter
    # 2 for the quotes around it all, 4 for {a:}, 4 * 2 for the JSON's own quotes, 6 for the letter, 4 for the \"
    assert job.result_sent_bytes == 24


def test_a_number_that_json_cannot_say_is_stored_as_null() -> None:
    engine = Engine(lambda ctx: Completed(result={"share": float("nan"), "most": float("inf")}))
    started = engine.start()

    engine.deliver()

    assert engine.store.result(engine.job(started)) == b'{"share":null,"most":null}'


def test_a_finished_job_leaves_neither_lock_nor_open_job_behind() -> None:
    engine = Engine(complete)
    engine.start()

    engine.deliver()

    assert engine.store.lock_holders == {}
    assert engine.store.open_job_counts == {"owner-1": 0}


def test_an_attempt_costs_one_write_to_claim_and_one_to_end() -> None:
    engine = Engine(complete)
    engine.start()
    engine.store.calls.clear()

    engine.deliver()

    assert engine.store.calls == ["claim", "save"]


def test_a_duplicate_message_of_a_finished_job_is_acknowledged_without_running_it() -> None:
    runs = []
    engine = Engine(lambda ctx: runs.append(1) or complete(ctx))  # type: ignore[func-returns-value]
    started = engine.start()
    engine.deliver()

    engine.receive(JobMessage(job_id=started.job.job_id))

    assert runs == [1]


def test_a_permanent_error_fails_the_job_with_its_code() -> None:
    error = ProviderRefused("The model declined.", provider="openai", provider_request_id="req_1")
    engine = Engine(fail_with(error))
    started = engine.start()

    engine.deliver()

    job = engine.job(started)
    assert job.status is Status.FAILED
    assert job.error is not None
    assert (job.error.code, job.error.message) == ("provider_refused", "The model declined.")
    assert (job.error.provider, job.error.provider_request_id, job.error.retryable) == ("openai", "req_1", False)
    assert engine.queue.waiting == ()


def test_a_transient_error_is_repeated_when_its_delay_is_over() -> None:
    engine = Engine(fail_with(ProviderRateLimited("busy", retry_after_seconds=30)))
    started = engine.start()

    engine.deliver()
    waiting = engine.job(started)
    engine.clock.advance(seconds=29)
    early = engine.deliver()
    engine.clock.advance(seconds=1)
    engine.deliver()

    assert waiting.status is Status.PENDING
    assert (waiting.due_at - engine.job(started).created_at).total_seconds() == 30
    assert early == 0
    assert (engine.job(started).status, engine.job(started).attempt) == (Status.COMPLETED, 2)


@pytest.mark.parametrize(("invalid", "status"), [(1, Status.COMPLETED), (2, Status.FAILED)])
def test_an_answer_that_is_not_valid_is_asked_for_once_more(invalid: int, status: Status) -> None:
    engine = Engine(fail_with(*[OutputInvalid("The answer has another shape.") for _ in range(invalid)]))
    started = engine.start()

    engine.deliver()
    waiting = engine.job(started)
    engine.clock.advance(seconds=5)
    engine.deliver()

    job = engine.job(started)
    assert waiting.error is not None
    assert (waiting.error.code, waiting.error.retryable) == ("output_invalid", True)
    assert (job.status, job.attempt) == (status, 2)
    assert job.status is Status.COMPLETED or (job.error is not None and not job.error.retryable)


def test_each_answer_is_asked_for_once_more() -> None:
    invalid = {"first": 1, "second": 1}

    def run(ctx: AttemptContext) -> Completed:
        return Completed(result={name: ctx.step(name, lambda: answer(name)) for name in invalid})  # noqa: B023

    def answer(name: str) -> str:
        invalid[name] -= 1
        if invalid[name] >= 0:
            raise OutputInvalid("The answer has another shape.")
        return "fine"

    engine = Engine(run)
    started = engine.start()
    for _ in range(3):
        engine.deliver()
        engine.clock.advance(seconds=5)

    assert engine.job(started).status is Status.COMPLETED


def test_a_transient_error_fails_the_job_once_its_attempts_are_used_up() -> None:
    engine = Engine(fail_with(*[ProviderUnavailable("down") for _ in range(3)]))
    started = engine.start(max_attempts=3)

    for _ in range(3):
        engine.deliver()
        engine.clock.advance(seconds=900)

    job = engine.job(started)
    assert (job.status, job.attempt) == (Status.FAILED, 3)
    assert job.error is not None
    assert (job.error.code, job.error.retryable) == ("provider_unavailable", True)


def test_a_defect_of_ours_fails_the_job_and_shows_nothing_of_itself() -> None:
    def crash(ctx: AttemptContext) -> Completed:
        raise ValueError("secret 000000422")

    engine = Engine(crash)
    started = engine.start()

    engine.deliver()

    error = engine.job(started).error
    assert error is not None
    assert error.code == "internal"
    assert "000000422" not in error.message


def test_an_unknown_job_type_fails_its_job() -> None:
    engine = Engine(complete)
    started = engine.start(job_type="no_such_analysis")

    engine.deliver()

    error = engine.job(started).error
    assert error is not None
    assert error.code == "internal"


def test_a_job_past_its_deadline_fails_without_running() -> None:
    runs = []
    engine = Engine(lambda ctx: runs.append(1) or complete(ctx))  # type: ignore[func-returns-value]
    started = engine.start(deadline_seconds=60)
    engine.clock.advance(seconds=61)

    engine.deliver()

    error = engine.job(started).error
    assert error is not None
    assert error.code == "deadline_exceeded"
    assert runs == []


def test_storage_that_does_not_answer_raises_so_that_the_message_comes_again() -> None:
    engine = Engine(complete)
    started = engine.start()
    engine.store.fail("claim")

    with pytest.raises(StorageUnavailable):
        engine.receive(JobMessage(job_id=started.job.job_id))


def _read_and_ask(ctx: AttemptContext) -> Completed:
    ctx.step("text-1", lambda: {"text": "אבחנה"})
    ctx.step("extract-1", lambda: {"answer": 1})
    return Completed(result={})


def test_nothing_of_a_deleted_document_stays_with_a_finished_job() -> None:
    engine = Engine(_read_and_ask)
    started = engine.start()
    engine.deliver()
    assert set(engine.store.checkpoints(started.job.job_id)) == {"text-1", "extract-1"}

    JobsOfCase(engine.store, engine.queue).forget_texts(started.job.case_id)

    assert engine.store.checkpoints(started.job.job_id) == {}
    assert engine.job(started).status is Status.COMPLETED


def test_an_open_job_keeps_its_answers_and_reads_again() -> None:
    asked: list[str] = []

    def read_and_ask(ctx: AttemptContext) -> Completed:
        ctx.step("text-1", lambda: asked.append("text"))
        ctx.step("extract-1", lambda: asked.append("extract"))
        if len(asked) == 2:
            raise ProviderUnavailable("busy")
        return Completed(result={})

    engine = Engine(read_and_ask)
    started = engine.start()
    engine.deliver()

    JobsOfCase(engine.store, engine.queue).forget_texts(started.job.case_id)
    engine.clock.advance(seconds=600)
    engine.deliver()

    assert engine.job(started).status is Status.COMPLETED
    assert asked == ["text", "extract", "text"]


def test_with_the_end_of_an_open_job_goes_what_it_stored_of_a_deleted_document() -> None:
    """Its snapshot, its answers, and a text that it read while the document was being deleted."""
    deletions: list[str] = []

    def read_beside_the_deletion(ctx: AttemptContext) -> Completed:
        ctx.step("inputs", lambda: {"documents": ["report.pdf"]})
        if not deletions:
            deletions.append("now")
            JobsOfCase(engine.store, engine.queue).forget_texts(ctx.job.case_id)
        ctx.step("text-1", lambda: {"text": "אבחנה"})
        ctx.step("turn-1", lambda: {"answer": "אבחנה"})
        return Completed(result={})

    engine = Engine(read_beside_the_deletion)
    started = engine.start()
    engine.deliver()

    assert engine.job(started).status is Status.COMPLETED
    assert deletions == ["now"]
    assert engine.store.checkpoints(started.job.job_id) == {}


def test_a_job_that_ends_while_its_document_is_deleted_keeps_nothing() -> None:
    engine = Engine(_read_and_ask)
    started = engine.start()
    save, jobs = engine.store.save, JobsOfCase(engine.store, engine.queue)

    def end_first(before: Job, after: Job, **more: object) -> Job:
        engine.store.save = save  # type: ignore[method-assign]
        engine.deliver()
        return save(before, after, **more)  # type: ignore[arg-type]

    engine.store.save = end_first  # type: ignore[assignment, method-assign]
    jobs.forget_texts(started.job.case_id)

    assert engine.job(started).status is Status.COMPLETED
    assert engine.store.checkpoints(started.job.job_id) == {}
