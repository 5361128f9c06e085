"""What would the job store answer? A JobStore in memory, held to the same contract as the one on DynamoDB.

A test that has no case store gives it `FakeCases`. Beyond the port: `fail`, `calls`, `lock_holders`, `open_job_counts`.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.calls import Call, CallOwner
from chalicelib.jobs.lists import JobFilter, JobPage, Position
from chalicelib.jobs.model import OPEN, Event, Job, Status, with_event
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import (
    CLOCK_SLACK,
    ActiveAlready,
    CaseMissing,
    Checkpoint,
    Conflict,
    Created,
    CreateResult,
    IdempotencyKey,
    KeyTaken,
    KeyUse,
    LimitReached,
    WriteBackRefused,
)
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.cases_of_jobs import CasesOfJobs
from tests.fakes.checkpoints import FakeCheckpoints


class FakeJobStore(FakeCheckpoints):
    """One lock around everything: each method is one decision, as each write of the real store is."""

    def __init__(self, *, cases: CasesOfJobs, blobs: FakeBlobStore | None = None) -> None:
        self._cases = cases
        self._blobs = blobs or FakeBlobStore()
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._results: dict[str, bytes] = {}
        super().__init__()
        self._keys: dict[tuple[str, str], tuple[KeyUse, datetime]] = {}
        self._failures: dict[str, int] = {}
        self.lock_holders: dict[str, tuple[str, datetime]] = {}
        self.open_job_counts: dict[str, int] = {}
        self.call_owners: dict[str, CallOwner] = {}
        self.calls: list[str] = []

    def fail(self, method: str, *, times: int = 1) -> None:
        """Make the next `times` calls of the method raise StorageUnavailable without doing anything."""
        self._failures[method] = times

    def create(self, job: Job, *, key: IdempotencyKey | None, open_jobs_limit: int | None) -> CreateResult:
        """See JobStore.create."""
        with self._called("create"):
            if job.job_id in self._jobs:
                return Created(job)
            if not self._cases.exists(job.case_id):
                return CaseMissing()
            use = None if key is None else self._use_of(key, now=job.created_at)
            if use is not None:
                return KeyTaken(use)
            holder, lock_expires_at = self.lock_holders.get(job.lock or "", ("", job.created_at))
            if lock_expires_at > job.created_at:
                return ActiveAlready(holder)
            count = self.open_job_counts.get(job.requested_by, 0)
            if open_jobs_limit is not None and count >= open_jobs_limit:
                return LimitReached()
            if key is not None:
                self._point(key, job_id=job.job_id, expires_at=job.expires_at)
            if job.lock is not None:
                self.lock_holders[job.lock] = (job.job_id, job.expires_at)
            self.open_job_counts[job.requested_by] = count + 1
            self._jobs[job.job_id] = job
            self._cases.opened(job)
            return Created(job)

    def use_key(self, key: IdempotencyKey, *, job_id: str, now: datetime, expires_at: datetime) -> KeyUse:
        """See JobStore.use_key."""
        with self._called("use_key"):
            return self._use_of(key, now=now) or self._point(key, job_id=job_id, expires_at=expires_at)

    def find_key(self, key: IdempotencyKey, *, now: datetime) -> KeyUse | None:
        """See JobStore.find_key."""
        with self._called("find_key"):
            return self._use_of(key, now=now)

    def forget_key(self, key: IdempotencyKey, *, job_id: str) -> None:
        """See JobStore.forget_key."""
        with self._called("forget_key"):
            used = self._keys.get((key.user_id, key.key))
            if used is not None and used[0].job_id == job_id:
                del self._keys[(key.user_id, key.key)]

    def get(self, job_id: str) -> Job | None:
        """See JobStore.get."""
        with self._called("get"):
            return self._jobs.get(job_id)

    def claim(self, job_id: str, *, now: datetime, lease_until: datetime, claim_token: str) -> Job | None:
        """See JobStore.claim."""
        with self._called("claim"):
            job = self._jobs.get(job_id)
            if job is None:
                return None
            if not _is_claimable(job, now=now):
                return job if job.status is Status.RUNNING and job.claim_token == claim_token else None
            claimed = msgspec.structs.replace(
                job,
                status=Status.RUNNING,
                fence=job.fence + 1,
                parked=None,
                attempt=job.attempt + job.next_claim_cost,
                next_claim_cost=1,
                version=job.version + 1,
                lease_until=lease_until,
                check_at=lease_until,
                claim_token=claim_token,
                lost_workers=job.lost_workers + job.held,
                held=1,
                started_at=job.started_at or now,
                updated_at=now,
            )
            started = Event(at=now, type="started")
            return self._stored(claimed if job.parked is not None else with_event(claimed, started))

    def renew(self, job: Job, *, lease_until: datetime) -> bool:
        with self._called("renew"):
            current = self._jobs.get(job.job_id)
            if current is None or current.fence != job.fence or current.status is not Status.RUNNING:
                raise Conflict(current)
            return self._stored(msgspec.structs.replace(current, lease_until=lease_until)).cancel_requested

    def postpone(self, job: Job, *, check_at: datetime, check_interval_seconds: int) -> bool:
        """See JobStore.postpone."""
        with self._called("postpone"):
            current = self._jobs.get(job.job_id)
            if current is None or (current.is_done and not current.calls):
                return False
            if current.check_at != job.check_at:
                return (current.check_at, current.check_interval_seconds) == (check_at, check_interval_seconds)
            times = {"check_at": check_at, "check_interval_seconds": check_interval_seconds}
            self._stored(msgspec.structs.replace(current, **times))
            return True

    def save(
        self,
        before: Job,
        after: Job,
        *,
        checkpoint: Checkpoint | None = None,
        result: bytes | None = None,
        write_back: WriteBack | None = None,
        lease_over_at: datetime | None = None,
        call: Call | None = None,
    ) -> Job:
        """See JobStore.save."""
        with self._called("save"):
            current = self._jobs.get(before.job_id)
            if current is None or (current.version, current.fence) != (before.version, before.fence):
                raise Conflict(current)
            if lease_over_at is not None and (current.lease_until or lease_over_at) > lease_over_at:
                raise Conflict(current)
            if after.quotes_deleted and before.is_open and after.is_done:
                self.stored_checkpoints.pop(before.job_id, None)
            if write_back is not None:
                self._write_back(after, write_back)
            if checkpoint is not None:
                self.stored_checkpoints.setdefault(before.job_id, {})[checkpoint.name] = checkpoint.value
            if result is not None:
                self._results[before.job_id] = result
            if call is not None:
                self.call_owners[call.id] = CallOwner(job_id=after.job_id, question=call.question)
            if before.lock is not None and after.lock is None:
                self._release(before.lock, job_id=before.job_id)
            if before.is_open and after.is_done:
                self.open_job_counts[before.requested_by] = max(self.open_job_counts.get(before.requested_by, 0) - 1, 0)
                self._cases.closed(after)
            # Only what the change touches: a heartbeat may have moved the lease since `before` was read.
            self._stored(msgspec.structs.replace(current, version=before.version + 1, **_changes(before, after)))
            return msgspec.structs.replace(after, version=before.version + 1)

    def result(self, job: Job) -> bytes | None:
        """See JobStore.result."""
        with self._called("result"):
            return self._results.get(job.job_id)

    def result_key(self, job: Job) -> str | None:
        """See JobStore.result_key."""
        with self._called("result_key"):
            content = self._results.get(job.job_id)
            if content is None:
                return None
            key = f"jobs/{job.job_id}/result.json"
            self._blobs.put(key, content, content_type="application/json")
            return key

    def list(self, wanted: JobFilter, *, now: datetime, after: Position | None, limit: int) -> JobPage:
        """See JobStore.list."""
        with self._called("list"):
            found = [job for job in self._jobs.values() if job.expires_at > now and _matches(job, wanted)]
        if after is not None:
            found = [job for job in found if (job.created_at, job.job_id) < (after.created_at, after.id)]
        found.sort(key=lambda job: (job.created_at, job.job_id), reverse=True)
        page = tuple(found[:limit])
        more = len(found) > limit
        return JobPage(jobs=page, next=Position(created_at=page[-1].created_at, id=page[-1].job_id) if more else None)

    def due_checks(self, *, now: datetime, limit: int, status: Status | None = None) -> Sequence[Job]:
        """See JobStore.due_checks."""
        with self._called("due_checks"):
            wanted = OPEN if status is None else {status}
            due = [job for job in self._jobs.values() if job.check_at <= now]
            due = [job for job in due if job.status in wanted or (status is None and job.calls)]
        return heapq.nsmallest(limit, due, key=lambda job: job.check_at)

    def jobs_of_case(self, case_id: str) -> Sequence[Job]:
        """See JobStore.jobs_of_case."""
        with self._called("jobs_of_case"):
            return [job for job in self._jobs.values() if job.case_id == case_id]

    def delete(self, job: Job) -> None:
        """See JobStore.delete."""
        with self._called("delete"):
            self._jobs.pop(job.job_id, None)
            self._results.pop(job.job_id, None)
            self.stored_checkpoints.pop(job.job_id, None)
            self._blobs.delete(self._blobs.keys(f"jobs/{job.job_id}/"))

    @contextmanager
    def _called(self, method: str) -> Iterator[None]:
        with self._lock:
            self.calls.append(method)
            if self._failures.get(method, 0):
                self._failures[method] -= 1
                raise StorageUnavailable("The storage does not answer.")
            yield

    def _stored(self, job: Job) -> Job:
        self._jobs[job.job_id] = job
        return job

    def _use_of(self, key: IdempotencyKey, *, now: datetime) -> KeyUse | None:
        use, expires_at = self._keys.get((key.user_id, key.key), (None, now))
        return use if expires_at > now else None

    def _point(self, key: IdempotencyKey, *, job_id: str, expires_at: datetime) -> KeyUse:
        use = KeyUse(job_id=job_id, fingerprint=key.fingerprint)
        self._keys[(key.user_id, key.key)] = (use, expires_at)
        return use

    def _release(self, lock: str, *, job_id: str) -> None:
        if self.lock_holders.get(lock, ("",))[0] == job_id:
            del self.lock_holders[lock]

    def _write_back(self, job: Job, write_back: WriteBack) -> None:
        if not self._cases.exists(job.case_id):
            raise WriteBackRefused("case_gone")
        if write_back.call_id is not None and self._cases.call_id(job.case_id) != write_back.call_id:
            raise WriteBackRefused("call_replaced")
        # Through JSON, as the real store does: what cannot be stored fails here too.
        stored = msgspec.json.decode(msgspec.json.encode(write_back.bodies))
        self._cases.write_back(job.case_id, job, msgspec.structs.replace(write_back, bodies=stored))


def _is_claimable(job: Job, *, now: datetime) -> bool:
    waiting = job.status is Status.PENDING and job.due_at <= now + CLOCK_SLACK
    abandoned = job.status is Status.RUNNING and job.lease_until is not None and job.lease_until <= now
    parked = job.status is Status.RUNNING and job.parked is not None
    return (waiting or abandoned or parked) and job.expires_at > now


def _changes(before: Job, after: Job) -> Mapping[str, Any]:
    names = [name for name in Job.__struct_fields__ if name != "version"]
    return {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}


def _matches(job: Job, wanted: JobFilter) -> bool:
    asked = (wanted.status, wanted.job_type, wanted.case_id, wanted.error_code)
    has = (job.status, job.job_type, job.case_id, job.error.code if job.error else "")
    theirs = wanted.owner is None or job.user_id == wanted.owner or job.requested_by == wanted.starter
    return theirs and all(value in (None, mine) for value, mine in zip(asked, has, strict=True))
