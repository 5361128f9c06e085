"""Encoding of a job's timeline, and the size of items as DynamoDB counts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from chalicelib.adapters.dynamodb.values import Item, from_microseconds, microseconds, number, text
from chalicelib.jobs.model import EVENTS_KEPT_FIRST, EVENTS_KEPT_LAST, Event, StepFacts


def event_item(event: Event) -> Item:
    """An event as a short list: microseconds since 1970, type, message and facts if there are any."""
    facts = [] if event.step is None else [text(msgspec.json.encode(event.step).decode())]
    message = [text(event.message)] if event.message or facts else []
    return {"L": [number(microseconds(event.at)), text(event.type), *message, *facts]}


def timeline_of(items: Sequence[Item]) -> tuple[Event, ...]:
    """The events that were stored. What a claim pushed over the limit is left out; the next save drops it."""
    if len(items) > EVENTS_KEPT_FIRST + EVENTS_KEPT_LAST:
        items = [*items[:EVENTS_KEPT_FIRST], *items[-EVENTS_KEPT_LAST:]]
    return tuple(_event(item["L"]) for item in items)


def item_size(item: Item) -> int:
    """The bytes that DynamoDB counts: UTF-8, half a byte a digit, 3 for a list or map and 1 for each member."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _event(parts: Sequence[Item]) -> Event:
    at, event_type, *rest = parts
    return Event(
        at=from_microseconds(int(at["N"])),
        type=event_type["S"],
        message=rest[0]["S"] if rest else "",
        step=msgspec.json.decode(rest[1]["S"], type=StepFacts) if len(rest) > 1 else None,
    )


def _value_size(attribute: Any) -> int:
    kind, value = next(iter(attribute.items()))
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return len(value) // 2 + 2
        case "L":
            return 3 + sum(1 + _value_size(member) for member in value)
        case "M":
            return 3 + len(value) + item_size(value)
        case _:
            return 1
