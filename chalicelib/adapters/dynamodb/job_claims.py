"""How is a job owned? Conditional updates that are made without reading first: claim, heartbeat, postponed check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls
from chalicelib.adapters.dynamodb.job_records import event_item, job_key, job_of
from chalicelib.adapters.dynamodb.values import epoch_seconds, iso, names, number, text
from chalicelib.jobs.model import Event, Job, Status
from chalicelib.jobs.ports import Conflict

_PENDING = text(Status.PENDING.value)
_RUNNING = text(Status.RUNNING.value)


class JobClaims:
    """Claims, heartbeats and postponed checks on one table."""

    def __init__(self, calls: DynamoCalls, *, table: str) -> None:
        self._calls = calls
        self._table = table

    def claim(self, job_id: str, *, now: datetime, lease_until: datetime, claim_token: str) -> Job | None:
        """See JobStore.claim."""
        request = self._claim_request(job_id, now=now, lease_until=lease_until, claim_token=claim_token)
        try:
            return job_of(self._calls.update(request))
        except ConditionRefused as refused:
            if refused.item is None:
                return None
            held = job_of(refused.item)
            # Our first answer was lost and the SDK asked again: the claim that stands in the way is our own.
            return held if held.status is Status.RUNNING and held.claim_token == claim_token else None

    def renew(self, job: Job, *, lease_until: datetime) -> bool:
        """See JobStore.renew."""
        request = {
            "TableName": self._table,
            "Key": job_key(job.job_id),
            "UpdateExpression": "SET #lease_until = :lease_until",
            "ConditionExpression": "#fence = :fence AND #status = :running",
            "ExpressionAttributeNames": names("lease_until", "fence", "status"),
            "ExpressionAttributeValues": {
                ":lease_until": text(iso(lease_until)),
                ":fence": number(job.fence),
                ":running": _RUNNING,
            },
        }
        try:
            return job_of(self._calls.update(request)).cancel_requested
        except ConditionRefused as refused:
            raise Conflict(job_of(refused.item) if refused.item else None) from refused

    def postpone(self, job: Job, *, check_at: datetime, check_interval_seconds: int) -> bool:
        """See JobStore.postpone."""
        request = {
            "TableName": self._table,
            "Key": job_key(job.job_id),
            "UpdateExpression": "SET #check_at = :check_at, #check_interval_seconds = :check_interval_seconds",
            "ConditionExpression": "attribute_exists(#open) AND #check_at = :check_at_before",
            "ExpressionAttributeNames": names("check_at", "check_interval_seconds", "open"),
            "ExpressionAttributeValues": {
                ":check_at": epoch_seconds(check_at),
                ":check_at_before": epoch_seconds(job.check_at),
                ":check_interval_seconds": number(check_interval_seconds),
            },
        }
        try:
            self._calls.change(request)
        except ConditionRefused as refused:
            if refused.item is None:
                return False
            current = job_of(refused.item)
            # As with a claim: the check that stands there may be the one we set.
            ours = (check_at, check_interval_seconds)
            return current.is_open and (current.check_at, current.check_interval_seconds) == ours
        return True

    def _claim_request(
        self, job_id: str, *, now: datetime, lease_until: datetime, claim_token: str
    ) -> Mapping[str, Any]:
        return {
            "TableName": self._table,
            "Key": job_key(job_id),
            "UpdateExpression": (
                "SET #status = :running, #fence = #fence + :one, #version = #version + :one,"
                " #attempt = #attempt + if_not_exists(#next_claim_cost, :one),"
                " #lease_until = :lease_until, #check_at = :check_at, #claim_token = :claim_token,"
                " #started_at = if_not_exists(#started_at, :now), #updated_at = :now,"
                " #timeline = list_append(if_not_exists(#timeline, :no_events), :started),"
                " #event_count = if_not_exists(#event_count, :zero) + :one"
                " REMOVE #next_claim_cost"
            ),
            "ConditionExpression": (
                "((#status = :pending AND #due_at <= :now) OR (#status = :running AND #lease_until <= :now))"
                " AND #expires > :now"
            ),
            "ExpressionAttributeNames": names(
                *("status", "fence", "version", "attempt", "next_claim_cost", "lease_until", "check_at", "claim_token"),
                *("started_at", "updated_at", "timeline", "event_count", "due_at", "expires"),
            ),
            "ExpressionAttributeValues": {
                ":pending": _PENDING,
                ":running": _RUNNING,
                ":zero": number(0),
                ":one": number(1),
                ":now": text(iso(now)),
                ":lease_until": text(iso(lease_until)),
                ":check_at": epoch_seconds(lease_until),
                ":claim_token": text(claim_token),
                ":no_events": {"L": []},
                ":started": {"L": [event_item(Event(at=now, type="started"))]},
            },
        }
