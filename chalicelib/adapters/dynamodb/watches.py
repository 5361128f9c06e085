"""Tickets, connections and watchers in the jobs table, and the changes that its stream carries.

ticket#<sha256 of the secret>   ticket            who may connect, and for which jobs; 60 s
connection#<id>                 connection        who is connected, and which jobs are followed
<job_id>                        watch#<id>        a connection that follows the job
<job_id>                        job               `watched_at` is set by following; the stream answers with a snapshot
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from chalicelib import telemetry
from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls
from chalicelib.adapters.dynamodb.job_items import job_key, job_of
from chalicelib.adapters.dynamodb.values import Item, expiry, from_iso, iso, microseconds, table_request, text
from chalicelib.auth import Principal
from chalicelib.outbox.live import Change, Connection, Ticket, Watcher

WATCH_PREFIX = "watch#"


class DynamoWatchStore:
    """The WatchStore; `client` is a low-level DynamoDB client, `new_id` marks who took a ticket."""

    def __init__(self, client: Any, *, table: str, new_id: Callable[[], str] = lambda: str(uuid4())) -> None:
        self._calls = DynamoCalls(client)
        self._table = table
        self._new_id = new_id

    def put_ticket(self, ticket: Ticket) -> None:
        """See WatchStore.put_ticket: one PutItem."""
        item = {**_ticket_key(ticket.secret), **_holder(ticket.principal, ticket.job_ids, ticket.expires_at)}
        self._calls.put({"TableName": self._table, "Item": item})

    def take_ticket(self, secret: str, *, now: datetime) -> Ticket | None:
        """See WatchStore.take_ticket: one conditional UpdateItem, so that two connections cannot share a ticket."""
        mark = self._new_id()
        try:
            item = self._calls.update(
                table_request(
                    self._table,
                    key=_ticket_key(secret),
                    UpdateExpression="SET #used = :mark",
                    ConditionExpression="attribute_exists(#job_id) AND attribute_not_exists(#used) AND #expires > :now",
                    values={"mark": mark, "now": now},
                )
            )
        except ConditionRefused as refused:
            # Our first answer was lost and the SDK asked again: the ticket was used up by us.
            if refused.item is None or refused.item.get("used") != text(mark):
                return None
            item = refused.item
        principal, job_ids, expires_at = _held(item)
        return Ticket(secret=secret, principal=principal, job_ids=job_ids, expires_at=expires_at)

    def put_connection(self, connection: Connection) -> None:
        """See WatchStore.put_connection: one PutItem."""
        held = _holder(connection.principal, connection.job_ids, connection.expires_at)
        self._calls.put({"TableName": self._table, "Item": {**_connection_key(connection.connection_id), **held}})

    def connection(self, connection_id: str) -> Connection | None:
        """See WatchStore.connection: one GetItem."""
        item = self._calls.get(self._table, _connection_key(connection_id))
        if item is None:
            return None
        principal, job_ids, expires_at = _held(item)
        return Connection(connection_id=connection_id, principal=principal, job_ids=job_ids, expires_at=expires_at)

    def forget_connection(self, connection: Connection) -> None:
        """See WatchStore.forget_connection: one BatchGetItem, a BatchWriteItem for each 25 jobs still followed."""
        followed = self.watching(connection.job_ids, connection_id=connection.connection_id)
        keys = [_watch_key(job_id, connection.connection_id) for job_id in sorted(followed)]
        keys.append(_connection_key(connection.connection_id))
        self._calls.batch_write(self._table, [{"DeleteRequest": {"Key": key}} for key in keys])

    def watch(self, job_ids: Sequence[str], *, connection: Connection, now: datetime) -> None:
        """See WatchStore.watch: a BatchWriteItem for each 25 jobs, then one UpdateItem a job."""
        lifetime = expiry(connection.expires_at)
        items = [
            {**_watch_key(job_id, connection.connection_id), "since": text(iso(now)), **lifetime} for job_id in job_ids
        ]
        self._calls.batch_write(self._table, [{"PutRequest": {"Item": item}} for item in items])
        for job_id in job_ids:
            self._mark(job_id, now)

    def unwatch(self, job_ids: Sequence[str], *, connection_id: str) -> None:
        """See WatchStore.unwatch: a BatchWriteItem for each 25 jobs."""
        keys = [_watch_key(job_id, connection_id) for job_id in job_ids]
        self._calls.batch_write(self._table, [{"DeleteRequest": {"Key": key}} for key in keys])

    def watching(self, job_ids: Sequence[str], *, connection_id: str) -> frozenset[str]:
        """See WatchStore.watching: one BatchGetItem."""
        keys = [_watch_key(job_id, connection_id) for job_id in job_ids]
        return frozenset(item["job_id"]["S"] for item in self._calls.batch_get(self._table, keys))

    def watchers(self, job_id: str, *, now: datetime) -> Sequence[Watcher]:
        """See WatchStore.watchers: one Query."""
        items = self._calls.query(
            {
                **table_request(
                    self._table,
                    KeyConditionExpression="#job_id = :job_id AND begins_with(#item, :prefix)",
                    FilterExpression="#expires > :now",
                    values={"job_id": job_id, "prefix": WATCH_PREFIX, "now": now},
                ),
                "ConsistentRead": True,
            }
        )
        return [
            Watcher(connection_id=item["item"]["S"].removeprefix(WATCH_PREFIX), since=from_iso(item["since"]["S"]))
            for item in items
        ]

    def _mark(self, job_id: str, now: datetime) -> None:
        with contextlib.suppress(ConditionRefused):  # deleted since: there is nothing to follow
            self._calls.change(
                table_request(
                    self._table,
                    key=job_key(job_id),
                    UpdateExpression="SET #watched_at = :now",
                    ConditionExpression="attribute_exists(#job_id)",
                    values={"now": microseconds(now)},
                )
            )


def changes_of(event: Mapping[str, Any]) -> Iterator[Change]:
    """The changes of job records in an event of the table's stream; what this release cannot read is skipped."""
    for record in event.get("Records", ()):
        change = record["dynamodb"]
        if change["Keys"]["item"]["S"] != "job":
            continue
        old, new = change.get("OldImage"), change.get("NewImage")
        try:
            yield Change(
                before=None if old is None else job_of(old),
                after=None if new is None else job_of(new),
                marked=new is not None and new.get("watched_at") != (old or {}).get("watched_at"),
                at=datetime.fromtimestamp(float(change["ApproximateCreationDateTime"]), UTC),
            )
        except Exception as exc:  # noqa: BLE001  # one unreadable record must not hold up the shard
            telemetry.defect("change_unreadable", exc, job_id=change["Keys"]["job_id"]["S"])


def _ticket_key(secret: str) -> Item:
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return {"job_id": text(f"ticket#{digest}"), "item": text("ticket")}


def _connection_key(connection_id: str) -> Item:
    return {"job_id": text(f"connection#{connection_id}"), "item": text("connection")}


def _watch_key(job_id: str, connection_id: str) -> Item:
    return {"job_id": text(job_id), "item": text(f"{WATCH_PREFIX}{connection_id}")}


def _holder(principal: Principal, job_ids: Sequence[str], expires_at: datetime) -> Item:
    return {
        "holder": text(principal.user_id),
        "is_admin": {"BOOL": principal.is_admin},
        "job_ids": {"L": [text(job_id) for job_id in job_ids]},
        **expiry(expires_at),
    }


def _held(item: Item) -> tuple[Principal, tuple[str, ...], datetime]:
    principal = Principal(user_id=item["holder"]["S"], is_admin=item["is_admin"]["BOOL"])
    return principal, tuple(value["S"] for value in item["job_ids"]["L"]), from_iso(item["expires"]["S"])
