"""A worker that is killed between two turns of the agent costs time: no job, no turn that was paid for."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.values import epoch_seconds, from_iso, iso, text
from clients.demo.sample import create_case
from infra.local.environment import HOST
from infra.local.resources import resource_names
from tests.e2e.local_system import Running, chalice_local, wait_until

pytestmark = pytest.mark.e2e

LEASE = timedelta(seconds=46)


def asked(running: Running) -> list[dict[str, Any]]:
    """Every call to the models so far."""
    calls: list[dict[str, Any]] = running.models().call("GET", "/__emulator/log")["requests"]
    return calls


def end_lease(running: Running, job_id: str) -> None:
    """Let the job's times be those of a worker that fell silent a lease ago, so that nobody has to wait for it."""
    resources = resource_names(f"http://{HOST}:{running.ports.aws}")
    dynamodb, key = resources.client("dynamodb"), {"job_id": {"S": job_id}, "item": {"S": "job"}}
    record = dynamodb.get_item(TableName=resources.jobs_table, Key=key)["Item"]
    over = from_iso(record["lease_until"]["S"]) - LEASE
    earlier = {"lease_until": text(iso(over)), "check_at": epoch_seconds(over)}
    dynamodb.put_item(TableName=resources.jobs_table, Item={**record, **earlier})


def test_no_turn_that_was_answered_is_asked_again(project):
    with chalice_local(project, "--no-autoreload", CASEWORK_RESCUE_SECONDS="1") as running:
        client = running.client()
        running.models().call("POST", "/__emulator/pace", {"seconds": 2})
        job_id = client.start("document_analysis_agent", create_case(client))["job_id"]
        # The third call is under way: two turns are stored.
        wait_until(lambda: len(asked(running)) >= 3, lambda: running.said())

        os.kill(running.worker("normal"), signal.SIGKILL)
        running.models().call("POST", "/__emulator/pace", {"seconds": 0})
        end_lease(running, job_id)
        wait_until(lambda: client.jobs.get(job_id)["done"], lambda: running.said())

        job = client.jobs.get(job_id)
        calls = asked(running)
        answered = Counter(call["body_sha256"] for call in calls if call["outcome"] == "answered")
        assert (job["status"], job["attempt"]) == ("completed", 2)
        assert [times for times in answered.values() if times > 1] == []
        assert len(calls) - len(answered) <= 1  # the call that was under way when the worker died
