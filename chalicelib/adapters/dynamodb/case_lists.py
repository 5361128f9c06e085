"""The lists of cases, through the indexes; each case is read from its record, which alone is consistent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from chalicelib.adapters.dynamodb.calls import LARGEST_BATCH_READ, DynamoCalls
from chalicelib.adapters.dynamodb.case_items import CASE, case_from, key, month, position
from chalicelib.adapters.dynamodb.values import iso, table_request, text
from chalicelib.cases.model import EVERY_CASE, Case, CaseFilter

MONTHS = key("index#months", "months")
"""The months in which cases were created, as a set: the list of all cases asks for these and no others."""

BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000"

SCANNED_CASES = 1_000
"""So many a list looks at for one page, however few of them its filter shows: the rest is behind the cursor."""


class DynamoCaseLists:
    """The `list` and `unchanged_since` of the CaseStore."""

    def __init__(self, calls: DynamoCalls, *, table: str) -> None:
        self._calls = calls
        self._table = table

    def list(
        self,
        *,
        owner: str | None,
        after: tuple[datetime, str] | None,
        limit: int,
        wanted: CaseFilter = EVERY_CASE,
    ) -> tuple[Sequence[Case], tuple[datetime, str] | None]:
        ids = self._newest_first("by_user", "user_id", owner, after) if owner else self._all_newest_first(after)
        found: list[Case] = []
        scanned, last = 0, after
        # An index may still name a case that is gone, so the page is filled until one more than it needs is found.
        while len(found) <= limit:
            if scanned >= SCANNED_CASES and last != after:
                return found, last
            chunk = [*islice(ids, limit + 1 - len(found) if wanted.is_empty else LARGEST_BATCH_READ)]
            if not chunk:
                break
            items = self._calls.batch_get(self._table, [key(case_id, CASE) for case_id in chunk])
            cases = {case.id: case for item in items if (case := case_from(item)) is not None}
            there = [cases[case_id] for case_id in chunk if case_id in cases]
            found += [case for case in there if wanted.shows(case)]
            scanned += 0 if wanted.is_empty else len(chunk)
            last = position(there[-1]) if there else last
        page = found[:limit]
        return page, position(page[-1]) if len(found) > limit else None

    def unchanged_since(self, before: datetime) -> Iterator[str]:
        # What was created later was changed later too.
        ids = self._all_newest_first((before, BEFORE_ALL_IDS))
        while chunk := [*islice(ids, LARGEST_BATCH_READ)]:
            items = self._calls.batch_get(self._table, [key(case_id, CASE) for case_id in chunk])
            yield from (item["case_id"]["S"] for item in items if item["updated_at"]["S"] < iso(before))

    def _all_newest_first(self, after: tuple[datetime, str] | None) -> Iterator[str]:
        item = self._calls.get(self._table, MONTHS) or {}
        for name in sorted(item.get("months", {}).get("SS", ()), reverse=True):
            if after is None or name < month(after[0]):
                yield from self._newest_first("by_month", "created_month", name, None)
            elif name == month(after[0]):
                yield from self._newest_first("by_month", "created_month", name, after)

    def _newest_first(
        self, index: str, partition: str, value: str, after: tuple[datetime, str] | None
    ) -> Iterator[str]:
        asked = table_request(
            self._table, KeyConditionExpression=f"#{partition} = :partition", values={"partition": value}
        ) | {"IndexName": index, "ScanIndexForward": False}
        if after is not None:
            created_at, case_id = after
            start = {**key(case_id, CASE), partition: text(value), "created_at": text(iso(created_at))}
            asked = {**asked, "ExclusiveStartKey": start}
        return (item["case_id"]["S"] for item in self._calls.query(asked))
