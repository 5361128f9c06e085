"""The FormStore on the cases table. The contract is the port's.

    <case_id>        item "case"                 `form_version`, and what lists show of the form
                     item "body#final_…"         the analysis under it, written by its job
    form#<case_id>   item "form"                 what persons did; a partition of its own: no other read needs it
                     item "revision#<version>"   who changed what, one for each accepted change, never changed again

The version in the case is the lock: a person's change and an analysis that ends both raise it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import msgspec

from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls, TransactionRefused
from chalicelib.adapters.dynamodb.case_items import CASE, FORM_MEMBER, IS_THERE, case_from, form_partition, key
from chalicelib.adapters.dynamodb.values import Item, json_value, packed, table_request, text, unpacked
from chalicelib.blobs import BlobStore
from chalicelib.cases.working_form.model import Attention, Revision, StoredForm, WorkingForm

FORM = "form"
REVISION = "revision#"
_DIGITS = 12
_READS_OF_REPLACED = 3


class DynamoFormStore:
    """The FormStore port; `client` is a low-level DynamoDB client."""

    def __init__(self, client: Any, *, table: str, blobs: BlobStore, calls: DynamoCalls | None = None) -> None:
        self._calls = calls or DynamoCalls(client)
        self._table = table
        self._blobs = blobs

    def read(self, case_id: str) -> StoredForm | None:
        for _ in range(_READS_OF_REPLACED):
            # The case first: what is read after it is of its version or of a later one.
            case_item = self._calls.get(self._table, key(case_id, CASE))
            case = None if case_item is None else case_from(case_item)
            if case is None:
                return None
            found = self._calls.get(self._table, key(form_partition(case_id), FORM))
            form = WorkingForm() if found is None else msgspec.json.decode(found["value"]["S"], type=WorkingForm)
            member = self._calls.get(self._table, key(case_id, FORM_MEMBER))
            analysis = None if member is None else json_value(member, blobs=self._blobs)
            stored = StoredForm(case=case, form=form, analysis=analysis, job_id=_job_id(member))
            if member is None or analysis is not None:
                break
        return stored  # without an analysis whose blob is gone, as `CaseStore.file` reports

    def write(
        self, case_id: str, form: WorkingForm, revision: Revision, *, attention: Attention, claimant: str, mark: str
    ) -> Literal["written", "stale", "gone"]:
        before = revision.version - 1
        shown = {"attention": text(msgspec.json.encode(attention).decode()), "claimant": claimant}
        case = table_request(
            self._table,
            key=key(case_id, CASE),
            UpdateExpression="SET #attention = :attention, #claimant = :claimant, #updated_at = :at, "
            "#form_version = :version",
            ConditionExpression=_at_version(before),
            values={**shown, "at": revision.at, "version": revision.version, "before": before},
        )
        partition = form_partition(case_id)
        content = packed(
            msgspec.json.encode(revision), blob_key=f"bodies/{case_id}/form/{mark}.json", blobs=self._blobs
        )
        stored_form = {**key(partition, FORM), "value": text(msgspec.json.encode(form).decode())}
        entry = {**key(partition, _revision(revision.version)), "mark": text(mark), **content}
        writes: dict[str, Mapping[str, Any]] = {
            "case": {"Update": case},
            "form": {"Put": table_request(self._table, item=stored_form)},
            "revision": {
                "Put": table_request(self._table, item=entry, ConditionExpression="attribute_not_exists(#case_id)")
            },
        }
        try:
            self._calls.transact(writes)
        except TransactionRefused as refused:
            landed = refused.items.get("revision")
            if landed is not None and landed["mark"]["S"] == mark:
                return "written"  # our first answer was lost and the SDK asked again
            if "blob" in content:
                self._blobs.delete([content["blob"]["S"]])
            stored = refused.items.get("case")
            return "gone" if "case" in refused.items and (stored is None or "deletion" in stored) else "stale"
        return "written"

    def note(self, case_id: str, *, version: int, attention: Attention, claimant: str) -> None:
        noted = table_request(
            self._table,
            key=key(case_id, CASE),
            UpdateExpression="SET #attention = :attention, #claimant = :claimant",
            ConditionExpression=_at_version(version),
            values={
                "attention": text(msgspec.json.encode(attention).decode()),
                "claimant": claimant,
                "before": version,
            },
        )
        with suppress(ConditionRefused):
            self._calls.change(noted)

    def history(self, case_id: str, *, up_to: int | None, limit: int) -> Sequence[Revision]:
        values = {"partition": form_partition(case_id), "first": REVISION}
        condition = "#case_id = :partition AND "
        if up_to is None:
            condition += "begins_with(#item, :first)"
        else:
            condition += "#item BETWEEN :first AND :last"
            values["last"] = _revision(up_to)
        asked = table_request(self._table, KeyConditionExpression=condition, values=values)
        pages = self._calls.pages({**asked, "ScanIndexForward": False, "ConsistentRead": True, "Limit": limit})
        items: list[Item] = []
        for found, _ in pages:
            items += found
            if len(items) >= limit:
                break
        contents = [unpacked(item, blobs=self._blobs) for item in items[:limit]]
        return [msgspec.json.decode(content, type=Revision) for content in contents if content is not None]


def _at_version(version: int) -> str:
    """The condition that the case is there and its form at the version `:before`; 0 is not stored."""
    same = "#form_version = :before"
    return f"{IS_THERE} AND " + (same if version else f"(attribute_not_exists(#form_version) OR {same})")


def _revision(version: int) -> str:
    return f"{REVISION}{version:0{_DIGITS}d}"


def _job_id(member: Item | None) -> str | None:
    """The job that wrote the analysis."""
    return None if member is None else member.get("written_by_created", text(""))["S"].partition("#")[2] or None
