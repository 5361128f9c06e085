"""How does a case end?"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from chalicelib.auth import Principal
from chalicelib.cases.changes import delete_case
from chalicelib.cases.documents import NewDocument, add_document
from chalicelib.cases.model import Case
from chalicelib.errors import NotFinished, NotFound, StorageUnavailable
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.unit.cases.conftest import ADMIN, NOW, OWNER, STRANGER


class Jobs:
    """What the job store would do; `on_look` happens before each look for open jobs."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.looks: list[str] = []
        self.is_open = False
        self.on_look: Callable[[], None] = lambda: None

    def refuse_open(self, case_id: str) -> None:
        self.looks.append(case_id)
        self.on_look()
        if self.is_open:
            raise NotFinished("A job of this case is not finished.")

    def delete(self, case_id: str) -> None:
        self.deleted.append(case_id)


class Desk:
    def __init__(self, store: FakeCaseStore, blobs: FakeBlobStore) -> None:
        self.store, self.blobs, self.jobs = store, blobs, Jobs()
        self._marks = count()

    def delete(self, case_id: str = "c1", *, principal: Principal = OWNER) -> None:
        mark = str(next(self._marks))
        delete_case(case_id, principal=principal, store=self.store, blobs=self.blobs, jobs=self.jobs, mark=mark)

    @property
    def is_whole(self) -> bool:
        outline = self.store.outline("c1")
        return outline is not None and len(outline.documents) == 1 and self.blobs.keys("cases/c1/") != []

    @property
    def is_gone(self) -> bool:
        left = self.store.outline("c1"), self.store.owner_of("c1"), self.store.document_metadata("c1")
        return left == (None, None, {}) and self.blobs.keys("cases/c1/") == []


@pytest.fixture
def desk(store: FakeCaseStore, blobs: FakeBlobStore, case: Case) -> Desk:
    new = NewDocument(file_name="f.txt", text="x")
    add_document("c1", new, principal=OWNER, store=store, blobs=blobs, now=NOW, document_id="d1")
    blobs.put("bodies/c1/call/k1", b"{}", content_type="application/json")
    blobs.put("texts/c1/d1/k1", b"{}", content_type="application/json")
    blobs.put("cases/c11/d2", b"of another case", content_type="text/plain")
    return Desk(store, blobs)


@pytest.mark.parametrize("principal", [OWNER, ADMIN])
def test_a_case_goes_with_its_documents_jobs_and_stored_objects(desk: Desk, principal: Principal) -> None:
    desk.delete(principal=principal)

    assert desk.is_gone
    assert set(desk.jobs.deleted) == {"c1"}
    assert desk.blobs.keys("") == ["cases/c11/d2"]


def test_a_case_with_an_open_job_stays_whole(desk: Desk) -> None:
    desk.jobs.is_open = True

    with pytest.raises(NotFinished):
        desk.delete()

    assert desk.is_whole
    assert desk.jobs.deleted == []


def test_a_deleted_case_is_not_there_to_be_deleted_again(desk: Desk) -> None:
    desk.delete()

    with pytest.raises(NotFound):
        desk.delete()


@pytest.mark.parametrize("method", ["begin_deletion", "confirm_deletion", "delete_content", "delete"])
def test_a_deletion_that_broke_off_continues_when_repeated(desk: Desk, method: str) -> None:
    desk.store.fail(method)
    with pytest.raises(StorageUnavailable):
        desk.delete()

    desk.delete()

    assert desk.is_gone


def test_a_deletion_that_broke_off_can_be_continued_by_nobody_else(desk: Desk) -> None:
    desk.store.fail("delete")
    with pytest.raises(StorageUnavailable):
        desk.delete()

    with pytest.raises(NotFound):
        desk.delete(principal=STRANGER)

    assert desk.store.owner_of("c1") == "u1"


def test_the_case_takes_no_new_job_when_its_open_jobs_are_looked_for_the_last_time(desk: Desk) -> None:
    seen: list[bool] = []
    desk.jobs.on_look = lambda: seen.append(desk.store.exists("c1"))

    desk.delete()

    assert seen == [True, False]


def test_a_job_that_slipped_in_keeps_its_case_whole_with_its_finished_jobs(desk: Desk) -> None:
    def start_meanwhile() -> None:
        desk.jobs.is_open = len(desk.jobs.looks) == 2

    desk.jobs.on_look = start_meanwhile
    with pytest.raises(NotFinished):
        desk.delete()

    assert desk.is_whole
    assert desk.jobs.deleted == []


def test_a_deletion_that_gives_the_case_back_does_not_give_back_what_another_one_began(desk: Desk) -> None:
    def begin_elsewhere_and_start() -> None:
        if len(desk.jobs.looks) == 2:
            desk.store.begin_deletion("c1", mark="elsewhere")
            desk.jobs.is_open = True

    desk.jobs.on_look = begin_elsewhere_and_start

    with pytest.raises(NotFinished):
        desk.delete()

    assert not desk.store.exists("c1")
    assert desk.store.confirm_deletion("c1", mark="elsewhere")


def test_two_deletions_at_once_both_end_and_leave_nothing(desk: Desk) -> None:
    def delete_at_the_same_time() -> None:
        desk.jobs.on_look = lambda: None
        desk.delete()

    desk.jobs.on_look = delete_at_the_same_time

    desk.delete()

    assert desk.is_gone
