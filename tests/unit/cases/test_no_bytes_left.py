"""No byte of a case or a document outlives it, whatever runs beside its deletion: the bucket is listed."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from chalicelib.adapters.file_readers import FileReaders
from chalicelib.cases.changes import delete_case
from chalicelib.cases.documents import delete_document
from chalicelib.cases.model import Case
from chalicelib.cases.pages import read_page
from chalicelib.cases.read import UPLOAD_AWAITED, case_documents
from chalicelib.jobs.requests import JobsOfCase
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.fakes.cases_of_jobs import FakeCases
from tests.fakes.checkpoints import NoJobs
from tests.fakes.clock import FakeClock
from tests.fakes.job_queue import FakeJobQueue
from tests.fakes.job_store import FakeJobStore
from tests.unit.adapters.pdfs import lines, pdf
from tests.unit.cases.conftest import NOW, OWNER, Desk


@pytest.fixture
def uploaded(desk: Desk) -> Desk:
    """A document whose bytes a browser has uploaded and nobody has read yet."""
    desk.add(content_type="application/pdf", size=9)
    desk.blobs.put("uploads/c1/d1", b"%PDF MRI!", content_type="application/pdf")
    return desk


def delete_whole_case(desk: Desk) -> None:
    jobs = JobsOfCase(FakeJobStore(cases=FakeCases()), FakeJobQueue(FakeClock()))
    delete_case("c1", principal=OWNER, store=desk.store, blobs=desk.blobs, jobs=jobs, mark="m")


def delete_its_document(desk: Desk) -> None:
    delete_document("c1", "d1", principal=OWNER, store=desk.store, blobs=desk.blobs, texts=NoJobs(), now=NOW)


@pytest.mark.parametrize("delete", [delete_whole_case, delete_its_document])
@pytest.mark.parametrize("when", ["before the copy", "after the copy", "between its read and its write"])
def test_a_read_that_copies_an_upload_leaves_nothing_of_what_is_deleted(
    uploaded: Desk, when: str, delete: object
) -> None:
    copy = uploaded.blobs.copy

    def copy_beside_a_deletion(source: str, target: str) -> None:
        uploaded.blobs.copy = copy  # type: ignore[method-assign]
        content = uploaded.blobs.get(source)
        if when == "after the copy":
            copy(source, target)
        delete(uploaded)  # type: ignore[operator]
        if when == "before the copy":
            copy(source, target)
        if when == "between its read and its write" and content is not None:
            uploaded.blobs.put(target, content, content_type="application/pdf")

    uploaded.blobs.copy = copy_beside_a_deletion  # type: ignore[method-assign]

    case_documents("c1", principal=OWNER, store=uploaded.store, blobs=uploaded.blobs)

    assert uploaded.blobs.keys("") == []


@pytest.mark.parametrize("delete", [delete_whole_case, delete_its_document])
@pytest.mark.parametrize("call", range(1, 6))
def test_a_read_that_runs_between_any_two_steps_of_a_deletion_leaves_nothing(
    uploaded: Desk, call: int, delete: object
) -> None:
    """The read finds the upload before each of the deletion's removals in turn."""
    removed, remove = [], uploaded.blobs.delete

    def read_first(keys: list[str]) -> None:
        removed.append(keys)
        if len(removed) == call:
            document = uploaded.store.outline("c1")
            if document is not None:
                case_documents("c1", principal=OWNER, store=uploaded.store, blobs=uploaded.blobs)
        remove(keys)

    uploaded.blobs.delete = read_first  # type: ignore[assignment, method-assign]

    delete(uploaded)  # type: ignore[operator]

    assert uploaded.blobs.keys("") == []


def test_an_upload_that_does_not_come_is_looked_for_less_and_less_often(
    desk: Desk, store: FakeCaseStore, blobs: FakeBlobStore, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add(content_type="application/pdf", size=9)
    looks, size = [], blobs.size
    monkeypatch.setattr(blobs, "size", lambda key: looks.append(key) or size(key))

    for second in range(0, int(2 * UPLOAD_AWAITED.total_seconds()), 2):
        case_documents("c1", principal=OWNER, store=store, blobs=blobs, now=NOW + timedelta(seconds=second))

    in_two_minutes = 61
    assert in_two_minutes < len(looks) < in_two_minutes + 40
    outline = store.outline("c1")
    assert outline is not None
    assert outline.documents[0].upload_lapsed


def test_a_late_upload_is_found_by_the_next_look(desk: Desk) -> None:
    desk.add(content_type="application/pdf", size=9)
    at = NOW + timedelta(minutes=8)
    case_documents("c1", principal=OWNER, store=desk.store, blobs=desk.blobs, now=at)
    desk.blobs.put("uploads/c1/d1", b"%PDF MRI!", content_type="application/pdf")

    later = at + timedelta(minutes=1)
    [document] = case_documents("c1", principal=OWNER, store=desk.store, blobs=desk.blobs, now=later).documents

    assert document.status == "ready"


@pytest.mark.parametrize("delete", [delete_whole_case, delete_its_document])
@pytest.mark.parametrize("call", range(1, 4))
def test_a_page_that_is_looked_at_beside_a_deletion_leaves_nothing(desk: Desk, call: int, delete: object) -> None:
    """The deletion runs before each write of the page's text and picture in turn."""
    document = desk.add(content_base64=base64.b64encode(pdf(lines("MRI report"))).decode()).document
    put, written = desk.blobs.put, []

    def delete_first(key: str, content: bytes, *, content_type: str) -> None:
        written.append(key)
        if len(written) == call:
            delete(desk)  # type: ignore[operator]
        put(key, content, content_type=content_type)

    desk.blobs.put = delete_first  # type: ignore[assignment, method-assign]
    read_page(document, 1, store=desk.store, reader=FileReaders(), blobs=desk.blobs)

    assert len(written) == 3
    assert desk.blobs.keys("") == []


def test_a_page_that_is_looked_at_is_kept_with_its_document(desk: Desk) -> None:
    document = desk.add(content_base64=base64.b64encode(pdf(lines("MRI report"))).decode()).document

    shown = read_page(document, 1, store=desk.store, reader=FileReaders(), blobs=desk.blobs)

    assert shown.text == "MRI report"
    assert len(desk.blobs.keys("texts/c1/d1/")) == 3
    delete_its_document(desk)
    assert desk.blobs.keys("") == []
