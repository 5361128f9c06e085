"""Which open jobs need help? Lost messages, dead workers and passed deadlines, found by time and repaired one by one.

It runs on a timer, not on the queue that it repairs. Every repair is one conditional write: two rescues at once, or a
rescue and a worker, cannot both make it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from chalicelib import telemetry
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs import job_log, lifecycle
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import Clock, Conflict, JobQueue, JobStore
from chalicelib.jobs.run import send_again

PAGE_SIZE = 100
TIME_TO_STOP_SECONDS = 10


class RepairsFailed(Exception):
    """Some jobs could not be repaired; the log names each. Raised so that the function's run counts as failed."""


def rescue(*, store: JobStore, queue: JobQueue, clock: Clock, time_left: Callable[[], float]) -> dict[str, int]:
    """Repair every open job whose check is due, while the function's time lasts; how many of which repair was made.

    Repairs: `sent_again` (a message was lost, or its job waits in a long queue), `worker_lost`, `deadline_exceeded`,
    `still_running` (its worker is alive), `left` (somebody else was first). A repair that breaks off keeps no other job
    waiting. Raises: RepairsFailed, after all others, when some did; StorageUnavailable when nothing due can be read.
    """
    repairs: Counter[str] = Counter()
    seen: set[str] = set()
    while time_left() > TIME_TO_STOP_SECONDS:
        # Jobs whose repair failed are still due, and first: they must not fill the page.
        due = store.due_checks(now=clock(), limit=PAGE_SIZE + repairs["failed"])
        page = [job for job in due if job.job_id not in seen]
        if not page:
            break
        for job in page:
            if time_left() <= TIME_TO_STOP_SECONDS:
                break
            seen.add(job.job_id)
            repairs[_tried(job, store=store, queue=queue, now=clock())] += 1
    telemetry.info("rescue_ran", **repairs)
    if repairs["failed"]:
        raise RepairsFailed(f"{repairs['failed']} jobs could not be repaired")
    return dict(repairs)


def _tried(job: Job, *, store: JobStore, queue: JobQueue, now: datetime) -> str:
    try:
        return _repair(job, store=store, queue=queue, now=now)
    except StorageUnavailable:
        telemetry.warning("repair_failed", job_id=job.job_id, job_type=job.job_type)
        return "failed"
    except Exception as exc:  # noqa: BLE001  # whatever is wrong with one job, the others need their repair
        telemetry.defect("repair_failed", exc, job_id=job.job_id, job_type=job.job_type)
        return "failed"


def _repair(job: Job, *, store: JobStore, queue: JobQueue, now: datetime) -> str:
    if job.status is Status.RUNNING and job.lease_until is not None and job.lease_until > now:
        return _postponed(job, "still_running", store=store, check_at=job.lease_until)
    if job.deadline_at <= now:
        return _saved(job, lifecycle.overdue(job, at=now), "deadline_exceeded", store=store, queue=queue)
    if job.status is Status.RUNNING:
        return _saved(job, lifecycle.worker_lost(job, at=now), "worker_lost", store=store, queue=queue)
    return _sent_again(job, store=store, queue=queue, now=now)


def _sent_again(job: Job, *, store: JobStore, queue: JobQueue, now: datetime) -> str:
    interval_seconds = lifecycle.next_check_seconds(job)
    check_at = min(now + timedelta(seconds=interval_seconds), job.deadline_at)
    if not store.postpone(job, check_at=check_at, check_interval_seconds=interval_seconds):
        return "left"
    telemetry.warning("message_sent_again", job_id=job.job_id, job_type=job.job_type, next_check=interval_seconds)
    send_again(job, queue=queue, delay_seconds=0)
    return "sent_again"


def _postponed(job: Job, repair: str, *, store: JobStore, check_at: datetime) -> str:
    moved = store.postpone(job, check_at=check_at, check_interval_seconds=job.check_interval_seconds)
    return repair if moved else "left"


def _saved(job: Job, after: Job, repair: str, *, store: JobStore, queue: JobQueue) -> str:
    try:
        stored = store.save(job, after)
    except Conflict as conflict:
        landed = msgspec.structs.replace(after, version=job.version + 1)
        if conflict.current != landed:
            return "left"
        stored = landed  # our own write: its first answer was lost and the SDK asked again
    job_log.ended(stored, by=repair)
    if stored.is_open:
        send_again(stored, queue=queue, delay_seconds=0)
    return repair
