"""Does every CaseStore keep its promises about documents?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import msgspec

from chalicelib.cases.model import CaseStore, DocumentStatus
from tests.contract.case_store.conftest import LATER, NOW, a_case, a_document


def test_documents_are_listed_oldest_first_with_their_metadata_apart(store: CaseStore) -> None:
    store.create(a_case())
    younger, older = a_document("d1", uploaded_at=LATER), a_document("d2", uploaded_at=NOW)

    landed = [store.add_document(younger, {"key_points": ["א"]}), store.add_document(older, {})]

    outline, file = store.outline("c1"), store.file("c1")
    assert landed == [True, True]
    assert outline is not None
    assert file is not None
    assert outline.documents == file.documents == (older, younger)
    assert store.document_metadata("c1") == file.document_metadata == {"d1": {"key_points": ["א"]}, "d2": {}}


def test_a_new_document_updates_its_case(store: CaseStore) -> None:
    store.create(a_case())

    store.add_document(a_document(uploaded_at=LATER), {})

    outline = store.outline("c1")
    assert outline is not None
    assert outline.case.updated_at == LATER


def test_a_document_of_a_missing_case_is_not_stored(store: CaseStore) -> None:
    landed = store.add_document(a_document(), {"document_summary": "x"})

    assert not landed
    assert store.document_metadata("c1") == {}


def test_a_document_can_be_replaced_while_it_is_there(store: CaseStore) -> None:
    store.create(a_case())
    store.add_document(a_document(), {"key_points": []})
    changed = msgspec.structs.replace(a_document(), status=DocumentStatus.UNREADABLE, size=1)

    landed = store.save_document(changed)
    store.delete_document(changed, at=LATER)
    landed_again = store.save_document(changed)

    outline = store.outline("c1")
    assert (landed, landed_again) == (True, False)
    assert outline is not None
    assert outline.documents == ()


def test_a_lapsed_upload_stays_lapsed(store: CaseStore) -> None:
    store.create(a_case())
    awaited = msgspec.structs.replace(a_document(), status=DocumentStatus.AWAITING_UPLOAD)
    store.add_document(awaited, {})
    lapsed = msgspec.structs.replace(awaited, upload_lapsed=True)

    landed = store.save_document(lapsed)

    outline = store.outline("c1")
    assert landed
    assert outline is not None
    assert outline.documents == (lapsed,)


def test_an_upload_that_arrived_is_not_awaited_again(store: CaseStore) -> None:
    store.create(a_case())
    awaited = msgspec.structs.replace(a_document(), status=DocumentStatus.AWAITING_UPLOAD)
    store.add_document(awaited, {})

    landed = [
        store.save_document(msgspec.structs.replace(awaited, upload_renewed_at=LATER)),
        store.save_document(a_document()),
        store.save_document(msgspec.structs.replace(awaited, upload_lapsed=True)),
        store.save_document(msgspec.structs.replace(awaited, id="d2")),
    ]

    outline = store.outline("c1")
    assert landed == [True, True, False, False]
    assert outline is not None
    assert outline.documents == (a_document(),)


def test_a_deleted_document_is_remembered_by_its_id_only(store: CaseStore) -> None:
    store.create(a_case())
    store.add_document(a_document("d1"), {"document_summary": "סיכום"})
    store.add_document(a_document("d2"), {})

    store.delete_document(a_document("d1"), at=LATER)

    file = store.file("c1")
    assert file is not None
    assert [document.id for document in file.documents] == ["d2"]
    assert file.document_metadata == {"d2": {}}
    assert file.removed_documents == {"d1"}
    assert file.case.updated_at == LATER


def test_documents_that_come_at_once_are_all_stored(store: CaseStore) -> None:
    store.create(a_case())

    with ThreadPoolExecutor(8) as threads:
        landed = list(threads.map(lambda n: store.add_document(a_document(f"d{n}"), {"n": n}), range(24)))

    outline = store.outline("c1")
    assert all(landed)
    assert outline is not None
    assert len(outline.documents) == 24
