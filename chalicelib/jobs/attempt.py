"""What a running analysis can ask and report. The context of one attempt: steps, progress, time, money, stopping."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.errors import (
    AttemptError,
    AttemptStopped,
    BudgetExceeded,
    DeadlineExceeded,
    ModelAtWork,
    NoFreeSlot,
    OutOfTime,
    ProviderRateLimited,
    StorageUnavailable,
)
from chalicelib.jobs import outcomes
from chalicelib.jobs.admission import Admission
from chalicelib.jobs.attempt_calls import Background, CallsOfAttempt
from chalicelib.jobs.call_limits import slots_of
from chalicelib.jobs.calls import Call
from chalicelib.jobs.lifecycle import (
    HEARTBEAT_SECONDS,
    HIGHEST_PROGRESS_BEFORE_COMPLETED,
    PAST_DEADLINE,
    UNKNOWN_PRICE,
    progressed,
    reported,
    step_stored,
)
from chalicelib.jobs.model import Event, Job, ModelUsage, StepFacts, Usage, step_facts, with_event
from chalicelib.jobs.owned_job import TIME_TO_STOP_SECONDS, OwnedJob
from chalicelib.jobs.ports import Checkpoint, Clock, JobStore, Step

FIRST_PROGRESS_SECONDS = 1
PROGRESS_INTERVAL_SECONDS = 2
"""How often progress is written after that, at most: no client that keeps to our poll hints would see more of it."""


class Attempt(OwnedJob):
    """The AttemptContext of a claimed job. `time_left` gives the seconds that the function may still run.

    `background` is what its model calls need that go on without a worker; None: it makes none.
    """

    def __init__(
        self,
        job: Job,
        *,
        store: JobStore,
        clock: Clock,
        time_left: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
        background: Background | None = None,
        admission: Admission | None = None,
    ) -> None:
        super().__init__(job, store=store, clock=clock, time_left=time_left, sleep=sleep)
        self.slots = JobSlots(job, admission=admission)
        self._usage = job.usage
        self._reported = (job.progress, job.progress_message, job.progress_code, job.progress_params)
        self._charged: list[ModelUsage] = []
        self._reused: list[Event] = []
        self._began_at = clock()
        self._checkpoints: Mapping[str, bytes] | None = None
        self._got_further = False
        self.step_name = ""
        self.step_until: int | None = None
        self.is_one_of_several = False
        self._background = background
        self._calls = CallsOfAttempt(self, background, clock=clock) if background and job.calls else None

    @property
    def usage(self) -> Usage:
        """All provider calls so far, those not stored yet included."""
        return self._usage

    @property
    def calls(self) -> CallsOfAttempt | None:
        """See AttemptContext.calls. An attempt that makes no such call, and finds none, keeps no account of them."""
        if self._calls is None and self._background is not None:
            self._calls = CallsOfAttempt(self, self._background, clock=self._clock)
        return self._calls

    def finish_calls(self, *, all_calls: bool) -> None:
        """See CallsOfAttempt.finish."""
        if self._calls is not None:
            self._calls.finish(all_calls=all_calls)

    @property
    def got_further(self) -> bool:
        """Whether this invocation has stored a step to go on from."""
        return self._got_further

    def step(self, name: str, run: Callable[[], Any], *, inputs: str = "", until: int | None = None) -> Any:
        """The JSON result of `run`, stored under `name`; a repeated attempt gets it back without calling `run`."""
        self.check()
        stored = self.checkpoint(name)
        if stored is not None:
            checkpoint = msgspec.json.decode(stored)
            if checkpoint["inputs"] == inputs:
                if self._job.retried_from is not None:
                    self._reused.append(Event(at=self._clock(), type="step", message=name, step=StepFacts(reused=True)))
                return checkpoint["value"]
        began, charged = self._clock(), len(self._charged)
        with self._running(name, until):
            value = run()
        if self._calls is not None:
            began = min(began, self._calls.began(name) or began)
            self._calls.step_is_over(name)
        facts = step_facts(self._charged[charged:], seconds=(self._clock() - began).total_seconds())
        encoded = msgspec.json.encode({"inputs": inputs, "value": value})
        self.save(
            lambda job: step_stored(self.with_news(job), name=name, at=self._clock(), facts=facts),
            checkpoint=Checkpoint(name=name, value=encoded),
        )
        self._got_further = True
        return msgspec.json.decode(encoded)["value"]

    def steps(self, wanted: Sequence[Step]) -> list[Any]:
        """The results of steps that do not depend on each other: their model calls go on at the same time."""
        results, at_work = [], None
        self.is_one_of_several = len(wanted) > 1
        try:
            for one in wanted:
                try:
                    results.append(self.step(one.name, one.run, inputs=one.inputs, until=one.until))
                except ModelAtWork as left:
                    # Without the traceback: its frames hold all that was asked, and the next question comes on top.
                    at_work = left.with_traceback(None)
        finally:
            self.is_one_of_several = False
        if at_work is not None:
            raise at_work
        return results

    @contextmanager
    def _running(self, name: str, until: int | None) -> Iterator[None]:
        self.step_name, self.step_until = name, until
        try:
            yield
        except AttemptError:
            if self._calls is not None:
                self._calls.step_failed(name)
            raise

    def checkpoint(self, name: str) -> bytes | None:
        """What is stored under the name."""
        if self._checkpoints is None:
            fresh = self._job.fence == 1 and self._job.retried_from is None
            self._checkpoints = {} if fresh else self._store.checkpoints(self._job.job_id)
        return self._checkpoints.get(name)

    def save_call(self, call: Call) -> None:
        """Store the record with this new call, and whose call it is."""
        self.save(self.with_news, call=call)

    def parking(self) -> outcomes.Outcome:
        """The outcome of an attempt that left its model calls to their provider."""
        if self.calls is None:
            return outcomes.Yield()
        percent = max(self._reported[0], self._job.progress_at(self._clock()))
        return self.calls.parked(progress=percent, until=self.step_until or percent)

    def progress(self, percent: int, said: str, **params: str | int) -> None:
        """Report how far the attempt is, at no cost: the pulse writes the latest report, every two seconds at most."""
        self.check()
        if self.is_one_of_several and self._background is not None:
            percent = min(percent, self._reported[0])  # their calls go on at the same time: none is done before others
        self._reported = (min(percent, HIGHEST_PROGRESS_BEFORE_COMPLETED), *reported(said, params))

    def remaining(self) -> float:
        """Seconds this attempt may still take: the function's time or the job's deadline, whichever is first."""
        return max(0.0, min(self._time_left() - TIME_TO_STOP_SECONDS, self._deadline_seconds()))

    def check(self) -> None:
        """Raise if the attempt was cancelled, lost its lease, or is out of time."""
        if self._stop is not None:
            raise self._stop
        if self._deadline_seconds() <= 0:
            raise DeadlineExceeded(PAST_DEADLINE)
        if self._time_left() <= TIME_TO_STOP_SECONDS:
            raise OutOfTime("the function's time is nearly over")
        if self._clock() >= max(self._next_renewal_at, self._job.lease_until or self._next_renewal_at):
            self._renew_late()

    def allow(self, worst_case_usd: Decimal | None) -> None:
        """Raise BudgetExceeded if a call of this price could pass the job's `max_cost_usd` (None: unknown price)."""
        limit = self._job.max_cost_usd
        if limit is None:
            return
        spent = self._usage.cost_usd
        if spent is None or worst_case_usd is None:
            raise BudgetExceeded(UNKNOWN_PRICE)
        if spent + worst_case_usd > limit:
            raise BudgetExceeded(
                f"The next step could pass the job's cost limit of {limit} USD. Run it again with a higher one."
            )

    def take_slots(self, provider: str, *, calls: int = 1) -> None:
        """Take slots of the provider's limit for so many calls at once, unless the job has them. Raises: NoFreeSlot."""
        self.slots.take(self._job, provider=provider, calls=calls)

    def charge(self, usage: ModelUsage) -> None:
        """Count a finished provider call; stored with the next write of the job."""
        self._usage = self._usage.plus(usage)
        self._charged.append(usage)

    def beat(self) -> None:
        """One beat of the pulse: write new progress, or else renew the lease when it is time for that.

        Storage that does not answer is left to the next beat; the lease decides how long that may go on.
        """
        now = self._clock()
        try:
            if self._has_news() and now >= self._next_progress_at():
                self._write(self.with_news)
            elif now - self._renewed_at >= timedelta(seconds=HEARTBEAT_SECONDS):
                self._renew()
        except AttemptStopped:
            return  # remembered; the working thread meets it at its next call
        except StorageUnavailable:
            telemetry.warning("heartbeat_failed", job_id=self._job.job_id, attempt=self._job.attempt)

    def with_news(self, job: Job) -> Job:
        """The job with the last reported progress and all usage counted: part of each write of the attempt."""
        percent, message, code, params = self._reported
        stored = {event.message for event in job.steps}
        for event in self._reused:
            if event.message not in stored:
                job = with_event(job, event)
        if self._calls is not None:
            job = msgspec.structs.replace(job, calls=self._calls.now)
        job = msgspec.structs.replace(job, slots=self.slots.text)
        return progressed(
            job, percent=percent, message=message, code=code, params=params, usage=self._usage, at=self._clock()
        )

    def _deadline_seconds(self) -> float:
        return (self._job.deadline_at - self._clock()).total_seconds()

    def _has_news(self) -> bool:
        return self._reported[0] > self._job.progress or self._reported[1] != self._job.progress_message

    def _next_progress_at(self) -> datetime:
        if self._written_at is None:
            return self._began_at + timedelta(seconds=FIRST_PROGRESS_SECONDS)
        return self._written_at + timedelta(seconds=PROGRESS_INTERVAL_SECONDS)


class JobSlots:
    """The slots of a job during one attempt; without an `admission` there is no limit."""

    def __init__(self, job: Job, *, admission: Admission | None) -> None:
        self._admission = admission
        self._held = None if job.slots is None else slots_of(job.slots)

    @property
    def text(self) -> str | None:
        """What the job holds, as its record has it."""
        return None if self._held is None else str(self._held)

    def take(self, job: Job, *, provider: str, calls: int) -> None:
        """Take slots for so many calls at once, unless the job has them.

        Raises: NoFreeSlot; ModelAtWork when the job is to go on with the calls that it has; StorageUnavailable.
        """
        if self._admission is None:
            return
        slots = self._admission.take(job, provider=provider, calls=calls, held=self._held)
        if slots is None:
            # A call whose creation was not answered is no longer waited for here: its webhook would have come.
            if any(call.id and not call.booked for call in job.calls):
                raise ModelAtWork("no slot is free for one call more")
            raise NoFreeSlot(provider, calls=calls)
        self._held = slots

    def refused(self, job: Job, error: AttemptError) -> None:
        """A call failed: if there were too many calls, the limit is lowered for all."""
        if self._admission is not None and isinstance(error, ProviderRateLimited) and error.provider is not None:
            self._admission.cool_down(job, provider=error.provider, retry_after_seconds=error.retry_after_seconds)

    def after(self, job: Job, outcome: outcomes.Outcome) -> None:
        """The attempt's outcome is stored: give back what the job does not keep, and let it wait if it has to."""
        if self._admission is None:
            return
        if self._held is not None and job.slots is None:
            self._admission.give_back(job, self._held)
            self._held = None
        if isinstance(outcome, outcomes.AwaitSlot):
            self._admission.wait(job, provider=outcome.provider, calls=outcome.calls)
