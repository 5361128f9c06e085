"""What does a start answer, and when is it refused?"""

from __future__ import annotations

import msgspec
import pytest

from tests.app.client import UNKNOWN_ID

FORM_7801 = "/cases/{}/analyze-documents-form7801"
AGENT = "/cases/{}/analyze-with-agent"
CALL = "/vapi/re-analyze-call/{}"
A_CALL = {"id": "call-1", "transcript": "AI: שלום\nUser: שלום\n"}
SPOKEN = [
    (FORM_7801, "document_analysis_form7801", "Form 7801 analysis job created."),
    (AGENT, "document_analysis_agent", "Document analysis job created."),
    (CALL, "call_analysis", "Call analysis job created."),
]


@pytest.fixture
def case_id(api):
    """A case with a call and two documents."""
    case_id = api.user.new_case()
    api.user.put(f"/cases/{case_id}/call", A_CALL)
    api.user.new_document(case_id)
    api.user.new_document(case_id)
    return case_id


@pytest.mark.parametrize(("route", "job_type", "begins"), SPOKEN)
def test_a_start_is_accepted_at_once_and_says_where_to_poll(api, case_id, route, job_type, begins):
    answer = api.user.post(route.format(case_id))

    started = answer.json
    job_id = started["job_id"]
    assert answer.status == 202
    assert answer.headers["Location"] == f"/jobs/{job_id}"
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["ETag"] == 'W/"1"'
    assert "Preference-Applied" not in answer.headers
    assert "Idempotency-Replayed" not in answer.headers
    assert started.pop("documents_count", None) == (None if job_type == "call_analysis" else 2)
    assert started == {
        "status": "accepted",
        "job_id": job_id,
        "message": f"{begins} Poll /jobs/{job_id} for status.",
        "poll_url": f"/jobs/{job_id}",
        "job_type": job_type,
        "created_at": "2026-06-10T09:00:00.000000Z",
        "deadline_at": "2026-06-10T10:00:00.000000Z",
        "expires_at": "2026-07-10T09:00:00.000000Z",
        "deduplicated": False,
        "retry_after_ms": 2000,
        "retried_from": None,
    }


def test_behind_a_stage_the_location_leads_back_through_it_and_the_poll_url_stays(api, case_id):
    answer = api.user.send("POST", FORM_7801.format(case_id), prefix="/api")

    job_id = answer.json["job_id"]
    assert answer.headers["Location"] == f"/api/jobs/{job_id}"
    assert answer.json["poll_url"] == f"/jobs/{job_id}"


def test_a_start_stores_the_job_and_then_sends_one_message_about_it(api, case_id):
    job_id = api.user.new_job(case_id)

    (sent,) = api.queue.sent
    assert sent.message.job_id == job_id
    assert (sent.lane, sent.group) == ("normal", "user-1")
    assert api.job(job_id).endpoint == "/cases/{case_id}/analyze-documents-form7801"


@pytest.mark.parametrize("body", [None, b"", b"  ", b"{}", {"priority": "normal", "dedupe": "active"}])
def test_no_body_an_empty_one_and_the_defaults_are_the_same(api, case_id, body):
    job = api.job(api.user.new_job(case_id, body))

    assert (job.priority, job.labels, job.max_cost_usd) == ("normal", {}, None)
    assert (job.deadline_at - job.created_at).total_seconds() == 3600


def test_what_the_body_says_is_what_the_job_is(api, case_id):
    body = {
        "priority": "high",
        "deadline_seconds": 60,
        "max_cost_usd": 0.25,
        "labels": {"screen": "dashboard", "צוות": "א"},
    }

    job_id = api.admin.new_job(case_id, body)

    job = api.job(job_id)
    assert (job.priority, str(job.max_cost_usd), job.labels) == ("high", "0.25", body["labels"])
    assert (job.deadline_at - job.created_at).total_seconds() == 60
    assert (job.user_id, job.requested_by) == ("user-1", "admin-1")
    assert api.queue.sent[-1].lane == "high"
    assert api.admin.get(f"/jobs/{job_id}").json["metadata"]["screen"] == "dashboard"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"priority": "urgent"}, "/priority"),
        ({"priority": None}, "/priority"),
        ({"deadline_seconds": 59}, "/deadline_seconds"),
        ({"deadline_seconds": 21601}, "/deadline_seconds"),
        ({"priority": "low", "deadline_seconds": 7199}, "/deadline_seconds"),
        ({"priority": "low", "deadline_seconds": 86401}, "/deadline_seconds"),
        ({"priority": "high", "deadline_seconds": 43200}, "/deadline_seconds"),
        ({"deadline_seconds": True}, "/deadline_seconds"),
        ({"deadline_seconds": "60"}, "/deadline_seconds"),
        ({"deadline_seconds": 60.5}, "/deadline_seconds"),
        ({"max_cost_usd": 0}, "/max_cost_usd"),
        ({"max_cost_usd": -1}, "/max_cost_usd"),
        ({"max_cost_usd": True}, "/max_cost_usd"),
        ({"max_cost_usd": "1"}, "/max_cost_usd"),
        ({"dedupe": "always"}, "/dedupe"),
        ({"labels": []}, "/labels"),
        ({"labels": {"a": 1}}, "/labels/a"),
        ({"labels": {"a": "x", "b": ""}}, "/labels/b"),
        ({"labels": {"a": "x", "b/c": "x" * 65}}, "/labels/b~1c"),
        ({"labels": {"": "x"}}, "/labels/"),
        ({"labels": {"x" * 65: "x"}}, "/labels/" + "x" * 65),
        ({"labels": {str(number): "x" for number in range(11)}}, "/labels"),
        ({"labels": {"case_id": "x"}}, "/labels/case_id"),
        ({"labels": {"document_count": "1"}}, "/labels/document_count"),
        ({"labels": {"user_id": "x", "endpoint": "x"}}, "/labels/endpoint"),
        ({"force": True}, "/force"),
    ],
)
def test_a_body_that_breaks_a_rule_is_a_422_that_points_at_it(api, case_id, body, pointer):
    answer = api.user.post(FORM_7801.format(case_id), body)

    assert (answer.status, answer.code) == (422, "invalid_request")
    assert answer.pointers[0] == pointer
    assert api.queue.sent == []


@pytest.mark.parametrize(
    "body",
    [
        {"deadline_seconds": 60},
        {"deadline_seconds": 21600},
        {"deadline_seconds": 60.0},
        {"priority": "low", "deadline_seconds": 7200},
        {"priority": "low", "deadline_seconds": 86400},
        {"max_cost_usd": 1e-300},
        {"max_cost_usd": 1e300},
        {"labels": {str(number): "x" * 64 for number in range(10)}},
    ],
)
def test_a_body_at_the_edge_of_the_rules_is_accepted(api, case_id, body):
    assert api.user.post(FORM_7801.format(case_id), body).status == 202


@pytest.mark.parametrize(("route", "job_type", "begins"), SPOKEN)
def test_only_an_admin_may_start_with_high_priority(api, case_id, route, job_type, begins):
    answer = api.user.post(route.format(case_id), {"priority": "high"})

    assert (answer.status, answer.code) == (403, "forbidden")


@pytest.mark.parametrize(("route", "job_type", "begins"), SPOKEN)
@pytest.mark.parametrize("case_id", [UNKNOWN_ID, "no-uuid", "%00", "a%2Fb", "x" * 500, "תיק"])
def test_a_case_that_does_not_exist_is_a_404(api, route, job_type, begins, case_id):
    answer = api.user.post(route.format(case_id))

    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(("route", "code"), [(CALL, "no_call"), (AGENT, "no_documents"), (FORM_7801, "no_documents")])
def test_a_case_without_what_is_analysed_is_a_409(api, route, code):
    answer = api.user.post(route.format(api.user.new_case()))

    assert (answer.status, answer.code) == (409, code)


@pytest.mark.parametrize("route", [AGENT, FORM_7801])
def test_a_document_awaiting_its_upload_is_counted_but_is_nothing_to_analyse(api, route):
    case_id = api.user.new_case()
    body = {"file_name": "a.pdf", "content_type": "application/pdf", "size": 5}
    upload = api.user.post(f"/cases/{case_id}/documents", body).json["upload"]

    awaiting = api.user.post(route.format(case_id))
    api.user.put(f"/cases/{case_id}/call", A_CALL)
    with_transcript = api.user.post(route.format(case_id))
    api.blobs.put(upload["fields"]["key"], b"%PDF-", content_type="application/pdf")
    arrived = api.user.post(route.format(case_id), {"dedupe": "none"})

    assert (awaiting.status, awaiting.code) == (409, "no_documents")
    assert with_transcript.status == (202 if route == FORM_7801 else 409)
    assert with_transcript.json.get("documents_count") == (1 if route == FORM_7801 else None)
    assert (arrived.status, arrived.json["documents_count"]) == (202, 1)


def test_a_call_without_a_transcript_is_a_409_of_its_own(api):
    case_id = api.user.new_case()
    api.user.put(f"/cases/{case_id}/call", {"id": "call-1"})

    answer = api.user.post(CALL.format(case_id))

    assert (answer.status, answer.code) == (409, "no_transcript")


def test_a_transcript_alone_is_enough_for_form_7801(api):
    case_id = api.user.new_case()
    api.user.put(f"/cases/{case_id}/call", A_CALL)

    answer = api.user.post(FORM_7801.format(case_id))

    assert answer.status == 202
    assert answer.json["documents_count"] == 0


@pytest.mark.parametrize("route", [FORM_7801, AGENT, CALL, "retry"])
def test_every_way_to_start_knows_the_limit(api, case_id, route):
    finished = api.user.new_job(case_id)
    api.complete(finished)
    for _ in range(20):
        api.user.new_job(case_id, {"dedupe": "none"})

    path = f"/jobs/{finished}/retry" if route == "retry" else route.format(case_id)
    answer = api.user.post(path, {"dedupe": "none"})

    assert (answer.status, answer.code) == (429, "too_many_open_jobs")
    assert answer.headers["Retry-After"] == "30"


def test_how_long_jobs_are_kept_is_a_setting(api, case_id):
    api.system.settings = msgspec.structs.replace(api.system.settings, retention_days=8)

    started = api.user.post(FORM_7801.format(case_id)).json

    assert (started["created_at"][:10], started["expires_at"][:10]) == ("2026-06-10", "2026-06-18")


def test_the_21st_open_job_of_one_starter_is_refused_until_one_ends(api, case_id):
    job_ids = [api.user.new_job(case_id, {"dedupe": "none"}) for _ in range(20)]

    refused = api.user.post(FORM_7801.format(case_id), {"dedupe": "none"})
    of_another = api.admin.post(FORM_7801.format(case_id), {"dedupe": "none"})
    api.complete(job_ids[0])
    after_one_ended = api.user.post(FORM_7801.format(case_id), {"dedupe": "none"})

    assert (refused.status, refused.code) == (429, "too_many_open_jobs")
    assert int(refused.headers["Retry-After"]) > 0
    assert of_another.status == 202
    assert after_one_ended.status == 202


def test_a_record_that_cannot_be_written_is_a_503_and_nothing_exists(api, case_id):
    api.jobs.fail("create", times=9)

    answer = api.user.post(FORM_7801.format(case_id))

    assert (answer.status, answer.code) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert api.queue.sent == []
    assert api.user.get("/jobs").json["count"] == 0


def test_a_message_that_cannot_be_sent_is_left_to_rescue(api, case_id):
    api.queue.fail(times=1)

    answer = api.user.post(FORM_7801.format(case_id))

    assert answer.status == 202
    assert api.user.get(f"/jobs/{answer.json['job_id']}").json["status"] == "pending"
