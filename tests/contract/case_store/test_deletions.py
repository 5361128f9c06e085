"""Every CaseStore deletes in two halves: a mark that every other method respects, and then everything."""

from __future__ import annotations

from chalicelib.cases.model import CaseStore
from tests.contract.case_store.conftest import NOW, Backend, a_case, a_document


def test_a_case_that_is_being_deleted_is_found_and_changed_by_nothing(store: CaseStore) -> None:
    store.create(a_case())
    store.add_document(a_document(), {})

    store.begin_deletion("c1", mark="m1")

    assert store.outline("c1") is None
    assert store.file("c1") is None
    assert store.list(owner="u1", after=None, limit=5) == ([], None)
    assert not store.put_call("c1", {}, call_id="k1", has_transcript=False, at=NOW)
    assert not store.add_document(a_document("d2"), {})
    assert store.owner_of("c1") == "u1"


def test_a_case_that_is_gone_cannot_be_deleted(store: CaseStore) -> None:
    assert not store.begin_deletion("c1", mark="m1")
    assert store.owner_of("c1") is None


def test_a_deletion_that_is_cancelled_leaves_the_case_whole(store: CaseStore) -> None:
    store.create(a_case())
    store.add_document(a_document(), {"n": 1})
    before = store.file("c1")
    store.begin_deletion("c1", mark="m1")

    store.cancel_deletion("c1", mark="m1")

    assert store.file("c1") == before
    assert store.put_call("c1", {}, call_id="k1", has_transcript=False, at=NOW)


def test_a_deletion_is_cancelled_and_confirmed_only_by_its_own_mark(store: CaseStore) -> None:
    store.create(a_case())
    store.begin_deletion("c1", mark="m1")
    store.begin_deletion("c1", mark="m2")

    store.cancel_deletion("c1", mark="m1")

    assert store.outline("c1") is None
    assert not store.confirm_deletion("c1", mark="m1")
    assert store.confirm_deletion("c1", mark="m2")


def test_a_confirmed_deletion_can_only_be_continued(store: CaseStore) -> None:
    store.create(a_case())
    store.begin_deletion("c1", mark="m1")
    store.confirm_deletion("c1", mark="m1")

    assert store.begin_deletion("c1", mark="m2")
    store.cancel_deletion("c1", mark="m2")

    assert store.outline("c1") is None
    assert store.confirm_deletion("c1", mark="m2")


def test_a_deletion_leaves_nothing_however_much_there_was(backend: Backend) -> None:
    store = backend.store
    store.create(a_case())
    store.create(a_case("c2"))
    store.put_call("c1", {"id": "k1"}, call_id="k1", has_transcript=False, at=NOW)
    backend.analysed("c1", "call_summary", "{}")
    for number in range(30):  # 30 documents are 60 items: more than two batches of 25
        store.add_document(a_document(f"d{number}"), {"n": number})
    store.delete_document(a_document("d0"), at=NOW)

    store.begin_deletion("c1", mark="m1")
    store.delete_content("c1")
    assert store.owner_of("c1") == "u1"
    store.delete("c1")

    store.create(a_case())
    file = store.file("c1")
    assert file is not None
    assert (file.documents, file.document_metadata, file.removed_documents) == ((), {}, frozenset())
    assert (file.call_details, file.call_summary) == (None, None)
    assert store.outline("c2") is not None
