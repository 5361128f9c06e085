"""Who did what to whose data: one line for each access to another's, for each deletion, cancel and retry."""

from __future__ import annotations

import json

import pytest

from chalicelib import telemetry
from tests.app.client import UNKNOWN_ID

SECRETS = ("תיק סודי", "מכתב מהמעסיק", "letter.txt")


@pytest.fixture
def audited(api, monkeypatch):
    """Every audit line of the test."""
    lines = []
    monkeypatch.setattr(telemetry, "audit", lambda action, **facts: lines.append({"action": action, **facts}))
    return lines


@pytest.fixture
def case_id(api, audited):
    case_id = api.user.new_case(title="תיק סודי")
    api.user.new_document(case_id)
    return case_id


def test_what_a_user_reads_and_starts_of_their_own_is_not_audited(api, audited, case_id):
    job_id = api.user.new_job(case_id)
    for path in ("/cases", f"/cases/{case_id}", f"/cases/{case_id}/documents", "/jobs", f"/jobs/{job_id}"):
        assert api.user.get(path).status == 200

    assert audited == []


@pytest.mark.parametrize("path", ["", "/documents"])
def test_an_admins_look_at_anothers_case_is(api, audited, case_id, path):
    answer = api.admin.get(f"/cases/{case_id}{path}")

    assert [(line["user_id"], line["case_id"], line["owners"], line["is_admin"]) for line in audited] == [
        ("admin-1", case_id, ["user-1"], True)
    ]
    assert audited[0]["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["", "/events"])
def test_an_admins_look_at_anothers_job_is(api, audited, case_id, path):
    job_id = api.user.new_job(case_id)

    api.admin.get(f"/jobs/{job_id}{path}")

    assert [(line["user_id"], line["job_id"], line["owners"]) for line in audited] == [("admin-1", job_id, ["user-1"])]


@pytest.mark.parametrize("path", ["/cases", "/jobs"])
def test_a_list_names_those_of_others_in_one_line(api, audited, case_id, path):
    job_id = api.user.new_job(case_id)
    own = api.admin.new_case()
    api.admin.new_document(own)
    api.admin.new_job(own)

    api.admin.get(path)

    assert [line["listed"] for line in audited] == [[case_id if path == "/cases" else job_id]]


def test_an_admins_change_of_anothers_case_is(api, audited, case_id):
    api.admin.new_document(case_id)
    api.admin.put(f"/cases/{case_id}/call", {"id": "k1", "transcript": "User: שלום"})
    api.admin.new_job(case_id)

    assert [line["action"] for line in audited] == ["add_document", "put_call", "start_document_analysis_form7801"]


def test_every_cancel_retry_and_deletion_is_whoever_does_it(api, audited, case_id):
    document_id = api.user.new_document(case_id)
    job_id = api.user.new_job(case_id)
    api.user.post(f"/jobs/{job_id}/cancel")
    again = api.user.post(f"/jobs/{job_id}/retry").json["job_id"]
    api.user.post(f"/jobs/{again}/cancel")
    api.user.delete(f"/jobs/{job_id}")
    api.user.delete(f"/cases/{case_id}/documents/{document_id}")
    api.user.delete(f"/cases/{case_id}")

    assert [(line["action"], line["user_id"]) for line in audited] == [
        (action, "user-1")
        for action in ("cancel_job", "retry_job", "cancel_job", "delete_job", "delete_document", "delete_case")
    ]
    assert audited[4]["document_id"] == document_id


def test_a_refused_request_changed_and_showed_nothing(api, audited, case_id):
    api.other.get(f"/cases/{case_id}")
    api.other.delete(f"/cases/{case_id}")
    api.admin.get(f"/cases/{UNKNOWN_ID}")
    api.nobody.delete(f"/cases/{case_id}")

    assert audited == []


def test_a_line_holds_ids_and_no_content(api, audited, case_id):
    api.admin.get(f"/cases/{case_id}")
    api.admin.get("/cases")
    api.admin.delete(f"/cases/{case_id}")

    written = json.dumps(audited, ensure_ascii=False)
    assert len(audited) == 3
    assert not any(secret in written for secret in SECRETS)
