"""Dead letters are listed with what their job's record says, and stay where they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.errors import ProviderUnavailable, WorkerLost
from chalicelib.jobs import lifecycle
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import JobMessage
from infra.ops.dlq import DeadLetter, dead_letters, let_go, reason
from infra.problem import Problem
from tests.fakes.jobs import CREATED_AT, JOB_ID, a_job

BODY = f'{{"v":1,"job_id":"{JOB_ID}"}}'


def a_letter(body: str = BODY) -> DeadLetter:
    return DeadLetter(
        lane="high",
        message_id="m",
        receipt_handle="r",
        body=body,
        group=None,
        sent_at=CREATED_AT,
        receive_count=5,
    )


def says(job: Job | None, *, body: str = BODY) -> str:
    return reason(a_letter(body), read_job=lambda _: job)


def test_every_letter_is_listed_once_and_is_visible_again_when_it_was_let_go(ops):
    sent = {ops.bury(ops.high, f'{{"job_id":"{number}"}}') for number in range(23)}

    letters = list(dead_letters(ops.stage.sqs, ops.high))
    let_go(ops.stage.sqs, ops.high, letters)

    assert {letter.message_id for letter in letters} == sent
    assert len(letters) == 23
    assert len(ops.bodies(ops.high.dead_letter_queue_url)) == 23


def test_a_letter_tells_its_lane_job_age_and_group(ops):
    before = datetime.now(UTC) - timedelta(seconds=1)
    ops.bury(ops.normal, BODY, MessageGroupId="g1")

    (letter,) = dead_letters(ops.stage.sqs, ops.normal)

    assert (letter.lane, letter.job_id, letter.group, letter.receive_count) == ("normal", JOB_ID, "g1", 1)
    assert before <= letter.sent_at <= datetime.now(UTC) + timedelta(seconds=1)


def test_an_empty_queue_has_no_letters(ops):
    assert list(dead_letters(ops.stage.sqs, ops.high)) == []


def test_a_queue_that_does_not_answer_is_a_problem_that_names_it(ops):
    gone = msgspec.structs.replace(ops.high, dead_letter_queue_url=ops.high.queue_url + "-gone")

    with pytest.raises(Problem, match="HighQueue-gone does not answer"):
        list(dead_letters(ops.stage.sqs, gone))


@pytest.mark.parametrize("body", ["not JSON", "{}", '{"job_id": 7}', "[]"])
def test_a_message_that_is_none_of_ours_names_no_job(body):
    assert a_letter(body).job_id is None
    assert says(None, body=body) == "not a Casework message"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            JobMessage(job_id=JOB_ID, forget=("resp_1", "resp_2"), tries=3),
            "to delete 2 answers of a deleted job at the model's provider",
        ),
        (JobMessage(job_id="", call_id="resp_1"), "to find the job of the call resp_1 at the model's provider"),
    ],
)
def test_a_message_about_calls_at_a_provider_says_what_it_is_to_do_there(body: JobMessage, expected: str) -> None:
    assert says(None, body=msgspec.json.encode(body).decode()) == expected


def running(**changes: Any) -> Job:
    until = CREATED_AT + timedelta(seconds=45)
    return a_job(status=Status.RUNNING, fence=1, attempt=1, lease_until=until, **changes)


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (None, "no such job: deleted or expired"),
        (a_job(), "pending: never claimed; the worker crashes before it claims the job"),
        (a_job(fence=2, attempt=2), "pending"),
        (running(), "running: attempt 1 of 25, lease until 09:00:45 UTC"),
        (
            lifecycle.retrying(running(), ProviderUnavailable("It is down."), due_at=CREATED_AT, at=CREATED_AT),
            "pending: provider_unavailable: It is down. (attempt 1 of 25)",
        ),
        (
            lifecycle.failed(running(), WorkerLost("It stopped."), at=CREATED_AT),
            "failed: worker_lost: It stopped. (attempt 1 of 25)",
        ),
        (lifecycle.completed(running(), result_bytes=2, at=CREATED_AT), "completed"),
        (lifecycle.cancelled(running(), at=CREATED_AT), "cancelled"),
    ],
)
def test_the_reason_is_what_the_jobs_record_says(job, expected):
    assert says(job) == expected
