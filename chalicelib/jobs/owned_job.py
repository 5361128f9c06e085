"""The record of a claimed job, as the worker that owns it reads and writes it: each write keeps the job its own.

The thread that works and the pulse (see `run.pulse`) share it; a lock makes their writes of the record take turns.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.errors import AttemptStopped, CancelSeen, LeaseLost, StorageUnavailable
from chalicelib.jobs.calls import Call
from chalicelib.jobs.lifecycle import HEARTBEAT_SECONDS, LEASE_SECONDS, lease_end
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import Checkpoint, Clock, Conflict, JobStore

TIME_TO_STOP_SECONDS = 8
"""What an attempt leaves of its function's time: enough to store that it goes on elsewhere."""

SAVE_TRIES = 8
SILENCE_PAUSE_SECONDS = 2
"""Between two tries of a write that our storage did not answer."""

LONGEST_SILENCE_SECONDS = 2 * LEASE_SECONDS
"""For so long an attempt goes on that cannot renew its lease."""

CANCELLED_WHILE_RUNNING = "the job was cancelled"


class OwnedJob:
    """A claimed job. `time_left` gives the seconds that the function may still run."""

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
        self._renewed_at = self._next_renewal_at = clock()
        self._written_at: datetime | None = None

    @property
    def job(self) -> Job:
        """The job as this attempt last wrote it."""
        return self._job

    def function_seconds(self) -> float:
        """Seconds that the function may still run."""
        return self._time_left()

    def save(
        self,
        change: Callable[[Job], Job],
        *,
        checkpoint: Checkpoint | None = None,
        result: bytes | None = None,
        write_back: WriteBack | None = None,
        call: Call | None = None,
    ) -> Job:
        """Write a change of the record in one write, on top of what others may have changed since it was read.

        Storage that does not answer is asked again as long as nobody else can have been given the job.
        Raises: CancelSeen; LeaseLost; WriteBackRefused; StorageUnavailable.
        """
        while True:
            try:
                return self._write(change, checkpoint=checkpoint, result=result, write_back=write_back, call=call)
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
        call: Call | None = None,
    ) -> Job:
        with self._lock:
            for _ in range(SAVE_TRIES):
                before = self._job
                after = change(before)
                if before.cancel_requested and after.status is not Status.CANCELLED:
                    raise self._stopped(CancelSeen(CANCELLED_WHILE_RUNNING))
                try:
                    stored = self._store.save(
                        before, after, checkpoint=checkpoint, result=result, write_back=write_back, call=call
                    )
                except Conflict as conflict:
                    current = conflict.current
                    if current is None or not _landed(current, before=before, after=after):
                        self._job = self._still_mine(current)
                        continue
                    stored = current
                self._job = stored
                self._renewed_at = self._written_at = self._clock()
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


def _landed(current: Job, *, before: Job, after: Job) -> bool:
    """True when the record shows this very change: it was written, and only the answer was lost.

    Heartbeats and rescue move the lease and the check without a new version, so these do not count.
    """
    unversioned: dict[str, Any] = {"version": before.version, "lease_until": None, "check_at": before.check_at}
    unversioned |= {"timeline": (), "timeline_gap": 0}  # the store leaves out events that have no room
    return current.version == before.version + 1 and msgspec.structs.replace(
        current, **unversioned
    ) == msgspec.structs.replace(after, **unversioned)
