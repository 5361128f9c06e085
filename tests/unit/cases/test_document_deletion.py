"""How does a document go, and what becomes of the entries that asked for it?"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.cases.read import case_file
from chalicelib.errors import StorageUnavailable
from tests.unit.cases.conftest import LATER, OWNER, Desk


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
    with pytest.raises(StorageUnavailable):
        desk.delete("d1")

    desk.delete("d1")

    outline = desk.store.outline("c1")
    assert outline is not None
    assert outline.documents == ()
