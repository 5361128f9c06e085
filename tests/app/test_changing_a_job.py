"""What may be done to a job? Cancel, retry, delete; and what its events tell."""

from __future__ import annotations

import pytest

from chalicelib.errors import ProviderUnavailable
from chalicelib.jobs import lifecycle
from chalicelib.jobs.ports import Checkpoint

FORM_7801 = "/cases/{}/analyze-documents-form7801"


@pytest.fixture
def case_id(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    return case_id


@pytest.fixture
def job_id(api, case_id):
    return api.user.new_job(case_id)


def test_a_pending_job_is_cancelled_at_once(api, job_id):
    answer = api.user.post(f"/jobs/{job_id}/cancel")

    assert answer.status == 200
    assert answer.json["status"] == "cancelled"
    assert "Retry-After" not in answer.headers


def test_a_running_job_is_asked_to_stop(api, job_id):
    api.claim(job_id)

    answer = api.user.post(f"/jobs/{job_id}/cancel")

    assert answer.status == 202
    assert (answer.json["status"], answer.json["cancel_requested"]) == ("running", True)
    assert answer.headers["ETag"] == 'W/"3"'
    assert int(answer.headers["Retry-After"]) > 0


def test_a_cancel_is_harmless_the_second_time(api, job_id):
    api.claim(job_id)
    first = api.user.post(f"/jobs/{job_id}/cancel")

    second = api.user.post(f"/jobs/{job_id}/cancel")
    job = api.job(job_id)
    api.jobs.save(job, lifecycle.cancelled(job, at=api.clock()))
    third = api.user.post(f"/jobs/{job_id}/cancel")

    assert (first.status, second.status, third.status) == (202, 202, 200)
    assert second.json["version"] == first.json["version"]


@pytest.mark.parametrize("end", ["complete", "fail"])
def test_a_finished_job_cannot_be_cancelled(api, job_id, end):
    getattr(api, end)(job_id)

    answer = api.user.post(f"/jobs/{job_id}/cancel")

    assert (answer.status, answer.code) == (409, "already_finished")


@pytest.mark.parametrize("body", [None, b"", b"  ", b"{}"])
def test_a_cancel_needs_no_body(api, job_id, body):
    assert api.user.send("POST", f"/jobs/{job_id}/cancel", body).status == 200


@pytest.mark.parametrize(("body", "status"), [(b'{"x": 1}', 422), (b"null", 422), (b"[]", 422), (b"{", 400)])
def test_a_cancel_with_a_body_that_says_something_else_is_refused_and_cancels_nothing(api, job_id, body, status):
    assert api.user.send("POST", f"/jobs/{job_id}/cancel", body).status == status
    assert api.job(job_id).status == "pending"


def test_a_failed_job_is_run_again_as_a_new_one_that_reuses_what_was_done(api, job_id):
    job = api.claim(job_id)
    checkpoint = Checkpoint(name="read", value=b'"text"')
    api.jobs.save(job, lifecycle.step_stored(job, name="read", at=api.clock()), checkpoint=checkpoint)
    job = api.job(job_id)
    api.jobs.save(job, lifecycle.failed(job, ProviderUnavailable("Gone."), at=api.clock()))
    api.clock.advance(seconds=60)

    answer = api.user.post(f"/jobs/{job_id}/retry", {"deadline_seconds": 120, "labels": {"a": "b"}})

    new = api.job(answer.json["job_id"])
    assert answer.status == 202
    assert answer.json["retried_from"] == job_id == new.retried_from
    assert answer.json["job_id"] != job_id
    assert answer.json["message"].startswith("Form 7801 analysis job created.")
    assert (new.deadline_at - api.clock()).total_seconds() == 120
    assert (new.endpoint, new.labels) == ("/jobs/{job_id}/retry", {"a": "b"})
    assert api.jobs.checkpoints(new.job_id) == {"read": b'"text"'}
    assert api.queue.sent[-1].message.job_id == new.job_id


def test_a_completed_job_is_run_again_from_the_beginning(api, job_id):
    job = api.claim(job_id)
    checkpoint = Checkpoint(name="read", value=b'"text"')
    api.jobs.save(job, lifecycle.step_stored(job, name="read", at=api.clock()), checkpoint=checkpoint)
    api.complete_running(job_id)

    answer = api.user.post(f"/jobs/{job_id}/retry")

    assert answer.status == 202
    assert api.jobs.checkpoints(answer.json["job_id"]) == {}


def test_an_open_job_cannot_be_run_again(api, job_id):
    answer = api.user.post(f"/jobs/{job_id}/retry")

    assert (answer.status, answer.code) == (409, "not_finished")


def test_a_job_of_a_kind_that_is_no_more_cannot_be_run_again(api, job_id):
    api.complete(job_id)
    api.system.analyses = {}

    answer = api.user.post(f"/jobs/{job_id}/retry")

    assert (answer.status, answer.code) == (404, "not_found")


def test_a_retry_keeps_the_rules_of_a_start(api, case_id, job_id):
    api.fail(job_id)

    first = api.user.post(f"/jobs/{job_id}/retry", Idempotency_Key="k1")
    deduplicated = api.user.post(f"/jobs/{job_id}/retry")
    replayed = api.user.post(f"/jobs/{job_id}/retry", Idempotency_Key="k1")
    reused = api.user.post(f"/jobs/{job_id}/retry", {"deadline_seconds": 60}, Idempotency_Key="k1")
    bad = api.user.post(f"/jobs/{job_id}/retry", {"deadline_seconds": 1})
    high = api.user.post(f"/jobs/{job_id}/retry", {"priority": "high"})

    assert deduplicated.json["job_id"] == replayed.json["job_id"] == first.json["job_id"]
    assert deduplicated.json["deduplicated"] is True
    assert replayed.headers["Idempotency-Replayed"] == "true"
    assert (reused.code, bad.code, high.code) == ("idempotency_key_reused", "invalid_request", "forbidden")


def test_a_retry_of_a_case_without_documents_is_refused_like_a_start(api, case_id, job_id):
    api.fail(job_id)
    for document in api.user.get(f"/cases/{case_id}/documents").json["documents"]:
        api.user.delete(f"/cases/{case_id}/documents/{document['id']}")

    answer = api.user.post(f"/jobs/{job_id}/retry")

    assert (answer.status, answer.code) == (409, "no_documents")


@pytest.mark.parametrize("end", ["complete", "fail"])
def test_a_finished_job_can_be_deleted(api, job_id, end):
    getattr(api, end)(job_id)

    answer = api.user.delete(f"/jobs/{job_id}")

    assert answer.status == 204
    assert api.user.get(f"/jobs/{job_id}").status == 404
    assert api.user.get("/jobs").json["count"] == 0


def test_an_open_job_cannot_be_deleted_even_when_it_is_asked_to_stop(api, job_id):
    pending = api.user.delete(f"/jobs/{job_id}")
    api.claim(job_id)
    running = api.user.delete(f"/jobs/{job_id}")
    api.user.post(f"/jobs/{job_id}/cancel")
    stopping = api.user.delete(f"/jobs/{job_id}")

    assert [answer.code for answer in (pending, running, stopping)] == ["not_finished"] * 3
    assert [answer.status for answer in (pending, running, stopping)] == [409] * 3


def test_events_tell_a_jobs_life_in_order(api, job_id):
    job = api.claim(job_id)
    checkpoint = Checkpoint(name="read", value=b"1")
    api.jobs.save(job, lifecycle.step_stored(job, name="read", at=api.clock()), checkpoint=checkpoint)
    job = api.job(job_id)
    api.jobs.save(job, lifecycle.failed(job, ProviderUnavailable("Gone."), at=api.clock()))

    answer = api.user.get(f"/jobs/{job_id}/events").json

    assert [(event["seq"], event["type"], event["data"]) for event in answer["events"]] == [
        (1, "created", {}),
        (2, "started", {}),
        (3, "step", {"step": "read"}),
        (4, "failed", {"code": "provider_unavailable"}),
    ]
    assert answer["events"][0]["at"] == "2026-06-10T09:00:00.000000Z"
    assert [event["message"] for event in answer["events"]] == ["", "", "read", "provider_unavailable"]
    assert answer["next_after"] == 4


def test_events_after_a_number_are_those_that_came_later(api, job_id):
    api.complete(job_id)

    later = api.user.get(f"/jobs/{job_id}/events?after=2").json
    none = api.user.get(f"/jobs/{job_id}/events?after=3").json

    assert [event["seq"] for event in later["events"]] == [3]
    assert none == {"events": [], "next_after": 3}


@pytest.mark.parametrize("after", ["-1", "x", "", "1.5", "null"])
def test_a_bad_number_is_a_422(api, job_id, after):
    answer = api.user.get(f"/jobs/{job_id}/events?after={after}")

    assert (answer.status, answer.pointers) == (422, ["query:after"])


def test_of_many_events_the_first_ten_and_the_last_thirty_are_kept(api, job_id):
    job = api.claim(job_id)
    for number in range(100):
        job = api.jobs.save(job, lifecycle.step_stored(job, name=f"step-{number}", at=api.clock()))

    events = api.user.get(f"/jobs/{job_id}/events").json["events"]

    assert [event["seq"] for event in events] == [*range(1, 11), *range(73, 103)]
