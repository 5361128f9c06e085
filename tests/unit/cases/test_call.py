"""How does a call come to a case when a client sends it?"""

from __future__ import annotations

from typing import Any

from chalicelib.auth import Principal
from chalicelib.cases.changes import put_call
from chalicelib.cases.model import Case, CaseFile
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import LATER, OWNER


def put(store: FakeCaseStore, payload: Any, *, case_id: str = "c1", principal: Principal = OWNER) -> CaseFile:
    return put_call(case_id, payload, principal=principal, store=store, blobs=FakeBlobStore(), now=LATER)


def test_a_call_without_a_word_is_stored_without_a_transcript(store: FakeCaseStore, case: Case) -> None:
    file = put(store, {"id": "k1", "messages": []})

    assert (file.case.has_call, file.case.has_transcript) == (True, False)


def test_a_call_without_id_gets_the_one_that_the_case_names(store: FakeCaseStore, case: Case) -> None:
    file = put(store, {"transcript": "AI: שלום\n"})

    assert file.call_details is not None
    assert file.case.call_id == file.call_details["id"]
