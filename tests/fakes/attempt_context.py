"""An attempt context that records what an analysis does with it, and stops it where a test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from chalicelib.errors import AttemptStopped, BudgetExceeded
from chalicelib.jobs.lifecycle import reported
from chalicelib.jobs.model import Job, ModelUsage, Usage
from chalicelib.jobs.ports import Step

NOW = datetime(2026, 6, 10, 9, 30, tzinfo=UTC)


def a_job(**changes: Any) -> Job:
    """A running job of case `case-1` of `owner-1`, created on 10 June 2026, 12:30 in Jerusalem."""
    job = Job(
        job_id="job-1",
        job_type="document_analysis_form7801",
        case_id="case-1",
        user_id="owner-1",
        requested_by="owner-1",
        endpoint="/cases/case-1/analyze-documents-form7801",
        created_at=NOW,
        updated_at=NOW,
        deadline_at=NOW + timedelta(hours=1),
        expires_at=NOW + timedelta(days=30),
        due_at=NOW,
        check_at=NOW,
        attempt=1,
    )
    return msgspec.structs.replace(job, **changes)


class FakeContext:
    """Implements AttemptContext in memory.

    `checkpoints` survive into another FakeContext that is given them. `stop_after_checks` raises `stop_with` once
    `check` was called that often.
    """

    def __init__(
        self,
        job: Job | None = None,
        *,
        checkpoints: dict[str, tuple[str, bytes]] | None = None,
        remaining_seconds: float = 600.0,
        stop_with: AttemptStopped | None = None,
        stop_after_checks: int = 0,
    ) -> None:
        self.job = job or a_job()
        self.checkpoints = {} if checkpoints is None else checkpoints
        self.progress_made: list[tuple[int, str]] = []
        self.steps_run: list[str] = []
        self.steps_reused: list[str] = []
        self.allowed: list[Decimal | None] = []
        self.usage = Usage()
        self.checks = 0
        self.slots_taken: list[tuple[str, int]] = []
        self._remaining_seconds = remaining_seconds
        self._stop_with = stop_with
        self._stop_after_checks = stop_after_checks

    calls = None

    def steps(self, wanted: Sequence[Step]) -> list[Any]:
        return [self.step(one.name, one.run, inputs=one.inputs, until=one.until) for one in wanted]

    def step(self, name: str, run: Callable[[], Any], *, inputs: str = "", until: int | None = None) -> Any:
        self.check()
        stored = self.checkpoints.get(name)
        if stored and stored[0] == inputs:
            self.steps_reused.append(name)
        else:
            self.steps_run.append(name)
            stored = (inputs, msgspec.json.encode(run()))
            self.checkpoints[name] = stored
        return msgspec.json.decode(stored[1])

    def progress(self, percent: int, said: str, **params: str | int) -> None:
        self.check()
        assert 0 <= percent <= 99
        assert not self.progress_made or percent >= self.progress_made[-1][0], "progress fell"
        sentence, code, _ = reported(said, params)
        assert code != "working", f"{said!r} is no code of progress"
        self.progress_made.append((percent, sentence))

    def remaining(self) -> float:
        return self._remaining_seconds

    def check(self) -> None:
        self.checks += 1
        if self._stop_with is not None and self.checks > self._stop_after_checks:
            raise self._stop_with

    def allow(self, worst_case_usd: Decimal | None) -> None:
        self.allowed.append(worst_case_usd)
        limit = self.job.max_cost_usd
        spent = self.usage.cost_usd
        if limit is not None and (worst_case_usd is None or spent is None or spent + worst_case_usd > limit):
            raise BudgetExceeded("The next call could cost more than this job may.")

    def take_slots(self, provider: str, *, calls: int = 1) -> None:
        self.slots_taken.append((provider, calls))

    def charge(self, usage: ModelUsage) -> None:
        self.usage = self.usage.plus(usage)
