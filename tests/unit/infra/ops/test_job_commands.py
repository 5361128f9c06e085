"""What an operator reads of jobs: how the stage stands, one job, and what the model providers cost."""

from __future__ import annotations

import argparse
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from rich.console import Console

from chalicelib.errors import ProviderAuth
from chalicelib.jobs import lifecycle
from chalicelib.jobs.model import Job, ModelUsage, Usage
from chalicelib.jobs.ports import Created
from clients.demo.client import DemoProblem
from infra.ops.inspection import logged_errors
from infra.ops.job_commands import show_cost, show_job, show_status
from infra.ops.problem import OpsProblem
from infra.ops.spending import since
from infra.ops.starting import api_client, start_and_follow
from tests.fakes.cases_of_jobs import FakeCases
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs import CASE_ID, CREATED_AT, JOB_ID, a_job

NOW = CREATED_AT + timedelta(minutes=90)
OTHER_JOB = "33333333-3333-4333-8333-333333333333"
SPENT = ModelUsage(
    model="gpt-6-luna", requests=2, input_tokens=900, output_tokens=70, cached_tokens=5, cost_usd=Decimal("0.02")
)


def printed(command: Any, ops: Any, **options: Any) -> str:
    out = io.StringIO()
    asked = argparse.Namespace(**{"json": False, **options})
    command(ops.stage, asked, console=Console(file=out, width=200), now=NOW)
    return out.getvalue()


def fail(ops: Any, job: Any) -> Any:
    claimed = ops.stage.jobs.claim(job.job_id, now=NOW, lease_until=lifecycle.lease_end(NOW), claim_token="w/1")
    used = msgspec.structs.replace(claimed, usage=Usage().plus(SPENT))
    return ops.stage.jobs.save(claimed, lifecycle.failed(used, ProviderAuth("The key is refused."), at=NOW))


def test_status_groups_open_jobs_by_lane_and_status_with_the_oldest(ops):
    ops.store()
    ops.store(job_id=OTHER_JOB, priority="high", created_at=CREATED_AT + timedelta(minutes=30))

    report = json.loads(printed(show_status, ops, json=True))

    assert report["open"] == [
        {"lane": "high", "status": "pending", "jobs": 1, "oldest_seconds": 3600, "oldest_job_id": OTHER_JOB},
        {"lane": "normal", "status": "pending", "jobs": 1, "oldest_seconds": 5400, "oldest_job_id": JOB_ID},
    ]


def test_status_counts_messages_and_dead_letters_of_each_lane(ops):
    ops.bury(ops.high, "{}")
    ops.stage.sqs.send_message(QueueUrl=ops.normal.queue_url, MessageBody="{}")

    queues = json.loads(printed(show_status, ops, json=True))["queues"]

    assert queues["high"] == {"waiting": 0, "in_flight": 0, "delayed": 0, "dead": 1}
    assert queues["normal"] == {"waiting": 1, "in_flight": 0, "delayed": 0, "dead": 0}


def test_status_counts_open_jobs_past_the_first_thousand(ops):
    cases = FakeCases()
    cases.add(CASE_ID)
    ops.stage.jobs = FakeJobStore(cases=cases)
    for number in range(1600):
        job = a_job(job_id=f"job-{number}", created_at=CREATED_AT - timedelta(seconds=number))
        assert ops.stage.jobs.create(job, key=None, open_jobs_limit=None) == Created(job)

    report = json.loads(printed(show_status, ops, json=True))

    assert report["open_are_all"]
    assert [(group["jobs"], group["oldest_seconds"]) for group in report["open"]] == [(1600, 5400 + 1599)]


class EndlessJobStore(FakeJobStore):
    """As many open jobs as are asked for."""

    def due_checks(self, *, now: datetime, limit: int) -> Sequence[Job]:
        return [a_job()] * limit


def test_status_says_when_there_are_more_open_jobs_than_it_counts(ops):
    ops.stage.jobs = EndlessJobStore(cases=FakeCases())

    table, report = printed(show_status, ops), json.loads(printed(show_status, ops, json=True))

    assert "There are more: only 10,000 were counted" in table
    assert (report["open"][0]["jobs"], report["open_are_all"]) == (10_000, False)


def test_status_counts_the_failures_of_a_day_by_their_code_and_names_their_jobs(ops):
    fail(ops, ops.store())
    fail(ops, ops.store(job_id=OTHER_JOB, created_at=CREATED_AT + timedelta(minutes=30)))

    table, report = printed(show_status, ops), json.loads(printed(show_status, ops, json=True))

    assert report["failed_last_day"] == {"provider_auth": [OTHER_JOB, JOB_ID]}
    assert re.search(r"provider_auth\s+│\s+2", table)
    assert "There are more" not in table
    assert "Open jobs of dev: none" in table


def test_inspect_shows_the_timeline_the_usage_and_the_error(ops):
    fail(ops, ops.store())

    shown = printed(show_job, ops, job=JOB_ID)
    report = json.loads(printed(show_job, ops, job=JOB_ID, json=True))

    assert "2 calls, 900 tokens in, 70 out, 0.02 US$" in shown
    assert "+5400.0 s" in shown
    assert [event["type"] for event in report["events"]] == ["created", "started", "failed"]
    assert (report["job"]["status"], report["error"]["code"]) == ("failed", "provider_auth")


def test_inspect_says_when_there_is_no_such_job(ops):
    with pytest.raises(OpsProblem, match=r"no job .* in this stage"):
        printed(show_job, ops, job=OTHER_JOB)


def test_cost_sums_by_analysis_and_model(ops):
    fail(ops, ops.store())
    fail(ops, ops.store(job_id=OTHER_JOB))

    report = json.loads(printed(show_cost, ops, since="7d", json=True))

    (row,) = report["rows"]
    assert report["total_usd"] == "0.04"
    assert (row["jobs"], row["requests"], row["input_tokens"], row["cost_usd"]) == (2, 4, 1800, "0.04")
    assert "Together: 0.04 US$." in printed(show_cost, ops, since="7d")


def test_cost_leaves_out_jobs_from_before(ops):
    fail(ops, ops.store())

    assert json.loads(printed(show_cost, ops, since="60m", json=True))["rows"] == []


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("24h", NOW - timedelta(hours=24)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2026-06-01", datetime(2026, 6, 1, tzinfo=UTC)),
    ],
)
def test_since_is_a_span_or_a_date(text, moment):
    assert since(text, now=NOW) == moment


@pytest.mark.parametrize("text", ["", "7", "yesterday", "-1d", "99999999d"])
def test_any_other_since_is_refused(text):
    with pytest.raises(OpsProblem, match=r"SINCE"):
        since(text, now=NOW)


class FakeLogs:
    """CloudWatch Logs with two lines of one group; the other groups are not there."""

    class exceptions:  # noqa: N801  # boto3's name
        ResourceNotFoundException = KeyError

    def get_paginator(self, operation: str) -> FakeLogs:
        assert operation == "filter_log_events"
        return self

    def paginate(self, *, logGroupName: str, filterPattern: str, startTime: int) -> list[Any]:  # noqa: N803
        assert JOB_ID in filterPattern
        if not logGroupName.endswith("work_normal"):
            raise KeyError(logGroupName)
        line = {"at": "2026-06-10T09:00:01Z", "event": "attempt_crashed", "error": "KeyError", "frames": ["a.py:1 f"]}
        return [{"events": [{"message": json.dumps({**line, "secret": "never shown"})}, {"message": "RequestId: x"}]}]


def test_logged_errors_are_places_in_our_code_and_nothing_else():
    found = logged_errors(FakeLogs(), stack="casework-prod", job_id=JOB_ID, since=CREATED_AT)

    assert {
        "at": "2026-06-10T09:00:01Z",
        "event": "attempt_crashed",
        "error": "KeyError",
        "frames": ["a.py:1 f"],
    } in found
    assert "never shown" not in str(found)


class FakeApi:
    """An API whose job takes three polls; what was asked of it is in `asked`."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def post(self, path: str) -> Mapping[str, Any]:
        self.asked.append(f"POST {path}")
        return {"job_id": JOB_ID}

    def get(self, path: str) -> Mapping[str, Any]:
        self.asked.append(f"GET {path}")
        done = len(self.asked) > 3
        return {"job_id": JOB_ID, "done": done, "retry_after_ms": None if done else 1500}


def test_a_run_starts_the_analysis_and_polls_as_often_as_the_api_asks_for():
    api, shown, paused = FakeApi(), [], []

    job = start_and_follow(api, case_id="c1", analysis="agent", show=shown.append, pause=paused.append)

    assert job["done"]
    assert api.asked == ["POST /cases/c1/analyze-with-agent", *[f"GET /jobs/{JOB_ID}"] * 3]
    assert (len(shown), paused) == (3, [1.5, 1.5])


class ClosedApi(FakeApi):
    def post(self, path: str) -> Mapping[str, Any]:
        raise DemoProblem("POST was refused with 404")


def test_a_run_that_is_refused_says_why():
    with pytest.raises(OpsProblem, match=r"refused with 404"):
        start_and_follow(ClosedApi(), case_id="c", analysis="call", show=lambda _: None, pause=lambda _: None)


def test_a_deployed_stage_wants_a_token_of_its_issuer(ops):
    ops.stage.name = "prod"

    with pytest.raises(OpsProblem, match=r"CASEWORK_TOKEN"):
        api_client(ops.stage, environ={}, clients=ops.stage.client)
