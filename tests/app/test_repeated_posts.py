"""An Idempotency-Key on POST /cases and POST …/documents: the same request makes one case, one document."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

CASE = {"title": "תיק", "metadata": {"a": 1}}
DOCUMENT = {"file_name": "letter.txt", "text": "מכתב"}
UPLOAD = {"file_name": "scan.pdf", "content_type": "application/pdf", "size": 10}


def test_the_same_case_again_is_the_first_one(api):
    first = api.user.post("/cases", CASE, Idempotency_Key="k1")
    api.clock.advance(seconds=60)
    again = api.user.post("/cases", CASE, Idempotency_Key="k1")

    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.user.get("/cases").json["count"] == 1


def test_a_repeated_case_is_shown_as_it_is_now(api):
    case_id = api.user.post("/cases", CASE, Idempotency_Key="k1").json["id"]
    api.clock.advance(seconds=60)
    api.user.new_document(case_id)

    again = api.user.post("/cases", CASE, Idempotency_Key="k1").json

    assert again == api.user.get(f"/cases/{case_id}").json
    assert len(again["documents"]) == 1


def test_a_key_is_of_its_user_and_another_key_makes_another_case(api):
    made = [
        api.user.post("/cases", CASE, Idempotency_Key="k1"),
        api.user.post("/cases", CASE, Idempotency_Key="k2"),
        api.user.post("/cases", CASE),
        api.other.post("/cases", CASE, Idempotency_Key="k1"),
    ]

    assert len({answer.json["id"] for answer in made}) == 4


@pytest.mark.parametrize("changed", [{"title": "another"}, {"description": "d"}, {"metadata": {"a": 2}}])
def test_a_key_with_another_case_is_a_422(api, changed):
    api.user.post("/cases", CASE, Idempotency_Key="k1")
    api.clock.advance(seconds=60)

    answer = api.user.post("/cases", {**CASE, **changed}, Idempotency_Key="k1")

    assert (answer.status, answer.code) == (422, "idempotency_key_reused")
    assert answer.pointers == ["header:Idempotency-Key"]


@pytest.mark.parametrize("body", [DOCUMENT, UPLOAD, {**DOCUMENT, "metadata": {"key_points": ["א"]}}])
def test_the_same_document_again_is_the_first_one(api, case_id, body):
    first = api.user.post(f"/cases/{case_id}/documents", body, Idempotency_Key="k1")
    again = api.user.post(f"/cases/{case_id}/documents", body, Idempotency_Key="k1")

    assert again.status == 201
    assert again.json["document"] == first.json["document"]
    assert ("upload" in again.json) == ("size" in body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.user.get(f"/cases/{case_id}/documents").json["count"] == 1


def test_ten_clicks_at_once_are_one_document(api, case_id):
    with ThreadPoolExecutor(10) as pool:
        post = lambda _: api.user.post(f"/cases/{case_id}/documents", DOCUMENT, Idempotency_Key="k1")  # noqa: E731
        answers = [*pool.map(post, range(10))]

    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["document"]["id"] for answer in answers}) == 1
    assert api.user.get(f"/cases/{case_id}/documents").json["count"] == 1


def test_a_documents_key_is_of_its_case_and_its_content(api, case_id):
    other_case = api.user.new_case()
    first = api.user.post(f"/cases/{case_id}/documents", DOCUMENT, Idempotency_Key="k1")
    elsewhere = api.user.post(f"/cases/{other_case}/documents", DOCUMENT, Idempotency_Key="k1")
    changed = api.user.post(f"/cases/{case_id}/documents", {**DOCUMENT, "text": "אחר"}, Idempotency_Key="k1")

    assert elsewhere.json["document"]["id"] != first.json["document"]["id"]
    assert (changed.status, changed.code) == (422, "idempotency_key_reused")


def test_a_case_has_at_most_200_documents(api, case_id):
    for number in range(200):
        api.user.new_document(case_id, file_name=f"{number}.txt")

    refused = api.user.post(f"/cases/{case_id}/documents", DOCUMENT)
    last = api.user.get(f"/cases/{case_id}/documents").json["documents"][-1]["id"]
    api.user.delete(f"/cases/{case_id}/documents/{last}")

    assert (refused.status, refused.code) == (409, "too_many_documents")
    assert "200" in refused.json["detail"]
    assert api.user.post(f"/cases/{case_id}/documents", DOCUMENT).status == 201


@pytest.mark.parametrize("path", ["/cases", "/cases/{case_id}/documents"])
def test_a_key_that_is_none_is_a_422(api, case_id, path):
    body = CASE if path == "/cases" else DOCUMENT

    answer = api.user.post(path.format(case_id=case_id), body, Idempotency_Key="two words")

    assert (answer.status, answer.pointers) == (422, ["header:Idempotency-Key"])
