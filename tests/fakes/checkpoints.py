"""The checkpoints of a job store in memory."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager

from chalicelib.jobs.model import Job


class FakeCheckpoints:
    """The part of FakeJobStore that keeps checkpoints."""

    def __init__(self) -> None:
        self.stored_checkpoints: dict[str, dict[str, bytes]] = {}

    def checkpoints(self, job_id: str) -> Mapping[str, bytes]:
        """See JobStore.checkpoints."""
        with self._called("checkpoints"):
            return dict(self.stored_checkpoints.get(job_id, {}))

    def copy_checkpoints(self, source_job_id: str, *, target: Job) -> int:
        """See JobStore.copy_checkpoints."""
        with self._called("copy_checkpoints"):
            copied = self.stored_checkpoints.get(source_job_id, {})
            self.stored_checkpoints.setdefault(target.job_id, {}).update(copied)
            return len(copied)

    def forget_checkpoints(self, job: Job, *, starting_with: str = "") -> None:
        """See JobStore.forget_checkpoints."""
        with self._called("forget_checkpoints"):
            kept = self.stored_checkpoints.get(job.job_id, {})
            self.stored_checkpoints[job.job_id] = {n: v for n, v in kept.items() if not n.startswith(starting_with)}

    @abstractmethod
    def _called(self, method: str) -> AbstractContextManager[None]:
        """Count a call of the store, or fail it."""


class NoJobs:
    """A case of which no job has read anything (`cases.documents.Texts`)."""

    def forget_texts(self, case_id: str) -> None:
        """There are none."""
