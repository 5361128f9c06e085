"""Audit lines go to a log group of their own, and no others; a trouble there fails no request."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib import telemetry
from chalicelib.adapters.audit_log import AuditLog
from tests.fakes.clock import FakeClock
from tests.fakes.log_lines import Lines, logged_lines

DENIED: Any = {"Error": {"Code": "AccessDeniedException"}}


class FakeLogs:
    """CloudWatch Logs: streams and what was put into them; `trouble` is raised instead."""

    def __init__(self) -> None:
        self.streams: list[str] = []
        self.lines: list[Any] = []
        self.trouble: Exception | None = None

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:  # noqa: N803
        self.streams.append(f"{logGroupName} {logStreamName}")

    def put_log_events(self, *, logGroupName: str, logStreamName: str, logEvents: Any) -> None:  # noqa: N803
        if self.trouble is not None:
            raise self.trouble
        assert f"{logGroupName} {logStreamName}" in self.streams
        self.lines += [json.loads(event["message"]) for event in logEvents]


@pytest.fixture
def logs() -> FakeLogs:
    return FakeLogs()


@pytest.fixture
def lines(logs: FakeLogs) -> Iterator[Lines]:
    with logged_lines() as found:
        audit = AuditLog(lambda: logs, group="/casework/audit", new_id=lambda: "s1", clock=FakeClock())
        telemetry.also_send("audit", audit)
        yield found


def test_only_audit_lines_are_kept_apart_and_stay_in_the_functions_log(logs: FakeLogs, lines: Lines) -> None:
    telemetry.info("request", status=200)
    telemetry.info("audit", action="read_case", principal="admin-1", object="case-1")
    telemetry.info("audit", action="delete_case", principal="admin-1", object="case-1")

    assert [line["action"] for line in logs.lines] == ["read_case", "delete_case"]
    assert logs.lines[0]["principal"] == "admin-1"
    assert len(logs.streams) == 1
    assert [line["event"] for line in lines()] == ["request", "audit", "audit"]


@pytest.mark.parametrize(
    "trouble", [ClientError(DENIED, "PutLogEvents"), EndpointConnectionError(endpoint_url="https://logs")]
)
def test_a_line_that_cannot_be_sent_is_reported_and_fails_nothing(
    logs: FakeLogs, lines: Lines, trouble: Exception
) -> None:
    logs.trouble = trouble

    telemetry.info("audit", action="read_case", principal="admin-1", object="case-1")

    assert sorted(line["event"] for line in lines()) == ["audit", "audit_not_stored"]
    assert logging.getLogger("casework").handlers
