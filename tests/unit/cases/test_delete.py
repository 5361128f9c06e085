"""How does a case end?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.cases.delete import delete_case
from chalicelib.cases.documents import NewDocument, add_document
from chalicelib.cases.model import Case
from chalicelib.errors import NotFinished, NotFound, Unavailable
from chalicelib.principal import Principal
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import ADMIN, NOW, OWNER, STRANGER


class Jobs:
    """What the job store would do: remove the jobs, unless one `is_open`; then `on_delete` happens."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.is_open = False
        self.on_delete: Callable[[], None] = lambda: None

    def delete(self, case_id: str) -> None:
        if self.is_open:
            raise NotFinished("A job of this case is not finished.")
        self.deleted.append(case_id)
        self.on_delete()


class Desk:
    def __init__(self, store: FakeCaseStore, blobs: FakeBlobStore) -> None:
        self.store, self.blobs, self.jobs = store, blobs, Jobs()

    def delete(self, case_id: str = "c1", *, principal: Principal = OWNER) -> None:
        delete_case(case_id, principal=principal, store=self.store, blobs=self.blobs, delete_jobs=self.jobs.delete)

    @property
    def is_whole(self) -> bool:
        outline = self.store.outline("c1")
        return outline is not None and len(outline.documents) == 1 and self.blobs.keys("cases/c1/") != []

    @property
    def is_gone(self) -> bool:
        left = self.store.outline("c1"), self.store.hidden_owner("c1"), self.store.document_metadata("c1")
        return left == (None, None, {}) and self.blobs.keys("cases/c1/") == []


@pytest.fixture
def desk(store: FakeCaseStore, blobs: FakeBlobStore, case: Case) -> Desk:
    new = NewDocument(file_name="f.txt", text="x")
    add_document("c1", new, principal=OWNER, store=store, blobs=blobs, now=NOW, document_id="d1")
    blobs.put("cases/c1/call/k1", b"{}", content_type="application/json")
    blobs.put("cases/c11/d2", b"of another case", content_type="text/plain")
    return Desk(store, blobs)


@pytest.mark.parametrize("principal", [OWNER, ADMIN])
def test_a_case_goes_with_its_documents_jobs_and_stored_objects(desk: Desk, principal: Principal) -> None:
    desk.delete(principal=principal)

    assert desk.is_gone
    assert set(desk.jobs.deleted) == {"c1"}
    assert desk.blobs.keys("") == ["cases/c11/d2"]


@pytest.mark.parametrize(("case_id", "principal"), [("c1", STRANGER), ("c2", OWNER), ("c1#", ADMIN), ("", ADMIN)])
def test_a_case_one_does_not_see_cannot_be_deleted(desk: Desk, case_id: str, principal: Principal) -> None:
    with pytest.raises(NotFound):
        desk.delete(case_id, principal=principal)

    assert desk.is_whole
    assert desk.jobs.deleted == []


def test_a_case_with_an_open_job_stays_whole(desk: Desk) -> None:
    desk.jobs.is_open = True

    with pytest.raises(NotFinished):
        desk.delete()

    assert desk.is_whole


def test_a_deleted_case_is_not_there_to_be_deleted_again(desk: Desk) -> None:
    desk.delete()

    with pytest.raises(NotFound):
        desk.delete()


@pytest.mark.parametrize("method", ["hide", "delete"])
def test_a_deletion_that_broke_off_goes_on_when_repeated(desk: Desk, method: str) -> None:
    desk.store.fail(method)
    with pytest.raises(Unavailable):
        desk.delete()

    desk.delete()

    assert desk.is_gone


def test_a_deletion_that_broke_off_is_nobody_elses_to_go_on_with(desk: Desk) -> None:
    desk.store.fail("delete")
    with pytest.raises(Unavailable):
        desk.delete()

    with pytest.raises(NotFound):
        desk.delete(principal=STRANGER)

    assert desk.store.hidden_owner("c1") == "u1"


def test_the_case_is_out_of_sight_before_its_jobs_are_removed_for_the_last_time(desk: Desk) -> None:
    seen: list[bool] = []
    desk.jobs.on_delete = lambda: seen.append(desk.store.exists("c1"))

    desk.delete()

    assert seen == [True, False]


def test_a_job_that_slipped_in_keeps_its_case_whole(desk: Desk) -> None:
    def start_meanwhile() -> None:
        desk.jobs.is_open = True

    desk.jobs.on_delete = start_meanwhile
    with pytest.raises(NotFinished):
        desk.delete()
    was_whole = desk.is_whole
    desk.jobs.is_open, desk.jobs.on_delete = False, lambda: None

    desk.delete()

    assert was_whole
    assert desk.is_gone


def test_a_deletion_that_another_one_overtook_leaves_the_case_to_it(desk: Desk) -> None:
    def hide_elsewhere_and_start() -> None:
        outline = desk.store.outline("c1")
        assert outline is not None
        desk.store.hide(outline.case)
        desk.jobs.is_open = True

    desk.jobs.on_delete = hide_elsewhere_and_start

    with pytest.raises(NotFinished):
        desk.delete()

    assert desk.store.hidden_owner("c1") == "u1"
