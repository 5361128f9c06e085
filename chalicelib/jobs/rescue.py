"""Rescue: lost messages, dead workers and passed deadlines are found by time and repaired.

It runs on a timer, not on the queue that it repairs. Every repair is one conditional write: two rescues at once cannot
both make it, and no job is taken from a worker whose lease is not over at that moment.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec

from chalicelib import telemetry
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs import job_log, lifecycle
from chalicelib.jobs.admission import Admission
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import Clock, Conflict, JobQueue, JobStore
from chalicelib.jobs.wake import send_again

PAGE_SIZE = 100
REPAIRS_AT_ONCE = 8
TIME_TO_STOP_SECONDS = 10

WORKER_COMES_WITHIN = timedelta(seconds=90)
"""For so long after its deadline a parked job is left to a worker, which ends what the provider does for it."""


class RepairsFailed(Exception):
    """Some jobs could not be repaired; the log names each. Raised so that the function's run counts as failed."""


def rescue(
    *,
    store: JobStore,
    queue: JobQueue,
    clock: Clock,
    time_left: Callable[[], float],
    repairs_at_once: int = REPAIRS_AT_ONCE,
    admission: Admission | None = None,
) -> dict[str, int]:
    """Repair every open job whose check is due, while the function's time lasts; how many of which repair was made.

    Repairs: `sent_again` (a message was lost, its job waits in a long queue or for a model, or it has ended and has
    something left at a provider), `worker_lost`, `deadline_exceeded`, `still_running` (its worker is alive), `left`
    (somebody else was first), `admitted` (it waited for a slot). A repair that breaks off keeps no other job waiting,
    and behind a backlog of pending jobs those with a worker come first. Raises: RepairsFailed, after all
    others, when some did; StorageUnavailable when nothing due can be read.
    """
    with ThreadPoolExecutor(repairs_at_once) as pool:
        tick = _Tick(store=store, queue=queue, clock=clock, time_left=time_left)
        tick.run(each=map if repairs_at_once == 1 else pool.map)
    repairs = tick.repairs
    if admission is not None and (admitted := admission.admit_waiting()):
        repairs["admitted"] = admitted
    telemetry.info("rescue_ran", **repairs)
    if repairs["failed"]:
        raise RepairsFailed(f"{repairs['failed']} jobs could not be repaired")
    return dict(repairs)


class _Tick:
    """One run of rescue. A job is tried once: one whose repair failed is still due, and the index may lag."""

    def __init__(self, *, store: JobStore, queue: JobQueue, clock: Clock, time_left: Callable[[], float]) -> None:
        self._store = store
        self._queue = queue
        self._clock = clock
        self._time_left = time_left
        self._lock = threading.Lock()
        self._is_over = False
        self._tried: set[str] = set()
        self.repairs: Counter[str] = Counter()

    def run(self, *, each: Callable[..., Iterable[str | None]]) -> None:
        page = self._page(None)
        if len(page) >= PAGE_SIZE:
            # A backlog of pending jobs may be long: those whose worker may be dead do not wait for its end.
            while running := self._page(Status.RUNNING):
                self.repairs.update(filter(None, each(self._try, running)))
            page = self._page(None)
        while page:
            self.repairs.update(filter(None, each(self._try, page)))
            page = self._page(None)

    def _has_time(self) -> bool:
        with self._lock:
            self._is_over = self._is_over or self._time_left() <= TIME_TO_STOP_SECONDS
            return not self._is_over

    def _page(self, status: Status | None) -> Sequence[Job]:
        if not self._has_time():
            return ()
        # Jobs whose repair failed are still due, and first: they must not fill the page.
        limit = PAGE_SIZE + self.repairs["failed"]
        due = self._store.due_checks(now=self._clock(), limit=limit, status=status)
        return [job for job in due if job.job_id not in self._tried]

    def _try(self, job: Job) -> str | None:
        if not self._has_time():
            return None
        self._tried.add(job.job_id)
        try:
            return _repair(job, store=self._store, queue=self._queue, now=self._clock())
        except StorageUnavailable:
            telemetry.warning("repair_failed", job_id=job.job_id, job_type=job.job_type)
            return "failed"
        except Exception as exc:  # noqa: BLE001  # whatever is wrong with one job, the others need their repair
            telemetry.defect("repair_failed", exc, job_id=job.job_id, job_type=job.job_type)
            return "failed"


def _repair(job: Job, *, store: JobStore, queue: JobQueue, now: datetime) -> str:
    if job.status is Status.RUNNING and job.lease_until is not None and job.lease_until > now:
        return _postponed(job, "still_running", store=store, check_at=job.lease_until)
    if job.is_done:
        return _sent_again(job, store=store, queue=queue, now=now)
    if job.parked is not None and now < job.deadline_at + WORKER_COMES_WITHIN:
        # Its worker has the keys to look, or to end what its provider does.
        return _sent_again(job, store=store, queue=queue, now=now)
    if job.deadline_at <= now:
        return _saved(job, lifecycle.overdue(job, at=now), "deadline_exceeded", store=store, queue=queue, now=now)
    if job.status is Status.RUNNING:
        return _saved(job, lifecycle.worker_lost(job, at=now), "worker_lost", store=store, queue=queue, now=now)
    return _sent_again(job, store=store, queue=queue, now=now)


def _sent_again(job: Job, *, store: JobStore, queue: JobQueue, now: datetime) -> str:
    interval_seconds = lifecycle.next_check_seconds(job)
    check_at = now + timedelta(seconds=interval_seconds)
    if job.deadline_at > now:
        check_at = min(check_at, job.deadline_at)
    if not store.postpone(job, check_at=check_at, check_interval_seconds=interval_seconds):
        return "left"
    telemetry.warning("message_sent_again", job_id=job.job_id, job_type=job.job_type, next_check=interval_seconds)
    send_again(job, queue=queue, delay_seconds=0)
    return "sent_again"


def _postponed(job: Job, repair: str, *, store: JobStore, check_at: datetime) -> str:
    moved = store.postpone(job, check_at=check_at, check_interval_seconds=job.check_interval_seconds)
    return repair if moved else "left"


def _saved(job: Job, after: Job, repair: str, *, store: JobStore, queue: JobQueue, now: datetime) -> str:
    """Write the repair, unless the worker has renewed its lease since the job was read."""
    try:
        stored = store.save(job, after, lease_over_at=now)
    except Conflict as conflict:
        landed = msgspec.structs.replace(after, version=job.version + 1)
        if conflict.current != landed:
            return "left"
        stored = landed  # our own write: its first answer was lost and the SDK asked again
    job_log.ended(stored, by=repair)
    if stored.is_open or stored.calls:
        send_again(stored, queue=queue, delay_seconds=0)
    return repair
