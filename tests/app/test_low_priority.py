"""Starts with priority low: hours to finish, for analyses of OpenAI only."""

from __future__ import annotations

import pytest

FORM_7801 = "/cases/{}/analyze-documents-form7801"
AGENT = "/cases/{}/analyze-with-agent"
CALL = "/vapi/re-analyze-call/{}"


@pytest.fixture
def case_id(api):
    """A case with a call and a document."""
    case_id = api.user.new_case()
    api.user.put(f"/cases/{case_id}/call", {"id": "call-1", "transcript": "user: hello"})
    api.user.new_document(case_id)
    return case_id


@pytest.mark.parametrize("route", [CALL, FORM_7801])
def test_low_priority_has_twelve_hours(api, case_id, route):
    job_id = api.user.post(route.format(case_id), {"priority": "low"}).json["job_id"]

    job = api.job(job_id)
    assert (job.priority, (job.deadline_at - job.created_at).total_seconds()) == ("low", 43200)
    assert api.queue.sent[-1].lane == "low"
    assert api.user.get(f"/jobs/{job_id}").json["priority"] == "low"


def test_the_agent_has_no_low_priority(api, case_id):
    answer = api.user.post(AGENT.format(case_id), {"priority": "low"})

    assert (answer.status, answer.code, answer.pointers) == (422, "invalid_request", ["/priority"])


def test_the_agent_has_no_low_priority_when_it_is_run_again(api, case_id):
    job_id = api.user.post(AGENT.format(case_id)).json["job_id"]
    api.complete(job_id)

    answer = api.user.post(f"/jobs/{job_id}/retry", {"priority": "low"})

    assert (answer.status, answer.pointers) == (422, ["/priority"])


def test_a_key_stands_for_the_body_with_its_defaults(api, case_id):
    first = api.user.post(FORM_7801.format(case_id), {"priority": "low"}, Idempotency_Key="k")
    again = api.user.post(
        FORM_7801.format(case_id), {"priority": "low", "deadline_seconds": 43200}, Idempotency_Key="k"
    )

    assert (first.status, again.status, again.json["job_id"]) == (202, 202, first.json["job_id"])
