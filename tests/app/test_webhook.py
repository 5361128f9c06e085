"""Whom does the webhook believe, and what does it do with a report, once and the second time?"""

from __future__ import annotations

import hashlib
import hmac
import json

import msgspec
import pytest

from chalicelib.bootstrap import System
from chalicelib.errors import StorageUnavailable
from tests.app.client import UNKNOWN_ID, WEBHOOK_SECRET


def report(case_id, *, call_id="call-1", transcript="User: שלום", **call):
    artifact = {} if transcript is None else {"transcript": transcript}
    return {
        "message": {
            "type": "end-of-call-report",
            "call": {"id": call_id, "metadata": {"case_id": case_id}, **call},
            "artifact": artifact,
        }
    }


def send(api, body, **headers):
    return api.nobody.post("/vapi/webhook", body, **(headers or {"X_Vapi_Secret": WEBHOOK_SECRET}))


def signed(body, secret=WEBHOOK_SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_a_report_stores_the_call_and_starts_its_analysis(api, case_id):
    answer = send(api, report(case_id))

    started = answer.json
    assert answer.status == 202
    assert started["job_type"] == "call_analysis"
    assert started["message"].startswith("Call analysis job created.")
    assert answer.headers["Location"] == f"/jobs/{started['job_id']}"
    assert "duplicate" not in started
    job = api.job(started["job_id"])
    assert (job.user_id, job.requested_by, job.call_id, job.endpoint) == ("user-1", "user-1", "call-1", "/vapi/webhook")
    assert api.user.get(f"/cases/{case_id}").json["call_details"]["transcript"] == "User: שלום"
    assert api.user.get(f"/jobs/{started['job_id']}").status == 200


def test_the_same_report_again_stores_nothing_and_names_the_same_job(api, case_id):
    first = send(api, report(case_id))
    api.cases.calls.clear()

    again = send(api, report(case_id, transcript="User: other"))

    assert again.status == 200
    assert again.json["job_id"] == first.json["job_id"]
    assert again.json["duplicate"] is True
    assert "put_call" not in api.cases.calls
    assert len(api.queue.sent) == 1


def test_the_answer_to_a_repeated_report_is_that_of_a_start_and_says_so(api, case_id):
    first = send(api, report(case_id))

    again = send(api, report(case_id))

    assert again.json == {**first.json, "duplicate": True}
    assert set(again.json) == {
        *("status", "job_id", "message", "poll_url", "job_type", "created_at", "deadline_at", "expires_at"),
        *("deduplicated", "retry_after_ms", "retried_from", "duplicate"),
    }
    assert "documents_count" not in again.json


def test_a_report_that_comes_again_after_another_call_does_not_put_the_old_call_back(api, case_id):
    first = send(api, report(case_id))
    send(api, report(case_id, call_id="call-2", transcript="User: later"))

    again = send(api, report(case_id))

    assert (again.status, again.json["job_id"], again.json["duplicate"]) == (200, first.json["job_id"], True)
    assert api.user.get(f"/cases/{case_id}").json["call_details"]["id"] == "call-2"


def test_a_report_is_a_duplicate_even_when_its_job_is_done(api, case_id):
    first = send(api, report(case_id))
    api.complete(first.json["job_id"])

    again = send(api, report(case_id))

    assert (again.status, again.json["job_id"], again.json["duplicate"]) == (200, first.json["job_id"], True)


def test_a_report_whose_start_broke_off_is_started_by_the_next_one(api, case_id):
    api.jobs.fail("create", times=9)
    broken = send(api, report(case_id))
    api.jobs.fail("create", times=0)

    again = send(api, report(case_id))

    assert broken.status == 503
    assert again.status == 202
    assert "duplicate" not in again.json


def test_a_call_without_a_transcript_is_stored_only_and_started_when_the_transcript_comes(api, case_id):
    stored = send(api, report(case_id, transcript=None))
    later = send(api, report(case_id))

    assert (stored.status, stored.json) == (200, {"status": "stored"})
    assert later.status == 202


def test_another_call_of_the_case_is_another_job(api, case_id):
    first = send(api, report(case_id))

    second = send(api, report(case_id, call_id="call-2"))

    assert second.status == 202
    assert second.json["job_id"] != first.json["job_id"]


def test_the_webhook_is_exempt_from_the_limit_of_open_jobs(api, case_id):
    for _ in range(20):
        api.user.new_job()

    assert send(api, report(case_id)).status == 202


@pytest.mark.parametrize("unknown", [UNKNOWN_ID, "no id", None, 5])
def test_a_report_of_an_unknown_case_is_ignored(api, unknown):
    answer = send(api, report(unknown))

    assert answer.status == 200
    assert answer.json["status"] == "ignored"
    assert answer.json["reason"]


def test_other_messages_are_ignored(api):
    answer = send(api, {"message": {"type": "status-update", "status": "ringing"}})

    assert (answer.status, answer.json["status"]) == (200, "ignored")


@pytest.mark.parametrize("body", [{}, {"message": 5}, {"message": {"type": "end-of-call-report"}}, [], None])
def test_what_is_no_message_is_a_422(api, body):
    content = b"null" if body is None else body

    answer = send(api, content)

    assert (answer.status, answer.code) == (422, "invalid_request")


def test_a_malformed_body_is_a_400_and_a_huge_one_a_413(api):
    assert send(api, b"{").status == 400
    assert send(api, b"x" * (2 * 1024 * 1024 + 1)).status == 413


@pytest.mark.parametrize("prefix", ["", "sha256="])
def test_a_signature_over_the_raw_body_is_as_good_as_the_secret(api, case_id, prefix):
    body = json.dumps(report(case_id), indent=3).encode()

    answer = send(api, body, X_Vapi_Signature=prefix + signed(body))

    assert answer.status == 202


def test_a_sender_without_the_secret_is_refused_before_the_body_is_looked_at(api, case_id):
    body = json.dumps(report(case_id)).encode()
    senders = [
        {"X_Other": "1"},
        {"X_Vapi_Secret": ""},
        {"X_Vapi_Secret": WEBHOOK_SECRET + "x"},
        {"X_Vapi_Secret": "סוד"},
        {"X_Vapi_Signature": ""},
        {"X_Vapi_Signature": signed(body, "another")},
        {"X_Vapi_Signature": signed(body + b" ")},
        {"X_Vapi_Signature": f"sha1={signed(body)}"},
    ]

    answers = [send(api, body, **headers) for headers in senders]
    malformed = send(api, b"{", X_Other="1")

    assert {(answer.status, answer.code) for answer in [*answers, malformed]} == {(401, "unauthorized")}
    assert api.user.get(f"/cases/{case_id}").json["call_details"] is None


def test_without_a_configured_secret_nobody_is_believed(api, case_id):
    api.system.settings = msgspec.structs.replace(api.system.settings, vapi_webhook_secret=None)

    assert send(api, report(case_id)).status == 401
    assert send(api, report(case_id), X_Vapi_Secret="").status == 401


def test_a_clients_key_cannot_be_taken_for_the_webhooks(api, case_id):
    api.user.put(f"/cases/{case_id}/call", {"id": "call-1", "transcript": "x"})
    by_client = api.user.post(f"/vapi/re-analyze-call/{case_id}", {"dedupe": "none"}, Idempotency_Key="call-1")

    reported = send(api, report(case_id))

    assert reported.json["job_id"] != by_client.json["job_id"]


def test_a_late_or_repeated_report_of_an_older_call_leaves_the_newer_one(api, case_id):
    older = report(case_id, call_id="call-a", transcript=None)
    older["message"]["endedAt"] = "2026-06-10T08:00:00Z"
    newer = report(case_id, call_id="call-b", transcript="User: the back")
    newer["message"]["endedAt"] = "2026-06-10T08:30:00Z"

    answers = [send(api, body) for body in (older, newer, older)]

    assert [answer.json["status"] for answer in answers] == ["stored", "accepted", "ignored"]
    assert api.user.get(f"/cases/{case_id}").json["call_details"]["id"] == "call-b"
    assert api.user.post(f"/vapi/re-analyze-call/{case_id}").json["deduplicated"] is True


def test_the_owner_gets_what_belongs_into_a_calls_metadata_and_nobody_else(api, case_id):
    by_owner = api.user.get(f"/cases/{case_id}").json["call_metadata"]

    assert by_owner["case_id"] == case_id
    assert len(by_owner["case_token"]) == 64
    assert api.admin.get(f"/cases/{case_id}").json["call_metadata"] is None
    assert api.user.post("/cases", {"title": "t"}).json["call_metadata"]["case_token"] != by_owner["case_token"]


def test_where_a_token_is_required_a_report_without_it_is_ignored(api, case_id):
    api.system.settings = msgspec.structs.replace(api.system.settings, vapi_require_case_token=True)
    metadata = api.user.get(f"/cases/{case_id}").json["call_metadata"]
    web_call = {"id": "call-1", "assistantOverrides": {"metadata": metadata}}

    without = send(api, report(case_id))
    with_it = send(api, {"message": {"type": "end-of-call-report", "call": web_call, "transcript": "User: שלום"}})

    assert (without.status, without.json["status"], with_it.status) == (200, "ignored", 202)


def test_a_case_can_be_read_while_the_webhooks_secret_cannot(api, case_id, monkeypatch):
    def silent(system):
        raise StorageUnavailable("Parameter Store does not answer just now.")

    monkeypatch.setattr(System, "vapi_webhook_secret", property(silent))

    metadata = api.user.get(f"/cases/{case_id}").json["call_metadata"]

    assert metadata == {"case_id": case_id, "case_token": None}


def test_a_report_without_a_call_id_that_is_repeated_is_one_call_and_one_job(api, case_id):
    body = report(case_id)
    del body["message"]["call"]["id"]

    first, again = send(api, body), send(api, body)

    assert (first.status, again.status) == (202, 200)
    assert again.json["job_id"] == first.json["job_id"]
    assert again.json["duplicate"] is True
