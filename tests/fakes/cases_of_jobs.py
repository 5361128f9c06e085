"""What does the job store need to know of cases? Its questions, and an answer for tests without a case store."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import CaseBody, CaseField, WriteBack


class CasesOfJobs(Protocol):
    """What the job store asks of the cases; the case may be gone at any of these."""

    def exists(self, case_id: str) -> bool:
        """Whether the case is there."""

    def call_id(self, case_id: str) -> str | None:
        """The id of the case's call, if it has one."""

    def opened(self, job: Job) -> None:
        """Note an open job of the case."""

    def closed(self, job: Job) -> None:
        """Note that a job of the case, if that is there, is done."""

    def write_back(self, case_id: str, job: Job, write_back: WriteBack) -> None:
        """Set the members that no younger job of `job.job_type` has set; if one was, the small fields stay too."""


class FakeCases:
    """Cases by id with their call; `bodies` and `fields` hold what jobs wrote back, by case id."""

    def __init__(self) -> None:
        self._calls: dict[str, str | None] = {}
        self._writers: dict[tuple[str, CaseBody], tuple[str, datetime, str]] = {}
        self.bodies: dict[str, dict[str, Any]] = {}
        self.fields: dict[str, dict[CaseField, Any]] = {}

    def add(self, case_id: str, *, call_id: str | None = None) -> None:
        """Let the case exist, with this call; a second time replaces the call."""
        self._calls[case_id] = call_id
        self.bodies.setdefault(case_id, {})
        self.fields.setdefault(case_id, {})

    def remove(self, case_id: str) -> None:
        """Let the case be gone."""
        del self._calls[case_id], self.bodies[case_id], self.fields[case_id]

    def exists(self, case_id: str) -> bool:
        """See CasesOfJobs.exists."""
        return case_id in self._calls

    def call_id(self, case_id: str) -> str | None:
        """See CasesOfJobs.call_id."""
        return self._calls.get(case_id)

    def opened(self, job: Job) -> None:
        """See CasesOfJobs.opened."""

    def closed(self, job: Job) -> None:
        """See CasesOfJobs.closed."""

    def write_back(self, case_id: str, job: Job, write_back: WriteBack) -> None:
        """See CasesOfJobs.write_back."""
        mine = (job.job_type, job.created_at, job.job_id)
        kept = [member for member in write_back.bodies if self._is_younger((case_id, member), mine)]
        for member, value in write_back.bodies.items():
            if member not in kept:
                self.bodies[case_id][member] = value
                self._writers[(case_id, member)] = mine
        if not kept:
            self.fields[case_id].update(write_back.fields)

    def _is_younger(self, member: tuple[str, CaseBody], mine: tuple[str, datetime, str]) -> bool:
        writer = self._writers.get(member)
        return writer is not None and writer[0] == mine[0] and writer[1:] > mine[1:]
