"""Encoding of times, numbers, names, events and JSON values in DynamoDB items; large values are moved to blobs."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from chalicelib.blobs import BlobStore
from chalicelib.jobs.model import EVENTS_KEPT_FIRST, EVENTS_KEPT_LAST, Event, StepFacts

Item = Mapping[str, Any]
"""An item, or some attributes of one, as the low-level client has them: `{"progress": {"N": "45"}}`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PER_SECOND = 1_000_000

INLINE_BYTES = 350 * 1024
"""How large a value may be inside an item. An item may have 400 KB, its names and small attributes included."""

JSON_TYPE = "application/json"


def text(value: str) -> Item:
    """A string attribute."""
    return {"S": value}


def number(value: int) -> Item:
    """A whole number attribute."""
    return {"N": str(value)}


def iso(at: datetime) -> str:
    """UTC with microseconds and Z, always 27 characters: it sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def from_iso(value: str) -> datetime:
    """The aware time that `iso` wrote."""
    return datetime.fromisoformat(value)


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970, exact."""
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The aware time that `microseconds` counted."""
    return _EPOCH + timedelta(microseconds=value)


def epoch_seconds(at: datetime) -> Item:
    """A number attribute: seconds since 1970 with six decimals, exact."""
    seconds, rest = divmod(microseconds(at), _PER_SECOND)
    return {"N": f"{seconds}.{rest:06d}"}


def from_epoch_seconds(value: str) -> datetime:
    """The aware time that `epoch_seconds` wrote; the store may have dropped zeros at the end."""
    seconds, _, decimals = value.partition(".")
    return from_microseconds(int(seconds) * _PER_SECOND + int(decimals.ljust(6, "0")))


def expiry(at: datetime) -> Item:
    """The two attributes that let an item expire: `expires_at` for DynamoDB, whole seconds; `expires` exact, for us.

    DynamoDB deletes late, so whoever reads compares `expires` with the time.
    """
    return {"expires_at": number(-(-microseconds(at) // _PER_SECOND)), "expires": text(iso(at))}


def table_request(
    table: str,
    *,
    item: Item | None = None,
    key: Item | None = None,
    values: Mapping[str, Any] = MappingProxyType({}),
    **more: str | None,
) -> dict[str, Any]:
    """A request to one table. `more` are its expressions (None: left out); their `#names` are filled in.

    A value may be an attribute already, or a string, a bool, a whole number or a time.
    """
    expressions = {name: expression for name, expression in more.items() if expression is not None}
    names = {f"#{name}": name for name in re.findall(r"#(\w+)", " ".join(expressions.values()))}
    typed = {f":{name}": _attribute(value) for name, value in values.items()}
    return {
        "TableName": table,
        **({} if item is None else {"Item": item}),
        **({} if key is None else {"Key": key}),
        **expressions,
        **({"ExpressionAttributeNames": names} if names else {}),
        **({"ExpressionAttributeValues": typed} if typed else {}),
    }


def _attribute(value: Any) -> Item:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return number(value)
        case datetime():
            return text(iso(value))
        case str():
            return text(value)
        case _:
            attribute: Item = value
            return attribute


class Kind(msgspec.Struct, frozen=True):
    """How one kind of value is written and read; a field whose default is `empty` is not stored while it is that."""

    write: Callable[[Any], Item]
    read: Callable[[Any], Any]
    empty: Any = None


KINDS: Mapping[str, Kind] = {
    "str": Kind(text, str, ""),
    "int": Kind(number, int, 0),
    "bool": Kind(lambda value: {"BOOL": value}, bool, False),
    "datetime": Kind(lambda value: text(iso(value)), from_iso),
    "Decimal": Kind(lambda value: text(str(value)), Decimal),
    "Mapping[str, Any]": Kind(lambda value: text(msgspec.json.encode(value).decode()), msgspec.json.decode, {}),
    "Mapping[str, str]": Kind(
        lambda value: {"M": {name: text(entry) for name, entry in value.items()}},
        lambda value: {name: entry["S"] for name, entry in value.items()},
        {},
    ),
}
"""The kinds of values by the type that a field is declared with."""


def kinds_of(struct: type[msgspec.Struct], more: Mapping[str, Kind] = MappingProxyType({})) -> dict[str, Kind]:
    """The kind of each field of a struct; `more` adds kinds by declared type."""
    declared = struct.__annotations__  # as text: the modules postpone their evaluation
    kinds = {}
    for field in msgspec.structs.fields(struct):
        kind = {**KINDS, **more}[declared[field.name].removesuffix(" | None")]
        default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        kinds[field.name] = kind if default == kind.empty else msgspec.structs.replace(kind, empty=None)
    return kinds


def attributes_of(value: msgspec.Struct, kinds: Mapping[str, Kind]) -> dict[str, Item]:
    """The fields as attributes of their names, without those that are None or at their empty default."""
    fields = ((name, kind, getattr(value, name)) for name, kind in kinds.items())
    return {name: kind.write(field) for name, kind, field in fields if field is not None and field != kind.empty}


def fields_of(item: Item, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The fields that `attributes_of` wrote; attributes of other names are ignored."""
    return {name: kinds[name].read(next(iter(typed.values()))) for name, typed in item.items() if name in kinds}


def packed(content: bytes, *, blob_key: str, blobs: BlobStore) -> Item:
    """Attributes that hold JSON bytes: compressed as `zlib`, or `blob` with the key they were written to just now."""
    compressed = zlib.compress(content)
    if len(compressed) <= INLINE_BYTES:
        return {"zlib": {"B": compressed}}
    blobs.put(blob_key, content, content_type=JSON_TYPE)
    return {"blob": text(blob_key)}


def unpacked(item: Item, *, blobs: BlobStore) -> bytes | None:
    """The bytes that `packed` stored; None when their blob is gone."""
    if "blob" in item:
        return blobs.get(item["blob"]["S"])
    return zlib.decompress(item["zlib"]["B"])


def json_attributes(value: Any, *, blob_key: str, blobs: BlobStore) -> Item:
    """Attributes that hold a JSON value as text: a JSON string as `value`, or `blob` with the key it was written to."""
    content = msgspec.json.encode(value)
    if len(content) <= INLINE_BYTES:
        return {"value": text(content.decode())}
    blobs.put(blob_key, content, content_type=JSON_TYPE)
    return {"blob": text(blob_key)}


def json_value(item: Item, *, blobs: BlobStore) -> Any:
    """The JSON value that `json_attributes` stored; None when its blob is gone."""
    content = blobs.get(item["blob"]["S"]) if "blob" in item else item["value"]["S"]
    return None if content is None else msgspec.json.decode(content)


def free_put(table: str, item: Item, *, now: datetime) -> Mapping[str, Any]:
    """A Put where nothing is, or what is there has expired."""
    free = "attribute_not_exists(#job_id) OR #expires <= :now"
    return table_request(table, item=item, ConditionExpression=free, values={"now": now})


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
