"""What may an analysis read?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chalicelib.cases.documents import AddedDocument, NewDocument, add_document
from chalicelib.cases.model import Case, Document, DocumentStatus, DocumentText, Page
from chalicelib.cases.reader import StoredCaseReader
from chalicelib.errors import InputInvalid
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import NOW, OWNER


class Utf8Reader:
    """Every file is one page of UTF-8, unless it says that it is broken."""

    def read(self, document: Document, content: bytes) -> DocumentText:
        if content == b"broken":
            return DocumentText(document=document, problem="The file is damaged: export it again.")
        return DocumentText(document=document, pages=(Page(number=1, text=content.decode()),))

    def excerpt(self, document: Document, content: bytes, pages: Sequence[int]) -> bytes | None:
        return None if content == b"broken" else content + repr(tuple(pages)).encode()


@pytest.fixture
def reader(store: FakeCaseStore, blobs: FakeBlobStore) -> StoredCaseReader:
    return StoredCaseReader(store=store, blobs=blobs, text_reader=Utf8Reader())


@pytest.fixture
def added(store: FakeCaseStore, blobs: FakeBlobStore, case: Case) -> AddedDocument:
    new = NewDocument(file_name="f.txt", text="שלום")
    return add_document("c1", new, principal=OWNER, store=store, blobs=blobs, now=NOW, document_id="d1")


def stored_status(store: FakeCaseStore) -> DocumentStatus:
    outline = store.outline("c1")
    assert outline is not None
    return outline.documents[0].status


def test_a_document_is_read_as_bytes_and_as_pages(reader: StoredCaseReader, added: AddedDocument) -> None:
    text = reader.text(added.document)

    assert reader.content(added.document) == "שלום".encode()
    assert text == DocumentText(document=added.document, pages=(Page(number=1, text="שלום"),))


def test_pages_of_a_document_are_a_file_of_their_own(
    reader: StoredCaseReader, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    assert reader.excerpt(added.document, (3, 5)) == "שלום(3, 5)".encode()

    blobs.put(added.document.blob_key, b"broken", content_type="text/plain")
    assert reader.excerpt(added.document, (3, 5)) is None


def test_the_case_comes_with_arrived_uploads_and_marked_lists(
    reader: StoredCaseReader, store: FakeCaseStore, blobs: FakeBlobStore, case: Case
) -> None:
    store.put_member("c1", "call_summary", {"documents_requested_list": ["MRI"]})
    new = NewDocument(file_name="f.png", content_type="image/png", size=9, requested_name="mri")
    add_document("c1", new, principal=OWNER, store=store, blobs=blobs, now=NOW, document_id="d1")
    blobs.put("uploads/c1/d1", b"png", content_type="image/png")

    file = reader.file("c1")

    assert [(document.status, document.size) for document in file.documents] == [(DocumentStatus.READY, 3)]
    assert file.call_summary == {"documents_requested_list": [{"name": "MRI", "uploaded": True, "document_id": "d1"}]}


def test_a_case_that_is_gone_ends_the_analysis(reader: StoredCaseReader) -> None:
    with pytest.raises(InputInvalid):
        reader.file("c1")


def test_a_document_that_is_gone_has_neither_bytes_nor_text(
    reader: StoredCaseReader, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    blobs.delete([added.document.blob_key])

    assert reader.content(added.document) is None
    assert reader.excerpt(added.document, (1,)) is None
    assert reader.text(added.document) is None


def test_a_document_in_which_nothing_can_be_read_becomes_unreadable_for_all_to_see(
    reader: StoredCaseReader, store: FakeCaseStore, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    blobs.put(added.document.blob_key, b"broken", content_type="text/plain")

    text = reader.text(added.document)

    assert text is not None
    assert text.problem == "The file is damaged: export it again."
    assert text.document.status is DocumentStatus.UNREADABLE
    assert stored_status(store) is DocumentStatus.UNREADABLE


def test_a_document_that_can_be_read_after_all_is_ready_again(
    reader: StoredCaseReader, store: FakeCaseStore, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    blobs.put(added.document.blob_key, b"broken", content_type="text/plain")
    broken = reader.text(added.document)
    assert broken is not None
    blobs.put(added.document.blob_key, b"whole", content_type="text/plain")

    text = reader.text(broken.document)

    assert text is not None
    assert text.document.status is DocumentStatus.READY
    assert stored_status(store) is DocumentStatus.READY


def test_a_status_that_cannot_be_stored_does_not_hold_up_the_analysis(
    reader: StoredCaseReader, store: FakeCaseStore, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    blobs.put(added.document.blob_key, b"broken", content_type="text/plain")
    store.fail("save_document")

    text = reader.text(added.document)

    assert text is not None
    assert text.problem is not None
    assert stored_status(store) is DocumentStatus.READY


def test_a_readable_document_is_not_written_to(
    reader: StoredCaseReader, store: FakeCaseStore, added: AddedDocument
) -> None:
    store.calls.clear()

    reader.text(added.document)

    assert store.calls == []
