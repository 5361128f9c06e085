"""How does a case begin?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chalicelib.cases.changes import NewCase, create_case
from chalicelib.errors import InvalidRequest
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import NOW, OWNER


def test_a_new_case_belongs_to_its_creator_and_is_empty(store: FakeCaseStore) -> None:
    case = create_case(
        NewCase(title="t", description="d", metadata={"k": 1}), principal=OWNER, store=store, now=NOW, case_id="c1"
    )

    outline = store.outline("c1")
    assert outline is not None
    assert outline.case == case
    assert (case.id, case.user_id, case.title, case.description) == ("c1", "u1", "t", "d")
    assert (case.metadata, case.created_at, case.updated_at) == ({"k": 1}, NOW, NOW)
    assert (case.has_call, case.call_id, case.analysis_status) == (False, None, None)


def test_a_case_with_too_much_metadata_is_not_stored(store: FakeCaseStore) -> None:
    with pytest.raises(InvalidRequest):
        create_case(
            NewCase(title="t", metadata={"k": "x" * 20_000}), principal=OWNER, store=store, now=NOW, case_id="c1"
        )

    assert store.outline("c1") is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "x" * 201},
        {"title": 1},
        {"title": "t", "description": "x" * 4001},
        {"title": "t", "metadata": []},
        {"title": "t", "owner": "u2"},
    ],
)
def test_the_body_of_a_new_case_has_its_limits(body: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(body), type=NewCase)
