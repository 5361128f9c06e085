"""moto's snapshots of a table before a transaction, which here share the items that they hold.

moto 5.2.5 deep-copies a whole table once for every write of a transaction, so a start slows down with every job that is
stored. The copy made here shares the items; an update therefore changes a copy of its item, never the item itself. Of
this, queries alone are reported and repaired: https://github.com/getmoto/moto/pull/9670.
"""

from __future__ import annotations

import copy
import functools
from collections import defaultdict
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table


def share_items_between_snapshots() -> None:
    """Make moto's snapshots cheap. Doing it twice changes nothing."""
    if getattr(Table, "__deepcopy__", None) is _snapshot:
        return
    update = DynamoDBBackend.update_item

    @functools.wraps(update)
    def update_item(self: DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        _own_item(self, table_name, key)
        return update(self, table_name, key, *args, **kwargs)

    DynamoDBBackend.update_item = update_item  # type: ignore[method-assign]  # the patch
    Table.__deepcopy__ = _snapshot  # type: ignore[attr-defined]  # the patch


def _snapshot(table: Table, _memo: dict[int, Any]) -> Table:
    twin = copy.copy(table)
    items = {key: dict(value) if table.has_range_key else value for key, value in table.items.items()}
    twin.items = defaultdict(dict, items)
    return twin


def _own_item(backend: DynamoDBBackend, table_name: str, key: dict[str, Any]) -> None:
    """Put a copy in the place of the item that is about to change."""
    table = backend.get_table(table_name)
    hash_value, range_value = backend.get_keys_value(table, key)
    item = table.get_item(hash_value, range_value)
    if item is None:
        return
    if range_value is None:
        table.items[hash_value] = copy.deepcopy(item)  # type: ignore[arg-type]  # moto takes either
    else:
        table.items[hash_value][range_value] = copy.deepcopy(item)
