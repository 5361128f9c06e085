"""Does every FormStore keep its promises: one version at a time, nothing lost, nothing left behind?"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore
from chalicelib.adapters.dynamodb.form_store import DynamoFormStore
from chalicelib.adapters.dynamodb.job_store import DynamoJobStore
from chalicelib.cases.model import Case, CaseStore
from chalicelib.cases.working_form.model import (
    Attention,
    Confirmation,
    Entry,
    FormStore,
    Held,
    Revision,
    Row,
    StoredForm,
    WorkingForm,
)
from chalicelib.jobs import lifecycle
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import JobStore
from infra.local.resources import Resources
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.fakes.form_store import FakeFormStore
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs import a_job

NOW = datetime(2026, 6, 10, 9, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
HELD = Held(value="0521234567", by="u1", at=NOW, job_id="j1")
ROW = Row(item={"name": "כץ", "days": 0}, by="u1", at=NOW, job_id=None, state="added", apart=("r1",))
FORM = WorkingForm(
    values={"personal_info.phone": HELD, "personal_info.number_of_children": msgspec.structs.replace(HELD, value=2)},
    rows={"disability_info.treating_physicians[r2]": ROW},
    sections={"bank_details": Confirmation(by="u1", at=NOW, job_id="j1", values={"bank_details.iban": HELD})},
)
ENTRY = Entry(action="set", field="personal_info.phone", before="", after="0521234567")
SEEN = Attention(blocking=1, check=2, unconfirmed=4, conflicts=3)


class Backend(msgspec.Struct, frozen=True):
    forms: FormStore
    cases: CaseStore
    jobs: JobStore
    blobs: FakeBlobStore


@pytest.fixture(params=["fake", "dynamodb"])
def backend(request: pytest.FixtureRequest) -> Backend:
    blobs = FakeBlobStore()
    if request.param == "fake":
        cases = FakeCaseStore()
        return Backend(FakeFormStore(cases), cases, FakeJobStore(cases=cases, blobs=blobs), blobs)
    resources: Resources = request.getfixturevalue("local_resources")
    client = resources.client("dynamodb")
    tables = {"table": resources.jobs_table, "cases_table": resources.cases_table}
    return Backend(
        DynamoFormStore(client, table=resources.cases_table, blobs=blobs),
        DynamoCaseStore(client, table=resources.cases_table, blobs=blobs),
        DynamoJobStore(client, blobs=blobs, **tables),
        blobs,
    )


@pytest.fixture
def store(backend: Backend) -> FormStore:
    case = Case(id="c1", user_id="u1", title="תביעה", created_at=NOW, updated_at=NOW)
    backend.cases.create(case)
    return backend.forms


def a_revision(version: int, *entries: Entry) -> Revision:
    return Revision(version=version, by="u1", at=LATER, entries=entries or (ENTRY,))


def write(store: FormStore, version: int, *, form: WorkingForm = FORM, mark: str = "", revision: Any = None) -> str:
    return store.write(
        "c1",
        form,
        revision or a_revision(version),
        attention=SEEN,
        claimant="רות כהן",
        mark=mark or f"mark-{version}",
    )


def read(store: FormStore) -> StoredForm:
    stored = store.read("c1")
    assert stored is not None
    return stored


def complete(backend: Backend, job_id: str, analysis: Any, *, created_at: datetime = NOW, **fields: Any) -> None:
    job = a_job(job_id=job_id, case_id="c1", job_type="document_analysis_form7801", created_at=created_at)
    backend.jobs.create(job, key=None, open_jobs_limit=None)
    claimed = backend.jobs.claim(
        job_id, now=created_at, lease_until=lifecycle.lease_end(created_at), claim_token=f"worker-{job_id}"
    )
    assert claimed is not None
    write_back = WriteBack(bodies={"final_document_analysis": analysis}, fields=fields)
    backend.jobs.save(
        claimed, lifecycle.completed(claimed, result_bytes=2, at=LATER), result=b"{}", write_back=write_back
    )


def test_a_new_case_has_an_empty_form_of_version_0(store):
    stored = read(store)

    assert (stored.form, stored.analysis, stored.job_id, stored.case.form_version) == (WorkingForm(), None, None, 0)


def test_what_persons_did_comes_back_as_it_was_written(store):
    assert write(store, 1) == "written"

    stored = read(store)
    assert stored.form == FORM
    assert (stored.case.form_version, stored.case.claimant, stored.case.updated_at) == (1, "רות כהן", LATER)
    assert stored.case.attention == {"blocking": 1, "check": 2, "unconfirmed": 4, "conflicts": 3}
    assert store.history("c1", up_to=None, limit=10) == [a_revision(1)]


@pytest.mark.parametrize("version", [1, 3])
def test_only_the_next_version_is_written(store, version):
    write(store, 1)

    assert write(store, version, form=WorkingForm(), mark="another's") == "stale"

    assert read(store).form == FORM
    assert len(store.history("c1", up_to=None, limit=10)) == 1


def test_an_analysis_that_ends_is_a_new_version_with_its_job(backend, store):
    write(store, 1)

    complete(backend, "j2", {"form_7801": {"a": "א"}}, claimant="דנה", attention={"blocking": 0, "conflicts": 1})

    stored = read(store)
    assert (stored.analysis, stored.job_id, stored.case.form_version) == ({"form_7801": {"a": "א"}}, "j2", 2)
    assert (stored.case.claimant, stored.case.attention) == ("דנה", {"blocking": 0, "conflicts": 1})
    assert stored.form == FORM
    assert write(store, 2) == "stale"


def test_an_analysis_older_than_the_stored_one_is_no_new_version(backend, store):
    complete(backend, "j2", {"form_7801": {}}, created_at=LATER, claimant="דנה")

    complete(backend, "j1", {"form_7801": {"old": True}}, created_at=NOW, claimant="אחרת")

    stored = read(store)
    assert (stored.job_id, stored.case.form_version, stored.case.claimant) == ("j2", 1, "דנה")


def test_an_analysis_too_large_for_an_item_is_read_from_its_blob(backend, store):
    large = {"form_7801": {}, "summary": "פריצת דיסק " * 40_000}

    complete(backend, "j1", large)

    assert read(store).analysis == large


def test_history_is_newest_first_from_a_version_on(store):
    for version in range(1, 13):
        write(store, version)

    versions = [revision.version for revision in store.history("c1", up_to=11, limit=3)]

    assert versions == [11, 10, 9]
    assert [revision.version for revision in store.history("c1", up_to=1, limit=3)] == [1]
    assert store.history("c1", up_to=0, limit=3) == []


def test_a_revision_too_large_for_an_item_is_kept_whole(store):
    noise = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(450_000))
    large = a_revision(1, msgspec.structs.replace(ENTRY, before=noise))

    assert write(store, 1, revision=large) == "written"

    assert store.history("c1", up_to=None, limit=1) == [large]


def test_what_lists_show_is_corrected_at_its_version_only(store):
    write(store, 1)

    store.note("c1", version=0, attention=Attention(), claimant="")
    assert read(store).case.claimant == "רות כהן"
    store.note("c1", version=1, attention=Attention(conflicts=9), claimant="דנה")

    case = read(store).case
    assert (case.claimant, case.attention["conflicts"], case.form_version) == ("דנה", 9, 1)
    assert case.updated_at == LATER


def test_a_case_that_is_gone_or_going_has_no_form(backend, store):
    write(store, 1)
    backend.cases.begin_deletion("c1", mark="m")

    assert store.read("c1") is None
    assert write(store, 2) == "gone"
    store.note("c1", version=1, attention=Attention(), claimant="")
    backend.cases.delete_content("c1")
    backend.cases.delete("c1")

    assert store.read("c1") is None
    assert store.history("c1", up_to=None, limit=10) == []
    assert write(store, 1) == "gone"
    backend.cases.create(Case(id="c1", user_id="u2", title="t", created_at=NOW, updated_at=NOW))
    assert read(store).form == WorkingForm()


def test_of_many_writers_of_one_version_one_wins(backend, store):
    outcomes: list[str] = []
    start = threading.Barrier(6)

    def one(number: int) -> None:
        start.wait()
        outcomes.append(write(backend.forms, 1, mark=f"m{number}"))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["stale"] * 5 + ["written"]
    assert len(store.history("c1", up_to=None, limit=10)) == 1


def test_a_write_whose_answer_was_lost_is_known_by_its_mark(local_resources: Resources) -> None:
    client = local_resources.client("dynamodb")
    blobs = FakeBlobStore()
    cases = DynamoCaseStore(client, table=local_resources.cases_table, blobs=blobs)
    cases.create(Case(id="c1", user_id="u1", title="t", created_at=NOW, updated_at=NOW))
    store = DynamoFormStore(client, table=local_resources.cases_table, blobs=blobs)
    write(store, 1, mark="mine")

    assert write(store, 1, mark="mine") == "written"
    assert write(store, 1, mark="another's") == "stale"


def test_jobs_that_ended_are_taken_out_of_the_open_ones_of_a_case_that_is_there(backend, store):
    jobs = [a_job(job_id=f"00000000-0000-4000-8000-00000000000{n}", case_id="c1", lock=None) for n in (1, 2)]
    for job in jobs:
        backend.jobs.create(job, key=None, open_jobs_limit=None)

    backend.cases.close_jobs("c1", {jobs[0].job_id, "another"})
    backend.cases.close_jobs("c9", {jobs[0].job_id})

    assert read(store).case.open_jobs == {jobs[1].job_id}
    assert backend.cases.outline("c9") is None
