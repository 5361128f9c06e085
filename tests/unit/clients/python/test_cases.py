"""Cases and documents in the Python client; large files go straight to storage."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from clients.python.casework import Client, NetworkError
from clients.python.casework.cases import LARGEST_INLINE_BYTES
from tests.fakes.scripted_api import BASE_URL, CUT_OFF, ScriptedApi, answer

DOCUMENT: dict[str, Any] = {"id": "d1"}
ADDED = answer({"document": DOCUMENT}, 201)
FORM = {"method": "POST", "url": "https://storage.example/api/bucket", "headers": {}, "fields": {"key": "k", "p": "q"}}


def client_of(api: ScriptedApi) -> Client:
    return Client(BASE_URL, "t", ports=api.ports)


def test_a_case_is_created_with_what_is_given_only():
    api = ScriptedApi(answer({"id": "c1"}, 201), answer({"id": "c1"}, 201))
    client = client_of(api)

    client.cases.create("A case")
    client.cases.create("A case", description="d", metadata={"a": 1})

    assert [request.body for request in api.requests] == [
        {"title": "A case"},
        {"title": "A case", "description": "d", "metadata": {"a": 1}},
    ]


def test_a_call_is_stored_and_cases_are_listed_page_by_page():
    api = ScriptedApi(answer({"id": "c1"}), answer({"cases": [{"id": "c1"}], "next_cursor": None}), answer(status=204))
    client = client_of(api)

    client.cases.put_call("c1", {"transcript": "x"})
    assert [case["id"] for case in client.cases.list(scope="mine")] == ["c1"]
    client.cases.delete("c1")

    assert api.lines == ["PUT /cases/c1/call", "GET /cases?scope=mine&limit=100", "DELETE /cases/c1"]


def test_a_text_is_a_document():
    api = ScriptedApi(ADDED)

    assert client_of(api).documents.add_text("c1", "שלום", file_name="a.txt") == DOCUMENT
    assert api.requests[0].body == {"content_type": "text/plain", "file_name": "a.txt", "text": "שלום"}


def test_a_small_file_goes_in_the_request_under_its_name(tmp_path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF-1.7")
    api = ScriptedApi(ADDED, ADDED)

    client_of(api).documents.add_file("c1", path, document_type="medical_report")
    client_of(api).documents.add_file("c1", b"%PDF-1.7", file_name="other", content_type="application/pdf")

    sent = {"content_type": "application/pdf", "content_base64": base64.b64encode(b"%PDF-1.7").decode()}
    assert [request.body for request in api.requests] == [
        {"file_name": "letter.pdf", "document_type": "medical_report", **sent},
        {"file_name": "other", **sent},
    ]


def test_a_file_whose_name_says_nothing_is_left_to_the_api():
    api = ScriptedApi(ADDED)

    client_of(api).documents.add_file("c1", b"%PDF-1.7", file_name="scan")

    assert "content_type" not in api.requests[0].body


@pytest.mark.parametrize(
    ("name", "system_says"),
    [
        ("letter.rtf", ("application/rtf", None)),  # /etc/mime.types
        ("letter.rtf", ("application/msword", None)),  # Windows with Word
        ("notes.md", ("text/markdown", None)),
        ("scan.pdf.gz", ("application/pdf", "gzip")),
    ],
)
def test_a_type_that_the_api_does_not_know_is_left_to_the_api(
    name: str, system_says: tuple[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mimetypes.guess_type", lambda _: system_says)
    api = ScriptedApi(ADDED)

    client_of(api).documents.add_file("c1", b"{\\rtf1 x}", file_name=name)

    assert "content_type" not in api.requests[0].body


def test_a_name_and_a_text_that_are_no_unicode_are_sent_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xee\xeb\xfa\xe1.pdf")  # a Hebrew name that was written by an old Windows
    path.write_bytes(b"%PDF-1.7")
    api = ScriptedApi(ADDED, ADDED)

    client_of(api).documents.add_file("c1", path)
    client_of(api).documents.add_text("c1", "cut \ud83d", file_name="a.txt")

    assert [request.body["file_name"] for request in api.requests] == [path.name, "a.txt"]
    assert api.requests[1].body["text"] == "cut \ud83d"


def test_a_large_file_goes_to_storage_fields_first_and_again_after_a_lost_connection():
    content = b"x" * (LARGEST_INLINE_BYTES + 1)
    api = ScriptedApi(answer({"document": DOCUMENT, "upload": FORM}, 201), CUT_OFF, answer(status=204))

    assert client_of(api).documents.add_file("c1", content, file_name="scan.pdf") == DOCUMENT

    assert api.requests[0].body == {"file_name": "scan.pdf", "content_type": "application/pdf", "size": len(content)}
    assert api.lines[1:] == ["POST /bucket", "POST /bucket"]
    sent = api.requests[2].content or b""
    assert sent.index(b'name="key"') < sent.index(b'name="p"') < sent.index(b'name="file"') < sent.index(content)
    assert "Authorization" not in api.requests[2].headers
    assert api.requests[2].headers["Content-Type"].startswith("multipart/form-data; boundary=")


def test_storage_that_refuses_the_upload_is_a_network_error():
    api = ScriptedApi(answer({"document": DOCUMENT, "upload": FORM}, 201), answer(status=403))

    with pytest.raises(NetworkError, match=r"Storage refused the request \(403\)"):
        client_of(api).documents.add_file("c1", b"x" * (LARGEST_INLINE_BYTES + 1), file_name="scan.pdf")


def test_documents_are_listed_and_deleted():
    api = ScriptedApi(answer({"documents": [DOCUMENT], "count": 1}), answer(status=204))
    client = client_of(api)

    assert client.documents.list("c1") == [DOCUMENT]
    client.documents.delete("c1", "d1")

    assert api.lines == ["GET /cases/c1/documents", "DELETE /cases/c1/documents/d1"]


def test_the_form_is_read_and_its_history_goes_page_by_page():
    entry = {"version": 2, "action": "set", "field": "personal_info.phone"}
    pages = [answer({"entries": [entry], "next_cursor": "n"}), answer({"entries": [entry], "next_cursor": None})]
    api = ScriptedApi(answer({"form_7801": None, "version": 0}), *pages)
    client = client_of(api)

    assert client.cases.form("c1")["version"] == 0
    assert [one["field"] for one in client.cases.form_history("c1", page_size=1)] == ["personal_info.phone"] * 2

    path = "GET /cases/c1/form"
    assert api.lines == [path, f"{path}/history?limit=1", f"{path}/history?limit=1&cursor=n"]


def test_a_change_of_the_form_names_its_version_and_is_sent_once():
    api = ScriptedApi(answer({"version": 8, "added": []}), CUT_OFF)
    client = client_of(api)

    changed = client.cases.change_form(
        "c1", version=7, changes=[{"field": "personal_info.phone", "value": "050-0000422"}], confirm=["personal_info"]
    )
    with pytest.raises(NetworkError):
        client.cases.change_form("c1", version=8, revert=["personal_info.phone"])

    assert changed["version"] == 8
    assert api.lines == ["PATCH /cases/c1/form"] * 2
    assert api.requests[0].body == {
        "version": 7,
        "changes": [{"field": "personal_info.phone", "value": "050-0000422"}],
        "confirm": ["personal_info"],
    }


def test_cases_are_looked_for_by_words_and_by_what_needs_a_person():
    page = answer({"cases": [], "next_cursor": None})
    api = ScriptedApi(page, page)
    client = client_of(api)

    assert list(client.cases.list(q="a b", needs_me=True)) == []
    assert list(client.cases.list()) == []

    assert api.lines == ["GET /cases?q=a+b&needs_me=true&limit=100", "GET /cases?limit=100"]
