"""Does every CaseStore keep its promises? One suite for the fake and for DynamoDB (on the locked moto server)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.adapters.dynamodb_case_store import DynamoCaseStore
from chalicelib.adapters.dynamodb_large_values import readable
from chalicelib.cases.model import Case, CaseStore, Document, DocumentStatus
from infra.local.resources import Resources
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore

NOW = datetime(2026, 6, 10, 9, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
LARGE = "פריצת דיסק " * 40_000
"""About 780 KB as UTF-8: more than an item may have."""


class Backend(msgspec.Struct, frozen=True):
    """A store, its blobs, and what an analysis does to it: `analysed(case_id, member, value)`."""

    store: CaseStore
    blobs: FakeBlobStore
    analysed: Callable[[str, str, Any], None]


@pytest.fixture(params=["fake", "dynamodb"])
def backend(request: pytest.FixtureRequest) -> Backend:
    blobs = FakeBlobStore()
    if request.param == "fake":
        fake = FakeCaseStore()
        return Backend(fake, blobs, fake.put_member)
    resources: Resources = request.getfixturevalue("local_resources")
    client = resources.client("dynamodb")

    def analysed(case_id: str, member: str, value: Any) -> None:
        # What the job store's transaction writes: the same layout, the same 350 KB.
        content = readable(value, blob_key=f"jobs/j1/{member}.json", blobs=blobs)
        item = {"case_id": {"S": case_id}, "item": {"S": f"body#{member}"}, "written_by_created": {"S": "2026"}}
        client.put_item(TableName=resources.cases_table, Item={**item, **content})

    return Backend(DynamoCaseStore(client, table=resources.cases_table, blobs=blobs), blobs, analysed)


@pytest.fixture
def store(backend: Backend) -> CaseStore:
    return backend.store


def a_case(case_id: str = "c1", *, user_id: str = "u1", created_at: datetime = NOW) -> Case:
    return Case(
        id=case_id,
        user_id=user_id,
        title="תביעת נכות",
        description="גב תחתון",
        metadata={"source": "phone", "score": 0.5, "empty": "", "none": None, "deep": {"list": [1, "שתיים"]}},
        created_at=created_at,
        updated_at=created_at,
    )


def a_document(document_id: str = "d1", *, case_id: str = "c1", uploaded_at: datetime = NOW) -> Document:
    return Document(
        id=document_id,
        case_id=case_id,
        file_name="סיכום.pdf",
        content_type="application/pdf",
        size=24463,
        status=DocumentStatus.READY,
        uploaded_by="u1",
        uploaded_at=uploaded_at,
        document_type="medical_report",
        requested_name="דוח אורתופדי",
    )


def ids(cases: Any) -> list[str]:
    return [case.id for case in cases]


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


def test_cases_of_one_owner_are_listed_newest_first_in_pages(store: CaseStore) -> None:
    for number in range(5):
        store.create(a_case(f"c{number}", created_at=NOW + timedelta(minutes=number)))
    store.create(a_case("other", user_id="u2"))

    first, after_first = store.list(owner="u1", after=None, limit=2)
    second, after_second = store.list(owner="u1", after=after_first, limit=2)
    third, after_third = store.list(owner="u1", after=after_second, limit=2)

    assert [ids(page) for page in (first, second, third)] == [["c4", "c3"], ["c2", "c1"], ["c0"]]
    assert first[0] == a_case("c4", created_at=NOW + timedelta(minutes=4))
    assert after_third is None


def test_a_page_that_is_exactly_the_rest_is_the_last(store: CaseStore) -> None:
    for number in range(2):
        store.create(a_case(f"c{number}", created_at=NOW + timedelta(minutes=number)))

    page, following = store.list(owner="u1", after=None, limit=2)

    assert ids(page) == ["c1", "c0"]
    assert following is None


def test_a_list_goes_on_behind_a_case_that_was_deleted_meanwhile(store: CaseStore) -> None:
    for number in range(3):
        store.create(a_case(f"c{number}", created_at=NOW + timedelta(minutes=number)))
    _, after = store.list(owner="u1", after=None, limit=1)
    store.delete("c2")

    page, _ = store.list(owner="u1", after=after, limit=5)

    assert ids(page) == ["c1", "c0"]


def test_all_cases_are_listed_across_months_and_years(store: CaseStore) -> None:
    times = [datetime(2024, 2, 29, 23, 59, tzinfo=UTC), datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]
    times += [datetime(2026, 1, 1, tzinfo=UTC), NOW, LATER]
    for number, created_at in enumerate(times):
        store.create(a_case(f"c{number}", user_id=f"u{number % 2}", created_at=created_at))

    found, after = [], None
    for _ in times:
        page, after = store.list(owner=None, after=after, limit=1)
        found += ids(page)

    assert found == ["c4", "c3", "c2", "c1", "c0"]
    assert after is None


def test_cases_of_the_same_moment_are_each_listed_once(store: CaseStore) -> None:
    for number in range(7):
        store.create(a_case(f"c{number}"))

    found, after = [], None
    for _ in range(4):
        page, after = store.list(owner="u1", after=after, limit=2)
        found += ids(page)

    assert sorted(found) == [f"c{number}" for number in range(7)]
    assert after is None


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


def test_documents_that_come_at_once_are_all_stored(store: CaseStore) -> None:
    store.create(a_case())

    with ThreadPoolExecutor(8) as threads:
        landed = list(threads.map(lambda n: store.add_document(a_document(f"d{n}"), {"n": n}), range(24)))

    outline = store.outline("c1")
    assert all(landed)
    assert outline is not None
    assert len(outline.documents) == 24


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
