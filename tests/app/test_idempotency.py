"""When does a second POST make a second job? Idempotency-Key, dedupe, and both at once."""

from __future__ import annotations

import pytest

FORM_7801 = "/cases/{}/analyze-documents-form7801"
AGENT = "/cases/{}/analyze-with-agent"
CALL = "/vapi/re-analyze-call/{}"


@pytest.fixture
def case_id(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    return case_id


def start(api, case_id, body=None, *, key=None, caller=None, route=FORM_7801, **headers):
    if key is not None:
        headers["Idempotency_Key"] = key
    return (caller or api.user).post(route.format(case_id), body, **headers)


def test_the_same_request_with_the_same_key_gets_the_same_job(api, case_id):
    first = start(api, case_id, {"dedupe": "none"}, key="k1")

    again = start(api, case_id, {"dedupe": "none"}, key="k1")

    assert again.status == 202
    assert again.json["job_id"] == first.json["job_id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.json["deduplicated"] is False
    assert len(api.queue.sent) == 1


def test_defaults_count_as_written_and_prefer_does_not_count(api, case_id):
    first = start(api, case_id, key="k1")

    again = start(api, case_id, {"priority": "normal", "labels": {}}, key="k1", Prefer="wait=1")

    assert again.json["job_id"] == first.json["job_id"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_the_order_of_labels_does_not_count(api, case_id):
    first = start(api, case_id, {"labels": {"a": "1", "b": "2"}}, key="k1")

    again = start(api, case_id, {"labels": {"b": "2", "a": "1"}}, key="k1")

    assert again.json["job_id"] == first.json["job_id"]


def test_the_stage_in_the_path_does_not_count(api, case_id):
    first = start(api, case_id, key="k1")

    again = api.user.send("POST", FORM_7801.format(case_id), headers={"Idempotency-Key": "k1"}, prefix="/api")

    assert again.json["job_id"] == first.json["job_id"]


def test_another_request_with_the_same_key_is_refused(api, case_id):
    start(api, case_id, key="k1")
    other_case = api.user.new_case()
    api.user.new_document(other_case)

    other_body = start(api, case_id, {"deadline_seconds": 60}, key="k1")
    other_path = start(api, other_case, key="k1")
    other_route = start(api, case_id, key="k1", route=AGENT)

    for answer in (other_body, other_path, other_route):
        assert (answer.status, answer.code) == (422, "idempotency_key_reused")
        assert answer.pointers == ["header:Idempotency-Key"]


def test_another_user_has_keys_of_their_own(api, case_id):
    first = start(api, case_id, {"dedupe": "none"}, key="k1")

    of_admin = start(api, case_id, {"dedupe": "none"}, key="k1", caller=api.admin)

    assert of_admin.json["job_id"] != first.json["job_id"]
    assert "Idempotency-Replayed" not in of_admin.headers


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "מפתח", "a\tb", "a\x7f"])
def test_a_key_that_is_not_visible_ascii_is_a_422_at_the_header(api, case_id, key):
    answer = start(api, case_id, key=key)

    assert (answer.status, answer.pointers) == (422, ["header:Idempotency-Key"])


@pytest.mark.parametrize("key", ["x", "x" * 255, "!#$%&'*+-.^_`|~:;,<>@[]{}()/\\\""])
def test_a_key_of_visible_ascii_is_accepted(api, case_id, key):
    assert start(api, case_id, key=key).status == 202


def test_a_finished_job_is_still_the_answer_to_its_key(api, case_id):
    first = start(api, case_id, key="k1")
    api.complete(first.json["job_id"])

    again = start(api, case_id, key="k1")

    assert again.json["job_id"] == first.json["job_id"]
    assert again.json["retry_after_ms"] == 0
    assert again.headers["Retry-After"] == "0"


def test_an_answer_given_once_is_given_again_even_when_the_documents_have_gone(api, case_id):
    first = start(api, case_id, key="k1")
    for document in api.user.get(f"/cases/{case_id}/documents").json["documents"]:
        api.user.delete(f"/cases/{case_id}/documents/{document['id']}")

    again = start(api, case_id, key="k1")
    reused = start(api, case_id, {"deadline_seconds": 60}, key="k1")
    new_key = start(api, case_id, key="k2")

    assert again.json["job_id"] == first.json["job_id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (reused.status, reused.code) == (422, "idempotency_key_reused")
    assert (new_key.status, new_key.code) == (409, "no_documents")


def test_a_refused_start_does_not_use_the_key_up(api):
    case_id = api.user.new_case()
    refused = start(api, case_id, key="k1")
    api.user.new_document(case_id)

    accepted = start(api, case_id, {"deadline_seconds": 60}, key="k1")

    assert refused.status == 409
    assert accepted.status == 202
    assert "Idempotency-Replayed" not in accepted.headers


def test_a_key_is_forgotten_with_its_job(api, case_id):
    first = start(api, case_id, key="k1")
    api.complete(first.json["job_id"])
    api.user.delete(f"/jobs/{first.json['job_id']}")

    again = start(api, case_id, {"deadline_seconds": 60}, key="k1")

    assert again.status == 202
    assert again.json["job_id"] != first.json["job_id"]


def test_while_a_job_is_open_a_start_of_the_same_kind_gets_it(api, case_id):
    first = start(api, case_id)
    api.claim(first.json["job_id"])

    second = start(api, case_id, {"deadline_seconds": 60})

    assert second.status == 202
    assert second.json["job_id"] == first.json["job_id"]
    assert second.json["deduplicated"] is True
    assert second.headers["ETag"] == 'W/"2"'
    assert (api.job(first.json["job_id"]).deadline_at - api.clock()).total_seconds() == 3600
    assert len(api.queue.sent) == 1


def test_a_finished_job_does_not_stand_in_the_way_of_the_next(api, case_id):
    first = start(api, case_id)
    api.complete(first.json["job_id"])

    second = start(api, case_id)

    assert second.json["job_id"] != first.json["job_id"]
    assert second.json["deduplicated"] is False


def test_a_cancelled_job_makes_room_at_once_even_while_its_worker_runs(api, case_id):
    first = start(api, case_id)
    api.claim(first.json["job_id"])
    api.user.post(f"/jobs/{first.json['job_id']}/cancel")

    second = start(api, case_id)

    assert second.json["job_id"] != first.json["job_id"]


def test_other_kinds_and_other_cases_do_not_count(api, case_id):
    other_case = api.user.new_case()
    api.user.new_document(other_case)

    job_ids = {
        start(api, case_id).json["job_id"],
        start(api, case_id, route=AGENT).json["job_id"],
        start(api, other_case).json["job_id"],
    }

    assert len(job_ids) == 3


def test_jobs_started_with_dedupe_none_do_not_count(api, case_id):
    first = start(api, case_id, {"dedupe": "none"})

    second = start(api, case_id)
    third = start(api, case_id, {"dedupe": "none"})

    assert len({answer.json["job_id"] for answer in (first, second, third)}) == 3


def test_another_call_of_the_case_is_analysed_beside_the_first(api, case_id):
    api.user.put(f"/cases/{case_id}/call", {"id": "call-1", "transcript": "User: א"})
    first = start(api, case_id, route=CALL)
    same_call = start(api, case_id, route=CALL)
    api.user.put(f"/cases/{case_id}/call", {"id": "call-2", "transcript": "User: ב"})

    other_call = start(api, case_id, route=CALL)

    assert same_call.json["job_id"] == first.json["job_id"]
    assert other_call.json["job_id"] != first.json["job_id"]


def test_a_deduplicated_answer_uses_the_key_up_too(api, case_id):
    first = start(api, case_id)
    deduplicated = start(api, case_id, key="k1")
    api.complete(first.json["job_id"])

    again = start(api, case_id, key="k1")

    assert deduplicated.json["deduplicated"] is True
    assert again.json["job_id"] == first.json["job_id"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_an_open_job_is_the_answer_before_the_limit_is_one(api, case_id):
    first = start(api, case_id)
    for _ in range(19):
        start(api, case_id, {"dedupe": "none"})

    answer = start(api, case_id)

    assert answer.json["job_id"] == first.json["job_id"]


def test_a_retry_is_replayed_even_when_its_source_was_deleted_meanwhile(api):
    source = api.user.new_job()
    api.complete(source)
    first = api.user.post(f"/jobs/{source}/retry", Idempotency_Key="k1")
    api.user.delete(f"/jobs/{source}")

    again = api.user.post(f"/jobs/{source}/retry", Idempotency_Key="k1")
    without_key = api.user.post(f"/jobs/{source}/retry")

    assert (again.status, again.json["job_id"]) == (202, first.json["job_id"])
    assert again.headers["Idempotency-Replayed"] == "true"
    assert without_key.status == 404
