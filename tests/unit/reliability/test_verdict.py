"""Chaos can fail: each promise that the evidence shows broken is told, and so is a run that proves nothing."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from rich.console import Console

from chalicelib.errors import InputInvalid, Internal, ProviderUnavailable, WorkerLost
from chalicelib.jobs import lifecycle
from chalicelib.jobs.model import Event, Job, Status, Usage, with_event
from tests.fakes.jobs import CREATED_AT, a_job
from tests.reliability.chaos.system import Kill
from tests.reliability.chaos.verdict import CALL_REPLACED, CaseEnd, Evidence, Started, broken_promises, figures, show

KILLED_AT = CREATED_AT + timedelta(seconds=10)
STEPS = ("turn-01", "turn-02")


def started_again(job: Job, *, seconds: float) -> Job:
    """The job, claimed once more so many seconds after its creation."""
    at = CREATED_AT + timedelta(seconds=seconds)
    claimed = msgspec.structs.replace(
        job, status=Status.RUNNING, fence=job.fence + 1, attempt=job.attempt + 1, updated_at=at
    )
    return with_event(claimed, Event(at=at, type="started"))


def with_steps(job: Job, *names: str) -> Job:
    for name in names:
        job = lifecycle.step_stored(job, name=name, at=job.updated_at)
    return job


def completed_job(*, recovered_after: float = 60.0, steps: tuple[str, ...] = STEPS) -> Job:
    """A job whose first worker was killed at `KILLED_AT` after its first step, and whose second one completed it."""
    first = with_steps(started_again(a_job(job_type="document_analysis_agent", job_id="done"), seconds=1), *steps[:1])
    lost = lifecycle.worker_lost(first, at=KILLED_AT + timedelta(seconds=recovered_after - 1))
    second = with_steps(started_again(lost, seconds=10 + recovered_after), *steps[1:])
    return lifecycle.completed(second, result_bytes=2, at=second.updated_at)


def failed_job(error: Any) -> Job:
    return lifecycle.failed(
        started_again(a_job(job_type="document_analysis_agent", job_id="failed"), seconds=2), error, at=CREATED_AT
    )


def call(outcome: str, *, question: str = "", fault: str | None = None) -> dict[str, Any]:
    """A call, streamed; with a question one in the background."""
    metadata = {"job": "done", "question": question} if question else {}
    return {"outcome": outcome, "metadata": metadata, "fault": fault}


def evidence(**changes: Any) -> Evidence:
    """A run in which two jobs were accepted, one worker killed, one call failed, and every promise kept."""
    done, failed = completed_job(), failed_job(InputInvalid("The call was replaced."))
    fields: dict[str, Any] = {
        "wanted": 2,
        "started": tuple(Started(job_id=job.job_id, job_type="t", case_id="c") for job in (done, failed)),
        "jobs": {"done": done, "failed": failed},
        "ends": {
            "done": CaseEnd(has_result=True, analysis={"a": 1}, in_case={"a": 1}),
            "failed": CaseEnd(has_result=False, analysis=None, in_case=None),
        },
        "calls": (call("answered"), call("left"), call("answered"), call("failed")),
        "kills": (Kill(worker="normal-1", at=KILLED_AT.timestamp(), job_id="done"),),
        "counts": {"workers killed": 1},
        "left_behind": (),
        "dead_letters": 0,
        "calls_replaced": frozenset({"failed"}),
    }
    return Evidence(**{**fields, **changes})


def test_a_run_that_kept_every_promise_is_all_well():
    found = figures(evidence())

    assert broken_promises(found) == []
    assert (found.submitted, found.completed, found.failed) == (2, 1, {CALL_REPLACED: 1})
    assert (found.attempts, found.steps, found.calls, found.calls_failed) == (3, 2, 4, 1)
    assert (found.repeats_of_checkpointed_calls, found.repeats_of_calls_in_flight) == (0, 1)
    assert (found.kills, found.kills_at_work) == (1, 1)
    assert (found.worst_recovery_seconds, found.longest_wait_seconds) == (59.0, 60.0)


def jobs_with(done: Job | None = None, failed: Job | None = None) -> dict[str, Job]:
    return {"done": done or completed_job(), "failed": failed or failed_job(InputInvalid("The call was replaced."))}


def progressing(job: Job) -> Job:
    return lifecycle.progressed(
        started_again(a_job(job_type="document_analysis_agent", job_id=job.job_id), seconds=2),
        percent=5,
        message="",
        usage=Usage(),
        at=CREATED_AT,
    )


def cancelled_job() -> Job:
    return lifecycle.cancelled(progressing(completed_job()), at=CREATED_AT)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"wanted": 3}, "only 2 of 3 jobs were accepted"),
        ({"jobs": {"done": completed_job()}}, "1 accepted jobs are lost"),
        ({"jobs": jobs_with(failed=progressing(failed_job(WorkerLost("x"))))}, "1 accepted jobs are lost"),
        ({"jobs": {**jobs_with(), "third": completed_job()}}, "1 jobs exist that no client was told of"),
        ({"jobs": jobs_with(failed=failed_job(Internal("oh")))}, "jobs failed as none should: {'internal': 1}"),
        (
            {"jobs": jobs_with(failed=failed_job(ProviderUnavailable("It is down.")))},
            "jobs failed as none should: {'provider_unavailable': 1}",
        ),
        ({"calls_replaced": frozenset()}, "jobs failed as none should: {'input_invalid': 1}"),
        (
            {"jobs": jobs_with(completed_job(steps=("turn-01", "turn-01")))},
            "1 calls whose answer was stored were made again",
        ),
        ({"calls": (call("answered"),) * 4 + (call("failed"),)}, "2 calls were made again after 1 kills"),
        ({"calls": (call("answered"), call("failed"))}, "more steps are stored than calls were answered"),
        (
            {"ends": {**evidence().ends, "done": CaseEnd(has_result=True, analysis={"a": 1}, in_case={"a": 2})}},
            "1 cases do not hold",
        ),
        (
            {"ends": {**evidence().ends, "done": CaseEnd(has_result=False, analysis=None, in_case=None)}},
            "1 cases do not hold",
        ),
        (
            {"ends": {**evidence().ends, "failed": CaseEnd(has_result=False, analysis=None, in_case={"a": 2})}},
            "1 cases do not hold",
        ),
        ({"left_behind": ("user#u",)}, "1 locks or counters are left behind"),
        ({"dead_letters": 4}, "4 messages are in the dead-letter queues"),
        ({"jobs": jobs_with(completed_job(recovered_after=122))}, "a job could not be taken up for 121 s"),
        ({"kills": ()}, "no worker was killed at work"),
        ({"calls": (call("answered"),) * 3}, "no provider call failed"),
        ({"jobs": jobs_with(cancelled_job())}, "1 jobs were cancelled"),
        ({"problems": ("_kill: OSError: x",)}, "the mischief itself broke: _kill: OSError: x"),
    ],
)
def test_each_broken_promise_is_told(changes, sentence):
    told = broken_promises(figures(evidence(**changes)))

    assert any(sentence in one for one in told), told


def test_a_kill_after_the_job_had_ended_interrupted_nothing():
    late = Kill(worker="normal-1", at=(CREATED_AT + timedelta(hours=1)).timestamp(), job_id="done")

    found = figures(evidence(kills=(late,)))

    assert (found.kills, found.kills_at_work, found.worst_recovery_seconds) == (1, 0, None)


def test_a_result_that_is_not_for_the_case_need_not_be_in_the_case():
    counted = CaseEnd(has_result=True, analysis=None, in_case=None)

    assert broken_promises(figures(evidence(ends={**evidence().ends, "done": counted}))) == []


def test_an_analysis_may_go_with_the_call_that_was_replaced_after_it():
    gone = CaseEnd(has_result=True, analysis={"a": 1}, in_case=None)
    ends = {**evidence().ends, "done": gone}

    assert broken_promises(figures(evidence(ends=ends, calls_replaced=frozenset({"done", "failed"})))) == []
    assert broken_promises(figures(evidence(ends=ends))) != []


def test_what_was_read_of_the_case_is_a_step_and_no_call():
    done = completed_job(steps=("inputs", "text-1f", "turn-01", "turn-02"))

    found = figures(evidence(jobs=jobs_with(done)))

    assert (found.steps, found.repeats_of_calls_in_flight) == (4, 1)
    assert broken_promises(found) == []


def test_the_table_shows_the_figures_and_each_broken_promise():
    out = io.StringIO()
    found = figures(evidence(dead_letters=4))

    show(Console(file=out, width=100), found, broken=broken_promises(found), seconds=153.2)

    assert "Chaos, 153 s" in out.getvalue()
    assert "60.0 s" in out.getvalue()
    assert "Broken: 4 messages are in the dead-letter queues." in out.getvalue()


def test_a_question_that_was_begun_twice_in_the_background_is_a_repeat_and_one_that_was_refused_is_none():
    asked = (
        call("answered", question="one"),
        call("failed", question="one", fault="unavailable"),
        call("failed", question="two", fault="lost_create"),
        call("answered", question="two"),
    )

    found = figures(evidence(calls=(*evidence().calls, *asked)))

    assert (found.repeats_in_background, found.webhooks_disturbed) == (1, {"lost_create": 1})
    assert "1 calls in the background were made again" in broken_promises(found)
