"""What does a case cost on DynamoDB? Its calls, counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore
from infra.local.resources import Resources
from tests.contract.case_store.conftest import NOW, a_case, a_document
from tests.fakes.blob_store import FakeBlobStore


@pytest.fixture
def counted(local_resources: Resources) -> Iterator[tuple[DynamoCaseStore, list[str]]]:
    client = local_resources.client("dynamodb")
    names: list[str] = []

    def count(model: Any, **_: Any) -> None:
        names.append(model.name)

    client.meta.events.register("before-call.dynamodb", count)
    yield DynamoCaseStore(client, table=local_resources.cases_table, blobs=FakeBlobStore()), names
    client.meta.events.unregister("before-call.dynamodb", count)


def test_reading_a_case_is_one_query_light_or_whole(counted: tuple[DynamoCaseStore, list[str]]) -> None:
    store, names = counted
    store.create(a_case())
    store.put_call("c1", {"id": "k1"}, call_id="k1", has_transcript=False, at=NOW)
    store.add_document(a_document(), {})
    names.clear()

    store.outline("c1")
    store.file("c1")

    assert names == ["Query", "Query"]


def test_a_write_is_one_transaction(counted: tuple[DynamoCaseStore, list[str]]) -> None:
    store, names = counted
    store.create(a_case())
    names.clear()

    store.add_document(a_document(), {})
    store.delete_document(a_document(), at=NOW)

    assert names == ["TransactWriteItems", "TransactWriteItems"]


def test_a_list_is_one_query_and_one_batch_read(counted: tuple[DynamoCaseStore, list[str]]) -> None:
    store, names = counted
    for number in range(3):
        store.create(a_case(f"c{number}", created_at=NOW + timedelta(minutes=number)))
    names.clear()

    store.list(owner="u1", after=None, limit=2)

    assert names == ["Query", "BatchGetItem"]


def test_the_documents_of_listed_cases_are_a_query_each_and_one_more_for_metadata_where_there_are_any(
    counted: tuple[DynamoCaseStore, list[str]],
) -> None:
    store, names = counted
    for number in range(3):
        store.create(a_case(f"c{number}"))
    store.add_document(a_document(case_id="c1"), {})
    names.clear()

    store.documents_of(["c0", "c1", "c2"])

    assert names == ["Query"] * 4
