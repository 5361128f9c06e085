"""What may an analysis read?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pytest

from chalicelib.cases.documents import AddedDocument, NewDocument, add_document
from chalicelib.cases.model import Case, Document, DocumentStatus, DocumentText
from chalicelib.cases.reader import StoredCaseReader
from chalicelib.cases.working_form.model import Attention, Confirmation, Entry, Held, Revision, Row, WorkingForm
from chalicelib.documents.page import Line, Page, Picture
from chalicelib.errors import InputInvalid
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.fakes.form_store import FakeFormStore
from tests.unit.cases.conftest import NOW, OWNER


class Utf8Reader:
    """Every file is one page of UTF-8, unless it says that it is broken."""

    def read(self, document: Document, content: bytes, *, seconds: float, check: Callable[[], None]) -> DocumentText:
        check()
        if content == b"broken":
            return DocumentText(document=document, problem="The file is damaged: export it again.")
        return DocumentText(document=document, pages=(Page(number=1, text=content.decode()),))

    def lines(self, document: Document, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        return {page: (Line(content.decode(), ()),) for page in pages}

    def pictures(
        self, document: Document, content: bytes, pages: Iterable[int], *, longest: int
    ) -> Mapping[int, Picture]:
        return (
            {} if content == b"broken" else {page: Picture(content=content, width=longest, height=1) for page in pages}
        )


def read(reader: StoredCaseReader, document: Document) -> DocumentText | None:
    return reader.text(document, seconds=60.0, check=lambda: None)


@pytest.fixture
def reader(store: FakeCaseStore, blobs: FakeBlobStore) -> StoredCaseReader:
    return StoredCaseReader(store=store, forms=FakeFormStore(store), blobs=blobs, text_reader=Utf8Reader())


@pytest.fixture
def added(store: FakeCaseStore, blobs: FakeBlobStore, case: Case) -> AddedDocument:
    new = NewDocument(file_name="f.txt", text="שלום")
    return add_document("c1", new, principal=OWNER, store=store, blobs=blobs, now=NOW, document_id="d1")


def stored_status(store: FakeCaseStore) -> DocumentStatus:
    outline = store.outline("c1")
    assert outline is not None
    return outline.documents[0].status


def test_a_document_is_read_as_pages(reader: StoredCaseReader, added: AddedDocument) -> None:
    text = read(reader, added.document)

    assert text == DocumentText(document=added.document, pages=(Page(number=1, text="שלום"),))


def test_pages_of_a_document_are_shown_and_have_places(
    reader: StoredCaseReader, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    pictures = reader.pictures(added.document, (3, 5))

    assert {page: picture.width for page, picture in pictures.items()} == {3: 2_000, 5: 2_000}
    assert reader.lines(added.document, (3,)) == {3: (Line("שלום", ()),)}

    blobs.put(added.document.blob_key, b"broken", content_type="text/plain")
    assert reader.pictures(added.document, (3, 5)) == {}


def test_the_same_bytes_are_the_same_version(
    reader: StoredCaseReader, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    before = reader.version(added.document)

    blobs.put(added.document.blob_key, "שלום".encode(), content_type="text/plain")
    assert reader.version(added.document) == before
    blobs.put(added.document.blob_key, b"other", content_type="text/plain")
    assert reader.version(added.document) not in (before, None)


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

    assert reader.version(added.document) is None
    assert reader.pictures(added.document, (1,)) == {}
    assert reader.lines(added.document, (1,)) == {}
    assert read(reader, added.document) is None


def test_a_document_in_which_nothing_can_be_read_becomes_unreadable_for_all_to_see(
    reader: StoredCaseReader, store: FakeCaseStore, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    blobs.put(added.document.blob_key, b"broken", content_type="text/plain")

    text = read(reader, added.document)

    assert text is not None
    assert text.problem == "The file is damaged: export it again."
    assert text.document.status is DocumentStatus.UNREADABLE
    assert stored_status(store) is DocumentStatus.UNREADABLE


def test_a_document_that_can_be_read_after_all_is_ready_again(
    reader: StoredCaseReader, store: FakeCaseStore, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    blobs.put(added.document.blob_key, b"broken", content_type="text/plain")
    broken = read(reader, added.document)
    assert broken is not None
    blobs.put(added.document.blob_key, b"whole", content_type="text/plain")

    text = read(reader, broken.document)

    assert text is not None
    assert text.document.status is DocumentStatus.READY
    assert stored_status(store) is DocumentStatus.READY


def test_a_status_that_cannot_be_stored_does_not_hold_up_the_analysis(
    reader: StoredCaseReader, store: FakeCaseStore, blobs: FakeBlobStore, added: AddedDocument
) -> None:
    blobs.put(added.document.blob_key, b"broken", content_type="text/plain")
    store.fail("save_document")

    text = read(reader, added.document)

    assert text is not None
    assert text.problem is not None
    assert stored_status(store) is DocumentStatus.READY


def test_a_readable_document_is_not_written_to(
    reader: StoredCaseReader, store: FakeCaseStore, added: AddedDocument
) -> None:
    store.calls.clear()

    read(reader, added.document)

    assert store.calls == []


def test_what_persons_set_and_confirmed_is_named_by_what_an_item_says(
    reader: StoredCaseReader, store: FakeCaseStore, added: AddedDocument
) -> None:
    rows = "employment_history.employment_records"
    item = {"employer_name": "תכלת", "start_date": "2018-09-01", "end_date": ""}
    by = {"by": "u1", "at": NOW, "job_id": "j1"}
    form = WorkingForm(
        values={
            "personal_info.phone": Held(value="0521234567", **by),
            f"{rows}[r1].end_date": Held(value="2025-06-30", **by),
        },
        rows={
            f"{rows}[r1]": Row(item=item, state="kept", **by),
            f"{rows}[r2]": Row(item={**item, "employer_name": "גליל"}, state="removed", **by),
        },
        sections={
            "personal_info": Confirmation(
                **by,
                values={
                    "personal_info.city": Held(value="חיפה", source="analysis", **by),
                    "personal_info.email": Held(value="", source="analysis", **by),
                },
            )
        },
    )
    revision = Revision(version=1, by="u1", at=NOW, entries=(Entry(action="confirm", field="personal_info"),))
    FakeFormStore(store).write("c1", form, revision, attention=Attention(), claimant="", mark="m")

    assert reader.confirmed("c1") == {
        "personal_info.phone": "0521234567",
        "personal_info.city": "חיפה",
        f"{rows}[תכלת, 2018-09-01].end_date": "2025-06-30",
        f"{rows}[גליל, 2018-09-01]": None,
    }
    assert reader.confirmed("gone") == {}
