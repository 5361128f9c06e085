"""The JobStore on DynamoDB: each method is one call or one transaction (the contract is the port's).

A change that touches more than the record (a checkpoint, the result, the case, the lock, the counter) is one
TransactWriteItems; anything else is one conditional write.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.adapters.dynamodb.call_index import owner_item
from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls, TransactionRefused
from chalicelib.adapters.dynamodb.case_items import after_refusal, case_changes, case_opened
from chalicelib.adapters.dynamodb.job_items import (
    case_entry,
    checkpoint_item,
    claim_of,
    counter_key,
    fitting,
    job_blobs,
    job_key,
    job_of,
    key_item,
    key_use,
    lock_item,
    lock_key,
    record_of,
    result_item,
    starter_entry,
    update_of,
)
from chalicelib.adapters.dynamodb.job_reads import LISTED_DAYS, DynamoJobReads
from chalicelib.adapters.dynamodb.values import Item, epoch_seconds, expiry, free_put, table_request
from chalicelib.blobs import BlobStore
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.calls import Call
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import (
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

Write = Mapping[str, Any]


class DynamoJobStore(DynamoJobReads):
    """The JobStore on two tables and a bucket; `client` is a low-level DynamoDB client.

    `sleep` (seconds) and `rng` shape the pauses before a conflict is repeated.
    """

    def __init__(
        self,
        client: Any,
        *,
        table: str,
        cases_table: str,
        blobs: BlobStore,
        listed_days: int = LISTED_DAYS,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
    ) -> None:
        calls = DynamoCalls(client, sleep=sleep, rng=rng)
        super().__init__(calls, table=table, blobs=blobs, listed_days=listed_days)
        self._cases_table = cases_table

    def create(self, job: Job, *, key: IdempotencyKey | None, open_jobs_limit: int | None) -> CreateResult:
        record = table_request(self._table, item=record_of(job), ConditionExpression="attribute_not_exists(#job_id)")
        writes: dict[str, Write] = {
            "record": {"Put": record},
            "case": {"Update": case_opened(self._cases_table, job)},
            "counter": {"Update": self._one_more_open(job, limit=open_jobs_limit)},
            "entry": {"Put": table_request(self._table, item=case_entry(job))},
        }
        if key is not None:
            use = KeyUse(job_id=job.job_id, fingerprint=key.fingerprint)
            writes["key"] = {
                "Put": free_put(self._table, key_item(key, use, expires_at=job.expires_at), now=job.created_at)
            }
        if job.lock is not None:
            writes["lock"] = {"Put": free_put(self._table, lock_item(job, job.lock), now=job.created_at)}
        if job.requested_by != job.user_id:
            writes["starter"] = {"Put": table_request(self._table, item=starter_entry(job))}
        try:
            self._calls.transact(writes)
        except TransactionRefused as refused:
            return _refusal(job, refused.items)
        return Created(job)

    def claim(self, job_id: str, *, now: datetime, lease_until: datetime, claim_token: str) -> Job | None:
        claim = claim_of(self._table, job_id, now=now, lease_until=lease_until, claim_token=claim_token)
        try:
            return job_of(self._calls.update(claim))
        except ConditionRefused as refused:
            held = _job_or_none(refused.item)
            # Our first answer was lost and the SDK asked again: the claim in the way is our own.
            ours = held is not None and held.status is Status.RUNNING and held.claim_token == claim_token
            return held if ours else None

    def renew(self, job: Job, *, lease_until: datetime) -> bool:
        beat = table_request(
            self._table,
            key=job_key(job.job_id),
            UpdateExpression="SET #lease_until = :lease_until",
            ConditionExpression="#fence = :fence AND #status = :running",
            values={"lease_until": lease_until, "fence": job.fence, "running": Status.RUNNING},
        )
        try:
            return job_of(self._calls.update(beat)).cancel_requested
        except ConditionRefused as refused:
            raise Conflict(_job_or_none(refused.item)) from refused

    def postpone(self, job: Job, *, check_at: datetime, check_interval_seconds: int) -> bool:
        ours = (check_at, check_interval_seconds)
        check = table_request(
            self._table,
            key=job_key(job.job_id),
            UpdateExpression="SET #check_at = :check_at, #check_interval_seconds = :interval",
            ConditionExpression="attribute_exists(#open) AND #check_at = :before",
            values={
                "check_at": epoch_seconds(check_at),
                "before": epoch_seconds(job.check_at),
                "interval": check_interval_seconds,
            },
        )
        try:
            self._calls.change(check)
        except ConditionRefused as refused:
            current = _job_or_none(refused.item)
            if current is None or current.is_done:
                return False
            # As with a claim: the check that is stored may be the one we set.
            return (current.check_at, current.check_interval_seconds) == ours
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
        after = fitting(msgspec.structs.replace(after, version=before.version + 1))
        if after.quotes_deleted and before.is_open and after.is_done:
            self.forget_checkpoints(before)  # first: whoever sees the end sees them gone
        record = update_of(self._table, before, after, lease_over_at=lease_over_at)
        others = self._freed(before, after)
        if checkpoint is not None:
            others["checkpoint"] = {
                "Put": table_request(self._table, item=checkpoint_item(after, checkpoint, self._blobs))
            }
        if result is not None:
            others["result"] = {"Put": table_request(self._table, item=result_item(after, result, self._blobs))}
        if call is not None:
            owner = owner_item(after.job_id, call, expires_at=after.expires_at)
            others["call"] = {"Put": table_request(self._table, item=owner)}
        others |= case_changes(self._cases_table, before, after, write_back, self._blobs)
        if others:
            self._transact({"record": {"Update": record}, **others}, after=after, write_back=write_back)
            return after
        try:
            self._calls.change(record)
        except ConditionRefused as refused:
            raise Conflict(_job_or_none(refused.item)) from refused
        return after

    def copy_checkpoints(self, source_job_id: str, *, target: Job) -> int:
        found = [Checkpoint(name=name, value=value) for name, value in self.checkpoints(source_job_id).items()]
        copies = [checkpoint_item(target, one, self._blobs) for one in found]
        self._calls.batch_write(self._table, [{"PutRequest": {"Item": copy}} for copy in copies])
        return len(copies)

    def delete(self, job: Job) -> None:
        self._blobs.delete(self._blobs.keys(job_blobs(job.job_id)))
        record, entry = job_key(job.job_id), case_entry(job)
        beside = [key for key in self._calls.keys(self._table, "job_id", job.job_id) if key != record]
        self._calls.batch_write(self._table, [{"DeleteRequest": {"Key": key}} for key in beside])
        # Last, with the entry by which its case finds it: a delete that broke off can be repeated.
        last = {"record": record, "entry": {name: entry[name] for name in record}}
        self._calls.transact({name: {"Delete": {"TableName": self._table, "Key": key}} for name, key in last.items()})

    def _transact(self, writes: Mapping[str, Write], *, after: Job, write_back: WriteBack | None) -> None:
        """Land the writes. Those that are optional are left out when they are refused, and the rest is repeated."""
        useless: list[str] = []
        while True:
            try:
                self._calls.transact(writes)
                break
            except TransactionRefused as refused:
                problem = _problem(refused.items)
                if problem is not None:
                    self._discard(writes, after=after, problem=problem)
                    raise problem from refused
                writes, unused = after_refusal(writes, refused.items, job=after, write_back=write_back)
                useless += unused
        if useless:
            self._remove(useless, job=after)

    def _discard(self, writes: Mapping[str, Write], *, after: Job, problem: Conflict | WriteBackRefused) -> None:
        """Remove the blobs of writes that did not land, unless they may have landed before, their answer lost."""
        current = problem.current if isinstance(problem, Conflict) else None
        if current is not None and current.fence == after.fence:
            return
        items = [write["Put"]["Item"] for write in writes.values() if "Put" in write]
        self._remove([str(item["blob"]["S"]) for item in items if "blob" in item], job=after)

    def _remove(self, blobs: Sequence[str], *, job: Job) -> None:
        try:
            self._blobs.delete(blobs)
        except StorageUnavailable:
            telemetry.warning("blobs_left_behind", job_id=job.job_id, count=len(blobs))

    def _freed(self, before: Job, after: Job) -> dict[str, Write]:
        """The lock that the change gives up, and the counter that it lowers.

        Both are optional: a lock that belongs to another job stays, a counter at zero stays at zero.
        """
        freed: dict[str, Write] = {}
        if before.lock is not None and after.lock is None:
            lock = table_request(
                self._table,
                key=lock_key(before.lock),
                ConditionExpression="attribute_not_exists(#job_id) OR #holder = :job_id",
                values={"job_id": before.job_id},
            )
            freed["lock"] = {"Delete": lock}
        if before.is_open and after.is_done:
            counter = table_request(
                self._table,
                key=counter_key(before.requested_by),
                UpdateExpression="SET #open_jobs = #open_jobs - :one",
                ConditionExpression="#open_jobs > :zero",
                values={"zero": 0, "one": 1},
            )
            freed["counter"] = {"Update": counter}
        return freed

    def _one_more_open(self, job: Job, *, limit: int | None) -> Write:
        below = "attribute_not_exists(#open_jobs) OR #open_jobs < :limit"
        return table_request(
            self._table,
            key=counter_key(job.requested_by),
            UpdateExpression="SET #open_jobs = if_not_exists(#open_jobs, :zero) + :one, #expires_at = :expires_at",
            ConditionExpression=None if limit is None else below,
            values={
                "zero": 0,
                "one": 1,
                "expires_at": expiry(job.expires_at)["expires_at"],
                **({} if limit is None else {"limit": limit}),
            },
        )


def _refusal(job: Job, refused: Mapping[str, Item | None]) -> CreateResult:
    """What kept the job from being stored; the first of the port's order when several things did."""
    if "record" in refused:
        return Created(job)  # our first answer was lost and the SDK asked again
    if "case" in refused:
        return CaseMissing()
    if (key := refused.get("key")) is not None:
        return KeyTaken(key_use(key))
    if (lock := refused.get("lock")) is not None:
        return ActiveAlready(lock["holder"]["S"])
    return LimitReached()


def _problem(refused: Mapping[str, Item | None]) -> Conflict | WriteBackRefused | None:
    """Why the change cannot land at all; None when only optional writes were refused."""
    if "record" in refused:
        return Conflict(_job_or_none(refused["record"]))
    if "case" in refused:
        case = refused["case"]
        return WriteBackRefused("call_replaced" if case and "deletion" not in case else "case_gone")
    return None


def _job_or_none(item: Item | None) -> Job | None:
    return job_of(item) if item else None
