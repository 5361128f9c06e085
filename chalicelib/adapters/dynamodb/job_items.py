"""The items of the jobs table: their keys, and the mapping between a `Job` and the attributes of its record.

    <job_id>                        item "job"           the record
                                    item "job#result"    the result of a completed job, as `values.packed`
                                    item "step#<name>"   a checkpoint, as `values.packed`
                                    item "starter"       puts the job into its starter's list when the case is another's
    active#<case>#<type>[#<call>]   item "active"        the dedupe lock; `holder` is the job that has it
    key#<uuid5>                     item "key"           an Idempotency-Key; `holder`, `fingerprint`
    user#<id>                       item "user"          `open_jobs`, how many a starter has
    call#<call_id>, durations#<kind>                     see `call_index`
    case#<case_id>                  item "<created_at>#<job_id>", one for each job of the case, in order of time

Attributes of a record that are missing are at their default, unknown ones are ignored: what another release wrote stays
readable. Beside the job's own fields the record carries what DynamoDB works with: `created_month` and `open` are index
keys (`open` only while the job is open, or has calls at a provider), `expires_at` is the TTL in whole seconds,
`expires` the exact time.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from chalicelib.adapters.dynamodb.call_index import calls_item, calls_of, parked_item, parked_of
from chalicelib.adapters.dynamodb.values import (
    KINDS,
    Item,
    Kind,
    attributes_of,
    epoch_seconds,
    event_item,
    expiry,
    fields_of,
    from_epoch_seconds,
    from_iso,
    iso,
    item_size,
    kinds_of,
    number,
    packed,
    table_request,
    text,
    timeline_of,
)
from chalicelib.blobs import BlobStore
from chalicelib.jobs.model import (
    ErrorInfo,
    Event,
    Job,
    ModelUsage,
    Status,
    Usage,
    without_one_event,
)
from chalicelib.jobs.ports import CLOCK_SLACK, Checkpoint, IdempotencyKey, KeyUse

RECORD_BYTES = 4096 - 100
"""One read unit, less what a claim may add without reading the record."""

OPEN_SHARD = text("0")
"""The one partition of the index that rescue reads; more shards would be more digits."""

STEP = "step#"
CREATED = len("2025-12-31T10:30:00.000000Z")
"""Characters of the time at the beginning of an entry of the case's list."""


def job_key(job_id: str) -> Item:
    """The key of a job's record."""
    return {"job_id": text(job_id), "item": text("job")}


def result_key(job: Job) -> Item:
    """The key of a job's result."""
    return {"job_id": text(job.job_id), "item": text("job#result")}


def lock_key(lock: str) -> Item:
    """The key of a dedupe lock."""
    return {"job_id": text(lock), "item": text("active")}


def counter_key(user_id: str) -> Item:
    """The key of a starter's counter of open jobs."""
    return {"job_id": text(f"user#{user_id}"), "item": text("user")}


def idempotency_key(key: IdempotencyKey) -> Item:
    """The key of a used Idempotency-Key."""
    name = uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_OID, key.user_id), key.key)
    return {"job_id": text(f"key#{name}"), "item": text("key")}


def case_partition(case_id: str) -> str:
    """The partition that lists the jobs of a case."""
    return f"case#{case_id}"


def job_blobs(job_id: str) -> str:
    """What the keys of all blobs of a job begin with."""
    return f"jobs/{job_id}/"


def result_blob(job: Job) -> str:
    """The key of the blob of a large result, or of one that was asked for as a link."""
    return f"{_attempt_blobs(job)}result.json"


def lock_item(job: Job, lock: str) -> Item:
    """The dedupe lock that the job holds."""
    return {**lock_key(lock), "holder": text(job.job_id), **expiry(job.expires_at)}


def key_item(key: IdempotencyKey, use: KeyUse, *, expires_at: datetime) -> Item:
    """A used Idempotency-Key."""
    use_attributes = {"holder": text(use.job_id), "fingerprint": text(use.fingerprint)}
    return {**idempotency_key(key), **use_attributes, **expiry(expires_at)}


def key_use(item: Item) -> KeyUse:
    """What a used Idempotency-Key points at."""
    return KeyUse(job_id=item["holder"]["S"], fingerprint=item["fingerprint"]["S"])


def case_entry(job: Job) -> Item:
    """The entry of a job in the list of its case."""
    place = text(f"{iso(job.created_at)}#{job.job_id}")
    return {"job_id": text(case_partition(job.case_id)), "item": place, **expiry(job.expires_at)}


def starter_entry(job: Job) -> Item:
    """The entry of a job in its starter's list. Its `user_id` is the starter: that is the partition of the index."""
    return {
        "job_id": text(job.job_id),
        "item": text("starter"),
        "user_id": text(job.requested_by),
        "created_at": text(iso(job.created_at)),
        "job_type": text(job.job_type),
        **expiry(job.expires_at),
    }


def result_item(job: Job, result: bytes, blobs: BlobStore) -> Item:
    """The item of a result; a large one is written to its blob now."""
    return {**result_key(job), **expiry(job.expires_at), **packed(result, blob_key=result_blob(job), blobs=blobs)}


def checkpoint_item(job: Job, checkpoint: Checkpoint, blobs: BlobStore) -> Item:
    """The item of a checkpoint; a large one is written to its blob now."""
    digest = hashlib.sha256(checkpoint.name.encode()).hexdigest()
    value = packed(checkpoint.value, blob_key=f"{_attempt_blobs(job)}step-{digest}.json", blobs=blobs)
    return {"job_id": text(job.job_id), "item": text(f"{STEP}{checkpoint.name}"), **expiry(job.expires_at), **value}


def _attempt_blobs(job: Job) -> str:
    # The fence is part of the key: a worker given up for dead writes beside its successor's blobs, never over them.
    return f"{job_blobs(job.job_id)}{job.fence}/"


def record_of(job: Job) -> Item:
    """The whole record. What is at its empty default is left out."""
    return {**job_key(job.job_id), **_attributes(job, _KINDS)}


def job_of(record: Item) -> Job:
    """The job that a record holds, of this release or an older one."""
    fields = {name: value for name, value in record.items() if name != "expires_at"}
    return Job(**fields_of(fields, _KINDS), expires_at=from_iso(record["expires"]["S"]))


def claim_of(table: str, job_id: str, *, now: datetime, lease_until: datetime, claim_token: str) -> Mapping[str, Any]:
    """The UpdateItem request of `JobStore.claim`."""
    return table_request(
        table,
        key=job_key(job_id),
        UpdateExpression=(
            "SET #status = :running, #fence = #fence + :one, #version = #version + :one,"
            " #attempt = #attempt + if_not_exists(#next_claim_cost, :one),"
            " #lease_until = :lease_until, #check_at = :check_at, #claim_token = :claim_token,"
            " #lost_workers = if_not_exists(#lost_workers, :zero) + if_not_exists(#held, :zero), #held = :one,"
            " #started_at = if_not_exists(#started_at, :now), #updated_at = :now,"
            " #timeline = list_append(if_not_exists(#timeline, :no_events), if_not_exists(#waking, :started)),"
            " #event_count = if_not_exists(#event_count, :zero) + if_not_exists(#waking_count, :one)"
            " REMOVE #next_claim_cost, #parked, #waking, #waking_count"
        ),
        ConditionExpression=(
            "((#status = :pending AND #due_at <= :due)"
            " OR (#status = :running AND (#lease_until <= :now OR attribute_exists(#parked))))"
            " AND #expires > :now"
        ),
        values={
            "pending": Status.PENDING,
            "running": Status.RUNNING,
            "zero": 0,
            "one": 1,
            "now": now,
            "due": now + CLOCK_SLACK,
            "lease_until": lease_until,
            "check_at": epoch_seconds(lease_until),
            "claim_token": claim_token,
            "no_events": {"L": []},
            "started": {"L": [event_item(Event(at=now, type="started"))]},
        },
    )


def update_of(table: str, before: Job, after: Job, *, lease_over_at: datetime | None = None) -> Mapping[str, Any]:
    """The UpdateItem request that turns `before` into `after` under the conditions of `JobStore.save`."""
    condition = "#version = :version_before AND #fence = :fence_before"
    times = {} if lease_over_at is None else {"lease_over_at": lease_over_at}
    if lease_over_at is not None:
        condition += " AND (attribute_not_exists(#lease_until) OR #lease_until <= :lease_over_at)"
    changed = {name: kind for name, kind in _KINDS.items() if getattr(before, name) != getattr(after, name)}
    old, new = _attributes(before, changed), _attributes(after, changed)
    values = {name: value for name, value in new.items() if old.get(name) != value}
    gone = [name for name in old if name not in new]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    if gone:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
    return table_request(
        table,
        key=job_key(before.job_id),
        UpdateExpression=expression,
        ConditionExpression=condition,
        values={"version_before": before.version, "fence_before": before.fence, **times, **values},
    )


def fitting(job: Job) -> Job:
    """The job with as many events as fit into a record: a poll reads at most one unit of DynamoDB's."""
    if len(msgspec.json.encode(job)) <= RECORD_BYTES:  # quickly made, and longer than the record
        return job
    while len(job.timeline) > 1 and item_size(record_of(job)) > RECORD_BYTES:
        job = without_one_event(job)
    return job


def _attributes(job: Job, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """What the job's fields of these names are stored as, and what goes with them."""
    attributes = attributes_of(job, kinds)
    if job.next_claim_cost == 1:
        attributes.pop("next_claim_cost", None)
    if job.is_open or job.calls:
        attributes["open"] = OPEN_SHARD
    if job.parked is not None:
        attributes |= {"waking": {"L": []}, "waking_count": number(0)}  # the events that the next claim adds: none
    attributes["created_month"] = text(iso(job.created_at)[: len("YYYY-MM")])
    return {**attributes, **expiry(job.expires_at)}


def _usage_item(call: ModelUsage) -> Item:
    cost = {"NULL": True} if call.cost_usd is None else text(str(call.cost_usd))
    counts = (call.requests, call.input_tokens, call.output_tokens, call.cached_tokens)
    return {"L": [text(call.model), *map(number, counts), cost]}


def _model_usage(parts: Sequence[Item]) -> ModelUsage:
    model, requests, input_tokens, output_tokens, cached_tokens, cost = parts
    return ModelUsage(
        model=model["S"],
        requests=int(requests["N"]),
        input_tokens=int(input_tokens["N"]),
        output_tokens=int(output_tokens["N"]),
        cached_tokens=int(cached_tokens["N"]),
        cost_usd=Decimal(cost["S"]) if "S" in cost else None,
    )


_ERROR_KINDS = kinds_of(ErrorInfo)
_KINDS = {
    **kinds_of(
        Job,
        {
            "Priority": KINDS["str"],
            "Status": Kind(text, Status),
            "Usage": Kind(
                lambda usage: {"L": [_usage_item(call) for call in usage.calls]},
                lambda items: Usage(calls=tuple(_model_usage(item["L"]) for item in items)),
                Usage(),
            ),
            "ErrorInfo": Kind(
                lambda error: {"M": attributes_of(error, _ERROR_KINDS)},
                lambda item: ErrorInfo(**fields_of(item, _ERROR_KINDS)),
            ),
            "tuple[Call, ...]": Kind(calls_item, calls_of, ()),
            "Parked": Kind(parked_item, parked_of),
            "tuple[Event, ...]": Kind(lambda events: {"L": [*map(event_item, events)]}, timeline_of, ()),
        },
    ),
    "check_at": Kind(epoch_seconds, from_epoch_seconds),
    # Conditions and claims read these: they are stored even when they are zero.
    "fence": Kind(number, int),
    "attempt": Kind(number, int),
}
