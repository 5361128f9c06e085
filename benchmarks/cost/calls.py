"""Which calls does one job make, and how many DynamoDB units are they? By AWS's rounding rules, from what was sent."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
TRANSACTION_FACTOR = 2
RECORD = "job"

Sizes = Mapping[str, int]
"""The bytes of items by "<table>/<partition>/<sort key>"."""


class Meter:
    """Collects the calls of one session and prices DynamoDB's in units; `client` looks at the tables beside them."""

    def __init__(self, session: Any, *, client: Any) -> None:
        self.counts: Counter[str] = Counter()
        self._client = client
        self._pending: list[tuple[str, Mapping[str, Any]]] = []
        session.register("before-parameter-build.*", self._remember)

    def reset(self) -> None:
        """Forget what was called so far."""
        self._pending, self.counts = [], Counter()

    def settle(self) -> None:
        """Price what was called since the last time, by the size that its items have now."""
        pending, self._pending = self._pending, []
        for operation, params in pending:
            service = _service(operation)
            self.counts[service] += 1
            if service == "dynamodb":
                for unit, count in self._units(operation, params):
                    self.counts[unit] += count

    def _remember(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        self._pending.append((model.name, dict(params)))

    def _units(self, operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
        if operation == "TransactWriteItems":
            for item in params["TransactItems"]:
                ((kind, request),) = item.items()
                yield "write_units", TRANSACTION_FACTOR * self._written(request)
                yield "write_units", _index_writes(kind, request)
        elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
            yield "write_units", self._written(params)
            yield "write_units", _index_writes(operation.removesuffix("Item"), params)
        elif operation == "GetItem":
            yield "read_units", max(1, math.ceil(self._size(params["TableName"], params["Key"]) / READ_UNIT_BYTES))
        elif operation == "BatchGetItem":
            yield "read_units", sum(len(asked["Keys"]) for asked in params["RequestItems"].values())
        elif operation == "Query":
            yield "read_units", max(1, math.ceil(self._queried(params) / READ_UNIT_BYTES))

    def _written(self, request: Mapping[str, Any]) -> int:
        key = request.get("Key") or request["Item"]
        size = item_bytes(request["Item"]) if "Item" in request else self._size(request["TableName"], key)
        return max(1, math.ceil(size / WRITE_UNIT_BYTES))

    def _size(self, table: str, key: Mapping[str, Any]) -> int:
        found = self._client.get_item(TableName=table, Key=dict(key)).get("Item", {})
        return item_bytes(found)

    def _queried(self, params: Mapping[str, Any]) -> int:
        return sum(item_bytes(item) for item in self._client.query(**params)["Items"])


def _index_writes(kind: str, request: Mapping[str, Any]) -> int:
    """Writes to the indexes of the jobs table: all three for a new record, those of what changes for an update."""
    item = request.get("Item") or request["Key"]
    if "job_id" not in item or item["item"] != {"S": RECORD}:
        return 0
    if kind == "Put":
        return 3
    names = set(request.get("ExpressionAttributeNames", {}).values()) if kind == "Update" else set()
    changed = request.get("UpdateExpression", "")
    lists = 2 if "status" in names and "#status =" in changed else 0
    return lists + (2 if "check_at" in names and "#check_at =" in changed else 0)


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


def _service(operation: str) -> str:
    if operation.endswith("Message"):
        return "queue_requests"
    return "object_writes" if operation.endswith("Object") else "dynamodb"
