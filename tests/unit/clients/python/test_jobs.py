"""Jobs in the Python client: started once, followed by the API's hints, ended with a result or the reason why not."""

from __future__ import annotations

from typing import Any

import pytest

from clients.python.casework import (
    Client,
    JobCancelledError,
    JobFailedError,
    ProblemError,
    WaitTimeoutError,
    result_of,
)
from tests.fakes.scripted_api import BASE_URL, CUT_OFF, ScriptedApi, answer, problem

DESCRIPTION = answer(
    {
        "paths": {
            "/cases": {"get": {"operationId": "list_cases"}, "post": {"operationId": "create_case"}},
            "/cases/{case_id}/count-words": {"post": {"operationId": "start_word_count"}},
        }
    }
)
STARTED = answer({"job_id": "j1", "retry_after_ms": 2000}, 202)


def job(status: str = "running", *, version: int = 1, **changes: Any) -> dict[str, Any]:
    is_done = status in ("completed", "failed", "cancelled")
    return {
        "job_id": "j1",
        "status": status,
        "done": is_done,
        "version": version,
        "progress": 100 if is_done else 10,
        "result": {"total": 5} if status == "completed" else None,
        "result_url": None,
        "error": None,
        "error_info": None,
        "cancel_requested": False,
        "retry_after_ms": None if is_done else 2500,
        **changes,
    }


def client_of(api: ScriptedApi) -> Client:
    return Client(BASE_URL, "t", ports=api.ports)


def test_run_starts_the_analysis_and_gives_the_completed_job():
    api = ScriptedApi(DESCRIPTION, STARTED, answer(job(), etag='W/"1"'), answer(job("completed", version=2)))
    seen: list[int] = []

    done = client_of(api).run(
        "word_count", "c1", on_progress=lambda now: seen.append(now["version"]), max_cost_usd=0.5, labels={"a": "b"}
    )

    assert result_of(done) == {"total": 5}
    assert seen == [1, 2]
    assert api.lines == ["GET /openapi.json", "POST /cases/c1/count-words", "GET /jobs/j1", "GET /jobs/j1"]
    assert api.requests[1].body == {"max_cost_usd": 0.5, "labels": {"a": "b"}}
    assert api.pauses == [2.5]


def test_a_start_is_sent_again_with_its_key_and_the_callers_key_is_kept():
    api = ScriptedApi(DESCRIPTION, CUT_OFF, STARTED, STARTED)
    client = client_of(api)

    client.start("word_count", "c1")
    client.start("word_count", "c1", key="click-7")

    assert [request.headers["Idempotency-Key"] for request in api.requests[1:]] == ["key-1", "key-1", "click-7"]


def test_the_analyses_are_those_that_the_api_describes_asked_for_once():
    api = ScriptedApi(DESCRIPTION)
    client = client_of(api)

    with pytest.raises(ValueError, match="job_type must be one of: word_count; not 'letters'"):
        client.start("letters", "c1")

    assert dict(client.analyses) == {"word_count": "/cases/{case_id}/count-words"}
    assert api.lines == ["GET /openapi.json"]


@pytest.mark.parametrize(
    ("end", "error", "code"),
    [
        (job("failed", error="It is down.", error_info={"code": "provider_unavailable"}), JobFailedError, "provider"),
        (job("cancelled", error="The job was cancelled."), JobCancelledError, ""),
    ],
)
def test_run_raises_why_there_is_no_result(end, error, code):
    api = ScriptedApi(DESCRIPTION, STARTED, answer(end))

    with pytest.raises(error, match=end["error"]) as caught:
        client_of(api).run("word_count", "c1")

    assert caught.value.job == end
    assert getattr(caught.value, "code", "").startswith(code)


def test_wait_gives_a_job_that_failed_as_it_is():
    assert client_of(ScriptedApi(answer(job("failed")))).jobs.wait("j1")["status"] == "failed"


def test_an_unchanged_job_is_not_sent_again_and_not_reported_again():
    api = ScriptedApi(
        answer(job(), etag='W/"1"'), answer(status=304, retry_after="4"), answer(job("completed", version=2))
    )

    versions = [seen["version"] for seen in client_of(api).jobs.watch("j1")]

    assert versions == [1, 2]
    assert api.pauses == [2.5, 4.0]
    assert [request.headers.get("If-None-Match") for request in api.requests] == [None, 'W/"1"', 'W/"1"']


def test_following_goes_on_through_a_lost_network_and_a_busy_api():
    api = ScriptedApi(CUT_OFF, *[problem(503, "unavailable", retry_after="30")] * 5, answer(job("completed")))

    assert client_of(api).jobs.wait("j1")["done"]
    assert api.pauses == [0.25, *[30.0] * 5]  # longer than the patience of a single request


def test_following_a_job_that_is_gone_ends():
    with pytest.raises(ProblemError, match="not_found"):
        client_of(ScriptedApi(problem(404, "not_found"))).jobs.wait("j1")


def test_waiting_ends_in_time_and_leaves_the_job_alone():
    api = ScriptedApi(*[answer(job())] * 4)

    with pytest.raises(WaitTimeoutError, match="not done after 6 s") as caught:
        client_of(api).jobs.wait("j1", timeout_seconds=6)

    assert caught.value.job_id == "j1"
    assert api.pauses == [2.5, 2.5, 1.0]
    assert set(api.lines) == {"GET /jobs/j1"}


def test_a_worker_that_was_told_to_stop_is_asked_about_soon():
    api = ScriptedApi(answer(job(cancel_requested=True, retry_after_ms=10_000)), answer(job("cancelled", version=2)))

    client_of(api).jobs.wait("j1")

    assert api.pauses == [2.0]


def test_a_result_that_is_only_linked_to_is_fetched_without_the_token():
    linked = job("completed", result=None, result_url="https://storage.example/api/r1?sig=s")
    api = ScriptedApi(answer(linked), answer({"total": 7}))

    assert client_of(api).jobs.get("j1")["result"] == {"total": 7}
    assert api.lines[1] == "GET /r1?sig=s"
    assert "Authorization" not in api.requests[1].headers


def test_cancelling_a_job_that_had_ended_gives_it_as_it_ended():
    api = ScriptedApi(problem(409, "already_finished"), answer(job("completed")))

    assert client_of(api).jobs.cancel("j1")["status"] == "completed"
    assert api.lines == ["POST /jobs/j1/cancel", "GET /jobs/j1"]


def test_a_list_goes_through_all_pages():
    first = answer({"jobs": [job(), job()], "next_cursor": "more"})
    api = ScriptedApi(first, answer({"jobs": [job()], "next_cursor": None}))

    assert len(list(client_of(api).jobs.list(status="running", page_size=2))) == 3
    assert api.lines == ["GET /jobs?status=running&limit=2", "GET /jobs?status=running&limit=2&cursor=more"]


def test_retry_events_and_delete_are_the_apis():
    api = ScriptedApi(STARTED, answer({"events": [{"seq": 4}], "next_after": 4}), answer(status=204))
    client = client_of(api)

    assert client.jobs.retry("j1", deadline_seconds=900)["job_id"] == "j1"
    assert client.jobs.events("j1", after=3) == [{"seq": 4}]
    client.jobs.delete("j1")

    assert api.lines == ["POST /jobs/j1/retry", "GET /jobs/j1/events?after=3", "DELETE /jobs/j1"]
    assert api.requests[0].body == {"deadline_seconds": 900}


def test_a_webhook_is_asked_for_at_the_start_and_its_tries_can_be_read_and_repeated():
    tries = answer({"deliveries": [{"attempt": 1, "status": 204}]})
    api = ScriptedApi(DESCRIPTION, STARTED, tries, tries)
    client = client_of(api)

    client.start("word_count", "c1", notify={"url": "https://hooks.example/casework"})
    assert client.jobs.deliveries("j1") == client.jobs.resend("j1") == [{"attempt": 1, "status": 204}]

    assert api.requests[1].body == {"notify": {"url": "https://hooks.example/casework"}}
    assert api.lines[2:] == ["GET /jobs/j1/deliveries", "POST /jobs/j1/deliveries/resend"]
