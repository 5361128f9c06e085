"""What may a caller see of the cases?"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.cases.changes import NewCase, create_case
from chalicelib.cases.documents import AddedDocument, NewDocument, add_document
from chalicelib.cases.model import Case, Document, DocumentStatus
from chalicelib.cases.read import case_documents, case_file, case_outline, list_cases
from chalicelib.errors import NotFound
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import ADMIN, NOW, OWNER, STRANGER, Desk


@pytest.fixture
def coming(store: FakeCaseStore, blobs: FakeBlobStore, case: Case) -> AddedDocument:
    """A document of the case whose bytes are to be uploaded."""
    new = NewDocument(file_name="f.pdf", content_type="application/pdf", size=99, metadata={"document_summary": "s"})
    return add_document("c1", new, principal=OWNER, store=store, blobs=blobs, now=NOW, document_id="d1")


READS: list[Any] = [case_outline, case_file, case_documents]


@pytest.mark.parametrize("case_id", ["", "index#months", "../c1", "x" * 3000, "c1\n"])
def test_an_id_that_no_case_can_have_never_reaches_the_storage(
    case_id: str, store: FakeCaseStore, blobs: FakeBlobStore
) -> None:
    with pytest.raises(NotFound):
        case_file(case_id, principal=ADMIN, store=store, blobs=blobs)

    assert store.calls == []


@pytest.mark.parametrize("read", READS)
def test_an_upload_is_ready_at_the_first_read_that_finds_it(
    read: Any, store: FakeCaseStore, blobs: FakeBlobStore, coming: AddedDocument
) -> None:
    before = read("c1", principal=OWNER, store=store, blobs=blobs).documents[0]
    blobs.put(coming.document.upload_key, b"%PDF-1.7", content_type="application/pdf")

    after = read("c1", principal=OWNER, store=store, blobs=blobs).documents[0]

    stored = store.outline("c1")
    assert stored is not None
    assert (before.status, before.size) == (DocumentStatus.AWAITING_UPLOAD, 99)
    assert (after.status, after.size) == (DocumentStatus.READY, 8)
    assert stored.documents == (after,)


def test_an_upload_of_nothing_is_still_awaited(
    store: FakeCaseStore, blobs: FakeBlobStore, coming: AddedDocument
) -> None:
    blobs.put(coming.document.upload_key, b"", content_type="application/pdf")

    outline = case_outline("c1", principal=OWNER, store=store, blobs=blobs)

    assert outline.documents == (coming.document,)


def test_an_upload_whose_document_was_deleted_meanwhile_is_not_shown(
    store: FakeCaseStore, blobs: FakeBlobStore, coming: AddedDocument
) -> None:
    class DeletedWhileCopied(FakeBlobStore):
        def copy(self, source: str, target: str) -> None:
            store.delete_document(coming.document, at=NOW)
            super().copy(source, target)

    blobs = DeletedWhileCopied()
    blobs.put(coming.document.upload_key, b"%PDF-1.7", content_type="application/pdf")
    outline = case_outline("c1", principal=OWNER, store=store, blobs=blobs)

    assert outline.documents == ()


def test_a_document_that_is_there_is_not_looked_for_again(
    store: FakeCaseStore, blobs: FakeBlobStore, coming: AddedDocument
) -> None:
    blobs.put(coming.document.upload_key, b"%PDF-1.7", content_type="application/pdf")
    case_outline("c1", principal=OWNER, store=store, blobs=blobs)
    blobs.delete([coming.document.upload_key])
    store.calls.clear()

    outline = case_outline("c1", principal=OWNER, store=store, blobs=blobs)

    assert outline.documents[0].status is DocumentStatus.READY
    assert store.calls == ["outline"]


def test_what_is_uploaded_once_more_changes_nothing(
    store: FakeCaseStore, blobs: FakeBlobStore, coming: AddedDocument
) -> None:
    blobs.put(coming.document.upload_key, b"%PDF-1.7", content_type="application/pdf")
    case_outline("c1", principal=OWNER, store=store, blobs=blobs)
    blobs.put(coming.document.upload_key, b"%PDF-1.7 another", content_type="application/pdf")

    [document] = case_outline("c1", principal=OWNER, store=store, blobs=blobs).documents

    assert document.size == 8
    assert blobs.get(document.blob_key) == b"%PDF-1.7"


def test_an_upload_that_goes_while_it_is_looked_at_is_still_awaited(
    store: FakeCaseStore, coming: AddedDocument
) -> None:
    class GoneWhenCopied(FakeBlobStore):
        def copy(self, source: str, target: str) -> None:
            self.delete([source])
            super().copy(source, target)

    blobs = GoneWhenCopied()
    blobs.put(coming.document.upload_key, b"%PDF-1.7", content_type="application/pdf")

    assert case_outline("c1", principal=OWNER, store=store, blobs=blobs).documents == (coming.document,)


def test_documents_come_with_their_metadata(store: FakeCaseStore, blobs: FakeBlobStore, coming: AddedDocument) -> None:
    found = case_documents("c1", principal=OWNER, store=store, blobs=blobs)

    assert found.documents == (coming.document,)
    assert found.metadata == {"d1": {"document_summary": "s"}}


@pytest.fixture
def three(store: FakeCaseStore) -> None:
    """u1 has c0 and c2, u2 has c1, c2 is the newest."""
    for number, owner in enumerate([OWNER, STRANGER, OWNER]):
        at = NOW + timedelta(minutes=number)
        create_case(NewCase(title="t"), principal=owner, store=store, now=at, case_id=f"c{number}")


@pytest.mark.usefixtures("three")
def test_a_list_goes_on_where_the_page_before_ended(store: FakeCaseStore) -> None:
    first = list_cases(principal=ADMIN, scope=None, store=store, blobs=FakeBlobStore(), now=NOW, after=None, limit=2)
    second = list_cases(
        principal=ADMIN, scope=None, store=store, blobs=FakeBlobStore(), now=NOW, after=first.next, limit=2
    )

    assert [case.id for case in (*first.cases, *second.cases)] == ["c2", "c1", "c0"]
    assert first.next == (NOW + timedelta(minutes=1), "c1")
    assert second.next is None


class CountingBlobs(FakeBlobStore):
    """A blob store that knows which sizes were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def size(self, key: str) -> int | None:
        self.asked.append(key)
        return super().size(key)


def list_at(now: datetime, *, store: FakeCaseStore, blobs: FakeBlobStore) -> Sequence[Document]:
    page = list_cases(principal=OWNER, scope=None, store=store, blobs=blobs, now=now, after=None, limit=20)
    return page.documents["c1"].documents


def test_an_upload_that_can_come_no_more_is_looked_for_once_and_never_again(
    store: FakeCaseStore, coming: AddedDocument
) -> None:
    blobs, late = CountingBlobs(), NOW + timedelta(days=20)

    first = list_at(late, store=store, blobs=blobs)
    looks = len(blobs.asked)
    list_at(late, store=store, blobs=blobs)
    case_file("c1", principal=OWNER, store=store, blobs=blobs)

    assert [document.status for document in first] == [DocumentStatus.AWAITING_UPLOAD]
    assert (looks, len(blobs.asked)) == (1, 1)


def test_an_upload_that_nobody_read_for_weeks_is_ready_all_the_same(
    store: FakeCaseStore, coming: AddedDocument
) -> None:
    blobs = CountingBlobs()
    blobs.put(coming.document.upload_key, b"%PDF-1.7", content_type="application/pdf")

    (document,) = list_at(NOW + timedelta(days=20), store=store, blobs=blobs)

    assert (document.status, document.size) == (DocumentStatus.READY, 8)


def test_an_upload_is_looked_for_as_long_as_it_may_still_come(store: FakeCaseStore, coming: AddedDocument) -> None:
    blobs = CountingBlobs()

    for minutes in (1, 16, 75):  # the form is good for 15 minutes, and an hour more for what it began
        list_at(NOW + timedelta(minutes=minutes), store=store, blobs=blobs)

    assert len(blobs.asked) == 3


def test_an_upload_with_a_later_form_is_looked_for_as_long_as_with_the_first(
    store: FakeCaseStore, coming: AddedDocument
) -> None:
    blobs, late = CountingBlobs(), NOW + timedelta(hours=3)
    list_at(late, store=store, blobs=blobs)
    new = NewDocument(file_name="f.pdf", content_type="application/pdf", size=99)
    again = add_document("c1", new, principal=OWNER, store=store, blobs=blobs, now=late, document_id="d1")
    for minutes in (1, 16, 74):
        list_at(late + timedelta(minutes=minutes), store=store, blobs=blobs)
    blobs.put(coming.document.upload_key, b"%PDF-1.7", content_type="application/pdf")

    outline = case_outline("c1", principal=OWNER, store=store, blobs=blobs)

    assert again.upload is not None
    assert [document.status for document in outline.documents] == [DocumentStatus.READY]


@pytest.mark.parametrize("age", [timedelta(minutes=5), timedelta(days=20)])
def test_an_upload_that_another_read_found_is_not_awaited_again(
    store: FakeCaseStore, coming: AddedDocument, age: timedelta
) -> None:
    class ArrivesBehind(FakeBlobStore):
        """Another read finds the upload just after this one did not."""

        def size(self, key: str) -> int | None:
            size = super().size(key)
            if size is None:
                FakeBlobStore.put(self, key, b"%PDF-1.7", content_type="application/pdf")
                ready = msgspec.structs.replace(coming.document, status=DocumentStatus.READY, size=8)
                store.save_document(ready)
            return size

    listed = list_at(NOW + age, store=store, blobs=ArrivesBehind())

    outline = store.outline("c1")
    assert outline is not None
    assert [document.status for document in (*listed, *outline.documents)] == [DocumentStatus.READY] * 2


def test_uploads_are_looked_for_several_at_once(store: FakeCaseStore, desk: Desk) -> None:
    class AllTogether(FakeBlobStore):
        together = threading.Barrier(4)

        def size(self, key: str) -> int | None:
            self.together.wait(timeout=5)  # raises unless four ask at the same time
            return 8

    create_case(NewCase(title="t"), principal=OWNER, store=store, now=NOW, case_id="c2")
    for case_id in ("c1", "c1", "c2", "c2"):
        desk.add(case_id=case_id, content_type="application/pdf", size=9)

    page = list_cases(principal=OWNER, scope=None, store=store, blobs=AllTogether(), now=NOW, after=None, limit=20)

    found = {case_id: [document.id for document in listed.documents] for case_id, listed in page.documents.items()}
    assert found == {"c1": ["d1", "d2"], "c2": ["d3", "d4"]}
    assert {document.status for listed in page.documents.values() for document in listed.documents} == {"ready"}
