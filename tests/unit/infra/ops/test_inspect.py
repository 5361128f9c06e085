"""`inspect`: one job with its timeline, its usage and its errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.ops.inspect import logged_errors, show_job
from infra.problem import Problem
from tests.fakes.jobs import CREATED_AT, JOB_ID
from tests.unit.infra.ops.conftest import OTHER_JOB


def test_inspect_shows_the_timeline_the_usage_and_the_error(ops):
    ops.fail(ops.store())

    shown = ops.printed(show_job, job=JOB_ID)
    report = json.loads(ops.printed(show_job, job=JOB_ID, json=True))

    assert "2 calls, 900 tokens in, 70 out, 0.02 US$" in shown
    assert "+5400.0 s" in shown
    assert [event["type"] for event in report["events"]] == ["created", "started", "failed"]
    assert (report["job"]["status"], report["error"]["code"]) == ("failed", "provider_auth")


def test_inspect_says_when_there_is_no_such_job(ops):
    with pytest.raises(Problem, match=r"no job .* in this stage"):
        ops.printed(show_job, job=OTHER_JOB)


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
