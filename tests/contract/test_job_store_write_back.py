"""Does every JobStore keep its promises about the case: what a completed job writes back, and when it must not?"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases.model import CaseFile
from chalicelib.jobs.lifecycle import completed
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import Conflict, Created, WriteBackRefused
from infra.local.resources import Resources
from tests.contract.conftest import Backend, dynamo_backend
from tests.fakes.jobs import CREATED_AT

AT = CREATED_AT + timedelta(minutes=2)
SECOND = timedelta(seconds=1)
STAMP = "2026-06-10T09:02:00.000000Z"
HEBREW = {"summary": "פריצת דיסק", "items": [1, 2.5, None, True]}
AGENT = "document_analysis_agent"


def agent_members(value: Any, *, stamp: str = STAMP) -> WriteBack:
    return WriteBack(
        bodies={"form_7801_analysis": value},
        fields={"form_7801_analysis_timestamp": stamp, "analysis_status": "completed"},
    )


def complete(backend: Backend, job: Job, write_back: WriteBack) -> Job:
    return backend.store.save(job, completed(job, result_bytes=2, at=AT), result=b"{}", write_back=write_back)


def case_of(backend: Backend, job: Job) -> CaseFile:
    file = backend.cases.file(job.case_id)
    assert file is not None
    return file


def heavy(file: CaseFile) -> Mapping[str, Any]:
    names = ("call_analysis", "call_summary", "form_7801_analysis", "final_document_analysis")
    return {name: value for name in names if (value := getattr(file, name)) is not None}


def test_a_completed_job_and_its_case_land_together(backend: Backend) -> None:
    job = backend.running()

    done = complete(backend, job, agent_members(HEBREW))

    file = case_of(backend, job)
    assert backend.store.get(job.job_id) == done
    assert heavy(file) == {"form_7801_analysis": HEBREW}
    assert (file.case.form_7801_analysis_timestamp, file.case.analysis_status) == (STAMP, "completed")
    assert file.case.updated_at == AT


def test_several_members_of_any_json_are_written_at_once(backend: Backend) -> None:
    job = backend.running()
    members = {"call_analysis": {"structured_data": HEBREW}, "call_summary": '{"a": "א"}'}

    complete(backend, job, WriteBack(bodies=members))

    assert heavy(case_of(backend, job)) == members


def test_members_that_are_not_named_stay_as_they_are(backend: Backend) -> None:
    first = backend.running(job_type="document_analysis_form7801")
    complete(backend, first, WriteBack(bodies={"final_document_analysis": {"by": "form7801"}}))
    second = backend.running(job_type=AGENT, case_id=first.case_id)

    complete(backend, second, agent_members({"by": "agent"}))

    file = case_of(backend, first)
    assert heavy(file) == {"final_document_analysis": {"by": "form7801"}, "form_7801_analysis": {"by": "agent"}}
    assert (file.case.title, file.case.user_id, file.case.created_at) == ("t", "u", CREATED_AT)


def test_a_large_member_is_written_and_read_like_a_small_one(backend: Backend) -> None:
    job = backend.running()
    large = {"text": "פריצת דיסק " * 40_000}

    complete(backend, job, agent_members(large))

    assert heavy(case_of(backend, job)) == {"form_7801_analysis": large}


def test_the_case_of_a_job_with_nothing_to_write_must_still_be_there(backend: Backend) -> None:
    job = backend.running()
    backend.cases.delete(job.case_id)

    with pytest.raises(WriteBackRefused) as refused:
        complete(backend, job, WriteBack())

    assert refused.value.reason == "case_gone"


def test_nothing_lands_when_the_case_is_gone(backend: Backend) -> None:
    job = backend.running(lock=f"active#{uuid.uuid4()}#t")
    backend.cases.delete(job.case_id)

    with pytest.raises(WriteBackRefused) as refused:
        complete(backend, job, agent_members(HEBREW))

    assert refused.value.reason == "case_gone"
    assert backend.store.get(job.job_id) == job
    assert backend.store.result(job) is None
    assert backend.cases.file(job.case_id) is None


def test_nothing_lands_when_the_call_was_replaced(backend: Backend) -> None:
    job = backend.running(case_id=backend.new_case(call_id="call-1"), call_id="call-1")
    backend.new_call(job.case_id, "call-2")

    with pytest.raises(WriteBackRefused) as refused:
        complete(backend, job, WriteBack(bodies={"call_summary": "{}"}, call_id="call-1"))

    assert refused.value.reason == "call_replaced"
    assert backend.store.get(job.job_id) == job
    assert heavy(case_of(backend, job)) == {}


def test_the_result_lands_while_the_call_is_the_one_analysed(backend: Backend) -> None:
    job = backend.running(case_id=backend.new_case(call_id="call-1"), call_id="call-1")

    complete(backend, job, WriteBack(bodies={"call_summary": "{}"}, call_id="call-1"))

    file = case_of(backend, job)
    assert heavy(file) == {"call_summary": "{}"}
    assert file.case.call_id == "call-1"
    assert file.call_details == {"id": "call-1"}


def test_a_case_that_lost_its_call_has_another_one(backend: Backend) -> None:
    job = backend.running()

    with pytest.raises(WriteBackRefused) as refused:
        complete(backend, job, WriteBack(call_id="call-1"))

    assert refused.value.reason == "call_replaced"


def test_a_job_never_overwrites_what_a_younger_job_of_its_type_wrote(backend: Backend) -> None:
    older = backend.running(job_type=AGENT)
    younger = backend.running(job_type=AGENT, case_id=older.case_id, created_at=CREATED_AT + SECOND, at=AT)
    complete(backend, younger, agent_members({"by": "younger"}))

    done = complete(backend, older, agent_members({"by": "older"}, stamp="2026-06-10T10:00:00.000000Z"))

    file = case_of(backend, older)
    assert backend.store.get(older.job_id) == done
    assert done.status == "completed"
    assert heavy(file) == {"form_7801_analysis": {"by": "younger"}}
    assert file.case.form_7801_analysis_timestamp == STAMP


def test_a_refused_older_job_frees_its_lock_and_counter_all_the_same(backend: Backend) -> None:
    older = backend.running(job_type=AGENT, lock=f"active#{uuid.uuid4()}#t")
    younger = backend.running(job_type=AGENT, case_id=older.case_id, created_at=CREATED_AT + SECOND, at=AT)
    complete(backend, younger, agent_members({"by": "younger"}))

    done = complete(backend, older, agent_members({"by": "older"}))

    assert backend.store.result(done) == b"{}"
    third = backend.unsaved(user_id=older.user_id, lock=older.lock)
    assert backend.store.create(third, key=None, open_jobs_limit=1) == Created(third)


def test_members_no_younger_job_wrote_are_written_beside_those_one_did(backend: Backend) -> None:
    older = backend.running(job_type="call_analysis")
    younger = backend.running(job_type="call_analysis", case_id=older.case_id, created_at=CREATED_AT + SECOND, at=AT)
    complete(backend, younger, WriteBack(bodies={"call_summary": "younger"}))

    complete(backend, older, WriteBack(bodies={"call_summary": "older", "call_analysis": {"by": "older"}}))

    assert heavy(case_of(backend, older)) == {"call_summary": "younger", "call_analysis": {"by": "older"}}


def test_a_younger_job_overwrites_what_an_older_one_wrote(backend: Backend) -> None:
    older = backend.running(job_type=AGENT)
    younger = backend.running(job_type=AGENT, case_id=older.case_id, created_at=CREATED_AT + SECOND, at=AT)
    complete(backend, older, agent_members({"by": "older"}))

    complete(backend, younger, agent_members({"by": "younger"}))

    assert heavy(case_of(backend, older)) == {"form_7801_analysis": {"by": "younger"}}


def test_of_two_jobs_of_one_moment_the_greater_id_is_the_younger(backend: Backend) -> None:
    low, high = f"0{str(uuid.uuid4())[1:]}", f"f{str(uuid.uuid4())[1:]}"
    older = backend.running(job_type=AGENT, job_id=low)
    younger = backend.running(job_type=AGENT, job_id=high, case_id=older.case_id)
    complete(backend, younger, agent_members({"by": "younger"}))

    complete(backend, older, agent_members({"by": "older"}))

    assert heavy(case_of(backend, older)) == {"form_7801_analysis": {"by": "younger"}}


def test_a_younger_job_of_another_type_does_not_protect_its_members(backend: Backend) -> None:
    older = backend.running(job_type=AGENT)
    younger = backend.running(job_type="another", case_id=older.case_id, created_at=CREATED_AT + SECOND, at=AT)
    complete(backend, younger, agent_members({"by": "younger"}))

    complete(backend, older, agent_members({"by": "older"}))

    assert heavy(case_of(backend, older)) == {"form_7801_analysis": {"by": "older"}}


def test_a_worker_given_up_for_dead_writes_nothing_into_the_case(backend: Backend) -> None:
    first = backend.running()
    backend.store.claim(first.job_id, now=AT, lease_until=AT + 45 * SECOND, claim_token="second")
    large = {"text": "א" * 400_000}

    with pytest.raises(Conflict):
        complete(backend, first, agent_members(large))

    assert heavy(case_of(backend, first)) == {}


def test_a_conflict_is_told_before_what_the_case_refuses(backend: Backend) -> None:
    job = backend.running()
    backend.store.claim(job.job_id, now=AT, lease_until=AT + 45 * SECOND, claim_token="second")
    backend.cases.delete(job.case_id)

    with pytest.raises(Conflict):
        complete(backend, job, agent_members(HEBREW))


LARGE = {"summary": "x" * 400_000}


def stored_bodies(backend: Backend, job: Job) -> list[str]:
    return [*backend.blobs.keys(f"bodies/{job.case_id}/")]


def test_a_large_body_that_is_replaced_leaves_nothing_behind(dynamodb: Backend) -> None:
    first = dynamodb.running()
    second = dynamodb.running(case_id=first.case_id, created_at=CREATED_AT + SECOND)
    third = dynamodb.running(case_id=first.case_id, created_at=CREATED_AT + 2 * SECOND, at=CREATED_AT + 2 * SECOND)

    complete(dynamodb, first, agent_members(LARGE))
    of_first = stored_bodies(dynamodb, first)
    complete(dynamodb, second, agent_members(LARGE))
    of_second = stored_bodies(dynamodb, first)
    complete(dynamodb, third, agent_members(HEBREW))

    assert (len(of_first), len(of_second)) == (1, 1)
    assert of_first != of_second
    assert stored_bodies(dynamodb, first) == []
    assert heavy(case_of(dynamodb, first)) == {"form_7801_analysis": HEBREW}


def test_a_large_body_that_may_not_be_written_leaves_nothing_behind(dynamodb: Backend) -> None:
    older = dynamodb.running()
    younger = dynamodb.running(case_id=older.case_id, created_at=CREATED_AT + SECOND)
    complete(dynamodb, younger, agent_members(LARGE))
    of_younger = stored_bodies(dynamodb, older)

    complete(dynamodb, older, agent_members({**LARGE, "of": "older"}))

    assert stored_bodies(dynamodb, older) == of_younger


def test_a_worker_given_up_for_dead_leaves_no_large_body_behind(dynamodb: Backend) -> None:
    job = dynamodb.running()
    dynamodb.store.claim(
        job.job_id, now=CREATED_AT + 60 * SECOND, lease_until=CREATED_AT + 99 * SECOND, claim_token="other"
    )

    with pytest.raises(Conflict):
        complete(dynamodb, job, agent_members(LARGE))

    assert stored_bodies(dynamodb, job) == []
    assert backend_job_blobs(dynamodb, job) == []


def backend_job_blobs(backend: Backend, job: Job) -> list[str]:
    return [*backend.blobs.keys(f"jobs/{job.job_id}/")]


@pytest.fixture
def dynamodb(shared_resources: Resources) -> Backend:
    return dynamo_backend(shared_resources)
