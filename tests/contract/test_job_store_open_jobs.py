"""Does a case name its open jobs, from their start to their end of any kind?"""

from __future__ import annotations

from chalicelib.errors import Internal
from chalicelib.jobs.lifecycle import failed
from tests.contract.conftest import Backend
from tests.contract.test_job_store_write_back import AGENT, AT, HEBREW, SECOND, agent_members, case_of, complete, heavy
from tests.fakes.jobs import CREATED_AT


def test_a_case_names_its_open_jobs_until_each_ends(backend: Backend) -> None:
    case_id = backend.new_case()
    jobs = [backend.running(case_id=case_id) for _ in range(3)]
    assert open_jobs(backend, case_id) == {job.job_id for job in jobs}

    complete(backend, jobs[0], agent_members(HEBREW))
    backend.store.save(jobs[1], failed(jobs[1], Internal("It failed."), at=AT))

    assert open_jobs(backend, case_id) == {jobs[2].job_id}


def test_an_older_job_that_ends_late_is_open_no_more(backend: Backend) -> None:
    case_id = backend.new_case()
    older = backend.running(case_id=case_id, job_type=AGENT)
    younger = backend.running(case_id=case_id, job_type=AGENT, created_at=CREATED_AT + SECOND)
    complete(backend, younger, agent_members("younger"))

    complete(backend, older, agent_members("older"))

    assert open_jobs(backend, case_id) == frozenset()
    assert heavy(case_of(backend, older)) == {"form_7801_analysis": "younger"}


def test_a_job_ends_whose_case_is_gone_and_leaves_nothing_in_its_place(backend: Backend) -> None:
    job = backend.running()
    backend.cases.begin_deletion(job.case_id, mark="m")
    backend.cases.delete(job.case_id)

    done = backend.store.save(job, failed(job, Internal("It failed."), at=AT))

    assert done.is_done
    assert backend.cases.owner_of(job.case_id) is None


def open_jobs(backend: Backend, case_id: str) -> frozenset[str]:
    outline = backend.cases.outline(case_id)
    assert outline is not None
    return outline.case.open_jobs
