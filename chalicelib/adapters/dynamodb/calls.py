"""Calls of DynamoDB: conflicts are repeated with jitter, refused conditions and errors are translated."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import RETRY_AFTER_SECONDS, as_unavailable, cancellation_reasons, error_codes
from chalicelib.adapters.dynamodb.values import Item, table_request
from chalicelib.errors import StorageUnavailable

TRIES = 8
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
LONGEST_CALL_SECONDS = 8.0
"""After so long a call that conflicts or is throttled is not repeated: API Gateway waits 29 s for all calls."""

LARGEST_BATCH_READ = 100
LARGEST_BATCH_WRITE = 25

# What passes by itself, without the ending "Exception" that single calls add.
# The SDK repeats throttled calls too, but it leaves every conflict to the caller.
_PASSING = frozenset(
    {
        "TransactionConflict",
        "TransactionInProgress",
        "Throttling",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
    }
)
_REFUSED = "ConditionalCheckFailed"


class ConditionRefused(Exception):
    """The condition of a write does not hold; `item` is what is stored (None: nothing)."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("a condition does not hold")
        self.item = item


class TransactionRefused(Exception):
    """Conditions of a transaction do not hold: what is stored instead, by the name of the write (None: nothing)."""

    def __init__(self, items: Mapping[str, Item | None]) -> None:
        super().__init__(f"conditions do not hold: {', '.join(items)}")
        self.items = items


class DynamoCalls:
    """The calls of one low-level client. `sleep` (seconds) and `rng` shape the pauses between tries.

    Every method raises StorageUnavailable when DynamoDB does not answer, or conflicts last through all tries.
    """

    def __init__(
        self,
        client: Any,
        *,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._monotonic = monotonic
        self._rng = rng or random.SystemRandom()

    def get(self, table: str, key: Item) -> Item | None:
        """One item, by a consistent read."""
        answer: Mapping[str, Any] = self._call(
            self._client.get_item, {"TableName": table, "Key": key, "ConsistentRead": True}
        )
        item: Item | None = answer.get("Item")
        return item

    def put(self, request: Mapping[str, Any]) -> None:
        """One PutItem. Raises: ConditionRefused."""
        self._write(self._client.put_item, request)

    def update(self, request: Mapping[str, Any]) -> Item:
        """One UpdateItem; the item as it is now. Raises: ConditionRefused."""
        item: Item = self._write(self._client.update_item, {**request, "ReturnValues": "ALL_NEW"})["Attributes"]
        return item

    def change(self, request: Mapping[str, Any]) -> None:
        """One UpdateItem whose new item nobody needs: not sent back, not read. Raises: ConditionRefused."""
        self._write(self._client.update_item, request)

    def delete(self, request: Mapping[str, Any]) -> None:
        """One DeleteItem. Raises: ConditionRefused."""
        self._write(self._client.delete_item, request)

    def transact(self, writes: Mapping[str, Mapping[str, Any]]) -> None:
        """All writes or none, each `{"Put" | "Update" | "Delete" | "ConditionCheck": request}` under a name of ours.

        Raises: TransactionRefused.
        """
        items = [
            {kind: {**request, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}
            for write in writes.values()
            for kind, request in write.items()
        ]
        try:
            self._call(self._client.transact_write_items, {"TransactItems": items})
        except _Refused as refused:
            reasons = zip(writes, cancellation_reasons(refused.error), strict=True)
            items_now = {name: reason.get("Item") or None for name, reason in reasons if reason["Code"] == _REFUSED}
            raise TransactionRefused(items_now) from refused.error

    def keys(self, table: str, partition: str, value: str) -> Sequence[Item]:
        """The keys of all items of one partition, by consistent reads; `partition` names the key's first attribute."""
        asked = table_request(
            table,
            KeyConditionExpression=f"#{partition} = :value",
            ProjectionExpression=f"#{partition}, #item",
            values={"value": value},
        )
        items = self.query(asked | {"ConsistentRead": True})
        return [{partition: item[partition], "item": item["item"]} for item in items]

    def query(self, request: Mapping[str, Any]) -> Iterator[Item]:
        """The items of a Query, page after page, each page asked for only when it is needed."""
        for items, _ in self.pages(request):
            yield from items

    def pages(self, request: Mapping[str, Any]) -> Iterator[tuple[Sequence[Item], Item | None]]:
        """The pages of a Query, and the key at which each ends: None for the last one."""
        start: Mapping[str, Any] = {}
        while True:
            page = self._call(self._client.query, {**request, **start})
            yield page["Items"], page.get("LastEvaluatedKey") or None
            if not page.get("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def batch_get(self, table: str, keys: Sequence[Item]) -> Sequence[Item]:
        """The items that exist under the keys, by consistent reads, in no order."""
        found: list[Item] = []
        for chunk in _chunks(keys, LARGEST_BATCH_READ):
            wanted = {table: {"Keys": chunk, "ConsistentRead": True}}
            for answer in self._batch(self._client.batch_get_item, wanted, left="UnprocessedKeys"):
                found.extend(answer["Responses"].get(table, ()))
        return found

    def batch_write(self, table: str, writes: Sequence[Mapping[str, Any]]) -> None:
        """Unconditional writes, each `{"PutRequest": …}` or `{"DeleteRequest": …}`, in no order."""
        for chunk in _chunks(writes, LARGEST_BATCH_WRITE):
            for _ in self._batch(self._client.batch_write_item, {table: chunk}, left="UnprocessedItems"):
                pass

    def _batch(
        self, operation: Callable[..., Any], wanted: Mapping[str, Any], *, left: str
    ) -> Iterator[Mapping[str, Any]]:
        for attempt in range(TRIES):
            answer = self._call(operation, {"RequestItems": wanted})
            yield answer
            wanted = answer.get(left) or {}
            if not wanted:
                return
            self._pause(attempt)
        raise StorageUnavailable(
            "DynamoDB does not keep up just now. Try again.", retry_after_seconds=RETRY_AFTER_SECONDS
        )

    def _write(self, operation: Callable[..., Any], request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return self._call(operation, {**request, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
        except _Refused as refused:
            raise ConditionRefused(refused.error.response.get("Item") or None) from refused.error

    def _call(self, operation: Callable[..., Any], request: Mapping[str, Any]) -> Mapping[str, Any]:
        give_up_at = self._monotonic() + LONGEST_CALL_SECONDS
        for attempt in range(TRIES):
            try:
                answer: Mapping[str, Any] = operation(**request)
            except (ClientError, BotoCoreError) as exc:
                codes = error_codes(exc) if isinstance(exc, ClientError) else set()
                if _PASSING.isdisjoint(codes) and _REFUSED in codes:
                    raise _Refused(exc) from exc
                if attempt == TRIES - 1 or _PASSING.isdisjoint(codes) or self._monotonic() >= give_up_at:
                    if (unavailable := as_unavailable(exc, "DynamoDB")) is None:
                        raise
                    raise unavailable from exc
            else:
                return answer
            self._pause(attempt)
        raise AssertionError("the last try returns or raises")

    def _pause(self, attempt: int) -> None:
        self._sleep(self._rng.uniform(0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)))


class _Refused(Exception):
    def __init__(self, error: ClientError) -> None:
        super().__init__(str(error))
        self.error = error


def _chunks(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
