"""When a request is wrong in several ways, which one is it told? One chain of refusals, mended one by one."""

from __future__ import annotations

import pytest

from tests.app.client import SECRET, UNKNOWN_ID


def test_a_start_is_refused_for_its_first_fault(api, monkeypatch):
    empty_case = api.user.new_case()
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    open_job = api.user.new_job(case_id)
    for _ in range(19):
        api.user.new_job(case_id, {"dedupe": "none"})
    start = "/cases/{}/analyze-documents-form7801".format
    text, key = {"Content_Type": "text/plain"}, {"Idempotency_Key": "k1"}
    high = {"priority": "high"}
    api.user.post(start(case_id), {"dedupe": "none", "deadline_seconds": 60})
    refusals = [
        (api.nobody.post("/nowhere", b"{"), "not_found"),
        (api.nobody.send("PUT", start(UNKNOWN_ID), b"{"), "method_not_allowed"),
        (api.nobody.post(start(UNKNOWN_ID), b"x" * 70_000, **text), "unauthorized"),
        (api.user.post(start(UNKNOWN_ID), b"x" * 70_000, **text), "body_too_large"),
        (api.user.post(start(UNKNOWN_ID), b"{", **text), "unsupported_media_type"),
        (api.user.post(start(UNKNOWN_ID), b"{"), "malformed_json"),
        (api.user.post(start(UNKNOWN_ID), {**high, "deadline_seconds": 1}), "invalid_request"),
        (api.user.post(start(UNKNOWN_ID), high, Idempotency_Key=""), "invalid_request"),
        (api.user.post(start(UNKNOWN_ID), high), "forbidden"),
        (api.user.post(start(UNKNOWN_ID), **key), "not_found"),
        (api.user.post(start(empty_case), {"dedupe": "none"}), "no_documents"),
    ]
    deduplicated = api.user.post(start(case_id), {"labels": {"a": "b"}})
    limited = api.user.post(start(case_id), {"dedupe": "none"})

    assert [answer.code for answer, _ in refusals] == [code for _, code in refusals]
    assert deduplicated.json["job_id"] == open_job
    assert limited.code == "too_many_open_jobs"


def test_a_used_key_is_answered_before_the_state_of_the_case(api):
    case_id = api.user.new_case()
    document_id = api.user.new_document(case_id)
    path = f"/cases/{case_id}/analyze-documents-form7801"
    first = api.user.post(path, Idempotency_Key="k1")
    api.user.delete(f"/cases/{case_id}/documents/{document_id}")

    assert api.user.post(path, Idempotency_Key="k1").json["job_id"] == first.json["job_id"]
    assert api.user.post(path, {"deadline_seconds": 60}, Idempotency_Key="k1").code == "idempotency_key_reused"
    assert api.user.post(path, Idempotency_Key="k2").code == "no_documents"


def test_a_used_key_is_answered_before_the_limit(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    path = f"/cases/{case_id}/analyze-documents-form7801"
    first = api.user.post(path, {"dedupe": "none"}, Idempotency_Key="k1")
    for _ in range(19):
        api.user.new_job(case_id, {"dedupe": "none"})

    assert api.user.post(path, {"dedupe": "none"}, Idempotency_Key="k1").json["job_id"] == first.json["job_id"]
    assert api.user.post(path, {"dedupe": "none"}, Idempotency_Key="k2").code == "too_many_open_jobs"


def test_a_retry_of_an_open_job_looks_for_the_key_first(api):
    job_id = api.user.new_job()
    api.fail(job_id)
    first = api.user.post(f"/jobs/{job_id}/retry", Idempotency_Key="k1").json["job_id"]

    open_job = api.user.post(f"/jobs/{first}/retry", Idempotency_Key="k1")
    new_key = api.user.post(f"/jobs/{first}/retry", Idempotency_Key="k2")

    assert open_job.code == "idempotency_key_reused"
    assert new_key.code == "not_finished"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/jobs?scope=all&limit=0", None),
        ("GET", "/cases?scope=all&cursor=x", None),
        ("GET", f"/jobs/{UNKNOWN_ID}?result=x", None),
        ("GET", f"/jobs/{UNKNOWN_ID}/events?after=x", None),
        ("POST", f"/jobs/{UNKNOWN_ID}/retry", {"priority": "x"}),
        ("PUT", f"/cases/{UNKNOWN_ID}/call", {}),
        (
            "POST",
            f"/cases/{UNKNOWN_ID}/documents",
            {"file_name": "a.txt", "text": "x", "metadata": {"a": "x" * 20_000}},
        ),
    ],
)
def test_what_was_sent_is_looked_at_before_what_it_is_about(api, method, path, body):
    answer = api.user.send(method, path, body)

    assert (answer.status, answer.code) == (422, "invalid_request")


MB = 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [
        {"file_name": "", "text": "x" * (3 * MB + 1)},
        {"text": "x" * (3 * MB + 1), "content_type": 5},
        {"file_name": "a.pdf", "content_base64": "A" * 5_600_000, "size": -1},
        {"file_name": "a.pdf", "size": 21 * MB},
        {"file_name": "a.pdf", "size": 21 * MB, "content_type": "application/pdf", "unknown": 1},
        {"file_name": "a.pdf", "size": 21.5 * MB, "content_type": "application/pdf"},
        {"file_name": "a.pdf", "size": 10**30},
    ],
    ids=["empty name", "bad type", "base64", "no type", "unknown member", "a fraction", "astronomic"],
)
def test_what_is_too_large_is_a_413_before_anything_else_in_the_body_is_looked_at(api, body):
    answer = api.user.post(f"/cases/{UNKNOWN_ID}/documents", body)

    assert (answer.status, answer.code) == (413, "body_too_large")


@pytest.mark.parametrize("size", [True, "x" * 100, [10**9], None, {"a": 10**9}])
def test_a_size_that_is_no_number_is_not_too_large(api, size):
    answer = api.user.post(f"/cases/{UNKNOWN_ID}/documents", {"file_name": "a.pdf", "size": size})

    assert answer.status == 422


def test_a_token_that_cannot_be_checked_is_a_503_before_anything_is_read(api):
    from chalicelib.auth import TokenVerifier
    from chalicelib.jwks import FetchFailed, KeySet

    def down(url):
        raise FetchFailed("down")

    api.system.verifier = TokenVerifier(
        clock=api.clock, secret=SECRET, keys=KeySet("http://issuer.test", clock=api.clock, fetch=down)
    )
    unverifiable = "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.AAAA"  # {"alg": "RS256", "kid": "k"}

    answer = api.nobody.post("/cases", b"{", Authorization=unverifiable)

    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "5"
