"""What goes with a case, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.jobs.delete import delete_jobs_of_case
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import Completed
from tests.fakes.engine import Engine
from tests.fakes.jobs import CASE_ID


def test_a_job_that_starts_while_those_of_its_case_are_deleted_is_kept() -> None:
    engine = Engine(lambda ctx: Completed(result={}))
    finished = engine.start()
    engine.deliver()
    look, started = engine.store.jobs_of_case, []

    def look_before_a_start(case_id: str) -> Sequence[Job]:
        seen: Sequence[Job] = look(case_id)
        if not started:
            started.append(engine.start())
        return seen

    engine.store.jobs_of_case = look_before_a_start

    delete_jobs_of_case(CASE_ID, store=engine.store)

    assert [job.job_id for job in look(CASE_ID)] == [started[0].job.job_id]
    assert engine.store.get(finished.job.job_id) is None
