"""The log of webhook deliveries: one item for each try, beside its job in the jobs table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls
from chalicelib.adapters.dynamodb.values import Item, expiry, from_iso, iso, number, table_request, text
from chalicelib.jobs.model import Job
from chalicelib.outbox.webhooks import Delivery

PREFIX = "delivery#"


class DynamoDeliveryLog:
    """The DeliveryLog; `client` is a low-level DynamoDB client, `new_id` marks who began a try."""

    def __init__(self, client: Any, *, table: str, new_id: Callable[[], str] = lambda: str(uuid4())) -> None:
        self._calls = DynamoCalls(client)
        self._table = table
        self._new_id = new_id

    def begin(self, job: Job, delivery: Delivery, *, begun_before: datetime) -> bool:
        """See DeliveryLog.begin: one conditional PutItem."""
        mark = text(self._new_id())
        try:
            self._calls.put(
                table_request(
                    self._table,
                    item={**_item(job, delivery), "begun_by": mark},
                    ConditionExpression="attribute_not_exists(#job_id) OR (attribute_not_exists(#status)"
                    " AND attribute_not_exists(#error) AND #at < :begun_before)",
                    values={"begun_before": begun_before},
                )
            )
        except ConditionRefused as refused:
            # Our first answer was lost and the SDK asked again: the try in the way is our own.
            return (refused.item or {}).get("begun_by") == mark
        return True

    def finish(self, job: Job, delivery: Delivery) -> None:
        """See DeliveryLog.finish: one PutItem."""
        self._calls.put({"TableName": self._table, "Item": _item(job, delivery)})

    def list(self, job_id: str) -> Sequence[Delivery]:
        """See DeliveryLog.list: one Query."""
        items = self._calls.query(
            {
                **table_request(
                    self._table,
                    KeyConditionExpression="#job_id = :job_id AND begins_with(#item, :prefix)",
                    values={"job_id": job_id, "prefix": PREFIX},
                ),
                "ConsistentRead": True,
            }
        )
        return [_delivery(item) for item in items]


def _item(job: Job, delivery: Delivery) -> Item:
    known = {
        "status": None if delivery.status is None else number(delivery.status),
        "error": None if delivery.error is None else text(delivery.error),
        "next_attempt_at": None if delivery.next_attempt_at is None else text(iso(delivery.next_attempt_at)),
    }
    return {
        "job_id": text(job.job_id),
        "item": text(f"{PREFIX}{delivery.attempt:04d}"),
        "webhook_id": text(delivery.webhook_id),
        "attempt": number(delivery.attempt),
        "at": text(iso(delivery.at)),
        **{name: value for name, value in known.items() if value is not None},
        **expiry(job.expires_at),
    }


def _delivery(item: Item) -> Delivery:
    next_at = item.get("next_attempt_at")
    return Delivery(
        webhook_id=item["webhook_id"]["S"],
        attempt=int(item["attempt"]["N"]),
        at=from_iso(item["at"]["S"]),
        status=int(item["status"]["N"]) if "status" in item else None,
        error=item["error"]["S"] if "error" in item else None,
        next_attempt_at=from_iso(next_at["S"]) if next_at else None,
    )
