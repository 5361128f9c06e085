"""DynamoDB's capacity units, by AWS's documented rounding (moto's own are not to be used).

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats" and "Capacity unit consumption". Items are in the
form of the low-level API: `{"progress": {"N": "45"}}`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Item = Mapping[str, Any]

READ_BYTES = 4096
WRITE_BYTES = 1024


def units(size_bytes: int, *, block: int) -> int:
    """How many blocks the bytes fill; the smallest read or write is one."""
    return max(1, -(-size_bytes // block))


def get_units(item: Item | None, *, consistent: bool) -> float:
    """Read units of one GetItem, or of one item of a BatchGetItem."""
    return units(item_bytes(item or {}), block=READ_BYTES) * (1.0 if consistent else 0.5)


def query_units(items: Iterable[Item], *, consistent: bool) -> float:
    """Read units of one Query: all its rows are added up before rounding."""
    return units(sum(item_bytes(item) for item in items), block=READ_BYTES) * (1.0 if consistent else 0.5)


def write_units(before: Item | None, after: Item | None) -> int:
    """Write units of one write of the table: the larger of what was there and what is there now."""
    return units(max(item_bytes(before or {}), item_bytes(after or {})), block=WRITE_BYTES)


def index_units(
    before: Item | None, after: Item | None, *, keys: Sequence[str], projected: Sequence[str] | None
) -> int:
    """Write units of one index: none if its row stays as it is, two writes if the row moves to another key.

    `keys` are the index's own; `projected` the attributes of its rows, keys of the table included (None: all).
    """
    old, new = _row(before, keys=keys, projected=projected), _row(after, keys=keys, projected=projected)
    if old == new:
        return 0
    if old is None or new is None or all(old[key] == new[key] for key in keys):
        return write_units(old, new)
    return write_units(old, None) + write_units(None, new)


def _row(item: Item | None, *, keys: Sequence[str], projected: Sequence[str] | None) -> Item | None:
    if item is None or any(key not in item for key in keys):
        return None
    return item if projected is None else {name: item[name] for name in projected if name in item}


def item_bytes(item: Mapping[str, Any]) -> int:
    """An item's size as DynamoDB counts it: names and values in UTF-8, numbers by their digits."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":
            return math.ceil(len(content.strip("-").replace(".", "")) / 2) + 1
        case "L":
            return 3 + sum(1 + _value_bytes(member) for member in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_bytes(member) for name, member in content.items())
        case _:
            return 1
