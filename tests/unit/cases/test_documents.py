"""How does a document come to a case?"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.auth import Principal
from chalicelib.cases.documents import (
    MAX_BASE64_BYTES,
    MAX_TEXT_BYTES,
    MAX_UPLOAD_BYTES,
)
from chalicelib.cases.model import DocumentStatus
from chalicelib.errors import BodyTooLarge, InvalidRequest, NotFound
from tests.fakes.blob_store import FakeBlobStore
from tests.unit.cases.conftest import ADMIN, OWNER, STRANGER, Desk


def test_a_text_is_stored_as_a_plain_text_document(desk: Desk) -> None:
    added = desk.add(text="מכתב שחרור", document_type="medical_report", metadata={"key_points": ["א"]})

    document = added.document
    assert (document.id, document.case_id, document.file_name) == ("d1", "c1", "f.txt")
    assert (document.content_type, document.size, document.status) == ("text/plain", 19, DocumentStatus.READY)
    assert (document.uploaded_by, document.document_type) == ("u1", "medical_report")
    assert (added.metadata, added.upload) == ({"key_points": ["א"]}, None)
    assert desk.blobs.get("cases/c1/d1") == "מכתב שחרור".encode()
    assert desk.store.document_metadata("c1") == {"d1": {"key_points": ["א"]}}


def test_base64_is_stored_as_the_bytes_it_stands_for(desk: Desk) -> None:
    content = bytes(range(256))

    added = desk.add(content_base64=base64.b64encode(content).decode(), content_type="application/pdf")

    assert (added.document.size, added.document.status) == (256, DocumentStatus.READY)
    assert desk.blobs.get(added.document.blob_key) == content
    assert desk.blobs.content_type(added.document.blob_key) == "application/pdf"


def test_a_size_prepares_an_upload_of_at_most_that_size(desk: Desk) -> None:
    added = desk.add(size=5_000_000, content_type="image/png")

    assert added.upload is not None
    assert (added.document.status, added.document.size) == (DocumentStatus.AWAITING_UPLOAD, 5_000_000)
    assert (added.upload.method, added.upload.headers) == ("POST", {})
    assert added.upload.fields["key"] == "uploads/c1/d1"
    assert added.upload.fields["Content-Type"] == "image/png"
    assert added.upload.fields["policy"] == "1..5000000;900s"
    assert added.upload.expires_at == added.document.uploaded_at + timedelta(seconds=900)


def test_the_file_name_is_never_part_of_a_storage_key(desk: Desk) -> None:
    added = desk.add(text="x", file_name="../../other/case.txt")

    assert added.document.file_name == "case.txt"
    assert desk.blobs.keys("") == ["cases/c1/d1"]


def test_an_admin_may_add_to_anybodys_case(desk: Desk) -> None:
    assert desk.add(text="x", principal=ADMIN).document.uploaded_by == "a1"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),  # none of the three
        ({"text": "x", "size": 1, "content_type": "text/plain"}, ""),  # two of them
        ({"text": ""}, "/text"),
        ({"text": " \n\t"}, "/text"),
        ({"text": "x", "content_type": "application/pdf"}, "/content_type"),
        ({"content_base64": "AAECAw=="}, "/content_type"),
        ({"size": 1, "file_name": "f"}, "/content_type"),
        ({"content_base64": "", "content_type": "text/plain"}, "/content_base64"),
        ({"content_base64": "e?==", "content_type": "text/plain"}, "/content_base64"),
        ({"content_base64": "eA=", "content_type": "text/plain"}, "/content_base64"),
        ({"content_base64": "שלום", "content_type": "text/plain"}, "/content_base64"),
        ({"text": "x", "file_name": ".."}, "/file_name"),
        ({"text": "x", "metadata": {"k": "x" * 20_000}}, "/metadata"),
        ({"text": "x", "metadata": {"key_points": "x"}}, "/metadata/key_points"),
    ],
)
def test_a_document_that_breaks_a_rule_is_refused_at_its_member(desk: Desk, body: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        desk.add(**body)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert desk.blobs.keys("") == []


@pytest.mark.parametrize(
    "body",
    [
        {"size": 0, "content_type": "text/plain"},  # empty
        {"size": True, "content_type": "text/plain"},  # a boolean is no number
        {"size": 1.5, "content_type": "text/plain"},
        {"text": None},
        {"text": "x", "content_type": "text/markdown"},
        {"text": "x", "status": "ready"},  # an unknown member
        {"text": "x", "file_name": ""},
        {"text": "x", "requested_name": ""},
    ],
)
def test_the_body_of_a_new_document_has_its_types(desk: Desk, body: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        desk.add(**body)


@pytest.mark.parametrize(
    "body",
    [
        {"text": "א" * (MAX_TEXT_BYTES // 2) + "x"},  # measured in bytes, not in characters
        {"content_base64": base64.b64encode(bytes(MAX_BASE64_BYTES + 1)).decode(), "content_type": "application/pdf"},
        {"content_base64": "A" * (MAX_BASE64_BYTES * 2), "content_type": "application/pdf"},
        {"size": MAX_UPLOAD_BYTES + 1, "content_type": "application/pdf"},
        {"size": MAX_UPLOAD_BYTES + 1},  # its size comes before what else is missing
        {"size": MAX_UPLOAD_BYTES + 1, "text": "x"},
        {"text": "x" * (MAX_TEXT_BYTES + 1), "file_name": "..", "metadata": {"key_points": "x"}},
    ],
)
def test_a_document_over_its_size_is_too_large(desk: Desk, body: dict[str, Any]) -> None:
    with pytest.raises(BodyTooLarge):
        desk.add(**body)


@pytest.mark.parametrize(
    "body",
    [
        {"text": "x" * MAX_TEXT_BYTES},
        {"content_base64": base64.b64encode(bytes(MAX_BASE64_BYTES)).decode(), "content_type": "application/pdf"},
        {"size": MAX_UPLOAD_BYTES, "content_type": "application/pdf"},
    ],
)
def test_a_document_of_exactly_its_size_is_taken(desk: Desk, body: dict[str, Any]) -> None:
    assert desk.add(**body).document.size in (MAX_TEXT_BYTES, MAX_BASE64_BYTES, MAX_UPLOAD_BYTES)


@pytest.mark.parametrize(("case_id", "principal"), [("c1", STRANGER), ("c2", OWNER), ("#", ADMIN)])
def test_a_document_for_a_case_one_does_not_see_is_not_stored(desk: Desk, case_id: str, principal: Principal) -> None:
    with pytest.raises(NotFound):
        desk.add(text="x", case_id=case_id, principal=principal)

    assert desk.blobs.keys("") == []


def test_a_document_whose_case_goes_meanwhile_leaves_no_bytes(desk: Desk) -> None:
    class GoneAfterTheBytes(FakeBlobStore):
        def put(self, key: str, content: bytes, *, content_type: str) -> None:
            super().put(key, content, content_type=content_type)
            desk.store.delete("c1")

    desk.blobs = GoneAfterTheBytes()

    with pytest.raises(NotFound):
        desk.add(text="x")

    assert desk.blobs.keys("") == []


def test_an_upload_whose_case_goes_meanwhile_is_not_prepared(desk: Desk) -> None:
    class GoneAfterTheForm(FakeBlobStore):
        def upload_form(self, key: str, **limits: Any) -> Any:
            desk.store.delete("c1")
            return super().upload_form(key, **limits)

    desk.blobs = GoneAfterTheForm()

    with pytest.raises(NotFound):
        desk.add(size=5, content_type="application/pdf")
