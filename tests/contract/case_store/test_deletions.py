"""Does every CaseStore delete in two halves: out of sight at once, and then without a trace?"""

from __future__ import annotations

from chalicelib.cases.model import CaseStore
from tests.contract.case_store.conftest import LATER, NOW, Backend, a_case, a_document


def test_a_hidden_case_is_found_and_changed_by_nothing(store: CaseStore) -> None:
    store.create(a_case())
    store.add_document(a_document(), {})

    store.hide(a_case())

    assert store.outline("c1") is None
    assert store.file("c1") is None
    assert store.list(owner="u1", after=None, limit=5) == ([], None)
    assert not store.put_call("c1", {}, call_id="k1", has_transcript=False, at=NOW)
    assert not store.add_document(a_document("d2"), {})
    assert store.hidden_owner("c1") == "u1"


def test_hiding_a_case_twice_keeps_its_owner(store: CaseStore) -> None:
    store.create(a_case())
    store.hide(a_case())

    store.hide(a_case())

    assert store.hidden_owner("c1") == "u1"
    store.delete("c1")
    assert store.hidden_owner("c1") is None


def test_a_case_that_is_hidden_no_more_is_whole_again(store: CaseStore) -> None:
    store.create(a_case())
    store.add_document(a_document(), {"n": 1})
    before = store.file("c1")

    hidden = store.hide(a_case())
    assert hidden is not None
    store.unhide(hidden)

    assert store.file("c1") == before
    assert store.hidden_owner("c1") is None
    assert store.list(owner="u1", after=None, limit=5) == ([hidden], None)


def test_a_case_is_hidden_as_it_is_and_not_as_it_was_read(store: CaseStore) -> None:
    store.create(a_case())
    store.put_call("c1", {"id": "k1"}, call_id="k1", has_transcript=True, at=LATER)

    hidden = store.hide(a_case())

    assert hidden is not None
    assert (hidden.call_id, hidden.has_transcript, hidden.updated_at) == ("k1", True, LATER)


def test_a_case_that_another_deletion_hid_is_hidden_by_no_other(store: CaseStore) -> None:
    store.create(a_case())
    store.hide(a_case())

    assert store.hide(a_case()) is None


def test_a_case_whose_deletion_ended_does_not_come_back(store: CaseStore) -> None:
    store.create(a_case())
    hidden = store.hide(a_case())
    assert hidden is not None
    store.delete("c1")

    store.unhide(hidden)

    assert store.outline("c1") is None


def test_a_case_that_is_not_hidden_has_no_hidden_owner(store: CaseStore) -> None:
    store.create(a_case())

    assert store.hidden_owner("c1") is None


def test_a_deletion_leaves_nothing_however_much_there_was(backend: Backend) -> None:
    store = backend.store
    store.create(a_case())
    store.create(a_case("c2"))
    store.put_call("c1", {"id": "k1"}, call_id="k1", has_transcript=False, at=NOW)
    backend.analysed("c1", "call_summary", "{}")
    for number in range(30):  # 30 documents are 60 items: more than two batches of 25
        store.add_document(a_document(f"d{number}"), {"n": number})
    store.delete_document(a_document("d0"), at=NOW)

    store.hide(a_case())
    store.delete("c1")

    store.create(a_case())
    file = store.file("c1")
    assert file is not None
    assert (file.documents, file.document_metadata, file.removed_documents) == ((), {}, frozenset())
    assert (file.call_details, file.call_summary) == (None, None)
    assert store.hidden_owner("c1") is None
    assert store.outline("c2") is not None
