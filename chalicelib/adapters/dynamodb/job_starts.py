"""How does a job begin? The transaction that stores it with its helper items, and the Idempotency-Keys.

Helper items, each alone in its partition (attribute `job_id`), except the last two:

    active#<case>#<type>[#<call>]   item "active"   the dedupe lock; `holder` is the job that has it
    key#<uuid5>                     item "key"      an Idempotency-Key; `holder`, `fingerprint`
    user#<id>                       item "user"     `open_jobs`, how many a starter has
    case#<case_id>                  item "<created_at>#<job_id>", one for each job of the case, in order of time
    <job_id>                        item "starter"  puts the job into the starter's list when the case is another's
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls, TransactionRefused
from chalicelib.adapters.dynamodb.job_records import record_of
from chalicelib.adapters.dynamodb.values import Item, expiry, iso, names, number, text
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import (
    ActiveAlready,
    CaseMissing,
    Created,
    CreateResult,
    IdempotencyKey,
    KeyTaken,
    KeyUse,
    LimitReached,
)

_FREE = "attribute_not_exists(#job_id) OR #expires <= :now"


class JobStarts:
    """Creation and keys, on the table of jobs; the case is checked in the table of cases."""

    def __init__(self, calls: DynamoCalls, *, table: str, cases_table: str) -> None:
        self._calls = calls
        self._table = table
        self._cases_table = cases_table

    def create(self, job: Job, *, key: IdempotencyKey | None, open_jobs_limit: int | None) -> CreateResult:
        """See JobStore.create."""
        writes = {
            "record": self._new_record(job),
            "case": self._case_check(job.case_id),
            "counter": self._one_more_open(job, limit=open_jobs_limit),
            "entry": {"Put": {"TableName": self._table, "Item": case_entry(job)}},
        }
        if key is not None:
            use = KeyUse(job_id=job.job_id, fingerprint=key.fingerprint)
            writes["key"] = {"Put": self._free_put(_key_item(key, use, expires_at=job.expires_at), now=job.created_at)}
        if job.lock is not None:
            lock = {**lock_key(job.lock), "holder": text(job.job_id), **expiry(job.expires_at)}
            writes["lock"] = {"Put": self._free_put(lock, now=job.created_at)}
        if job.requested_by != job.user_id:
            writes["starter"] = {"Put": {"TableName": self._table, "Item": _starter_entry(job)}}
        try:
            self._calls.transact(writes)
        except TransactionRefused as refused:
            return _refusal(job, refused.items)
        return Created(job)

    def use_key(self, key: IdempotencyKey, *, job_id: str, now: datetime, expires_at: datetime) -> KeyUse:
        """See JobStore.use_key."""
        use = KeyUse(job_id=job_id, fingerprint=key.fingerprint)
        try:
            self._calls.put(self._free_put(_key_item(key, use, expires_at=expires_at), now=now))
        except ConditionRefused as refused:
            return use if refused.item is None else _use_of(refused.item)
        return use

    def find_key(self, key: IdempotencyKey, *, now: datetime) -> KeyUse | None:
        """See JobStore.find_key."""
        item = self._calls.get(self._table, _key_key(key))
        return None if item is None or item["expires"]["S"] <= iso(now) else _use_of(item)

    def forget_key(self, key: IdempotencyKey, *, job_id: str) -> None:
        """See JobStore.forget_key."""
        try:
            self._calls.delete(
                {
                    "TableName": self._table,
                    "Key": _key_key(key),
                    "ConditionExpression": "#holder = :job_id",
                    "ExpressionAttributeNames": names("holder"),
                    "ExpressionAttributeValues": {":job_id": text(job_id)},
                }
            )
        except ConditionRefused:
            return

    def _new_record(self, job: Job) -> Mapping[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": record_of(job),
                "ConditionExpression": "attribute_not_exists(#job_id)",
                "ExpressionAttributeNames": names("job_id"),
            }
        }

    def _case_check(self, case_id: str) -> Mapping[str, Any]:
        return {
            "ConditionCheck": {
                "TableName": self._cases_table,
                "Key": case_key(case_id),
                "ConditionExpression": "attribute_exists(#case_id)",
                "ExpressionAttributeNames": names("case_id"),
            }
        }

    def _free_put(self, item: Item, *, now: datetime) -> Mapping[str, Any]:
        return {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": _FREE,
            "ExpressionAttributeNames": names("job_id", "expires"),
            "ExpressionAttributeValues": {":now": text(iso(now))},
        }

    def _one_more_open(self, job: Job, *, limit: int | None) -> Mapping[str, Any]:
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": counter_key(job.requested_by),
            "UpdateExpression": ("SET #open_jobs = if_not_exists(#open_jobs, :zero) + :one, #expires_at = :expires_at"),
            "ExpressionAttributeNames": names("open_jobs", "expires_at"),
            "ExpressionAttributeValues": {
                ":zero": number(0),
                ":one": number(1),
                ":expires_at": expiry(job.expires_at)["expires_at"],
            },
        }
        if limit is not None:
            update["ConditionExpression"] = "attribute_not_exists(#open_jobs) OR #open_jobs < :limit"
            update["ExpressionAttributeValues"][":limit"] = number(limit)
        return {"Update": update}


def lock_key(lock: str) -> Item:
    """The key of a dedupe lock."""
    return {"job_id": text(lock), "item": text("active")}


def counter_key(user_id: str) -> Item:
    """The key of a starter's counter of open jobs."""
    return {"job_id": text(f"user#{user_id}"), "item": text("user")}


def case_key(case_id: str) -> Item:
    """The key of a case's light record, in the table of cases."""
    return {"case_id": text(case_id), "item": text("case")}


def case_partition(case_id: str) -> str:
    """The partition that lists the jobs of a case."""
    return f"case#{case_id}"


def case_entry(job: Job) -> Item:
    """The entry of a job in the list of its case."""
    place = text(f"{iso(job.created_at)}#{job.job_id}")
    return {"job_id": text(case_partition(job.case_id)), "item": place, **expiry(job.expires_at)}


def _starter_entry(job: Job) -> Item:
    # `user_id` is the starter here: the entry stands in the starter's partition of the index by_user.
    return {
        "job_id": text(job.job_id),
        "item": text("starter"),
        "user_id": text(job.requested_by),
        "created_at": text(iso(job.created_at)),
        "job_type": text(job.job_type),
        **expiry(job.expires_at),
    }


def _key_key(key: IdempotencyKey) -> Item:
    name = uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_OID, key.user_id), key.key)
    return {"job_id": text(f"key#{name}"), "item": text("key")}


def _key_item(key: IdempotencyKey, use: KeyUse, *, expires_at: datetime) -> Item:
    return {
        **_key_key(key),
        "holder": text(use.job_id),
        "fingerprint": text(use.fingerprint),
        **expiry(expires_at),
    }


def _use_of(item: Item) -> KeyUse:
    return KeyUse(job_id=item["holder"]["S"], fingerprint=item["fingerprint"]["S"])


def _refusal(job: Job, refused: Mapping[str, Item | None]) -> CreateResult:
    """What kept the job from being stored; the first of the port's order when several things did."""
    if "record" in refused:
        return Created(job)  # our first answer was lost and the SDK asked again
    if "case" in refused:
        return CaseMissing()
    if (key := refused.get("key")) is not None:
        return KeyTaken(_use_of(key))
    if (lock := refused.get("lock")) is not None:
        return ActiveAlready(lock["holder"]["S"])
    return LimitReached()
