"""Can one user see or touch what is another's? Not on any route, and not even that it exists."""

from __future__ import annotations

import pytest

import app as casework
from tests.app.client import UNKNOWN_ID

OWNED = [route for route in casework.app.served if "{" in route.path]
BODIES = {
    "POST /cases/{case_id}/documents": {"file_name": "a.txt", "text": "x"},
    "PUT /cases/{case_id}/call": {"id": "c"},
}
NOT_FOUND_TELLS = {"type", "title", "status", "detail", "code"}


def name(route):
    return f"{route.method} {route.path}"


@pytest.fixture
def theirs(api):
    """A case, a document, its first page and a finished job of user-1."""
    case_id = api.user.new_case()
    api.user.put(f"/cases/{case_id}/call", {"id": "call-1", "transcript": "User: שלום"})
    document_id = api.user.new_document(case_id)
    job_id = api.user.new_job(case_id)
    api.complete(job_id)
    return {"case_id": case_id, "document_id": document_id, "n": "1", "job_id": job_id}


def asked(caller, route, ids):
    path = route.path
    for parameter, value in ids.items():
        path = path.replace(f"{{{parameter}}}", value)
    return caller.send(route.method, path, BODIES.get(name(route)))


@pytest.mark.parametrize("route", OWNED, ids=name)
def test_what_is_anothers_is_answered_like_what_does_not_exist(api, theirs, route):
    unknown = dict.fromkeys(theirs, UNKNOWN_ID)

    of_another = asked(api.other, route, theirs)
    of_nobody = asked(api.other, route, unknown)
    malformed = asked(api.other, route, dict.fromkeys(theirs, "no-uuid"))

    assert of_another.status == 404
    told = [{name: answer.json[name] for name in NOT_FOUND_TELLS} for answer in (of_another, of_nobody, malformed)]
    assert told[0] == told[1] == told[2]


EXPECTED = {
    "POST /jobs/{job_id}/cancel": {409},  # the job is finished
    "PATCH /cases/{case_id}/form": {428},  # no version is named
    "POST /jobs/{job_id}/deliveries/resend": {404},  # and was started without a webhook
}


@pytest.mark.parametrize("route", OWNED, ids=name)
def test_its_owner_and_an_admin_may_do_everything_there_is(api, theirs, route):
    for caller in (api.user, api.admin):
        answer = asked(caller, route, theirs)

        expected = EXPECTED.get(name(route), {200, 201, 202, 204})
        assert answer.status in expected
        if route.method == "DELETE":
            return


def test_a_stranger_changes_nothing(api, theirs):
    before = api.user.get(f"/cases/{theirs['case_id']}").json

    for route in OWNED:
        asked(api.other, route, theirs)

    assert api.user.get(f"/cases/{theirs['case_id']}").json == before
    assert api.user.get(f"/jobs/{theirs['job_id']}").status == 200
    assert len(api.queue.sent) == 1


def test_a_document_is_found_in_its_own_case_only(api, theirs):
    other_case = api.user.new_case()

    answer = api.user.delete(f"/cases/{other_case}/documents/{theirs['document_id']}")

    assert answer.status == 404


def test_lists_hold_nothing_of_another(api, theirs):
    assert api.other.get("/jobs").json["jobs"] == []
    assert api.other.get("/cases").json["cases"] == []
    assert api.other.get(f"/jobs?case_id={theirs['case_id']}").json["jobs"] == []


def test_who_started_a_job_of_anothers_case_reads_it_while_they_are_an_admin(api, theirs):
    job_id = api.admin.new_job(theirs["case_id"])
    demoted = api.caller("admin-1")

    answers = [caller.get(f"/jobs/{job_id}").status for caller in (api.user, api.admin, demoted, api.other)]

    assert answers == [200, 200, 404, 404]
    assert demoted.get("/jobs").json["jobs"] == []
    assert [job["job_id"] for job in api.admin.get("/jobs?scope=mine").json["jobs"]] == [job_id]


def test_a_demoted_starter_may_not_start_again_from_the_job(api, theirs):
    job_id = api.admin.new_job(theirs["case_id"])
    api.complete(job_id)

    assert api.caller("admin-1").post(f"/jobs/{job_id}/retry").status == 404
