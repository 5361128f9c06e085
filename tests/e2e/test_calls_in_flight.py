"""More jobs than a provider takes at once: they wait for it, and it never has to refuse one."""

from __future__ import annotations

import pytest

from clients.demo.sample import create_case
from tests.e2e.local_system import chalice_local, wait_until

pytestmark = pytest.mark.e2e

JOBS = 6


def test_a_provider_that_takes_two_calls_at_once_refuses_none(project):
    with chalice_local(project, "--no-autoreload", OPENAI_CALLS_AT_ONCE="2", CASEWORK_RESCUE_SECONDS="5") as running:
        client, models = running.client(), running.models()
        models.call("POST", "/__emulator/limits", {"openai": 2})
        models.call("POST", "/__emulator/pace", {"seconds": 1})
        case_id = create_case(client)
        started = [client.start("document_analysis_form7801", case_id, dedupe="none")["job_id"] for _ in range(JOBS)]

        wait_until(
            lambda: all(client.jobs.get(job_id)["done"] for job_id in started),
            lambda: running.said(),
            within_seconds=240,
        )

        jobs = [client.jobs.get(job_id) for job_id in started]
        assert [job["status"] for job in jobs] == ["completed"] * JOBS
        repeated = [event for job_id in started for event in client.jobs.events(job_id) if event["type"] == "retrying"]
        assert "provider_rate_limited" not in {event["message"] for event in repeated}
        assert models.call("GET", "/__emulator/limits")["highest"]["openai"] <= 2
