"""Where are jobs stored? In DynamoDB: this is the JobStore of the port, each method one call or one transaction.

The rooms behind it: `starts` (creation, keys), `claims` (ownership), `saves` (changes), `results`, `lists`;
`records` is how a job looks as an item.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.adapters.dynamodb.calls import DynamoCalls
from chalicelib.adapters.dynamodb.job_claims import JobClaims
from chalicelib.adapters.dynamodb.job_lists import JobLists
from chalicelib.adapters.dynamodb.job_records import job_key, job_of
from chalicelib.adapters.dynamodb.job_results import JobResults, job_blobs
from chalicelib.adapters.dynamodb.job_saves import JobSaves
from chalicelib.adapters.dynamodb.job_starts import JobStarts, case_entry
from chalicelib.adapters.dynamodb.values import Item, names, text
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import (
    BlobStore,
    Checkpoint,
    CreateResult,
    IdempotencyKey,
    JobFilter,
    JobPage,
    KeyUse,
    Position,
)

LISTED_DAYS = 366
"""How far back a list of everybody's jobs looks, at least the retention of jobs."""


class DynamoJobStore:
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
        self._calls = DynamoCalls(client, sleep=sleep, rng=rng)
        self._table = table
        self._blobs = blobs
        self._starts = JobStarts(self._calls, table=table, cases_table=cases_table)
        self._claims = JobClaims(self._calls, table=table)
        self._saves = JobSaves(self._calls, table=table, cases_table=cases_table, blobs=blobs)
        self._results = JobResults(self._calls, table=table, blobs=blobs)
        self._lists = JobLists(self._calls, table=table, listed_days=listed_days)

    def create(self, job: Job, *, key: IdempotencyKey | None, open_jobs_limit: int | None) -> CreateResult:
        """See JobStore.create: one TransactWriteItems."""
        return self._starts.create(job, key=key, open_jobs_limit=open_jobs_limit)

    def use_key(self, key: IdempotencyKey, *, job_id: str, now: datetime, expires_at: datetime) -> KeyUse:
        """See JobStore.use_key: one PutItem."""
        return self._starts.use_key(key, job_id=job_id, now=now, expires_at=expires_at)

    def find_key(self, key: IdempotencyKey, *, now: datetime) -> KeyUse | None:
        """See JobStore.find_key: one GetItem."""
        return self._starts.find_key(key, now=now)

    def forget_key(self, key: IdempotencyKey, *, job_id: str) -> None:
        """See JobStore.forget_key: one DeleteItem."""
        self._starts.forget_key(key, job_id=job_id)

    def get(self, job_id: str) -> Job | None:
        """See JobStore.get: one GetItem."""
        record = self._calls.get(self._table, job_key(job_id))
        return None if record is None else job_of(record)

    def claim(self, job_id: str, *, now: datetime, lease_until: datetime, claim_token: str) -> Job | None:
        """See JobStore.claim: one UpdateItem."""
        return self._claims.claim(job_id, now=now, lease_until=lease_until, claim_token=claim_token)

    def renew(self, job: Job, *, lease_until: datetime) -> bool:
        """See JobStore.renew: one UpdateItem."""
        return self._claims.renew(job, lease_until=lease_until)

    def postpone(self, job: Job, *, check_at: datetime, check_interval_seconds: int) -> bool:
        """See JobStore.postpone: one UpdateItem."""
        return self._claims.postpone(job, check_at=check_at, check_interval_seconds=check_interval_seconds)

    def save(
        self,
        before: Job,
        after: Job,
        *,
        checkpoint: Checkpoint | None = None,
        result: bytes | None = None,
        write_back: WriteBack | None = None,
    ) -> Job:
        """See JobStore.save: one UpdateItem, or one TransactWriteItems when it touches more than the record."""
        after = msgspec.structs.replace(after, version=before.version + 1)
        return self._saves.save(before, after, checkpoint=checkpoint, result=result, write_back=write_back)

    def checkpoints(self, job_id: str) -> Mapping[str, bytes]:
        """See JobStore.checkpoints: one Query."""
        return self._results.checkpoints(job_id)

    def copy_checkpoints(self, source_job_id: str, *, target: Job) -> int:
        """See JobStore.copy_checkpoints: one Query, one BatchWriteItem for each 25."""
        return self._results.copy_checkpoints(source_job_id, target=target)

    def result(self, job: Job) -> bytes | None:
        """See JobStore.result: one GetItem, and a blob read when the result is large."""
        return self._results.result(job)

    def result_key(self, job: Job) -> str | None:
        """See JobStore.result_key."""
        return self._results.result_key(job)

    def list(self, wanted: JobFilter, *, now: datetime, after: Position | None, limit: int) -> JobPage:
        """See JobStore.list: one Query and one BatchGetItem, more of both when many rows are passed over."""
        return self._lists.page(wanted, now=now, after=after, limit=limit)

    def due_checks(self, *, now: datetime, limit: int) -> Sequence[Job]:
        """See JobStore.due_checks: one Query, and one BatchGetItem when something is due."""
        return self._lists.due(now=now, limit=limit)

    def jobs_of_case(self, case_id: str) -> Sequence[Job]:
        """See JobStore.jobs_of_case."""
        return self._lists.of_case(case_id)

    def delete(self, job: Job) -> None:
        """See JobStore.delete: one Query, a BatchWriteItem for each 25, one TransactWriteItems.

        The record goes last, with the entry by which its case finds it: a delete that broke off can be repeated.
        """
        self._blobs.delete(self._blobs.keys(job_blobs(job.job_id)))
        record, entry = job_key(job.job_id), case_entry(job)
        beside = [key for key in self._keys_of(job.job_id) if key != record]
        self._calls.batch_write(self._table, [{"DeleteRequest": {"Key": key}} for key in beside])
        last = {"record": record, "entry": {name: entry[name] for name in record}}
        self._calls.transact({name: {"Delete": {"TableName": self._table, "Key": key}} for name, key in last.items()})

    def _keys_of(self, job_id: str) -> Sequence[Item]:
        items = self._calls.query(
            {
                "TableName": self._table,
                "KeyConditionExpression": "#job_id = :job_id",
                "ProjectionExpression": "#job_id, #item",
                "ExpressionAttributeNames": names("job_id", "item"),
                "ExpressionAttributeValues": {":job_id": text(job_id)},
                "ConsistentRead": True,
            }
        )
        return [{"job_id": item["job_id"], "item": item["item"]} for item in items]
