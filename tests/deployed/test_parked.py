"""A job whose model works without a worker, through the packaged app: parked, woken by OpenAI's webhook, cleaned up."""

from __future__ import annotations

from typing import Any

import pytest

from infra.emulated.system import Deployed
from tests.deployed.sample import new_case

SECONDS_OF_THE_MODEL = 20


@pytest.fixture(autouse=True)
def slow_model(deployed: Deployed) -> None:
    deployed.model("POST", "/pace", {"seconds": SECONDS_OF_THE_MODEL})


def deliveries(deployed: Deployed) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = deployed.model("GET", "/webhooks").body["deliveries"]
    return found


def at_openai(deployed: Deployed, job_id: str) -> list[dict[str, Any]]:
    """What lies there of the job."""
    found: list[dict[str, Any]] = deployed.model("GET", "/responses").body["responses"]
    return [one for one in found if one["metadata"]["job"] == job_id]


def test_a_webhook_wakes_a_parked_job_which_is_paid_once(deployed: Deployed) -> None:
    client = deployed.client("patient")
    job_id = client.start("call_analysis", new_case(client))["job_id"]
    parked = client.until(job_id, lambda job: job["waiting_for"] == "model")[-1]
    [at_provider] = at_openai(deployed, job_id)

    job = client.until_done(job_id)

    assert parked["status"] == "running"
    assert (job["status"], job["attempt"], job["usage"]["calls"][0]["requests"]) == ("completed", 1, 1)
    [told] = [one for one in deliveries(deployed) if one["response_id"] == at_provider["id"]]
    assert told["outcomes"] == [200]
    assert at_openai(deployed, job_id) == []


def test_a_cancel_ends_what_openai_does(deployed: Deployed) -> None:
    client = deployed.client("impatient")
    job_id = client.start("call_analysis", new_case(client))["job_id"]
    client.until(job_id, lambda job: job["waiting_for"] == "model")

    answer = client.ask("POST", f"/jobs/{job_id}/cancel")
    job = client.until_done(job_id)

    assert answer.status == 202
    assert job["status"] == "cancelled"
    assert job["usage"]["input_tokens"] > 0
    assert at_openai(deployed, job_id) == []


def test_a_forged_webhook_is_refused(deployed: Deployed) -> None:
    forged = {"webhook_id": "wh_1", "webhook_timestamp": "1", "webhook_signature": "v1,AAAA"}

    assert deployed.anonymous().ask("POST", "/openai/webhook", {"type": "response.completed"}, **forged).status == 401
