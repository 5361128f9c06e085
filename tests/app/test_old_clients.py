"""A client that was written for the API before this one works unchanged: its routes, the members it reads, their types.

The lists are that client's own, written down here once more: they follow nothing that the application knows.
"""

from __future__ import annotations

from datetime import datetime

import pytest

STARTS = ["/vapi/re-analyze-call/{}", "/cases/{}/analyze-with-agent", "/cases/{}/analyze-documents-form7801"]
TYPES = ["call_analysis", "document_analysis_agent", "document_analysis_form7801"]
WORDS = ["pending", "running", "completed", "failed", "cancelled"]


@pytest.fixture
def case_id(api):
    case_id = api.user.new_case()
    api.user.put(f"/cases/{case_id}/call", {"id": "call-1", "transcript": "User: שלום"})
    api.user.new_document(case_id)
    return case_id


def start(api, case_id, route):
    """The button: no body, no header but the token."""
    answer = api.user.post(route.format(case_id))
    assert answer.status == 202
    started = answer.json
    assert started["message"].endswith(f"Poll /jobs/{started['job_id']} for status.")
    assert started["poll_url"] == f"/jobs/{started['job_id']}"
    return started


def shown(api, poll_url):
    """What the dashboard takes from a job, each member of the type that it expects."""
    answer = api.user.get(poll_url)
    job = answer.json
    assert answer.status == 200
    assert job["status"] in WORDS
    assert (type(job["progress"]), type(job["progress_message"])) == (int, str)
    assert job["result"] is None or type(job["result"]) is dict
    assert job["error"] is None or type(job["error"]) is str
    assert type(job["metadata"]) is dict
    times = [job[name] for name in ("created_at", "started_at", "completed_at")]
    assert all(time is None or datetime.fromisoformat(time).tzinfo for time in times)
    return job


@pytest.mark.parametrize(("route", "job_type"), [*zip(STARTS, TYPES, strict=True)])
def test_the_button_starts_polls_and_shows_the_result(api, case_id, route, job_type):
    started = start(api, case_id, route)
    waiting = shown(api, started["poll_url"])
    api.claim(started["job_id"])
    api.progress(started["job_id"], 45, "Reading document 2 of 3")
    running = shown(api, started["poll_url"])
    api.complete_running(started["job_id"], b'{"analysis": {"summary": "x"}}')
    done = shown(api, started["poll_url"])

    assert waiting["job_type"] == job_type
    assert (waiting["status"], waiting["started_at"]) == ("pending", None)
    assert (running["status"], running["progress"], running["progress_message"]) == (
        "running",
        45,
        "Reading document 2 of 3",
    )
    assert (done["status"], done["progress"], done["progress_message"]) == ("completed", 100, "Completed")
    assert done["result"] == {"analysis": {"summary": "x"}}
    assert done["completed_at"] is not None


@pytest.mark.parametrize("route", STARTS[1:])
def test_a_document_analysis_says_how_many_documents_it_reads(api, case_id, route):
    assert start(api, case_id, route)["documents_count"] == 1


def test_a_failure_is_one_sentence_to_show(api, case_id):
    started = start(api, case_id, STARTS[2])
    api.fail(started["job_id"])

    failed = shown(api, started["poll_url"])

    assert (failed["status"], failed["error"], failed["result"]) == ("failed", "It failed.", None)


def test_a_cancelled_job_says_so_in_both_places(api, case_id):
    started = start(api, case_id, STARTS[2])
    api.user.post(f"{started['poll_url']}/cancel")

    cancelled = shown(api, started["poll_url"])

    assert cancelled["status"] == "cancelled"
    assert (cancelled["progress_message"], cancelled["error"]) == ("Cancelled", "The job was cancelled.")


def test_the_list_has_the_jobs_and_their_number(api, case_id):
    for route in STARTS:
        start(api, case_id, route)

    listed = api.user.get("/jobs").json

    assert listed["count"] == 3
    assert {job["job_type"] for job in listed["jobs"]} == set(TYPES)
    assert all(job["result"] is None for job in listed["jobs"])


def test_a_document_has_its_type_and_size_under_their_old_names(api, case_id):
    [document] = api.user.get(f"/cases/{case_id}/documents").json["documents"]

    assert (document["file_type"], document["file_size"]) == ("text/plain", len("מכתב מהמעסיק".encode()))
    assert {"id", "file_name", "uploaded_at", "metadata"} <= set(document)
