"""What goes wrong on AWS, made to go wrong: providers that refuse, users that change their mind, workers that die."""

from __future__ import annotations

from infra.emulated.system import Deployed
from tests.deployed.conftest import UNLUCKY
from tests.deployed.sample import new_case

RECOVERY_SECONDS = 150
"""Two minutes that the contract gives, and the job's own time."""


def test_a_job_that_a_provider_turned_away_is_tried_again(deployed: Deployed) -> None:
    client = deployed.client("patient")
    fault = {"kind": "rate_limited", "provider": "openai", "retry_after": 1}
    assert deployed.model("POST", "/faults", fault).status == 200

    job_id = client.start("call_analysis", new_case(client))["job_id"]
    seen = client.until(job_id, lambda job: bool(job["done"]))

    assert (seen[-1]["status"], seen[-1]["attempt"]) == ("completed", 2)
    waiting = [job for job in seen if job["status"] == "pending" and job["error_info"]]
    assert {job["error_info"]["code"] for job in waiting} == {"provider_rate_limited"}
    events = client.ask("GET", f"/jobs/{job_id}/events").body["events"]
    turns = [event["type"] for event in events if event["type"] != "step"]
    assert turns[:4] == ["created", "started", "retrying", "started"]


def test_a_cancelled_job_stops_while_its_provider_is_still_answering(deployed: Deployed) -> None:
    client = deployed.client("hasty")
    deployed.model("POST", "/pace", {"seconds": 30})
    job_id = client.start("call_analysis", new_case(client))["job_id"]
    client.until(job_id, lambda job: job["status"] == "running")

    accepted = client.ask("POST", f"/jobs/{job_id}/cancel")
    done = client.until_done(job_id, within_seconds=25)

    assert accepted.status == 202
    assert (done["status"], done["result"]) == ("cancelled", None)


def test_a_job_ends_whose_document_was_deleted_while_it_worked(deployed: Deployed) -> None:
    client = deployed.client("tidy")
    deployed.model("POST", "/pace", {"seconds": 5})
    case_id = new_case(client)
    job_id = client.start("document_analysis_form7801", case_id)["job_id"]
    client.until(job_id, lambda job: job["status"] == "running")

    (document,) = client.documents.list(case_id)
    client.documents.delete(case_id, document["id"])
    done = client.until_done(job_id, within_seconds=RECOVERY_SECONDS)

    assert (done["status"], done["attempt"]) == ("completed", 1), done["error_info"]
    assert client.documents.list(case_id) == []


def test_the_schedule_gives_the_job_of_a_killed_worker_to_another(deployed: Deployed, abandoned_job: str) -> None:
    client = deployed.client(UNLUCKY)

    done = client.until_done(abandoned_job, within_seconds=RECOVERY_SECONDS)

    assert (done["status"], done["attempt"]) == ("completed", 2)
    events = client.ask("GET", f"/jobs/{abandoned_job}/events").body["events"]
    assert [event["message"] for event in events if event["type"] == "retrying"] == ["worker_lost"]
