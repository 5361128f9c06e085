"""The CaseStore on one DynamoDB table; large calls go to the blob store. The contract is the port's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

from msgspec import UNSET, UnsetType

from chalicelib import telemetry, time_budget
from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls, TransactionRefused
from chalicelib.adapters.dynamodb.case_items import (
    CALL,
    CASE,
    DOCUMENT,
    IS_THERE,
    MEMBERS,
    METADATA,
    REMOVED,
    case_item,
    document_item,
    documents_from,
    form_partition,
    key,
    metadata_from,
    metadata_item,
    month,
    outline_from,
    removed_from,
)
from chalicelib.adapters.dynamodb.case_lists import MONTHS, DynamoCaseLists
from chalicelib.adapters.dynamodb.values import Item, json_attributes, json_value, table_request
from chalicelib.blobs import BlobStore
from chalicelib.cases.model import Case, CaseFile, CaseOutline, Document, DocumentList, DocumentStatus

READS_OF_REPLACED = 3
QUERIES_AT_ONCE = 8
CONFIRMED = "confirmed"
"""The mark of a deletion that cannot be cancelled: its case had no open job, and gets none."""


class DynamoCaseStore(DynamoCaseLists):
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
        super().__init__(calls or DynamoCalls(client), table=table)
        self._blobs = blobs
        self._new_id = new_id

    def create(self, case: Case) -> bool:
        # The month first: a month without cases does no harm, a case in an unknown month is never listed.
        months = {"month": {"SS": [month(case.created_at)]}}
        self._calls.update(table_request(self._table, key=MONTHS, UpdateExpression="ADD #months :month", values=months))
        stored = table_request(self._table, item=case_item(case), ConditionExpression="attribute_not_exists(#case_id)")
        try:
            self._calls.put(stored)
        except ConditionRefused:
            return False
        return True

    def outline(self, case_id: str) -> CaseOutline | None:
        return outline_from(self._items(case_id, beginning=CASE))

    def file(self, case_id: str) -> CaseFile | None:
        file, lost = self._file(case_id)
        for _ in range(READS_OF_REPLACED - 1):
            if lost:
                file, lost = self._file(case_id)
        if lost:
            telemetry.warning("case_members_lost", case_id=case_id, members=lost)
        return file

    def put_call(
        self,
        case_id: str,
        call: Mapping[str, Any],
        *,
        call_id: str,
        has_transcript: bool,
        at: datetime,
        replaces: str | UnsetType | None = UNSET,
    ) -> bool:
        replaced = self._blob_of_call(case_id)
        blob_key = f"bodies/{case_id}/call/{self._new_id()}"
        content = json_attributes(call, blob_key=blob_key, blobs=self._blobs)
        case = self._case_update(
            case_id,
            "SET #has_call = :yes, #call_id = :call, #has_transcript = :spoken, #updated_at = :at",
            condition=_replacing(replaces),
            values={"yes": True, "call": call_id, "spoken": has_transcript, "at": at}
            | ({"replaced": replaces} if isinstance(replaces, str) else {}),
        )
        body = table_request(self._table, item={**key(case_id, CALL), **content})
        landed = self._landed({"case": {"Update": case}, "call": {"Put": body}})
        useless = replaced if landed else content.get("blob", {}).get("S")
        if useless:
            self._blobs.delete([useless])
        return landed

    def add_document(self, document: Document, metadata: Mapping[str, Any]) -> bool:
        return self._landed(
            {
                "case": {"Update": self._touched(document.case_id, at=document.uploaded_at)},
                "document": {"Put": table_request(self._table, item=document_item(document))},
                "metadata": {"Put": table_request(self._table, item=metadata_item(document, metadata))},
            }
        )

    def document_metadata(self, case_id: str) -> Mapping[str, Mapping[str, Any]]:
        return metadata_from(self._items(case_id, beginning=METADATA))

    def documents_of(self, case_ids: Sequence[str]) -> Mapping[str, DocumentList]:
        with ThreadPoolExecutor(QUERIES_AT_ONCE) as pool:
            return dict(zip(case_ids, pool.map(time_budget.within_this(self._documents), case_ids), strict=True))

    def save_document(self, document: Document) -> bool:
        is_awaited = document.status is DocumentStatus.AWAITING_UPLOAD
        stored = table_request(
            self._table,
            item=document_item(document),
            ConditionExpression="#status = :awaited" if is_awaited else "attribute_exists(#case_id)",
            values={"awaited": document.status.value} if is_awaited else {},
        )
        try:
            self._calls.put(stored)
        except ConditionRefused:
            return False
        return True

    def delete_document(self, document: Document, *, at: datetime) -> None:
        case_id = document.case_id
        # Refused only when the case is gone, and then its deletion takes the document along.
        self._landed(
            {
                "case": {"Update": self._touched(case_id, at=at)},
                "document": {"Delete": table_request(self._table, key=key(case_id, DOCUMENT + document.id))},
                "metadata": {"Delete": table_request(self._table, key=key(case_id, METADATA + document.id))},
                "removed": {"Put": table_request(self._table, item=key(case_id, REMOVED + document.id))},
            }
        )

    def owner_of(self, case_id: str) -> str | None:
        item = self._calls.get(self._table, key(case_id, CASE))
        return None if item is None else str(item["user_id"]["S"])

    def begin_deletion(self, case_id: str, *, mark: str) -> bool:
        begin = self._case_update(
            case_id,
            "SET #deletion = :mark",
            condition="attribute_exists(#case_id) AND (attribute_not_exists(#deletion) OR #deletion <> :confirmed)",
            values={"mark": mark, "confirmed": CONFIRMED},
        )
        try:
            self._calls.change(begin)
        except ConditionRefused as refused:
            return refused.item is not None
        return True

    def cancel_deletion(self, case_id: str, *, mark: str) -> None:
        cancel = self._case_update(case_id, "REMOVE #deletion", condition="#deletion = :mark", values={"mark": mark})
        with suppress(ConditionRefused):
            self._calls.change(cancel)

    def confirm_deletion(self, case_id: str, *, mark: str) -> bool:
        confirm = self._case_update(
            case_id,
            "SET #deletion = :confirmed",
            condition="#deletion IN (:mark, :confirmed)",
            values={"mark": mark, "confirmed": CONFIRMED},
        )
        try:
            self._calls.change(confirm)
        except ConditionRefused as refused:
            return refused.item is None
        return True

    def close_jobs(self, case_id: str, job_ids: Collection[str]) -> None:
        closed = self._case_update(case_id, "DELETE #open_jobs :jobs", values={"jobs": {"SS": sorted(job_ids)}})
        with suppress(ConditionRefused):
            self._calls.change(closed)

    def delete_content(self, case_id: str) -> None:
        partitions = (case_id, form_partition(case_id))
        found = [item for name in partitions for item in self._calls.keys(self._table, "case_id", name)]
        found = [item for item in found if item != key(case_id, CASE)]
        self._calls.batch_write(self._table, [{"DeleteRequest": {"Key": item}} for item in found])

    def delete(self, case_id: str) -> None:
        self._calls.delete(table_request(self._table, key=key(case_id, CASE)))

    def _file(self, case_id: str) -> tuple[CaseFile | None, Sequence[str]]:
        """The whole case, and which of its members' blobs are gone: those were replaced since the query."""
        items = [*self._items(case_id)]
        outline = outline_from(items)
        if outline is None:
            return None, ()
        members = {
            MEMBERS[item["item"]["S"]]: json_value(item, blobs=self._blobs)
            for item in items
            if item["item"]["S"] in MEMBERS
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
        condition, values = "#case_id = :case", {"case": case_id}
        if beginning is not None:
            condition += " AND begins_with(#item, :beginning)"
            values["beginning"] = beginning
        return self._calls.query(
            table_request(self._table, KeyConditionExpression=condition, values=values) | {"ConsistentRead": True}
        )

    def _blob_of_call(self, case_id: str) -> str | None:
        blob = table_request(
            self._table,
            KeyConditionExpression="#case_id = :case AND #item = :call",
            ProjectionExpression="#blob",
            values={"case": case_id, "call": CALL},
        )
        found = self._calls.query(blob | {"ConsistentRead": True})
        return next((str(item["blob"]["S"]) for item in found if "blob" in item), None)

    def _touched(self, case_id: str, *, at: datetime) -> Mapping[str, Any]:
        return self._case_update(case_id, "SET #updated_at = :at", values={"at": at})

    def _case_update(
        self, case_id: str, expression: str, *, values: Mapping[str, Any], condition: str = IS_THERE
    ) -> Mapping[str, Any]:
        return table_request(
            self._table,
            key=key(case_id, CASE),
            UpdateExpression=expression,
            ConditionExpression=condition,
            values=values,
        )

    def _landed(self, writes: Mapping[str, Mapping[str, Any]]) -> bool:
        try:
            self._calls.transact(writes)
        except TransactionRefused:
            return False
        return True


def _replacing(call_id: str | UnsetType | None) -> str:
    """The condition that the case is there, and its call is the one to be replaced (UNSET: whichever)."""
    same = "attribute_not_exists(#call_id)" if call_id is None else "#call_id = :replaced"
    return IS_THERE if call_id is UNSET else f"{IS_THERE} AND {same}"
