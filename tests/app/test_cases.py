"""What do cases, their calls and their documents look like from outside?"""

from __future__ import annotations

import base64

import pytest

from chalicelib.adapters.file_readers import FileReaders
from chalicelib.cases.reader import StoredCaseReader

MEMBERS = [
    "id",
    "user_id",
    "title",
    "description",
    "status",
    "metadata",
    "created_at",
    "updated_at",
    "call_details",
    "call_summary",
    "final_document_analysis",
    "form_7801_analysis",
    "form_7801_analysis_timestamp",
    "analysis_status",
    "documents",
    "call_metadata",
]
DOCUMENT_MEMBERS = [
    "id",
    "case_id",
    "file_name",
    "content_type",
    "size",
    "status",
    "document_type",
    "uploaded_by",
    "uploaded_at",
    "metadata",
    "file_type",
    "file_size",
]
MB = 1024 * 1024


def test_a_new_case_belongs_to_its_creator_and_has_every_member_from_the_start(api):
    answer = api.user.send(
        "POST", "/cases", {"title": "תיק", "description": "ד", "metadata": {"a": [1, None]}}, prefix="/api"
    )

    case = answer.json
    assert answer.status == 201
    assert answer.headers["Location"] == f"/api/cases/{case['id']}"
    assert list(case) == MEMBERS
    assert (case["user_id"], case["title"], case["description"]) == ("user-1", "תיק", "ד")
    assert case["metadata"] == {"a": [1, None]}
    assert [case[member] for member in MEMBERS[8:14]] == [None] * 6
    assert case["documents"] == []
    assert case["created_at"] == case["updated_at"] == "2026-06-10T09:00:00.000000Z"
    assert api.user.get(f"/cases/{case['id']}").json == case


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/title"),
        (None, "/title"),
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": 5}, "/title"),
        ({"title": None}, "/title"),
        ({"title": "t", "description": "x" * 4001}, "/description"),
        ({"title": "t", "metadata": []}, "/metadata"),
        ({"title": "t", "metadata": {"a": "x" * 16 * 1024}}, "/metadata"),
        ({"title": "t", "user_id": "user-2"}, "/user_id"),
    ],
)
def test_a_case_that_breaks_a_rule_is_a_422_that_points_at_it(api, body, pointer):
    answer = api.user.post("/cases", body)

    assert (answer.status, answer.pointers) == (422, [pointer])


def test_a_call_is_stored_with_what_clients_read(api, case_id):
    call = {
        "id": "call-1",
        "metadata": {"case_id": case_id},
        "artifact": {"messages": [{"role": "bot", "message": "שלום"}, {"role": "user", "message": "היי"}]},
        "analysis": {"summary": "of Vapi"},
    }

    answer = api.user.put(f"/cases/{case_id}/call", call)

    details = answer.json["call_details"]
    assert answer.status == 200
    assert list(answer.json) == MEMBERS
    assert details["transcript"] == "AI: שלום\nUser: היי\n"
    assert details["artifact"] == call["artifact"]
    assert details["analysis"] == {"summary": "of Vapi"}
    assert details["metadata"] == call["metadata"]


@pytest.mark.parametrize("body", [{}, {"unknown": 1}, {"message": {"type": "status-update"}}, {"transcript": 5}])
def test_what_is_no_call_is_a_422(api, case_id, body):
    answer = api.user.put(f"/cases/{case_id}/call", body)

    assert (answer.status, answer.code) == (422, "invalid_request")
    assert answer.pointers


def test_what_an_analysis_found_stands_beside_what_vapi_said(api, case_id):
    api.user.put(f"/cases/{case_id}/call", {"id": "c", "transcript": "x", "analysis": {"successEvaluation": "true"}})
    api.cases.put_member(case_id, "call_analysis", {"summary": "ours", "structured_data": {"a": 1}})
    api.cases.put_member(case_id, "call_summary", '{"a": 1}')

    case = api.user.get(f"/cases/{case_id}").json

    analysis = {"successEvaluation": "true", "summary": "ours", "structured_data": {"a": 1}}
    assert case["call_details"]["analysis"] == analysis
    assert case["call_summary"] == '{"a": 1}'


def test_what_an_analysis_found_in_one_call_is_not_said_of_the_next(api, case_id):
    api.user.put(f"/cases/{case_id}/call", {"id": "first", "transcript": "x"})
    api.cases.put_member(case_id, "call_analysis", {"call_id": "first", "summary": "ours", "structured_data": {}})
    of_first = api.user.get(f"/cases/{case_id}").json["call_details"]["analysis"]

    api.user.put(f"/cases/{case_id}/call", {"id": "next", "transcript": "y", "analysis": {"summary": "of Vapi"}})

    assert of_first == {"summary": "ours", "structured_data": {}}
    assert api.user.get(f"/cases/{case_id}").json["call_details"]["analysis"] == {"summary": "of Vapi"}


def test_a_case_is_deleted_with_all_that_belongs_to_it(api, case_id):
    api.user.new_document(case_id)
    job_id = api.user.new_job(case_id)

    while_open = api.user.delete(f"/cases/{case_id}")
    api.complete(job_id)
    deleted = api.user.delete(f"/cases/{case_id}")

    assert (while_open.status, while_open.code) == (409, "not_finished")
    assert deleted.status == 204
    assert api.user.get(f"/cases/{case_id}").status == 404
    assert api.user.get(f"/jobs/{job_id}").status == 404
    assert list(api.blobs.keys("cases/")) == []


def test_a_text_becomes_a_document(api, case_id):
    body = {
        "text": "מכתב",
        "file_name": "../secret/מכתב.txt",
        "document_type": "letter",
        "metadata": {"document_summary": "s", "key_points": ["k"]},
    }

    answer = api.user.post(f"/cases/{case_id}/documents", body)

    document = answer.json["document"]
    assert answer.status == 201
    assert list(answer.json) == ["document"]
    assert list(document) == DOCUMENT_MEMBERS
    assert (document["file_name"], document["content_type"], document["size"]) == ("מכתב.txt", "text/plain", 8)
    assert (document["file_type"], document["file_size"]) == ("text/plain", 8)
    assert (document["status"], document["uploaded_by"], document["case_id"]) == ("ready", "user-1", case_id)
    assert document["metadata"] == body["metadata"]
    assert api.user.get(f"/cases/{case_id}/documents").json == {"documents": [document], "count": 1}
    assert api.user.get(f"/cases/{case_id}").json["documents"] == [document]


def test_a_file_comes_as_base64(api, case_id):
    content = base64.b64encode(b"%PDF-1.7").decode()
    body = {"content_base64": content, "file_name": "a.pdf", "content_type": "application/pdf"}

    document = api.user.post(f"/cases/{case_id}/documents", body).json["document"]

    key = f"cases/{case_id}/{document['id']}"
    assert document["size"] == 8
    assert (api.blobs.get(key), api.blobs.content_type(key)) == (b"%PDF-1.7", "application/pdf")


def test_a_large_file_goes_straight_to_storage(api, case_id):
    body = {"size": 20 * MB, "file_name": "a.pdf", "content_type": "application/pdf"}

    answer = api.user.post(f"/cases/{case_id}/documents", body)

    document, upload = answer.json["document"], answer.json["upload"]
    assert answer.status == 201
    assert document["status"] == "awaiting_upload"
    assert list(upload) == ["method", "url", "headers", "fields", "expires_at"]
    assert upload["expires_at"] == "2026-06-10T09:15:00.000000Z"
    api.blobs.put(upload["fields"]["key"], b"%PDF-1.7", content_type="application/pdf")
    listed = api.user.get(f"/cases/{case_id}/documents").json["documents"][0]
    assert (listed["status"], listed["size"]) == ("ready", 8)


def test_a_document_in_which_nothing_can_be_read_says_so(api, case_id):
    document_id = api.user.new_document(case_id, text="\x00\x01")
    (document,) = api.cases.outline(case_id).documents

    reader = StoredCaseReader(store=api.cases, forms=api.system.forms.store, blobs=api.blobs, text_reader=FileReaders())
    reader.text(document, seconds=60.0, check=lambda: None)

    (listed,) = api.user.get(f"/cases/{case_id}/documents").json["documents"]
    assert (listed["id"], listed["status"]) == (document_id, "unreadable")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": "x"}, "/file_name"),
        ({"file_name": "a.txt"}, ""),
        ({"file_name": "a.txt", "text": "x", "size": 5}, ""),
        ({"file_name": "a.txt", "text": ""}, "/text"),
        ({"file_name": "a.txt", "text": "x", "content_type": "application/pdf"}, "/content_type"),
        ({"file_name": "a.exe", "size": 5, "content_type": "application/x-msdownload"}, "/content_type"),
        ({"file_name": "a", "size": 5}, "/content_type"),
        ({"file_name": "a.pdf", "size": 0, "content_type": "application/pdf"}, "/size"),
        ({"file_name": "a.pdf", "size": True, "content_type": "application/pdf"}, "/size"),
        ({"file_name": "a.pdf", "content_base64": "", "content_type": "application/pdf"}, "/content_base64"),
        ({"file_name": "a.pdf", "content_base64": "!!", "content_type": "application/pdf"}, "/content_base64"),
        ({"file_name": "", "text": "x"}, "/file_name"),
        ({"file_name": "x" * 256, "text": "x"}, "/file_name"),
        ({"file_name": "a.txt", "text": "x", "metadata": {"a": "x" * 16 * 1024}}, "/metadata"),
        ({"file_name": "a.txt", "text": "x", "owner": "me"}, "/owner"),
        ({"file_name": "a.txt", "text": " \n\t"}, "/text"),
        ({"file_name": "a.txt", "text": None}, "/text"),
        ({"file_name": "a.md", "text": "x", "content_type": "text/markdown"}, "/content_type"),
        ({"file_name": "a", "content_base64": "AAECAw=="}, "/content_type"),
        ({"file_name": "a.txt", "size": 1.5, "content_type": "text/plain"}, "/size"),
        ({"file_name": "a.txt", "content_base64": "e?==", "content_type": "text/plain"}, "/content_base64"),
        ({"file_name": "a.txt", "content_base64": "eA=", "content_type": "text/plain"}, "/content_base64"),
        ({"file_name": "a.txt", "content_base64": "שלום", "content_type": "text/plain"}, "/content_base64"),
        ({"file_name": "..", "text": "x"}, "/file_name"),
        ({"file_name": "a.txt", "text": "x", "metadata": {"key_points": "x"}}, "/metadata/key_points"),
        ({"file_name": "a.txt", "text": "x", "requested_name": ""}, "/requested_name"),
    ],
)
def test_a_document_that_breaks_a_rule_is_a_422_that_points_at_it(api, case_id, body, pointer):
    answer = api.user.post(f"/cases/{case_id}/documents", body)

    assert (answer.status, answer.pointers) == (422, [pointer])
    assert list(api.blobs.keys("")) == []


@pytest.mark.parametrize(
    "body",
    [
        {"file_name": "a.txt", "text": "x" * (3 * MB + 1)},
        {"file_name": "a.pdf", "content_type": "application/pdf", "size": 20 * MB + 1},
        {
            "file_name": "a.pdf",
            "content_type": "application/pdf",
            "content_base64": base64.b64encode(b"x" * (4 * MB + 1)).decode(),
        },
        {"file_name": "a.txt", "text": "א" * (3 * MB // 2) + "x"},  # measured in bytes, not in characters
        {"file_name": "a.pdf", "size": 20 * MB + 1},  # its size comes before what else is missing
        {"file_name": "..", "text": "x" * (3 * MB + 1), "metadata": {"key_points": "x"}},
    ],
)
def test_a_document_over_its_size_is_a_413(api, case_id, body):
    answer = api.user.post(f"/cases/{case_id}/documents", body)

    assert (answer.status, answer.code) == (413, "body_too_large")


def test_the_largest_documents_fit(api, case_id):
    text = api.user.post(f"/cases/{case_id}/documents", {"file_name": "a.txt", "text": "x" * 3 * MB})
    content = base64.b64encode(b"x" * 4 * MB).decode()
    file = api.user.post(
        f"/cases/{case_id}/documents",
        {"file_name": "a.pdf", "content_type": "application/pdf", "content_base64": content},
    )

    assert (text.status, file.status) == (201, 201)


def test_a_document_is_deleted_with_its_bytes(api, case_id):
    document_id = api.user.new_document(case_id)

    first = api.user.delete(f"/cases/{case_id}/documents/{document_id}")
    second = api.user.delete(f"/cases/{case_id}/documents/{document_id}")

    assert (first.status, second.status) == (204, 404)
    assert api.user.get(f"/cases/{case_id}/documents").json == {"documents": [], "count": 0}
    assert list(api.blobs.keys("cases/")) == []


def test_a_document_that_was_asked_for_marks_its_entry(api, case_id):
    api.cases.put_member(case_id, "call_summary", '{"documents_requested_list": [{"name": "תלוש שכר"}]}')

    document_id = api.user.new_document(case_id, requested_name="תלוש  שכר")
    marked = api.user.get(f"/cases/{case_id}").json["call_summary"]
    api.user.delete(f"/cases/{case_id}/documents/{document_id}")
    unmarked = api.user.get(f"/cases/{case_id}").json["call_summary"]

    assert f'"document_id":"{document_id}"' in marked
    assert '"uploaded":true' in marked
    assert document_id not in unmarked
