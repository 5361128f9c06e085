"""How does a job look as an item? The one mapping between `Job` and the attributes of its record.

Attributes that are not there are at their default, unknown ones are passed over: what another release wrote stays
readable. Beside the job's own fields the record carries what DynamoDB works with: `created_month` and `open` are index
keys (`open` only while the job is open), `expires_at` is the TTL in whole seconds, `expires` the exact time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from chalicelib.adapters.dynamodb.values import (
    Item,
    epoch_seconds,
    expiry,
    from_epoch_seconds,
    from_iso,
    from_microseconds,
    iso,
    microseconds,
    names,
    number,
    text,
)
from chalicelib.jobs.model import (
    EVENTS_KEPT_FIRST,
    EVENTS_KEPT_LAST,
    ErrorInfo,
    Event,
    Job,
    ModelUsage,
    Status,
    Usage,
)

OPEN_SHARD = text("0")
"""The one partition of the index that rescue reads; more shards would be more digits."""


class _Kind(msgspec.Struct, frozen=True):
    """How one kind of value is written and read."""

    write: Callable[[Any], Item]
    read: Callable[[Any], Any]


def job_key(job_id: str) -> Item:
    """The key of a job's record."""
    return {"job_id": text(job_id), "item": text("job")}


def record_of(job: Job) -> Item:
    """The whole record. What is None or empty is left out."""
    return {**job_key(job.job_id), **_attributes(job, _KINDS)}


def job_of(record: Item) -> Job:
    """The job that a record holds, of this release or an older one."""
    fields = {}
    for attribute, typed in record.items():
        if attribute in _READERS:
            name, read = _READERS[attribute]
            (value,) = typed.values()
            fields[name] = read(value)
    return Job(**fields)


def changed_attributes(before: Job, after: Job) -> tuple[Item, Sequence[str]]:
    """What a change writes: the attributes to set with their new values, and the names of those to remove."""
    changed = [name for name in _KINDS if getattr(before, name) != getattr(after, name)]
    old, new = _attributes(before, changed), _attributes(after, changed)
    return (
        {name: value for name, value in new.items() if old.get(name) != value},
        [name for name in old if name not in new],
    )


def _attributes(job: Job, fields: Iterable[str]) -> Mapping[str, Any]:
    """What these fields of the job are stored as, with what DynamoDB works with and takes from them."""
    attributes = {
        _ATTRIBUTES.get(name, name): _KINDS[name].write(value)
        for name in fields
        if (value := getattr(job, name)) is not None and value not in ((), {}, Usage())
    }
    if job.next_claim_cost == 1:
        attributes.pop("next_claim_cost", None)
    if "status" in attributes and job.is_open:
        attributes["open"] = OPEN_SHARD
    if "expires" in attributes:
        attributes |= expiry(job.expires_at)
    if "created_at" in attributes:
        attributes["created_month"] = text(iso(job.created_at)[: len("YYYY-MM")])
    return attributes


def update_of(table: str, before: Job, after: Job) -> Mapping[str, Any]:
    """The UpdateItem request that turns `before` into `after` while its version and fence are those of `before`."""
    values, gone = changed_attributes(before, after)
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    if gone:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
    return {
        "TableName": table,
        "Key": job_key(before.job_id),
        "UpdateExpression": expression,
        "ConditionExpression": "#version = :version_before AND #fence = :fence_before",
        "ExpressionAttributeNames": names("version", "fence", *values, *gone),
        "ExpressionAttributeValues": {
            ":version_before": number(before.version),
            ":fence_before": number(before.fence),
            **{f":{name}": value for name, value in values.items()},
        },
    }


def event_item(event: Event) -> Item:
    """An event as a short list: microseconds since 1970, type, and the message if there is one."""
    message = [text(event.message)] if event.message else []
    return {"L": [number(microseconds(event.at)), text(event.type), *message]}


def _timeline(items: Sequence[Item]) -> tuple[Event, ...]:
    # A claim appends without reading; what it pushes over the limit is left out here, and dropped by the next save.
    if len(items) > EVENTS_KEPT_FIRST + EVENTS_KEPT_LAST:
        items = [*items[:EVENTS_KEPT_FIRST], *items[-EVENTS_KEPT_LAST:]]
    return tuple(_event(item["L"]) for item in items)


def _event(parts: Sequence[Item]) -> Event:
    at, event_type, *message = parts
    return Event(
        at=from_microseconds(int(at["N"])),
        type=event_type["S"],
        message=message[0]["S"] if message else "",
    )


def _usage_items(usage: Usage) -> Item:
    return {"L": [_usage_item(call) for call in usage.calls]}


def _usage_item(call: ModelUsage) -> Item:
    cost = {"NULL": True} if call.cost_usd is None else text(str(call.cost_usd))
    counts = (call.requests, call.input_tokens, call.output_tokens, call.cached_tokens)
    return {"L": [text(call.model), *map(number, counts), cost]}


def _usage(items: Sequence[Item]) -> Usage:
    return Usage(calls=tuple(_model_usage(item["L"]) for item in items))


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


def _error_item(error: ErrorInfo) -> Item:
    fields = {name: value for name, value in msgspec.structs.asdict(error).items() if value is not None}
    return {"M": {name: _error_kind(name).write(value) for name, value in fields.items()}}


def _error(item: Item) -> ErrorInfo:
    known = [name for name in ErrorInfo.__struct_fields__ if name in item]
    return ErrorInfo(**{name: _error_kind(name).read(next(iter(item[name].values()))) for name in known})


def _error_kind(field: str) -> _Kind:
    return {"retryable": _FLAG, "attempt": _WHOLE, "provider_status": _WHOLE}.get(field, _TEXT)


def _labels_item(labels: Mapping[str, str]) -> Item:
    return {"M": {name: text(value) for name, value in labels.items()}}


def _labels(item: Item) -> Mapping[str, str]:
    return {name: value["S"] for name, value in item.items()}


_TEXT = _Kind(text, str)
_WHOLE = _Kind(number, int)
_FLAG = _Kind(lambda value: {"BOOL": value}, bool)
_TIME = _Kind(lambda value: text(iso(value)), from_iso)
_INSTANT = _Kind(epoch_seconds, from_epoch_seconds)
_MONEY = _Kind(lambda value: text(str(value)), Decimal)
_STATUS = _Kind(text, Status)
_LABELS = _Kind(_labels_item, _labels)
_USAGE = _Kind(_usage_items, _usage)
_ERROR = _Kind(_error_item, _error)
_TIMELINE = _Kind(lambda timeline: {"L": [event_item(event) for event in timeline]}, _timeline)

_KINDS: Mapping[str, _Kind] = {
    **dict.fromkeys(("job_id", "job_type", "case_id", "user_id", "requested_by", "endpoint", "call_id"), _TEXT),
    **dict.fromkeys(("priority", "lock", "retried_from", "progress_message", "claim_token"), _TEXT),
    **dict.fromkeys(("created_at", "updated_at", "deadline_at", "expires_at", "due_at"), _TIME),
    **dict.fromkeys(("lease_until", "started_at", "completed_at"), _TIME),
    **dict.fromkeys(("document_count", "max_attempts", "progress", "version", "attempt", "fence"), _WHOLE),
    **dict.fromkeys(("next_claim_cost", "continuations", "check_interval_seconds"), _WHOLE),
    **dict.fromkeys(("result_bytes", "event_count", "format"), _WHOLE),
    "cancel_requested": _FLAG,
    "check_at": _INSTANT,
    "max_cost_usd": _MONEY,
    "status": _STATUS,
    "labels": _LABELS,
    "usage": _USAGE,
    "error": _ERROR,
    "timeline": _TIMELINE,
}

_ATTRIBUTES: Mapping[str, str] = {"expires_at": "expires"}

_READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    _ATTRIBUTES.get(name, name): (name, kind.read) for name, kind in _KINDS.items()
}
