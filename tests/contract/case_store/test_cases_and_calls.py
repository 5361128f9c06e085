"""Does every CaseStore give back what it was given: cases, calls, what analyses wrote?"""

from __future__ import annotations

import msgspec

from chalicelib.cases.model import CaseStore
from tests.contract.case_store.conftest import LARGE, LATER, NOW, Backend, a_case


def test_a_case_is_read_as_it_was_created(store: CaseStore) -> None:
    store.create(a_case())

    outline = store.outline("c1")
    file = store.file("c1")

    assert outline is not None
    assert file is not None
    assert outline.case == file.case == a_case()
    assert outline.documents == ()
    assert file.document_metadata == {}
    assert file.removed_documents == frozenset()
    members = (file.call_details, file.call_analysis, file.call_summary, file.form_7801_analysis)
    assert (*members, file.final_document_analysis) == (None,) * 5


def test_an_unknown_case_has_no_outline_and_no_file(store: CaseStore) -> None:
    store.create(a_case())

    assert store.outline("c2") is None
    assert store.file("c2") is None


def test_a_call_replaces_the_one_before_and_is_told_in_the_outline(store: CaseStore) -> None:
    store.create(a_case())
    store.put_call("c1", {"id": "first"}, call_id="first", has_transcript=True, at=NOW)

    landed = store.put_call("c1", {"id": "k2", "cost": 0.25}, call_id="k2", has_transcript=False, at=LATER)

    outline, file = store.outline("c1"), store.file("c1")
    assert landed
    assert outline is not None
    assert file is not None
    assert (outline.case.has_call, outline.case.call_id, outline.case.has_transcript) == (True, "k2", False)
    assert outline.case.updated_at == LATER
    assert outline.case.created_at == NOW
    assert file.call_details == {"id": "k2", "cost": 0.25}


def test_what_analyses_wrote_outlives_a_new_call(backend: Backend) -> None:
    backend.store.create(a_case())
    backend.analysed("c1", "call_analysis", {"summary": "s", "structured_data": {"products": []}})
    backend.analysed("c1", "call_summary", '{"case_summary": "קצר"}')
    backend.analysed("c1", "form_7801_analysis", {"claim_rate": 70})
    backend.analysed("c1", "final_document_analysis", {"summary": "סיכום"})

    backend.store.put_call("c1", {"id": "k1"}, call_id="k1", has_transcript=True, at=LATER)

    file = backend.store.file("c1")
    assert file is not None
    assert file.call_analysis == {"summary": "s", "structured_data": {"products": []}}
    assert file.call_summary == '{"case_summary": "קצר"}'
    assert file.form_7801_analysis == {"claim_rate": 70}
    assert file.final_document_analysis == {"summary": "סיכום"}


def test_members_larger_than_an_item_come_back_whole(backend: Backend) -> None:
    backend.store.create(a_case())
    backend.analysed("c1", "final_document_analysis", {"summary": LARGE})

    backend.store.put_call("c1", {"id": "k1", "transcript": LARGE}, call_id="k1", has_transcript=True, at=NOW)

    file = backend.store.file("c1")
    assert file is not None
    assert file.call_details == {"id": "k1", "transcript": LARGE}
    assert file.final_document_analysis == {"summary": LARGE}


def test_a_replaced_large_call_leaves_no_bytes_behind(backend: Backend) -> None:
    backend.store.create(a_case())
    backend.store.put_call("c1", {"transcript": LARGE}, call_id="k1", has_transcript=True, at=NOW)
    backend.store.put_call("c1", {"transcript": LARGE, "n": 2}, call_id="k2", has_transcript=True, at=NOW)

    backend.store.put_call("c1", {"transcript": "קצר"}, call_id="k3", has_transcript=True, at=NOW)

    assert backend.blobs.keys("cases/") == []


def test_a_large_call_for_a_missing_case_leaves_no_bytes_behind(backend: Backend) -> None:
    landed = backend.store.put_call("c9", {"transcript": LARGE}, call_id="k1", has_transcript=True, at=NOW)

    assert not landed
    assert backend.blobs.keys("cases/") == []
    assert backend.store.file("c9") is None


def test_an_id_that_is_taken_is_not_created_again(store: CaseStore) -> None:
    first = store.create(a_case())
    again = store.create(msgspec.structs.replace(a_case(), title="another"))

    outline = store.outline("c1")
    assert (first, again) == (True, False)
    assert outline is not None
    assert outline.case == a_case()


def test_the_fingerprint_of_the_request_stays_with_a_case(store: CaseStore) -> None:
    case = msgspec.structs.replace(a_case(), request_fingerprint="f1")
    store.create(case)

    outline = store.outline("c1")
    assert outline is not None
    assert outline.case == case


def test_a_call_replaces_only_the_one_that_it_was_compared_with(store: CaseStore) -> None:
    def put(call_id: str, *, replaces: str | None) -> bool:
        return store.put_call("c1", {"id": call_id}, call_id=call_id, has_transcript=True, at=NOW, replaces=replaces)

    store.create(a_case())

    landed = [
        put("k0", replaces="k9"),  # there is no call
        put("k1", replaces=None),
        put("k2", replaces=None),  # there is one by now
        put("k3", replaces="k2"),
        put("k4", replaces="k1"),
        put("k4", replaces="k4"),
    ]

    file = store.file("c1")
    assert landed == [False, True, False, False, True, True]
    assert file is not None
    assert file.call_details == {"id": "k4"}
