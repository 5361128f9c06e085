"""How long may a turn take? As long as the job's deadline leaves time to store what was found before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from chalicelib.jobs.ports import AttemptContext, Step


class TurnOverran(Exception):
    """The job's deadline is so near that the turn must end, unfinished."""


class TurnTime:
    """The AttemptContext that a model's turn is given: `ctx`, stopped `kept_seconds` before the job's deadline.

    Made right before the turn, when the job has just been written. Function time that is up stops a turn as ever: the
    work then goes on in a fresh invocation.
    """

    def __init__(self, ctx: AttemptContext, *, kept_seconds: float) -> None:
        self._ctx = ctx
        self._started_with = ctx.remaining()
        self._seconds = (ctx.job.deadline_at - ctx.job.updated_at).total_seconds() - kept_seconds

    @property
    def job(self) -> Any:
        """See AttemptContext.job."""
        return self._ctx.job

    @property
    def calls(self) -> Any:
        """See AttemptContext.calls."""
        return self._ctx.calls

    def step(self, name: str, run: Callable[[], Any], *, inputs: str = "", until: int | None = None) -> Any:
        """See AttemptContext.step."""
        return self._ctx.step(name, run, inputs=inputs, until=until)

    def steps(self, wanted: Sequence[Step]) -> Sequence[Any]:
        """See AttemptContext.steps."""
        return self._ctx.steps(wanted)

    def progress(self, percent: int, said: str, **params: str | int) -> None:
        """See AttemptContext.progress."""
        self._ctx.progress(percent, said, **params)

    def remaining(self) -> float:
        """Seconds this turn may still take."""
        return max(0.0, min(self._ctx.remaining(), self._left()))

    def check(self) -> None:
        """Raise what stops the attempt, or TurnOverran."""
        self._ctx.check()
        if self._left() <= 0:
            raise TurnOverran

    def allow(self, worst_case_usd: Decimal | None) -> None:
        """See AttemptContext.allow."""
        self._ctx.allow(worst_case_usd)

    def take_slots(self, provider: str, *, calls: int = 1) -> None:
        """See AttemptContext.take_slots."""
        self._ctx.take_slots(provider, calls=calls)

    def charge(self, usage: Any) -> None:
        """See AttemptContext.charge."""
        self._ctx.charge(usage)

    def _left(self) -> float:
        # An attempt's function time and its deadline run out at the same speed: what is gone of one is gone of both.
        return self._seconds - (self._started_with - self._ctx.remaining())
