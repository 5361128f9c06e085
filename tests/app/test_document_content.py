"""A link to a document's file: for its owner and admins, once the file is there."""

from __future__ import annotations

from tests.app.client import UNKNOWN_ID


def test_a_document_is_fetched_through_a_link_of_a_quarter_of_an_hour(api, case_id):
    document_id = api.user.new_document(case_id, file_name="מכתב.txt")

    answer = api.user.get(f"/cases/{case_id}/documents/{document_id}/content")

    assert answer.status == 200
    assert answer.json == {
        "url": f"https://blobs.test/cases/{case_id}/{document_id}?file_name=%D7%9E%D7%9B%D7%AA%D7%91.txt&expires_in=900",
        "expires_at": "2026-06-10T09:15:00.000000Z",
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_upload_has_no_content_until_it_has_arrived(api, case_id):
    body = {"file_name": "a.pdf", "content_type": "application/pdf", "size": 8}
    added = api.user.post(f"/cases/{case_id}/documents", body).json
    path = f"/cases/{case_id}/documents/{added['document']['id']}/content"
    before = api.user.get(path)
    api.blobs.put(added["upload"]["fields"]["key"], b"%PDF-1.7", content_type="application/pdf")

    assert (before.status, before.code) == (404, "not_found")
    assert api.user.get(path).status == 200


def test_a_document_of_another_case_or_user_is_not_there(api, case_id):
    document_id = api.user.new_document(case_id)
    other_case = api.user.new_case()

    answers = [
        api.user.get(f"/cases/{other_case}/documents/{document_id}/content"),
        api.user.get(f"/cases/{case_id}/documents/{UNKNOWN_ID}/content"),
        api.other.get(f"/cases/{case_id}/documents/{document_id}/content"),
    ]

    assert [answer.status for answer in answers] == [404] * 3
    assert api.admin.get(f"/cases/{case_id}/documents/{document_id}/content").status == 200
