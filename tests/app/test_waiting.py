"""How long is an answer held back when the client prefers to wait?"""

from __future__ import annotations

import pytest

from chalicelib.errors import Unavailable


@pytest.fixture
def job_id(api):
    return api.user.new_job()


@pytest.fixture
def silence(api, monkeypatch):
    """Makes the table of jobs unreadable."""

    def unreadable(job_id):
        raise Unavailable("DynamoDB does not answer just now.")

    return lambda: monkeypatch.setattr(api.jobs, "get", unreadable)


def test_a_poll_is_held_until_the_job_is_done(api, job_id):
    api.while_waiting = [lambda: None, lambda: None, lambda: api.complete(job_id)]

    answer = api.user.get(f"/jobs/{job_id}", Prefer="wait=10")

    assert answer.json["status"] == "completed"
    assert answer.headers["Preference-Applied"] == "wait=10"
    assert len(api.slept) == 3


def test_progress_alone_does_not_end_the_waiting_of_a_client_that_named_no_version(api, job_id):
    api.while_waiting = [lambda: api.claim(job_id), lambda: api.complete_running(job_id)]

    answer = api.user.get(f"/jobs/{job_id}", Prefer="wait=10")

    assert answer.json["done"] is True


def test_a_client_that_names_a_version_is_answered_at_the_next_one(api, job_id):
    api.while_waiting = [lambda: None, lambda: api.claim(job_id)]

    answer = api.user.get(f"/jobs/{job_id}", Prefer="wait=10", If_None_Match='W/"1"')

    assert (answer.status, answer.json["status"]) == (200, "running")
    assert len(api.slept) == 2


def test_a_version_the_job_has_left_behind_is_answered_at_once(api, job_id):
    api.claim(job_id)

    answer = api.user.get(f"/jobs/{job_id}", Prefer="wait=10", If_None_Match='W/"1"')

    assert answer.status == 200
    assert "Preference-Applied" not in answer.headers
    assert api.slept == []


def test_when_nothing_changed_the_held_answer_is_a_304(api, job_id):
    answer = api.user.get(f"/jobs/{job_id}", Prefer="wait=3", If_None_Match='W/"1"')

    assert answer.status == 304
    assert answer.headers["Preference-Applied"] == "wait=3"
    assert sum(api.slept) == 3


def test_when_time_is_up_the_job_is_shown_as_it_is(api, job_id):
    answer = api.user.get(f"/jobs/{job_id}", Prefer="wait=3")

    assert (answer.status, answer.json["status"]) == (200, "pending")
    assert sum(api.slept) == 3


def test_more_than_twenty_seconds_count_as_twenty(api, job_id):
    answer = api.user.get(f"/jobs/{job_id}", Prefer="wait=600")

    assert answer.headers["Preference-Applied"] == "wait=20"
    assert sum(api.slept) == 20


@pytest.mark.parametrize("end", ["complete", "fail"])
def test_a_done_job_never_waits(api, job_id, end):
    getattr(api, end)(job_id)
    tag = api.user.get(f"/jobs/{job_id}").headers["ETag"]

    full = api.user.get(f"/jobs/{job_id}", Prefer="wait=10")
    unchanged = api.user.get(f"/jobs/{job_id}", Prefer="wait=10", If_None_Match=tag)

    assert (full.status, unchanged.status) == (200, 304)
    assert "Preference-Applied" not in full.headers
    assert api.slept == []


@pytest.mark.parametrize("prefer", ["wait", "wait=", "wait=abc", "wait=-1", "wait=1.5", "respond-async", "wait=0", ""])
def test_a_preference_that_is_none_is_ignored(api, job_id, prefer):
    answer = api.user.get(f"/jobs/{job_id}", Prefer=prefer)

    assert answer.status == 200
    assert "Preference-Applied" not in answer.headers
    assert api.slept == []


def test_a_job_deleted_while_its_poll_is_held_is_a_404(api, job_id):
    api.while_waiting = [lambda: api.jobs.delete(api.job(job_id))]

    assert api.user.get(f"/jobs/{job_id}", Prefer="wait=10").status == 404


def test_a_start_is_held_until_its_job_is_done_and_answers_as_ever(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    api.while_waiting = [lambda: None, lambda: api.complete(api.queue.sent[0].message.job_id)]

    answer = api.user.post(f"/cases/{case_id}/analyze-documents-form7801", Prefer="respond-async, wait=5")

    assert answer.status == 202
    assert answer.json["status"] == "accepted"
    assert answer.headers["Preference-Applied"] == "wait=5"
    assert answer.headers["ETag"] == 'W/"3"'
    assert (answer.headers["Retry-After"], answer.json["retry_after_ms"]) == ("0", 0)
    assert len(api.slept) == 2


def test_a_start_whose_job_is_not_done_in_time_answers_then(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)

    answer = api.user.post(f"/cases/{case_id}/analyze-documents-form7801", Prefer="wait=2")

    assert answer.status == 202
    assert sum(api.slept) == 2
    assert answer.json["retry_after_ms"] >= 2000


def test_a_start_stands_when_its_job_cannot_be_read_while_it_is_held(api, silence):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    api.while_waiting = [silence]

    answer = api.user.post(f"/cases/{case_id}/analyze-documents-form7801", Prefer="wait=5")

    assert answer.status == 202
    assert answer.json["job_id"] == api.queue.sent[0].message.job_id
    assert answer.headers["Preference-Applied"] == "wait=5"


def test_a_held_poll_tells_what_it_saw_last(api, job_id, silence):
    api.while_waiting = [lambda: api.claim(job_id), silence]

    answer = api.user.get(f"/jobs/{job_id}", Prefer="wait=3")

    assert (answer.status, answer.json["status"]) == (200, "running")
