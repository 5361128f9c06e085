"""How does a case leave its table? Hidden in one transaction, which can be taken back, and then item by item."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.adapters.dynamodb.calls import DynamoCalls, TransactionRefused
from chalicelib.adapters.dynamodb.case_items import CASE, HIDDEN, case_from, case_item, key
from chalicelib.adapters.dynamodb.values import Item, iso, names, text
from chalicelib.cases.model import Case
from chalicelib.errors import Unavailable

HIDE_TRIES = 8


class CaseDeletions:
    """The deletions of cases, on the table of cases."""

    def __init__(self, calls: DynamoCalls, *, table: str) -> None:
        self._calls = calls
        self._table = table

    def hide(self, case: Case) -> Case | None:
        """See CaseStore.hide: one TransactWriteItems, again when the case changed since it was read."""
        for _ in range(HIDE_TRIES):
            try:
                self._hide(case)
            except TransactionRefused as refused:
                current = refused.items["case"]
                if current is None:
                    return None
                case = case_from(current)
            else:
                return case
        raise Unavailable("The case is changing too fast to be deleted just now. Try again.", retry_after_seconds=1)

    def unhide(self, case: Case) -> None:
        """See CaseStore.unhide: one TransactWriteItems."""
        hidden = {
            "TableName": self._table,
            "Key": key(case.id, HIDDEN),
            "ConditionExpression": "attribute_exists(case_id)",
        }
        try:
            self._calls.transact(
                {"hidden": {"Delete": hidden}, "case": {"Put": {"TableName": self._table, "Item": case_item(case)}}}
            )
        except TransactionRefused:
            return

    def hidden_owner(self, case_id: str) -> str | None:
        """See CaseStore.hidden_owner: one GetItem."""
        item = self._calls.get(self._table, key(case_id, HIDDEN))
        return None if item is None else str(item["owner_id"]["S"])

    def delete(self, case_id: str) -> None:
        """See CaseStore.delete."""
        left = [item for item in self._keys(case_id) if item["item"]["S"] != HIDDEN]
        self._calls.batch_write(self._table, [{"DeleteRequest": {"Key": item}} for item in left])
        # Last, so that a deletion that breaks off can be repeated.
        self._calls.delete({"TableName": self._table, "Key": key(case_id, HIDDEN)})

    def _hide(self, case: Case) -> None:
        as_read = {
            "TableName": self._table,
            "Key": key(case.id, CASE),
            # Every change of a case moves its time: what is hidden is what `unhide` would bring back.
            "ConditionExpression": "updated_at = :read",
            "ExpressionAttributeValues": {":read": text(iso(case.updated_at))},
        }
        hidden = {**key(case.id, HIDDEN), "owner_id": text(case.user_id)}
        self._calls.transact(
            {"case": {"Delete": as_read}, "hidden": {"Put": {"TableName": self._table, "Item": hidden}}}
        )

    def _keys(self, case_id: str) -> Iterator[Item]:
        return self._calls.query(
            {
                "TableName": self._table,
                "KeyConditionExpression": "case_id = :case",
                "ExpressionAttributeValues": {":case": text(case_id)},
                "ProjectionExpression": "case_id, #item",
                "ExpressionAttributeNames": names("item"),
                "ConsistentRead": True,
            }
        )
