"""Does every CaseStore list cases newest first, page by page, none twice and none left out?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.cases.model import CaseFilter, CaseStore
from tests.contract.case_store.conftest import LATER, NOW, a_case, a_document


def ids(cases: Any) -> list[str]:
    return [case.id for case in cases]


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


def test_the_documents_of_many_cases_are_told_apart(store: CaseStore) -> None:
    cases = [f"c{number}" for number in range(12)]
    for case_id in cases:
        store.create(a_case(case_id))
    store.add_document(a_document("d2", case_id="c3", uploaded_at=LATER), {"document_summary": "קצר"})
    store.add_document(a_document("d1", case_id="c3"), {})
    store.add_document(a_document("d3", case_id="c7"), {"n": 1})

    found = store.documents_of([*cases, "unknown"])

    assert {case_id: ids(listed.documents) for case_id, listed in found.items() if listed.documents} == {
        "c3": ["d1", "d2"],
        "c7": ["d3"],
    }
    assert found["c3"].metadata == {"d1": {}, "d2": {"document_summary": "קצר"}}
    assert found["c7"].metadata == {"d3": {"n": 1}}
    assert set(found) == {*cases, "unknown"}


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


def test_a_list_shows_the_cases_with_all_words_in_title_or_claimant(store: CaseStore) -> None:
    for number in range(4):
        case = a_case(f"c{number}", created_at=NOW + timedelta(minutes=number))
        store.create(msgspec.structs.replace(case, title=f"תביעה {number % 2}", claimant="רות כהן" if number else ""))

    wanted = CaseFilter(words=("רות", "1"))
    first, following = store.list(owner="u1", after=None, limit=1, wanted=wanted)
    second, end = store.list(owner="u1", after=following, limit=1, wanted=wanted)

    assert (ids(first), ids(second), end) == (["c3"], ["c1"], None)
    assert ids(store.list(owner=None, after=None, limit=9, wanted=wanted)[0]) == ["c3", "c1"]


def test_a_list_shows_the_cases_that_need_a_person(store: CaseStore) -> None:
    for case_id, attention in (("c1", {}), ("c2", {"conflicts": 1}), ("c3", {"check": 3}), ("c4", {"unconfirmed": 5})):
        store.create(msgspec.structs.replace(a_case(case_id), attention=attention))

    page, following = store.list(owner="u1", after=None, limit=9, wanted=CaseFilter(needs_me=True))

    assert (sorted(ids(page)), following) == (["c2", "c4"], None)


@pytest.mark.parametrize("owner", ["u1", None])
def test_a_filtered_list_looks_at_so_many_and_goes_on_behind_them(
    store: CaseStore, owner: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("tests.fakes.case_store", "chalicelib.adapters.dynamodb.case_lists"):
        monkeypatch.setattr(f"{place}.SCANNED_CASES", 2)
    monkeypatch.setattr("chalicelib.adapters.dynamodb.case_lists.LARGEST_BATCH_READ", 2)
    for number in range(5):
        case = a_case(f"c{number}", created_at=NOW - timedelta(days=20 * number))
        store.create(msgspec.structs.replace(case, title="הישנה" if number == 4 else "תביעה"))

    found, after, sizes = [], None, []
    for _ in range(4):
        page, after = store.list(owner=owner, after=after, limit=9, wanted=CaseFilter(words=("הישנה",)))
        found += ids(page)
        sizes.append(len(page))
        if after is None:
            break

    assert (found, sizes) == (["c4"], [0, 0, 1])


def test_cases_that_nothing_changed_since_are_found_also_while_they_are_deleted(store: CaseStore) -> None:
    for number in range(5):
        store.create(a_case(f"c{number}", created_at=NOW - timedelta(days=40 * number)))
    store.add_document(a_document(case_id="c2", uploaded_at=LATER), {})
    store.begin_deletion("c3", mark="m1")
    store.begin_deletion("c4", mark="m1")
    store.confirm_deletion("c4", mark="m1")

    assert sorted(store.unchanged_since(NOW)) == ["c1", "c3", "c4"]
