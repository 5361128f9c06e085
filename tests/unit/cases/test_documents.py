"""How does a document come to a case, and how does it go?"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.cases.documents import (
    MAX_BASE64_BYTES,
    MAX_TEXT_BYTES,
    MAX_UPLOAD_BYTES,
    AddedDocument,
    NewDocument,
    add_document,
    delete_document,
)
from chalicelib.cases.model import Case, DocumentStatus
from chalicelib.cases.read import case_file
from chalicelib.errors import BodyTooLarge, InvalidRequest, NotFound, Unavailable
from chalicelib.principal import Principal
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import ADMIN, NOW, OWNER, STRANGER

LATER = NOW + timedelta(minutes=1)


class Desk:
    """Adds documents to the case "c1" as its owner, numbering them."""

    def __init__(self, store: FakeCaseStore, blobs: FakeBlobStore) -> None:
        self.store, self.blobs = store, blobs
        self._added = 0

    def add(self, *, principal: Principal = OWNER, case_id: str = "c1", **body: Any) -> AddedDocument:
        self._added += 1
        new = msgspec.json.decode(msgspec.json.encode({"file_name": "f.txt", **body}), type=NewDocument)
        return add_document(
            case_id,
            new,
            principal=principal,
            store=self.store,
            blobs=self.blobs,
            now=NOW + timedelta(seconds=self._added),
            document_id=f"d{self._added}",
        )

    def delete(self, document_id: str, *, principal: Principal = OWNER, case_id: str = "c1") -> None:
        delete_document(case_id, document_id, principal=principal, store=self.store, blobs=self.blobs, now=LATER)


@pytest.fixture
def desk(store: FakeCaseStore, blobs: FakeBlobStore, case: Case) -> Desk:
    return Desk(store, blobs)


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
    assert added.upload.fields["key"] == "cases/c1/d1"
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
        ({"content_base64": "eA=="}, "/content_type"),
        ({"size": 1}, "/content_type"),
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
        {"text": "x", "content_type": "text/html"},
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


@pytest.fixture
def requested(desk: Desk) -> Desk:
    """The call analysis asked for an MRI, an older one left its summary as a bare list."""
    desk.store.put_member(
        "c1", "call_analysis", {"summary": "", "structured_data": {"documents_requested_list": [{"name": "MRI"}]}}
    )
    desk.store.put_member("c1", "call_summary", '{"documents_requested_list": ["MRI", "תלושי שכר"]}')
    return desk


def entries(desk: Desk) -> tuple[list[Any], Any]:
    file = case_file("c1", principal=OWNER, store=desk.store, blobs=desk.blobs)
    assert file.call_analysis is not None
    return file.call_analysis["structured_data"]["documents_requested_list"], file.call_summary


def test_a_requested_document_is_marked_and_unmarked_when_it_is_deleted(requested: Desk) -> None:
    before = entries(requested)
    requested.add(text="x", requested_name=" mri ")
    marked = entries(requested)
    requested.delete("d1")
    after = entries(requested)

    assert marked == (
        [{"name": "MRI", "uploaded": True, "document_id": "d1"}],
        '{"documents_requested_list":[{"name":"MRI","uploaded":true,"document_id":"d1"},"תלושי שכר"]}',
    )
    assert before == after == ([{"name": "MRI"}], '{"documents_requested_list": ["MRI", "תלושי שכר"]}')


def test_an_analysis_that_ends_after_the_upload_does_not_lose_the_mark(requested: Desk) -> None:
    requested.add(text="x", requested_name="MRI")

    requested.store.put_member(
        "c1", "call_analysis", {"summary": "new", "structured_data": {"documents_requested_list": [{"name": "MRI"}]}}
    )

    assert entries(requested)[0] == [{"name": "MRI", "uploaded": True, "document_id": "d1"}]


def test_a_mark_that_an_analysis_wrote_down_goes_with_its_document(requested: Desk) -> None:
    requested.add(text="x", requested_name="MRI")
    kept = {"documents_requested_list": [{"name": "MRI", "uploaded": True, "document_id": "d1"}]}
    requested.store.put_member("c1", "call_analysis", {"summary": "", "structured_data": kept})

    requested.delete("d1")

    assert entries(requested)[0] == [{"name": "MRI", "uploaded": False, "document_id": None}]


def test_a_name_that_nothing_asked_for_is_ignored(requested: Desk) -> None:
    added = requested.add(text="x", requested_name="אישור אחר")

    assert added.document.requested_name == ""


def test_deleting_a_document_removes_its_record_and_its_bytes(desk: Desk) -> None:
    desk.add(text="x")
    desk.add(text="y")

    desk.delete("d1")

    outline = desk.store.outline("c1")
    assert outline is not None
    assert [document.id for document in outline.documents] == ["d2"]
    assert outline.case.updated_at == LATER
    assert desk.blobs.keys("") == ["cases/c1/d2"]
    assert desk.store.document_metadata("c1") == {"d2": {}}


def test_a_deletion_that_broke_off_can_be_repeated(desk: Desk) -> None:
    desk.add(text="x")
    desk.store.fail("delete_document")
    with pytest.raises(Unavailable):
        desk.delete("d1")

    desk.delete("d1")

    outline = desk.store.outline("c1")
    assert outline is not None
    assert outline.documents == ()


@pytest.mark.parametrize(
    ("document_id", "case_id", "principal", "what"),
    [
        ("d2", "c1", OWNER, "document"),
        ("", "c1", OWNER, "document"),
        ("d1", "c1", STRANGER, "case"),
        ("d1", "c2", OWNER, "case"),
    ],
)
def test_only_a_document_of_a_visible_case_can_be_deleted(
    desk: Desk, document_id: str, case_id: str, principal: Principal, what: str
) -> None:
    desk.add(text="x")

    with pytest.raises(NotFound) as refused:
        desk.delete(document_id, case_id=case_id, principal=principal)

    assert refused.value.detail == f"There is no such {what}."
    assert desk.blobs.keys("") == ["cases/c1/d1"]
