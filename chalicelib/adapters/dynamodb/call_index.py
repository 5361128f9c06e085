"""Model calls in the jobs table: how the record holds them, whose each is, and how long calls of a kind took.

<job_id>             attributes `calls` and `parked` of its record
call#<call_id>       item "call"        whose it is: `holder`, `question`; `answered`, `webhook_id`
durations#<kind>     item "durations"   the seconds of the latest calls
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls
from chalicelib.adapters.dynamodb.values import (
    Item,
    expiry,
    from_microseconds,
    microseconds,
    number,
    packed,
    table_request,
    text,
)
from chalicelib.blobs import BlobStore
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.calls import Call, CallOwner, Durations, Parked, adopted_name

_BOOKED, _OVER = 1, 2
KEPT_DURATIONS = 16
ENOUGH_DURATIONS = 8
"""From so many on only one in `NOTED_ONE_IN` is added: the item is written rarely, however busy the stage is."""
NOTED_ONE_IN = 4
KNOWN_FOR = timedelta(minutes=5)
DURATIONS_KEPT = timedelta(days=30)


def calls_item(calls: tuple[Call, ...]) -> Item:
    """The calls of a record, each a short list."""
    return {"L": [_call_item(call) for call in calls]}


def calls_of(items: list[Item]) -> tuple[Call, ...]:
    """What `calls_item` wrote."""
    return tuple(_call(item["L"]) for item in items)


def parked_item(parked: Parked) -> Item:
    """What a record shows of its wait."""
    expected = {"NULL": True} if parked.expected_seconds is None else text(f"{parked.expected_seconds:.1f}")
    return {"L": [number(microseconds(parked.since)), expected, number(parked.progress), number(parked.until)]}


def parked_of(items: list[Item]) -> Parked:
    """What `parked_item` wrote."""
    since, expected, progress, until = items
    return Parked(
        since=from_microseconds(int(since["N"])),
        expected_seconds=float(expected["S"]) if "S" in expected else None,
        progress=int(progress["N"]),
        until=int(until["N"]),
    )


def owner_key(call_id: str) -> Item:
    """The key of the item that says whose a call is."""
    return {"job_id": text(f"call#{call_id}"), "item": text("call")}


def owner_item(job_id: str, call: Call, *, expires_at: datetime) -> Item:
    """Whose a call is."""
    return {**owner_key(call.id), "holder": text(job_id), "question": text(call.question), **expiry(expires_at)}


class DynamoCallIndex:
    """The CallIndex on the jobs table; `chance` (0..1) decides which durations are added."""

    def __init__(
        self,
        client: Any,
        *,
        table: str,
        blobs: BlobStore,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._calls = DynamoCalls(client)
        self._table = table
        self._blobs = blobs
        self._clock = clock
        self._chance = chance
        self._lock = threading.Lock()
        self._known: dict[str, tuple[datetime, Durations]] = {}

    def owner(self, call_id: str) -> CallOwner | None:
        item = self._calls.get(self._table, owner_key(call_id))
        if item is None:
            return None
        return CallOwner(
            job_id=item["holder"]["S"],
            question=item["question"]["S"],
            answered="answered" in item,
            webhook_id=item["webhook_id"]["S"] if "webhook_id" in item else None,
        )

    def note_answer(self, call_id: str, *, webhook_id: str | None) -> None:
        expression = "SET #answered = :yes" + ("" if webhook_id is None else ", #webhook_id = :webhook_id")
        noted = table_request(
            self._table,
            key=owner_key(call_id),
            UpdateExpression=expression,
            ConditionExpression="attribute_exists(#holder)",
            values={"yes": True, **({} if webhook_id is None else {"webhook_id": webhook_id})},
        )
        with suppress(ConditionRefused):  # its job was deleted meanwhile
            self._calls.change(noted)

    def is_new(self, call_id: str, *, until: datetime) -> bool:
        item = {"job_id": text(f"call#{call_id}"), "item": text("asked"), **expiry(until)}
        unasked = table_request(
            self._table,
            item=item,
            ConditionExpression="attribute_not_exists(#job_id) OR #expires <= :now",
            values={"now": self._clock()},
        )
        try:
            self._calls.put(unasked)
        except ConditionRefused:
            return False
        return True

    def adopt(self, job_id: str, call: Call, *, expires_at: datetime) -> None:
        checkpoint = {
            "job_id": text(job_id),
            "item": text(f"step#{adopted_name(call.question)}"),
            **expiry(expires_at),
            **packed(msgspec.json.encode(call), blob_key="", blobs=self._blobs),
        }
        owner = owner_item(job_id, call, expires_at=expires_at)
        self._calls.transact(
            {
                "checkpoint": {"Put": table_request(self._table, item=checkpoint)},
                "owner": {"Put": table_request(self._table, item=owner)},
            }
        )

    def durations(self, kind: str) -> Durations:
        """What is known in this process for five minutes: nobody waits for what is only a guess."""
        now = self._clock()
        with self._lock:
            asked_at, known = self._known.get(kind, (None, Durations()))
        if asked_at is not None and now - asked_at < KNOWN_FOR:
            return known
        try:
            item = self._calls.get(self._table, _durations_key(kind))
        except StorageUnavailable:
            return known
        seconds = sorted(float(one["N"]) for one in item["seconds"]["L"]) if item else []
        return self._remembered(kind, Durations(seconds=tuple(seconds)), at=now)

    def note_duration(self, kind: str, seconds: float) -> None:
        known = self.durations(kind).seconds
        if len(known) >= ENOUGH_DURATIONS and self._chance() * NOTED_ONE_IN >= 1:
            return
        now = self._clock()
        longer = "#seconds = list_append(if_not_exists(#seconds, :none), :new)"
        added = table_request(
            self._table,
            key=_durations_key(kind),
            UpdateExpression=f"SET {longer}, #expires_at = :until",
            values={
                "none": {"L": []},
                "new": {"L": [_seconds_item(seconds)]},
                "until": expiry(now + DURATIONS_KEPT)["expires_at"],
            },
        )
        try:
            item = self._calls.update(added)
            latest = [float(one["N"]) for one in item["seconds"]["L"]]
            if len(latest) > 2 * KEPT_DURATIONS:
                self._shorten(kind, latest[-KEPT_DURATIONS:], count=len(latest))
        except StorageUnavailable:
            telemetry.warning("duration_not_noted", kind=kind)
            return
        self._remembered(kind, Durations(seconds=tuple(sorted(latest[-KEPT_DURATIONS:]))), at=now)

    def _shorten(self, kind: str, latest: list[float], *, count: int) -> None:
        shorter = table_request(
            self._table,
            key=_durations_key(kind),
            UpdateExpression="SET #seconds = :latest",
            ConditionExpression="size(#seconds) = :count",
            values={"latest": {"L": [*map(_seconds_item, latest)]}, "count": count},
        )
        with suppress(ConditionRefused):  # another worker was first
            self._calls.change(shorter)

    def _remembered(self, kind: str, durations: Durations, *, at: datetime) -> Durations:
        with self._lock:
            self._known[kind] = (at, durations)
        return durations


def _call_item(call: Call) -> Item:
    state = _BOOKED * call.booked + _OVER * call.over
    most = [] if call.most_usd is None else [text(str(call.most_usd))]
    return {"L": [text(call.id), text(call.question), number(microseconds(call.began_at)), number(state), *most]}


def _call(parts: list[Item]) -> Call:
    call_id, question, began_at, state, *most = parts
    return Call(
        id=call_id["S"],
        question=question["S"],
        began_at=from_microseconds(int(began_at["N"])),
        booked=bool(int(state["N"]) & _BOOKED),
        over=bool(int(state["N"]) & _OVER),
        most_usd=Decimal(most[0]["S"]) if most else None,
    )


def _durations_key(kind: str) -> Item:
    return {"job_id": text(f"durations#{kind}"), "item": text("durations")}


def _seconds_item(seconds: float) -> Item:
    return {"N": f"{seconds:.1f}"}
