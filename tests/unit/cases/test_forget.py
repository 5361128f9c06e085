"""Which cases does the daily run delete?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec
import pytest

from chalicelib.cases.documents import NewDocument, add_document
from chalicelib.cases.forget import TIME_FOR_ONE_SECONDS, forget_old_cases
from chalicelib.cases.model import Case
from chalicelib.errors import NotFinished, StorageUnavailable
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import NOW, OWNER

KEPT_FOR = timedelta(days=365)
DAY = timedelta(days=1)


class Jobs:
    """The jobs of cases; those of `busy` are open."""

    def __init__(self, *busy: str) -> None:
        self._busy = busy
        self.deleted: list[str] = []

    def refuse_open(self, case_id: str) -> None:
        if case_id in self._busy:
            raise NotFinished("A job of this case is not finished.")

    def delete(self, case_id: str) -> None:
        self.deleted.append(case_id)


def run(
    store: FakeCaseStore, blobs: FakeBlobStore, *, jobs: Jobs | None = None, seconds: float = 300
) -> Mapping[str, int]:
    return forget_old_cases(
        store=store,
        blobs=blobs,
        jobs=jobs or Jobs(),
        kept_for=KEPT_FOR,
        now=NOW,
        new_id=lambda: "mark",
        time_left=lambda: seconds,
    )


def with_case(store: FakeCaseStore, case: Case, name: str, *, created: timedelta, changed: timedelta) -> None:
    case_id = f"00000000-0000-4000-8000-{name:>012}"
    store.create(msgspec.structs.replace(case, id=case_id, created_at=NOW - created, updated_at=NOW - changed))


def ids(store: FakeCaseStore) -> set[str]:
    return {case.id[-1] for case in store.list(owner=None, after=None, limit=1000)[0]}


@pytest.fixture
def store(case: Case) -> FakeCaseStore:
    return FakeCaseStore()


def test_only_cases_that_nothing_changed_for_so_long_are_forgotten(
    store: FakeCaseStore, blobs: FakeBlobStore, case: Case
) -> None:
    with_case(store, case, "1", created=KEPT_FOR + DAY, changed=KEPT_FOR + DAY)
    with_case(store, case, "2", created=KEPT_FOR + DAY, changed=DAY)  # old, and worked on
    with_case(store, case, "3", created=KEPT_FOR - DAY, changed=KEPT_FOR - DAY)

    counted = run(store, blobs)

    assert (counted, ids(store)) == ({"forgotten": 1, "in_use": 0}, {"2", "3"})


def test_a_forgotten_case_goes_with_its_documents_and_jobs(
    store: FakeCaseStore, blobs: FakeBlobStore, case: Case
) -> None:
    with_case(store, case, "1", created=2 * KEPT_FOR, changed=2 * KEPT_FOR)
    case_id = "00000000-0000-4000-8000-000000000001"
    new = NewDocument(file_name="f.txt", text="x")
    owner = msgspec.structs.replace(OWNER, user_id=case.user_id)
    at = NOW - KEPT_FOR - DAY
    add_document(case_id, new, principal=owner, store=store, blobs=blobs, now=at, document_id="d1")
    jobs = Jobs()

    run(store, blobs, jobs=jobs)

    assert (blobs.keys(""), jobs.deleted, ids(store)) == ([], [case_id], set())


def test_a_case_with_an_open_job_stays_and_holds_up_no_other(
    store: FakeCaseStore, blobs: FakeBlobStore, case: Case
) -> None:
    for name in "123":
        with_case(store, case, name, created=2 * KEPT_FOR, changed=2 * KEPT_FOR)

    counted = run(store, blobs, jobs=Jobs("00000000-0000-4000-8000-000000000002"))

    assert (counted, ids(store)) == ({"forgotten": 2, "in_use": 1}, {"2"})


def test_many_cases_are_all_found(store: FakeCaseStore, blobs: FakeBlobStore, case: Case) -> None:
    for number in range(201):
        with_case(store, case, str(number), created=2 * KEPT_FOR + number * DAY, changed=2 * KEPT_FOR)

    assert run(store, blobs)["forgotten"] == 201


@pytest.mark.parametrize("method", ["confirm_deletion", "delete_content", "delete"])
def test_a_deletion_that_broke_off_is_finished_by_the_next_run(
    store: FakeCaseStore, blobs: FakeBlobStore, case: Case, method: str
) -> None:
    with_case(store, case, "1", created=2 * KEPT_FOR, changed=2 * KEPT_FOR)
    case_id = "00000000-0000-4000-8000-000000000001"
    store.fail(method)
    with pytest.raises(StorageUnavailable):
        run(store, blobs)

    counted = run(store, blobs)

    assert (counted, store.owner_of(case_id)) == ({"forgotten": 1, "in_use": 0}, None)


def test_without_time_for_another_case_the_rest_is_left_to_the_next_day(
    store: FakeCaseStore, blobs: FakeBlobStore, case: Case
) -> None:
    with_case(store, case, "1", created=2 * KEPT_FOR, changed=2 * KEPT_FOR)

    assert run(store, blobs, seconds=TIME_FOR_ONE_SECONDS - 1) == {"forgotten": 0, "in_use": 0}
