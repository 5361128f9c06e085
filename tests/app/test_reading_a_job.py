"""What does a poller see of a job, when is it spared a body, and how long may its answer be held back?"""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from chalicelib.errors import PermanentError, ProviderRateLimited, TransientError
from chalicelib.jobs import lifecycle
from chalicelib.jobs.calls import Parked
from chalicelib.jobs.model import ModelUsage, Usage

ERRORS = [*TransientError.__subclasses__(), *PermanentError.__subclasses__()]


@pytest.fixture
def job_id(api):
    return api.user.new_job()


def read(api, job_id, query="", **headers):
    return api.user.get(f"/jobs/{job_id}{query}", **headers)


def test_a_new_job_shows_every_field(api, job_id):
    answer = read(api, job_id)

    job = answer.json
    case_id = job["metadata"]["case_id"]
    assert answer.status == 200
    expected = {
        "job_id": job_id,
        "job_type": "document_analysis_form7801",
        "status": "pending",
        "progress": 0,
        "progress_message": "Waiting to start",
        "progress_code": "waiting_to_start",
        "progress_params": {},
        "result": None,
        "error": None,
        "metadata": {
            "case_id": case_id,
            "user_id": "user-1",
            "requested_by": "user-1",
            "endpoint": "/cases/{case_id}/analyze-documents-form7801",
            "document_count": 1,
        },
        "created_at": "2026-06-10T09:00:00.000000Z",
        "started_at": None,
        "completed_at": None,
        "done": False,
        "version": 1,
        "updated_at": "2026-06-10T09:00:00.000000Z",
        "attempt": 0,
        "max_attempts": 25,
        "next_attempt_at": None,
        "waiting_for": "worker",
        "priority": "normal",
        "cancel_requested": False,
        "retried_from": None,
        "deadline_at": "2026-06-10T10:00:00.000000Z",
        "expires_at": "2026-07-10T09:00:00.000000Z",
        "retry_after_ms": 2000,
        "result_url": None,
        "result_url_expires_at": None,
        "usage": {"input_tokens": 0, "output_tokens": 0, "cached_tokens": 0, "cost_usd": "0", "calls": []},
        "error_info": None,
        "steps": [],
    }
    assert job == expected
    assert list(job) == list(expected)


def test_a_poll_costs_one_read_and_says_how_to_go_on(api, job_id):
    api.jobs.calls.clear()

    answer = read(api, job_id)

    assert api.jobs.calls == ["get"]
    assert answer.headers["ETag"] == 'W/"1"'
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Vary"] == "Authorization"
    assert "Preference-Applied" not in answer.headers


def test_a_running_job_shows_its_progress(api, job_id):
    api.claim(job_id)
    api.progress(job_id, 45, "קורא מסמך 2 מתוך 3")

    job = read(api, job_id).json

    assert (job["status"], job["progress"], job["progress_message"]) == ("running", 45, "קורא מסמך 2 מתוך 3")
    assert (job["attempt"], job["done"]) == (1, False)
    assert job["started_at"] == "2026-06-10T09:00:00.000000Z"


def test_a_failed_job_is_a_200_with_one_safe_sentence_and_a_code(api, job_id):
    api.claim(job_id)
    api.progress(job_id, 45)
    error = ProviderRateLimited(
        "The AI provider is busy.", provider="openai", provider_status=429, provider_request_id="req_1"
    )
    api.jobs.save(api.job(job_id), lifecycle.failed(api.job(job_id), error, at=api.clock()))

    answer = read(api, job_id)

    job = answer.json
    assert answer.status == 200
    assert (job["status"], job["error"], job["progress"]) == ("failed", "The AI provider is busy.", 45)
    assert job["error_info"] == {
        "code": "provider_rate_limited",
        "title": "The AI provider is busy",
        "retryable": True,
        "attempt": 1,
        "provider": "openai",
        "provider_status": 429,
        "provider_request_id": "req_1",
    }


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_every_way_to_fail_has_a_code_and_says_whether_it_is_worth_repeating(api, job_id, error):
    api.fail(job_id, error("One safe sentence."))

    job = read(api, job_id).json

    assert (job["status"], job["error"]) == ("failed", "One safe sentence.")
    assert (job["error_info"]["code"], job["error_info"]["retryable"]) == (
        error.code,
        issubclass(error, TransientError),
    )
    assert job["progress_message"] == job["error_info"]["title"] == error.title


def test_the_ways_to_fail_are_these():
    assert sorted(error.code for error in ERRORS) == [
        *("budget_exceeded", "deadline_exceeded", "document_unreadable", "input_invalid", "internal", "output_invalid"),
        *("provider_auth", "provider_quota_exhausted", "provider_rate_limited", "provider_refused"),
        *("provider_unavailable", "storage_unavailable", "worker_lost"),
    ]


def test_a_job_that_waits_to_be_repeated_shows_why_and_until_when(api, job_id):
    job = api.claim(job_id)
    due_at = api.clock().replace(minute=5)
    api.jobs.save(job, lifecycle.retrying(job, ProviderRateLimited("Busy."), due_at=due_at, at=api.clock()))

    seen = read(api, job_id).json

    assert (seen["status"], seen["error"], seen["attempt"]) == ("pending", None, 1)
    assert seen["next_attempt_at"] == "2026-06-10T09:05:00.000000Z"
    assert seen["error_info"]["code"] == "provider_rate_limited"


def test_a_cancelled_job_says_so_in_the_old_words(api, job_id):
    api.user.post(f"/jobs/{job_id}/cancel")

    job = read(api, job_id).json

    assert (job["status"], job["progress_message"], job["error"]) == (
        "cancelled",
        "Cancelled",
        "The job was cancelled.",
    )
    assert (job["done"], job["cancel_requested"], job["error_info"]) == (True, True, None)


def test_usage_is_a_row_per_model_and_money_is_text(api, job_id):
    job = api.claim(job_id)
    rows = (("model-a", Decimal("0.0123")), ("model-b", Decimal("1.50")))
    usage = Usage()
    for model, cost in rows:
        usage = usage.plus(
            ModelUsage(model=model, requests=1, input_tokens=10, output_tokens=5, cached_tokens=2, cost_usd=cost)
        )
    api.jobs.save(job, msgspec.structs.replace(job, usage=usage))

    seen = read(api, job_id).json["usage"]

    assert (seen["input_tokens"], seen["output_tokens"], seen["cached_tokens"]) == (20, 10, 4)
    assert seen["cost_usd"] == "1.5123"
    assert [(call["model"], call["cost_usd"]) for call in seen["calls"]] == [("model-a", "0.0123"), ("model-b", "1.5")]


def test_an_unknown_price_is_null_and_never_zero(api, job_id):
    job = api.claim(job_id)
    call = ModelUsage(model="m", requests=1, input_tokens=1, output_tokens=1, cached_tokens=0, cost_usd=None)
    api.jobs.save(job, msgspec.structs.replace(job, usage=Usage(calls=(call,))))

    assert read(api, job_id).json["usage"]["cost_usd"] is None


@pytest.mark.parametrize("known", ['W/"1"', '"1"', 'W/"7", W/"1"', "*", ' W/"1" '])
def test_what_the_client_has_seen_is_a_304_with_the_same_headers_and_no_body(api, job_id, known):
    full = read(api, job_id)

    answer = read(api, job_id, If_None_Match=known)

    assert (answer.status, answer.text) == (304, "")
    for header in ("ETag", "Retry-After", "Cache-Control", "Vary"):
        assert answer.headers[header] == full.headers[header]


@pytest.mark.parametrize("known", ['W/"2"', '"11"', "1", "", 'W/"1-link"'])
def test_anything_else_gets_the_whole_job(api, job_id, known):
    assert read(api, job_id, If_None_Match=known).status == 200


def test_a_heartbeat_is_no_change(api, job_id):
    job = api.claim(job_id)
    tag = read(api, job_id).headers["ETag"]
    api.jobs.renew(job, lease_until=lifecycle.lease_end(api.clock()))

    assert read(api, job_id, If_None_Match=tag).status == 304


def test_an_unknown_query_parameter_is_passed_over(api, job_id):
    assert read(api, job_id, "?_=123").status == 200


def test_an_expired_job_is_not_there(api, job_id):
    api.clock.advance(seconds=30 * 24 * 3600)

    answer = api.user.get(f"/jobs/{job_id}")

    assert (answer.status, answer.code) == (404, "not_found")


def test_the_old_frontends_loop_gets_its_result(api, job_id):
    seen = []
    steps = iter(
        [
            lambda: api.claim(job_id),
            lambda: api.progress(job_id, 50),
            lambda: api.complete_running(job_id, b'{"done": 1}'),
        ]
    )
    while not seen or seen[-1]["status"] not in ("completed", "failed"):
        seen.append(read(api, job_id).json)
        next(steps, lambda: None)()
        api.clock.advance(seconds=2)

    assert [job["status"] for job in seen] == ["pending", "running", "running", "completed"]
    assert seen[-1]["result"] == {"done": 1}


@pytest.mark.parametrize("prefer", ["wait=20", "respond-async, wait=5", "wait", "", '"'])
def test_prefer_is_ignored(api, prefer):
    job_id = api.user.new_job(Prefer=prefer)

    answer = api.user.get(f"/jobs/{job_id}", Prefer=prefer)

    assert (answer.status, answer.json["status"]) == (200, "pending")
    assert "Preference-Applied" not in answer.headers


def test_a_job_with_its_result_is_stored_in_no_cache(api):
    job_id = api.user.new_job()
    before = api.user.get(f"/jobs/{job_id}").headers["Cache-Control"]
    api.complete(job_id)
    answers = [api.user.get(f"/jobs/{job_id}"), api.user.get(f"/jobs/{job_id}?result=link")]
    answers.append(api.user.get(f"/jobs/{job_id}", If_None_Match=answers[0].headers["ETag"]))

    assert before == "private, no-cache"
    assert [answer.status for answer in answers] == [200, 200, 304]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_while_a_model_works_without_us_progress_goes_on_by_time(api):
    job_id = api.user.new_job()
    job = api.claim(job_id)
    waiting = Parked(since=api.clock(), expected_seconds=60.0, progress=20, until=80)
    job = api.jobs.save(job, lifecycle.progressed(job, percent=20, message="Asking", usage=job.usage, at=api.clock()))
    api.jobs.save(job, lifecycle.parked(job, waiting, look_at=api.clock(), at=api.clock()))
    first = api.user.get(f"/jobs/{job_id}")
    api.clock.advance(seconds=30)

    later = api.user.get(f"/jobs/{job_id}", If_None_Match=first.headers["ETag"])

    assert (first.json["status"], first.json["waiting_for"]) == ("running", "model")
    assert [(one["progress"], one["progress_params"]["seconds_left"]) for one in (first.json, later.json)] == [
        (20, 60),
        (50, 30),
    ]
    assert later.json["version"] == first.json["version"]
