"""`status`: how a stage is, its open jobs, its queues and what failed lately."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.jobs.call_limits import after_refusal, waiter_of
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import Created
from infra.ops.status import show_status
from tests.fakes.cases_of_jobs import FakeCases
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs import CASE_ID, CREATED_AT, JOB_ID, a_job
from tests.unit.infra.ops.conftest import NOW, OTHER_JOB


def test_status_groups_open_jobs_by_lane_and_status_with_the_oldest(ops):
    ops.store()
    ops.store(job_id=OTHER_JOB, priority="high", created_at=CREATED_AT + timedelta(minutes=30))

    report = json.loads(ops.printed(show_status, json=True))

    assert report["open"] == [
        {"lane": "high", "status": "pending", "jobs": 1, "oldest_seconds": 3600, "oldest_job_id": OTHER_JOB},
        {"lane": "normal", "status": "pending", "jobs": 1, "oldest_seconds": 5400, "oldest_job_id": JOB_ID},
    ]


def test_status_counts_messages_and_dead_letters_of_each_lane(ops):
    ops.bury(ops.high, "{}")
    ops.stage.sqs.send_message(QueueUrl=ops.normal.queue_url, MessageBody="{}")

    queues = json.loads(ops.printed(show_status, json=True))["queues"]

    assert queues["high"] == {"waiting": 0, "in_flight": 0, "delayed": 0, "dead": 1}
    assert queues["normal"] == {"waiting": 1, "in_flight": 0, "delayed": 0, "dead": 0}


def test_status_counts_open_jobs_past_the_first_thousand(ops):
    cases = FakeCases()
    cases.add(CASE_ID)
    ops.stage.jobs = FakeJobStore(cases=cases)
    for number in range(1600):
        job = a_job(job_id=f"job-{number}", created_at=CREATED_AT - timedelta(seconds=number))
        assert ops.stage.jobs.create(job, key=None, open_jobs_limit=None) == Created(job)

    report = json.loads(ops.printed(show_status, json=True))

    assert report["open_are_all"]
    assert [(group["jobs"], group["oldest_seconds"]) for group in report["open"]] == [(1600, 5400 + 1599)]


class EndlessJobStore(FakeJobStore):
    """As many open jobs as are asked for."""

    def due_checks(self, *, now: datetime, limit: int, status: object = None) -> Sequence[Job]:
        return [a_job()] * limit


def test_status_says_when_there_are_more_open_jobs_than_it_counts(ops):
    ops.stage.jobs = EndlessJobStore(cases=FakeCases())

    table, report = ops.printed(show_status), json.loads(ops.printed(show_status, json=True))

    assert "There are more: only 10,000 were counted" in table
    assert (report["open"][0]["jobs"], report["open_are_all"]) == (10_000, False)


def test_status_counts_the_failures_of_a_day_by_their_code_and_names_their_jobs(ops):
    ops.fail(ops.store())
    ops.fail(ops.store(job_id=OTHER_JOB, created_at=CREATED_AT + timedelta(minutes=30)))

    table, report = ops.printed(show_status), json.loads(ops.printed(show_status, json=True))

    assert report["failed_last_day"] == {"provider_auth": [OTHER_JOB, JOB_ID]}
    assert re.search(r"provider_auth\s+│\s+2", table)
    assert "There are more" not in table
    assert "Open jobs of dev: none" in table


def test_status_shows_calls_in_flight_who_waits_for_them_and_a_lowered_limit(ops):
    assert json.loads(ops.printed(show_status, json=True))["calls_in_flight"] == []
    job = ops.store()
    taken = {"calls": 3, "held": 0, "size": 20, "careful_at": None}
    ops.stage.slots.take("openai", 0, job_id=OTHER_JOB, **taken)
    ops.stage.slots.wait("openai", waiter_of(job, calls=1), expires_at=job.expires_at)
    ops.stage.slots.cool_down("openai", after_refusal(None, retry_after_seconds=None, now=NOW))

    report = json.loads(ops.printed(show_status, json=True))

    assert report["calls_in_flight"] == [{"limit": "openai", "in_flight": 3, "waiting": 1, "allowed_percent": 75}]
    assert "Calls at the providers" in ops.printed(show_status)
