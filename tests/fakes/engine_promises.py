"""What must hold of every job, whatever happened to it? Looked at again and again while a job engine is driven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import JobStore


class Promises:
    """What was seen so far of one engine's jobs; `check` asserts that what is seen now goes with it."""

    def __init__(self) -> None:
        self._ended: dict[str, Job] = {}
        self._progress: dict[tuple[str, int], int] = {}
        self._cancelled: set[str] = set()

    def cancel_accepted(self, job_id: str) -> None:
        """From now on the job must end cancelled."""
        self._cancelled.add(job_id)

    def check(self, jobs: Sequence[Job], *, store: JobStore, in_case: Mapping[str, Any] | None) -> None:
        """Assert every promise about all jobs of one case; `in_case` is the result that the case holds.

        A result is read when its job is first seen to be done, see `check_results` for later.
        """
        self.check_results([job for job in jobs if job.job_id not in self._ended], store=store)
        for job in jobs:
            self._a_final_record_never_changes(job)
            self._an_accepted_cancel_ends_cancelled(job)
            self._progress_never_falls_within_an_attempt(job)
        self._the_case_holds_the_result_of_the_youngest_completed_job(jobs, in_case=in_case)

    def check_results(self, jobs: Sequence[Job], *, store: JobStore) -> None:
        """Assert that a completed job, and no other, has a result, and that the fence which completed it made it."""
        for job in jobs:
            result = store.result(job) if job.result_bytes is not None else None
            assert (result is not None) == (job.status is Status.COMPLETED)
            if result is not None:
                assert f'"fence":{job.fence}' in result.decode()

    def _a_final_record_never_changes(self, job: Job) -> None:
        if job.is_done:
            assert self._ended.setdefault(job.job_id, job) == job

    def _an_accepted_cancel_ends_cancelled(self, job: Job) -> None:
        if job.job_id in self._cancelled:
            assert job.status is Status.CANCELLED or (job.is_open and job.cancel_requested)
            assert job.lock is None, "a new start must be possible at once"

    def _progress_never_falls_within_an_attempt(self, job: Job) -> None:
        key = (job.job_id, job.attempt)
        assert job.progress >= self._progress.get(key, 0)
        assert (job.progress == 100) == (job.status is Status.COMPLETED)
        self._progress[key] = job.progress

    def _the_case_holds_the_result_of_the_youngest_completed_job(
        self, jobs: Sequence[Job], *, in_case: Mapping[str, Any] | None
    ) -> None:
        completed = [job for job in jobs if job.status is Status.COMPLETED]
        youngest = max(completed, key=lambda job: (job.created_at, job.job_id), default=None)
        assert (in_case or {}).get("job_id") == (youngest.job_id if youngest else None)
