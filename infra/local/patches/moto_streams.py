"""DynamoDB's streams in moto: what a failed transaction wrote is not in them, and their memory is bounded.

moto 5.2.5 leaves the records of a failed transaction in the stream, lets a reader see half a transaction, and keeps
every iterator and every record for ever (2.3 KB a poll, 8 KB a write), in its own lists and in `instances_tracked`,
where its metaclass collects every model. A write that changes nothing makes a record, which DynamoDB's does not. Not
reported.
"""

from __future__ import annotations

import functools
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import StreamRecord, StreamShard
from moto.dynamodbstreams.models import DynamoDBStreamsBackend, ShardIterator
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

KEPT_RECORDS = 1000


class _Forgetful(list[Any]):
    def append(self, _: Any) -> None:
        """Keep nothing."""


def keep_streams_true(lock: Any) -> None:
    """`lock` is the one under which DynamoDB's requests are answered. Doing it twice changes nothing."""
    if getattr(DynamoDBStreamsHandler.call_action, "one_at_a_time", False):
        return
    _take_turns(lock)
    _drop_records_of_failed_transactions()
    _forget_used_iterators()
    _forget_old_records()
    ShardIterator.instances_tracked = StreamRecord.instances_tracked = _Forgetful()  # type: ignore[attr-defined]  # the patch


def _take_turns(lock: Any) -> None:
    handle = DynamoDBStreamsHandler.call_action

    @functools.wraps(handle)
    def call_action(self: Any) -> Any:
        with lock:
            return handle(self)

    call_action.one_at_a_time = True  # type: ignore[attr-defined]  # a mark
    DynamoDBStreamsHandler.call_action = call_action  # type: ignore[method-assign]  # the patch


def _drop_records_of_failed_transactions() -> None:
    write = DynamoDBBackend.transact_write_items

    @functools.wraps(write)
    def transact_write_items(self: DynamoDBBackend, *args: Any, **kwargs: Any) -> Any:
        lengths = [
            (table.stream_shard, len(table.stream_shard.items)) for table in self.tables.values() if table.stream_shard
        ]
        try:
            return write(self, *args, **kwargs)
        except BaseException:
            for shard, length in lengths:
                del shard.items[length:]
            raise

    DynamoDBBackend.transact_write_items = transact_write_items  # type: ignore[method-assign]  # the patch


def _forget_used_iterators() -> None:
    def get_records(self: DynamoDBStreamsBackend, iterator_arn: str, limit: int) -> dict[str, Any]:
        answer: dict[str, Any] = self.shard_iterators.pop(iterator_arn).get(limit)
        return answer

    DynamoDBStreamsBackend.get_records = get_records  # type: ignore[method-assign]  # the patch


def _forget_old_records() -> None:
    add, get = StreamShard.add, StreamShard.get

    @functools.wraps(add)
    def add_and_trim(self: StreamShard, old: Any, new: Any) -> None:
        if old is not None and new is not None and old.attrs == new.attrs:
            return
        add(self, old, new)
        if len(self.items) > 2 * KEPT_RECORDS:  # a sequence number is the start's plus the place in the list
            self.starting_sequence_number += len(self.items) - KEPT_RECORDS
            del self.items[:-KEPT_RECORDS]

    @functools.wraps(get)
    def get_from(self: StreamShard, start: int, quantity: int) -> Any:
        return get(self, max(start, self.starting_sequence_number), quantity)

    StreamShard.add, StreamShard.get = add_and_trim, get_from  # type: ignore[method-assign]  # the patch
