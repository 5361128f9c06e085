"""How does a call come to a case when a client sends it?"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.auth import Principal
from chalicelib.cases.changes import put_call
from chalicelib.cases.model import Case, CaseFile
from chalicelib.errors import InvalidRequest, NotFound
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import ADMIN, LATER, OWNER, STRANGER


def put(store: FakeCaseStore, payload: Any, *, case_id: str = "c1", principal: Principal = OWNER) -> CaseFile:
    return put_call(case_id, payload, principal=principal, store=store, blobs=FakeBlobStore(), now=LATER)


@pytest.mark.parametrize("principal", [OWNER, ADMIN])
def test_a_call_is_stored_and_the_case_comes_back_with_it(
    store: FakeCaseStore, case: Case, principal: Principal
) -> None:
    file = put(store, {"id": "k1", "artifact": {"transcript": "AI: שלום\n"}}, principal=principal)

    assert (file.case.has_call, file.case.call_id, file.case.has_transcript) == (True, "k1", True)
    assert file.case.updated_at == LATER
    assert file.call_details is not None
    assert file.call_details["transcript"] == "AI: שלום\n"


def test_a_call_without_a_word_is_stored_without_a_transcript(store: FakeCaseStore, case: Case) -> None:
    file = put(store, {"id": "k1", "messages": []})

    assert (file.case.has_call, file.case.has_transcript) == (True, False)


def test_a_call_without_id_gets_the_one_that_the_case_names(store: FakeCaseStore, case: Case) -> None:
    file = put(store, {"transcript": "AI: שלום\n"})

    assert file.call_details is not None
    assert file.case.call_id == file.call_details["id"]


def test_neither_shape_is_refused_before_the_case_is_looked_up(store: FakeCaseStore) -> None:
    with pytest.raises(InvalidRequest):
        put(store, {"status": "ended"}, case_id="c9")


@pytest.mark.parametrize(("case_id", "principal"), [("c1", STRANGER), ("c2", OWNER)])
def test_a_call_for_a_case_one_does_not_see_is_not_stored(
    store: FakeCaseStore, case: Case, case_id: str, principal: Principal
) -> None:
    with pytest.raises(NotFound):
        put(store, {"id": "k1"}, case_id=case_id, principal=principal)

    outline = store.outline("c1")
    assert outline is not None
    assert not outline.case.has_call
