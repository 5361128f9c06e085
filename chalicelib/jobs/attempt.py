"""What a running analysis can ask and report. The context of one attempt: steps, progress, time, money, stopping.

The thread that works and the pulse (see `pulse`) share it; a lock makes their writes of the record take turns.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.errors import (
    AttemptStopped,
    BudgetExceeded,
    CancelSeen,
    DeadlineExceeded,
    LeaseLost,
    OutOfTime,
    StorageUnavailable,
)
from chalicelib.jobs.lifecycle import (
    HEARTBEAT_SECONDS,
    HIGHEST_PROGRESS_BEFORE_COMPLETED,
    LEASE_SECONDS,
    lease_end,
    progressed,
    step_stored,
)
from chalicelib.jobs.model import Event, Job, ModelUsage, Status, StepFacts, Usage, step_facts, with_event
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import Checkpoint, Clock, Conflict, JobStore
from chalicelib.jobs.progress import reported

FIRST_PROGRESS_SECONDS = 1
PROGRESS_INTERVAL_SECONDS = 2
"""How often progress is written after that, at most: no client that keeps to our poll hints would see more of it."""

TIME_TO_STOP_SECONDS = 8
"""What an attempt leaves of its function's time: enough to store that it goes on elsewhere."""

SAVE_TRIES = 8
SILENCE_PAUSE_SECONDS = 2
"""Between two tries of a write that our storage did not answer."""

LONGEST_SILENCE_SECONDS = 2 * LEASE_SECONDS
"""For so long an attempt goes on that cannot renew its lease."""

CANCELLED_WHILE_RUNNING = "the job was cancelled"


class Attempt:
    """The AttemptContext of a claimed job. `time_left` gives the seconds that the function may still run."""

    def __init__(
        self,
        job: Job,
        *,
        store: JobStore,
        clock: Clock,
        time_left: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._job = job
        self._store = store
        self._clock = clock
        self._time_left = time_left
        self._sleep = sleep
        self._lock = threading.RLock()
        self._stop: AttemptStopped | None = CancelSeen(CANCELLED_WHILE_RUNNING) if job.cancel_requested else None
        self._usage = job.usage
        self._reported = (job.progress, job.progress_message, job.progress_code, job.progress_params)
        self._charged: list[ModelUsage] = []
        self._reused: list[Event] = []
        self._renewed_at = self._next_renewal_at = clock()
        self._next_progress_at = self._renewed_at + timedelta(seconds=FIRST_PROGRESS_SECONDS)
        self._checkpoints: Mapping[str, bytes] | None = None
        self._got_further = False

    @property
    def job(self) -> Job:
        """The job as this attempt last wrote it."""
        return self._job

    @property
    def usage(self) -> Usage:
        """All provider calls so far, those not stored yet included."""
        return self._usage

    @property
    def got_further(self) -> bool:
        """Whether this invocation has stored a step to go on from."""
        return self._got_further

    def step(self, name: str, run: Callable[[], Any], *, inputs: str = "") -> Any:
        """The JSON result of `run`, stored under `name`; a repeated attempt gets it back without calling `run`."""
        self.check()
        stored = self._stored_steps().get(name)
        if stored is not None:
            checkpoint = msgspec.json.decode(stored)
            if checkpoint["inputs"] == inputs:
                if self._job.retried_from is not None:
                    self._reused.append(Event(at=self._clock(), type="step", message=name, step=StepFacts(reused=True)))
                return checkpoint["value"]
        began, calls = self._clock(), len(self._charged)
        value = run()
        facts = step_facts(self._charged[calls:], seconds=(self._clock() - began).total_seconds())
        encoded = msgspec.json.encode({"inputs": inputs, "value": value})
        self.save(
            lambda job: step_stored(self.with_news(job), name=name, at=self._clock(), facts=facts),
            checkpoint=Checkpoint(name=name, value=encoded),
        )
        self._got_further = True
        return msgspec.json.decode(encoded)["value"]

    def progress(self, percent: int, said: str, **params: str | int) -> None:
        """Report how far the attempt is, at no cost: the pulse writes the latest report, every two seconds at most."""
        self.check()
        self._reported = (min(percent, HIGHEST_PROGRESS_BEFORE_COMPLETED), *reported(said, params))

    def remaining(self) -> float:
        """Seconds this attempt may still take: the function's time or the job's deadline, whichever is first."""
        return max(0.0, min(self._time_left() - TIME_TO_STOP_SECONDS, self._deadline_seconds()))

    def check(self) -> None:
        """Raise if the attempt was cancelled, lost its lease, or is out of time."""
        if self._stop is not None:
            raise self._stop
        if self._deadline_seconds() <= 0:
            raise DeadlineExceeded("The analysis did not finish before its deadline.")
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
            raise BudgetExceeded("The job has a cost limit, and the price of its model is not known.")
        if spent + worst_case_usd > limit:
            raise BudgetExceeded(f"The next step could pass the job's cost limit of {limit} USD.")

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
            if self._has_news() and now >= self._next_progress_at:
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
        return progressed(
            job, percent=percent, message=message, code=code, params=params, usage=self._usage, at=self._clock()
        )

    def save(
        self,
        change: Callable[[Job], Job],
        *,
        checkpoint: Checkpoint | None = None,
        result: bytes | None = None,
        write_back: WriteBack | None = None,
    ) -> Job:
        """Write a change of the record in one write, on top of what others may have changed since it was read.

        Storage that does not answer is asked again as long as nobody else can have been given the job.
        Raises: CancelSeen; LeaseLost; WriteBackRefused; StorageUnavailable.
        """
        while True:
            try:
                return self._write(change, checkpoint=checkpoint, result=result, write_back=write_back)
            except StorageUnavailable:
                if not self._may_wait():
                    raise
                self._sleep(SILENCE_PAUSE_SECONDS)

    def _may_wait(self) -> bool:
        owned_until = self._renewed_at + timedelta(seconds=LEASE_SECONDS - SILENCE_PAUSE_SECONDS)
        return self._clock() < owned_until and self._time_left() > TIME_TO_STOP_SECONDS / 2

    def _write(
        self,
        change: Callable[[Job], Job],
        *,
        checkpoint: Checkpoint | None = None,
        result: bytes | None = None,
        write_back: WriteBack | None = None,
    ) -> Job:
        with self._lock:
            for _ in range(SAVE_TRIES):
                before = self._job
                after = change(before)
                if before.cancel_requested and after.status is not Status.CANCELLED:
                    raise self._stopped(CancelSeen(CANCELLED_WHILE_RUNNING))
                try:
                    stored = self._store.save(
                        before, after, checkpoint=checkpoint, result=result, write_back=write_back
                    )
                except Conflict as conflict:
                    current = conflict.current
                    if current is None or not _landed(current, before=before, after=after):
                        self._job = self._still_mine(current)
                        continue
                    stored = current
                self._job = stored
                self._renewed_at = self._clock()
                self._next_progress_at = self._renewed_at + timedelta(seconds=PROGRESS_INTERVAL_SECONDS)
                return stored
        raise StorageUnavailable("The job's record is changing too fast to be written.")

    def _still_mine(self, current: Job | None) -> Job:
        if current is None or current.fence != self._job.fence or current.status is not Status.RUNNING:
            raise self._stopped(LeaseLost("another worker owns the job, or it is gone"))
        return current

    def _renew_late(self) -> None:
        """Our own clock says that the lease is over. Only the record says whether the job is another worker's.

        Storage that does not answer us is hardly there for others: what was paid for is not given up for it at once.
        """
        try:
            self._renew()
        except StorageUnavailable:
            now = self._clock()
            self._next_renewal_at = now + timedelta(seconds=HEARTBEAT_SECONDS)
            if now >= self._renewed_at + timedelta(seconds=LONGEST_SILENCE_SECONDS):
                raise self._stopped(LeaseLost("the lease could not be renewed")) from None
        if self._stop is not None:
            raise self._stop

    def _renew(self) -> None:
        with self._lock:
            until = lease_end(self._clock())
            try:
                cancel_requested = self._store.renew(self._job, lease_until=until)
            except Conflict as conflict:
                self._job = self._still_mine(conflict.current)
                return
            self._job = msgspec.structs.replace(self._job, lease_until=until)
            self._renewed_at = self._clock()
            if cancel_requested:
                self._stopped(CancelSeen(CANCELLED_WHILE_RUNNING))

    def _stopped(self, reason: AttemptStopped) -> AttemptStopped:
        self._stop = reason
        return reason

    def _stored_steps(self) -> Mapping[str, bytes]:
        if self._checkpoints is None:
            fresh = self._job.fence == 1 and self._job.retried_from is None
            self._checkpoints = {} if fresh else self._store.checkpoints(self._job.job_id)
        return self._checkpoints

    def _deadline_seconds(self) -> float:
        return (self._job.deadline_at - self._clock()).total_seconds()

    def _has_news(self) -> bool:
        return self._reported[0] > self._job.progress or self._reported[1] != self._job.progress_message


def _landed(current: Job, *, before: Job, after: Job) -> bool:
    """True when the record shows this very change: it was written, and only the answer was lost.

    Heartbeats and rescue move the lease and the check without a new version, so these do not count.
    """
    unversioned: dict[str, Any] = {"version": before.version, "lease_until": None, "check_at": before.check_at}
    unversioned |= {"timeline": (), "timeline_gap": 0}  # the store leaves out events that have no room
    return current.version == before.version + 1 and msgspec.structs.replace(
        current, **unversioned
    ) == msgspec.structs.replace(after, **unversioned)
