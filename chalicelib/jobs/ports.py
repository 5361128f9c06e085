"""What do jobs need from the outside? The interfaces that adapters implement and analyses are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Protocol

import msgspec

from chalicelib.jobs.calls import AttemptCalls, Call
from chalicelib.jobs.lists import JobFilter, JobPage, Position
from chalicelib.jobs.model import Job, ModelUsage, Priority, Status
from chalicelib.jobs.outcomes import Completed, WriteBack

Clock = Callable[[], datetime]
"""Now, as aware UTC."""

LONGEST_QUEUE_DELAY_SECONDS = 900
"""For so long a message can be held back by its queue."""


class JobMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What travels through the queue: which job to look at, and nothing else.

    With `fence` it is for a parked job that no worker has had since. Two rare ones are about calls at a provider:
    `call_id` is one that no job is known for, `forget` those of a deleted job; tried in vain `tries` times.
    """

    job_id: str
    v: int = 1
    fence: int | msgspec.UnsetType = msgspec.UNSET
    call_id: str | msgspec.UnsetType = msgspec.UNSET
    forget: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    tries: int | msgspec.UnsetType = msgspec.UNSET


class JobQueue(Protocol):
    """Two lanes of messages to the workers."""

    def send(self, message: JobMessage, *, lane: Priority, group: str, delay_seconds: int = 0) -> None:
        """Queue one message; it is delivered at least once, after `delay_seconds` (0..900).

        `group` is the starter's user id: one starter's backlog does not hold up the others.
        Raises: StorageUnavailable.
        """


class IdempotencyKey(msgspec.Struct, frozen=True, kw_only=True):
    """One use of an Idempotency-Key: whose, which, and a fingerprint of the request it came with."""

    user_id: str
    key: str
    fingerprint: str


class KeyUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a used key points at."""

    job_id: str
    fingerprint: str


class Created(msgspec.Struct, frozen=True):
    """The job is stored."""

    job: Job


class ActiveAlready(msgspec.Struct, frozen=True):
    """Nothing was stored: another open job holds the dedupe lock."""

    job_id: str


class KeyTaken(msgspec.Struct, frozen=True):
    """Nothing was stored: the Idempotency-Key was used before."""

    use: KeyUse


class CaseMissing(msgspec.Struct, frozen=True):
    """Nothing was stored: the case does not exist, or was deleted."""


class LimitReached(msgspec.Struct, frozen=True):
    """Nothing was stored: the starter has `open_jobs_limit` open jobs."""


CreateResult = Created | ActiveAlready | KeyTaken | CaseMissing | LimitReached


class Conflict(Exception):
    """A conditional write was refused because the record has changed; `current` is the record now (None: deleted)."""

    def __init__(self, current: Job | None) -> None:
        super().__init__("the job record changed")
        self.current = current


class WriteBackRefused(Exception):
    """The job is unchanged: its case cannot take the result. `reason` says why."""

    def __init__(self, reason: Literal["case_gone", "call_replaced"]) -> None:
        super().__init__(reason)
        self.reason = reason


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The stored result of one step: JSON bytes (UTF-8), by the step's name."""

    name: str
    value: bytes


CLOCK_SLACK = timedelta(seconds=1)


TEXT_STEP = "text-"
"""So begin the names of steps whose result is the text of one document."""


class JobStore(Protocol):
    """The records of jobs. Every decision is one conditional write; reads are consistent.

    Stores return what is stored, expired or not: the use cases treat `expires_at <= now` as gone.
    All methods raise StorageUnavailable when the storage does not answer.
    """

    def create(self, job: Job, *, key: IdempotencyKey | None, open_jobs_limit: int | None) -> CreateResult:
        """Store a new job in one transaction with its helper items, or nothing.

        The transaction checks that the case exists, takes the dedupe lock `job.lock` (unless None; a lock that expired
        before `job.created_at` is free), stores the key, and counts one more open job for `job.requested_by`
        (refused at `open_jobs_limit`; None: counted, never refused). When several refuse, the first of
        CaseMissing, KeyTaken, ActiveAlready, LimitReached is the answer.
        """

    def use_key(self, key: IdempotencyKey, *, job_id: str, now: datetime, expires_at: datetime) -> KeyUse:
        """Store the key, pointing at `job_id`, unless it was used before; returns what it points at now."""

    def find_key(self, key: IdempotencyKey, *, now: datetime) -> KeyUse | None:
        """What the key of this user points at, or None when it was never used or has expired."""

    def forget_key(self, key: IdempotencyKey, *, job_id: str) -> None:
        """Remove the key if it still points at `job_id`, a job that is gone."""

    def get(self, job_id: str) -> Job | None:
        """The record, by one consistent read."""

    def claim(self, job_id: str, *, now: datetime, lease_until: datetime, claim_token: str) -> Job | None:
        """Take the job in one conditional write: pending and due, running with its lease over, or parked; not expired.

        Sets running, fence + 1, attempt + next_claim_cost, version + 1, lease and check_at to `lease_until`,
        started_at if unset, held, and a "started" event, but none for one that was parked, and is no
        more. One that was held already has lost one more worker. A pending job is due up to `CLOCK_SLACK`
        early: the clocks of sender and worker differ. Returns the new record; None when the job cannot be claimed.
        The answer to a lost first answer (same `claim_token` in the record) is the record: the claim is ours.
        """

    def renew(self, job: Job, *, lease_until: datetime) -> bool:
        """Heartbeat: extend the lease of a running job if its fence is still `job.fence`; changes nothing else.

        Returns whether a cancel was requested. Raises: Conflict when the fence or the status changed.
        """

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
        """Replace `before` by `after` in one write, if the record's version and fence are still those of `before`.

        With `lease_over_at` also only if no lease of the job lasts longer than that: a heartbeat since `before` was
        read has moved it without a new version.
        One transaction with all that follows from the change: the checkpoint, the result, the case's members, whose
        the new `call` is (see CallIndex), the dedupe lock removed when `after.lock` is None and `before.lock` was not,
        and the starter's counter lowered when the job is open before and not after. Before the end of a job that
        `quotes_deleted` its checkpoints are removed. Returns `after` as stored (version + 1).

        Raises: Conflict with the current record; WriteBackRefused when the case is gone or has another call.
        """

    def postpone(self, job: Job, *, check_at: datetime, check_interval_seconds: int) -> bool:
        """Rescue: look at the open job again at `check_at`, if its `check_at` is still `job.check_at` and it is open.

        One conditional write that changes nothing else, the version neither. False when another rescue was first.
        The answer to a lost first answer (the open job already has this very check) is True.
        """

    def checkpoints(self, job_id: str) -> Mapping[str, bytes]:
        """All checkpoints of a job, JSON bytes by step name."""

    def copy_checkpoints(self, source_job_id: str, *, target: Job) -> int:
        """Copy the checkpoints of one job to another; returns how many."""

    def forget_checkpoints(self, job: Job, *, starting_with: str = "") -> None:
        """Remove the checkpoints whose names begin so, and their stored objects; the job goes on without them."""

    def result(self, job: Job) -> bytes | None:
        """The result as JSON bytes (UTF-8), wherever it is stored; None when the job has none."""

    def result_key(self, job: Job) -> str | None:
        """The blob that holds the result, written now if the result was stored inline; None when there is none."""

    def list(self, wanted: JobFilter, *, now: datetime, after: Position | None, limit: int) -> JobPage:
        """Jobs newest first, expired ones left out. A page is filled to `limit` unless it is the last, or its filter
        would have to look at too many jobs: then the rest is behind its `next`."""

    def due_checks(self, *, now: datetime, limit: int, status: Status | None = None) -> Sequence[Job]:
        """Open jobs whose `check_at` has come, of one status or of both, the oldest first.

        Those of both include jobs that have ended with calls left at a provider. At most `limit`, and fewer only when
        there are no more: a record that cannot be read, or is no longer due though the index still says so, takes
        nobody's place.
        """

    def jobs_of_case(self, case_id: str) -> Sequence[Job]:
        """All jobs of a case."""

    def delete(self, job: Job) -> None:
        """Remove the record with its result, checkpoints and stored objects. Keys that point at it count as unused.

        The job stays among those of its case until all of it is gone, so that a delete that broke off can be repeated.
        """


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How often a job of one type is tried, and how often it may go on in a fresh invocation."""

    max_attempts: int = 25
    max_continuations: int = 40


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of several, see `AttemptContext.step`."""

    name: str
    run: Callable[[], Any]
    inputs: str = ""
    until: int | None = None


class AttemptContext(Protocol):
    """What an analysis is given to report with; every method raises AttemptStopped when it must not go on."""

    @property
    def job(self) -> Job:
        """The job as this attempt last wrote it."""

    @property
    def calls(self) -> AttemptCalls | None:
        """Its model calls in the background; None where every call is followed to its end."""

    def step(self, name: str, run: Callable[[], Any], *, inputs: str = "", until: int | None = None) -> Any:
        """The JSON result of `run`, stored under `name`; a repeated attempt gets it back without calling `run`.

        `inputs` is a fingerprint of what the step depends on: a stored result made from other inputs is not used.
        `until` is the progress that it reaches when it is done: while a model is at work, progress goes on towards it.
        """

    def steps(self, wanted: Sequence[Step]) -> Sequence[Any]:
        """The results of steps that do not depend on each other: their model calls go on at the same time."""

    def progress(self, percent: int, said: str, **params: str | int) -> None:
        """Report how far the attempt is: 0..99, never falling. `said` is a code of `progress.SENTENCES` with its
        params; a sentence in place of a code is shown as it is, under the code `working`."""

    def remaining(self) -> float:
        """Seconds this attempt may still take: the function's time or the job's deadline, whichever is first."""

    def check(self) -> None:
        """Raise if the attempt was cancelled, lost its lease, or is out of time; call it between stream events."""

    def allow(self, worst_case_usd: Decimal | None) -> None:
        """Raise BudgetExceeded if a call of this price could pass the job's `max_cost_usd` (None: unknown price)."""

    def take_slots(self, provider: str, *, calls: int = 1) -> None:
        """Ask, before a call begins, whether so many may be in flight at once for this job; raises NoFreeSlot.

        The slots are the job's until its attempt ends, or while it is parked: further calls ask at no cost.
        """

    def charge(self, usage: ModelUsage) -> None:
        """Count a finished provider call; stored with the next write of the job."""


class JobType(msgspec.Struct, frozen=True, kw_only=True):
    """How jobs of one type are run: the function that does the work, and its retry policy."""

    name: str
    run: Callable[[AttemptContext], Completed]
    policy: RetryPolicy = RetryPolicy()
