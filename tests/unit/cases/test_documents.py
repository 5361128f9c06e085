"""How does a document come to a case?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases.model import DocumentStatus
from chalicelib.errors import NotFound
from tests.fakes.blob_store import FakeBlobStore
from tests.unit.cases.conftest import Desk


def test_a_text_is_stored_as_a_plain_text_document(desk: Desk) -> None:
    added = desk.add(text="מכתב שחרור", document_type="medical_report", metadata={"key_points": ["א"]})

    document = added.document
    assert (document.id, document.case_id, document.file_name) == ("d1", "c1", "f.txt")
    assert (document.content_type, document.size, document.status) == ("text/plain", 19, DocumentStatus.READY)
    assert (document.uploaded_by, document.document_type) == ("u1", "medical_report")
    assert (added.metadata, added.upload) == ({"key_points": ["א"]}, None)
    assert desk.blobs.get("cases/c1/d1") == "מכתב שחרור".encode()
    assert desk.store.document_metadata("c1") == {"d1": {"key_points": ["א"]}}


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
