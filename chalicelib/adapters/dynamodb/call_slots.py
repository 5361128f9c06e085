"""The slots of calls in flight in the jobs table: a partition for each limit, and one for all who wait.

    limit#<name>    item "cool_down"                                what the provider's refusals made of the limit
                    item "slots#<shard>"                            `used`, and `h_<job_id>` for each job: its slots
    waiting         item "<name>#<rank>#<created_at>#<job_id>"      a job that waits; the order of keys is theirs

A shard has about 20 slots, so its item stays under 1 KB: a write of it is one unit. No job's record is written for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls, TransactionRefused
from chalicelib.adapters.dynamodb.values import Item, expiry, from_iso, iso, number, table_request, text
from chalicelib.jobs.call_limits import CoolDown, LimitState, Shard, Waiter

COOL_DOWN = "cool_down"
SLOTS = "slots#"
WAITING = text("waiting")
_HELD = "h_"


class DynamoSlotStore:
    """The SlotStore; `client` is a low-level DynamoDB client."""

    def __init__(self, client: Any, *, table: str) -> None:
        self._calls = DynamoCalls(client)
        self._table = table

    def take(
        self, limit: str, shard: int, *, job_id: str, calls: int, held: int, size: int, careful_at: datetime | None
    ) -> bool:
        """See SlotStore.take: one UpdateItem."""
        nobody_waits = "(attribute_not_exists(#careful) OR #careful <= :now)"
        request = self._taken(
            limit,
            shard,
            job_id=job_id,
            calls=calls,
            held=held,
            size=size,
            condition=None if careful_at is None else nobody_waits,
            values={} if careful_at is None else {"now": careful_at},
        )
        try:
            self._calls.change(request)
        except ConditionRefused as refused:
            before = (refused.item or {}).get(_held(job_id))
            return before is not None and int(before["N"]) > held
        return True

    def give_back(self, limit: str, shard: int, *, job_id: str) -> datetime | None:
        """See SlotStore.give_back: one UpdateItem."""
        held = _held(job_id)
        request = table_request(
            self._table,
            key=_shard_key(limit, shard),
            UpdateExpression=f"SET #used = #used - #{held} REMOVE #{held}",
            ConditionExpression=f"attribute_exists(#{held})",
        )
        try:
            after = self._calls.update(request)
        except ConditionRefused as refused:
            after = refused.item or {}
        return _careful_until(after)

    def state(self, limit: str) -> LimitState:
        """See SlotStore.state: one Query."""
        asked = table_request(
            self._table, KeyConditionExpression="#job_id = :limit", values={"limit": _partition(limit)}
        )
        items = list(self._calls.query({**asked, "ConsistentRead": True}))
        cool_down = next((_cool_down(item) for item in items if item["item"]["S"] == COOL_DOWN), None)
        shards = [_shard(item) for item in items if item["item"]["S"].startswith(SLOTS)]
        return LimitState(shards=shards, cool_down=cool_down)

    def wait(self, limit: str, waiter: Waiter, *, expires_at: datetime) -> None:
        """See SlotStore.wait: one PutItem."""
        item = {**_waiter_key(limit, waiter), "calls": number(waiter.calls), **expiry(expires_at)}
        self._calls.put({"TableName": self._table, "Item": item})

    def leave(self, limit: str, waiter: Waiter) -> None:
        """See SlotStore.leave: one DeleteItem."""
        self._calls.delete({"TableName": self._table, "Key": _waiter_key(limit, waiter)})

    def waiting(self, limit: str, *, count: int) -> Sequence[Waiter]:
        """See SlotStore.waiting: one Query."""
        condition = "#job_id = :waiting AND begins_with(#item, :limit)"
        return [_waiter(item) for item in self._waiting(condition, count=count, limit=f"{limit}#")]

    def anyone_waits(self) -> bool:
        """See SlotStore.anyone_waits: one Query."""
        return bool(self._waiting("#job_id = :waiting", count=1))

    def admit(self, limit: str, waiter: Waiter, shard: int, *, size: int) -> bool:
        """See SlotStore.admit: one TransactWriteItems of two writes."""
        taken = self._taken(
            limit, shard, job_id=waiter.job_id, calls=waiter.calls, held=0, size=size, condition=None, values={}
        )
        left = table_request(
            self._table, key=_waiter_key(limit, waiter), ConditionExpression="attribute_exists(#job_id)"
        )
        try:
            self._calls.transact({"slots": {"Update": taken}, "wait": {"Delete": left}})
        except TransactionRefused:
            return False
        return True

    def be_careful(self, limit: str, shard: int, *, until: datetime) -> None:
        """See SlotStore.be_careful: one UpdateItem."""
        request = table_request(
            self._table,
            key=_shard_key(limit, shard),
            UpdateExpression="SET #careful = :until",
            ConditionExpression="attribute_not_exists(#careful) OR #careful < :until",
            values={"until": until},
        )
        with contextlib.suppress(ConditionRefused):
            self._calls.change(request)

    def cool_down(self, limit: str, cool_down: CoolDown) -> None:
        """See SlotStore.cool_down: one PutItem."""
        item = {
            **_key(limit, COOL_DOWN),
            "percent": number(cool_down.percent),
            "lowered_at": text(iso(cool_down.lowered_at)),
            "paused_until": text(iso(cool_down.paused_until)),
        }
        self._calls.put({"TableName": self._table, "Item": item})

    def _taken(
        self,
        limit: str,
        shard: int,
        *,
        job_id: str,
        calls: int,
        held: int,
        size: int,
        condition: str | None,
        values: Mapping[str, Any],
    ) -> dict[str, Any]:
        name = _held(job_id)
        as_known = f"#{name} = :held" if held else f"attribute_not_exists(#{name})"
        conditions = [as_known, "(attribute_not_exists(#used) OR #used <= :most)", *([condition] if condition else [])]
        return table_request(
            self._table,
            key=_shard_key(limit, shard),
            UpdateExpression=f"SET #{name} = :calls, #used = if_not_exists(#used, :zero) + :more",
            ConditionExpression=" AND ".join(conditions),
            values={
                "calls": calls,
                "more": calls - held,
                "zero": 0,
                "most": size - (calls - held),
                **({"held": held} if held else {}),
                **values,
            },
        )

    def _waiting(self, condition: str, *, count: int, **values: str) -> Sequence[Item]:
        asked = table_request(self._table, KeyConditionExpression=condition, values={"waiting": WAITING, **values})
        page, _ = next(iter(self._calls.pages({**asked, "ConsistentRead": True, "Limit": count})))
        return page


def _partition(limit: str) -> str:
    return f"limit#{limit}"


def _key(limit: str, item: str) -> dict[str, Item]:
    return {"job_id": text(_partition(limit)), "item": text(item)}


def _shard_key(limit: str, shard: int) -> Item:
    return _key(limit, f"{SLOTS}{shard:03d}")


def _waiter_key(limit: str, waiter: Waiter) -> Item:
    place = f"{limit}#{waiter.rank}#{iso(waiter.created_at)}#{waiter.job_id}"
    return {"job_id": WAITING, "item": text(place)}


def _waiter(item: Item) -> Waiter:
    _, rank, created_at, job_id = item["item"]["S"].split("#", 3)
    return Waiter(job_id=job_id, rank=int(rank), created_at=from_iso(created_at), calls=int(item["calls"]["N"]))


def _held(job_id: str) -> str:
    return f"{_HELD}{job_id.replace('-', '_')}"


def _shard(item: Item) -> Shard:
    held = {
        name.removeprefix(_HELD).replace("_", "-"): int(value["N"])
        for name, value in item.items()
        if name.startswith(_HELD)
    }
    shard = int(item["item"]["S"].removeprefix(SLOTS))
    return Shard(number=shard, held=held, careful_until=_careful_until(item))


def _careful_until(item: Item) -> datetime | None:
    return from_iso(item["careful"]["S"]) if "careful" in item else None


def _cool_down(item: Item) -> CoolDown:
    return CoolDown(
        percent=int(item["percent"]["N"]),
        lowered_at=from_iso(item["lowered_at"]["S"]),
        paused_until=from_iso(item["paused_until"]["S"]),
    )
