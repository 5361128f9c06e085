"""Where are cases kept? The CaseStore on one DynamoDB table; large calls go to the blob store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

from chalicelib import telemetry
from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls, TransactionRefused
from chalicelib.adapters.dynamodb.case_deletions import CaseDeletions
from chalicelib.adapters.dynamodb.case_items import (
    CALL,
    CASE,
    DOCUMENT,
    MEMBERS,
    METADATA,
    REMOVED,
    case_from,
    case_item,
    document_item,
    documents_from,
    key,
    metadata_from,
    metadata_item,
    month,
    outline_from,
    position,
    removed_from,
)
from chalicelib.adapters.dynamodb.large_values import read, readable
from chalicelib.adapters.dynamodb.values import Item, iso, names, text
from chalicelib.cases.model import Case, CaseFile, CaseOutline, Document, DocumentList
from chalicelib.jobs.ports import BlobStore

EXISTS = "attribute_exists(case_id)"
MONTHS = key("index#months", "months")
"""The months in which cases were created, as a set: the list of all cases asks for these and no others."""

READS_OF_REPLACED = 3
QUERIES_AT_ONCE = 8


class DynamoCaseStore:
    """The CaseStore port. `new_id` names the blobs of large members."""

    def __init__(
        self,
        client: Any,
        *,
        table: str,
        blobs: BlobStore,
        calls: DynamoCalls | None = None,
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._calls = calls or DynamoCalls(client)
        self._table = table
        self._blobs = blobs
        self._new_id = new_id
        self._deletions = CaseDeletions(self._calls, table=table)

    def create(self, case: Case) -> None:
        """See CaseStore.create."""
        # The month first: a month without cases does no harm, a case in an unknown month is never listed.
        self._calls.update(
            {
                "TableName": self._table,
                "Key": MONTHS,
                "UpdateExpression": "ADD months :month",
                "ExpressionAttributeValues": {":month": {"SS": [month(case.created_at)]}},
            }
        )
        self._calls.put(self._request(Item=case_item(case)))

    def outline(self, case_id: str) -> CaseOutline | None:
        """See CaseStore.outline."""
        return outline_from(self._items(case_id, beginning=CASE))

    def file(self, case_id: str) -> CaseFile | None:
        """See CaseStore.file."""
        file, lost = self._file(case_id)
        for _ in range(READS_OF_REPLACED - 1):
            if lost:
                file, lost = self._file(case_id)
        if lost:
            telemetry.warning("case_members_lost", case_id=case_id, members=lost)
        return file

    def put_call(
        self, case_id: str, call: Mapping[str, Any], *, call_id: str, has_transcript: bool, at: datetime
    ) -> bool:
        """See CaseStore.put_call."""
        replaced = self._blob_of_call(case_id)
        blob_key = f"cases/{case_id}/call/{self._new_id()}"
        content = readable(call, blob_key=blob_key, blobs=self._blobs)
        case = {
            **self._request(Key=key(case_id, CASE), ConditionExpression=EXISTS),
            "UpdateExpression": "SET has_call = :yes, call_id = :call, has_transcript = :spoken, updated_at = :at",
            "ExpressionAttributeValues": {
                ":yes": {"BOOL": True},
                ":call": text(call_id),
                ":spoken": {"BOOL": has_transcript},
                ":at": text(iso(at)),
            },
        }
        landed = self._landed(
            {"case": {"Update": case}, "call": {"Put": self._request(Item={**key(case_id, CALL), **content})}}
        )
        useless = replaced if landed else content.get("blob", {}).get("S")
        if useless:
            self._blobs.delete([useless])
        return landed

    def add_document(self, document: Document, metadata: Mapping[str, Any]) -> bool:
        """See CaseStore.add_document."""
        return self._landed(
            {
                "case": self._touched(document.case_id, at=document.uploaded_at),
                "document": {"Put": self._request(Item=document_item(document))},
                "metadata": {"Put": self._request(Item=metadata_item(document, metadata))},
            }
        )

    def document_metadata(self, case_id: str) -> Mapping[str, Mapping[str, Any]]:
        """See CaseStore.document_metadata."""
        return metadata_from(self._items(case_id, beginning=METADATA))

    def documents_of(self, case_ids: Sequence[str]) -> Mapping[str, DocumentList]:
        """See CaseStore.documents_of: a Query for each case, and one for the metadata when it has documents."""
        with ThreadPoolExecutor(QUERIES_AT_ONCE) as pool:
            return dict(zip(case_ids, pool.map(self._documents, case_ids), strict=True))

    def save_document(self, document: Document) -> bool:
        """See CaseStore.save_document."""
        try:
            self._calls.put(self._request(Item=document_item(document), ConditionExpression=EXISTS))
        except ConditionRefused:
            return False
        return True

    def delete_document(self, document: Document, *, at: datetime) -> None:
        """See CaseStore.delete_document."""
        case_id = document.case_id
        # Refused only when the case is gone, and then its deletion takes the document along.
        self._landed(
            {
                "case": self._touched(case_id, at=at),
                "document": {"Delete": self._request(Key=key(case_id, DOCUMENT + document.id))},
                "metadata": {"Delete": self._request(Key=key(case_id, METADATA + document.id))},
                "removed": {"Put": self._request(Item=key(case_id, REMOVED + document.id))},
            }
        )

    def list(
        self, *, owner: str | None, after: tuple[datetime, str] | None, limit: int
    ) -> tuple[Sequence[Case], tuple[datetime, str] | None]:
        """See CaseStore.list."""
        ids = self._newest_first("by_user", "user_id", owner, after) if owner else self._all_newest_first(after)
        found: list[Case] = []
        # An index may still name a case that is gone, so the page is filled until one more than it needs is found.
        while len(found) <= limit and (chunk := [*islice(ids, limit + 1 - len(found))]):
            items = self._calls.batch_get(self._table, [key(case_id, CASE) for case_id in chunk])
            cases = {item["case_id"]["S"]: case_from(item) for item in items}
            found += [cases[case_id] for case_id in chunk if case_id in cases]
        page = found[:limit]
        return page, position(page[-1]) if len(found) > limit else None

    def hide(self, case: Case) -> Case | None:
        """See CaseStore.hide."""
        return self._deletions.hide(case)

    def unhide(self, case: Case) -> None:
        """See CaseStore.unhide."""
        self._deletions.unhide(case)

    def hidden_owner(self, case_id: str) -> str | None:
        """See CaseStore.hidden_owner."""
        return self._deletions.hidden_owner(case_id)

    def delete(self, case_id: str) -> None:
        """See CaseStore.delete."""
        self._deletions.delete(case_id)

    def _file(self, case_id: str) -> tuple[CaseFile | None, Sequence[str]]:
        """The whole case, and which of its members' blobs are gone: those were replaced since the query."""
        items = [*self._items(case_id)]
        outline = outline_from(items)
        if outline is None:
            return None, ()
        members = {
            MEMBERS[item["item"]["S"]]: read(item, blobs=self._blobs) for item in items if item["item"]["S"] in MEMBERS
        }
        file = CaseFile(
            case=outline.case,
            documents=outline.documents,
            document_metadata=metadata_from(items),
            removed_documents=removed_from(items),
            **members,
        )
        return file, [name for name, value in members.items() if value is None]

    def _documents(self, case_id: str) -> DocumentList:
        documents = documents_from(self._items(case_id, beginning=DOCUMENT))
        metadata = self.document_metadata(case_id) if documents else {}
        return DocumentList(documents=documents, metadata=metadata)

    def _items(self, case_id: str, *, beginning: str | None = None) -> Iterator[Item]:
        condition, values, words = "case_id = :case", {":case": text(case_id)}, {}
        if beginning is not None:
            condition += " AND begins_with(#item, :beginning)"
            values[":beginning"] = text(beginning)
            words = {"ExpressionAttributeNames": names("item")}
        return self._calls.query(self._read(condition, values, ConsistentRead=True, **words))

    def _blob_of_call(self, case_id: str) -> str | None:
        request = self._read(
            "case_id = :case AND #item = :call",
            {":case": text(case_id), ":call": text(CALL)},
            ConsistentRead=True,
            ProjectionExpression="#blob",
            ExpressionAttributeNames=names("item", "blob"),
        )
        found = next((item["blob"]["S"] for item in self._calls.query(request) if "blob" in item), None)
        return None if found is None else str(found)

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
        request = self._read(
            f"{partition} = :partition", {":partition": text(value)}, IndexName=index, ScanIndexForward=False
        )
        if after is not None:
            created_at, case_id = after
            start = {**key(case_id, CASE), partition: text(value), "created_at": text(iso(created_at))}
            request = {**request, "ExclusiveStartKey": start}
        return (item["case_id"]["S"] for item in self._calls.query(request))

    def _touched(self, case_id: str, *, at: datetime) -> Mapping[str, Any]:
        """The case is there, and is updated now."""
        return {
            "Update": self._request(
                Key=key(case_id, CASE),
                ConditionExpression=EXISTS,
                UpdateExpression="SET updated_at = :at",
                ExpressionAttributeValues={":at": text(iso(at))},
            )
        }

    def _landed(self, writes: Mapping[str, Mapping[str, Any]]) -> bool:
        try:
            self._calls.transact(writes)
        except TransactionRefused:
            return False
        return True

    def _read(self, condition: str, values: Mapping[str, Item], **more: Any) -> dict[str, Any]:
        return self._request(KeyConditionExpression=condition, ExpressionAttributeValues=values, **more)

    def _request(self, **request: Any) -> dict[str, Any]:
        return {"TableName": self._table, **request}
