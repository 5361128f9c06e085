"""The items of the cases table: their keys, and the mapping between cases, documents and attributes.

A partition is one case. `case` and `case#document#<id>` are light: one query for what begins with "case" is all that a
start needs. `body#…` are the rest: the heavy members, each `value` (a JSON string) or `blob` (the key of one), the
documents' metadata, and the ids of removed documents. What persons did to the form is in a second partition
(`form_store`). An attribute `deletion` of `case` says that the case is being deleted: every read treats it as gone, and
every write that needs the case is conditional on its absence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from chalicelib.adapters.dynamodb.values import (
    Item,
    Kind,
    attributes_of,
    fields_of,
    iso,
    json_attributes,
    kinds_of,
    table_request,
    text,
)
from chalicelib.blobs import BlobStore
from chalicelib.cases.model import Case, CaseOutline, Document, DocumentStatus
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import FORM_BODY, WriteBack

CASE = "case"
DOCUMENT = "case#document#"
BODY = "body#"
METADATA = "body#document#"
REMOVED = "body#removed#"
CALL = "body#call"

FORM_MEMBER = "body#final_document_analysis"

MEMBERS = {
    CALL: "call_details",
    "body#call_analysis": "call_analysis",
    "body#call_summary": "call_summary",
    "body#form_7801_analysis": "form_7801_analysis",
    FORM_MEMBER: "final_document_analysis",
}
"""The heavy members of a CaseFile by the item that holds each."""

IS_THERE = "attribute_exists(#case_id) AND attribute_not_exists(#deletion)"
"""The condition of every write that needs the case."""

NEXT_FORM_VERSION = "#form_version = if_not_exists(#form_version, :zero) + :one"
"""The change of the case that makes every version of its form that was read before a stale one."""

_NOT_YOUNGER = (
    "attribute_not_exists(#written_by_type) OR #written_by_type <> :job_type OR #written_by_created <= :place"
)

_CASE_KINDS = kinds_of(Case, {"frozenset[str]": Kind(lambda ids: {"SS": sorted(ids)}, frozenset, frozenset())})
_DOCUMENT_KINDS = kinds_of(Document, {"DocumentStatus": Kind(text, DocumentStatus)})


def key(case_id: str, item: str) -> Item:
    """The key of one item of a case."""
    return {"case_id": text(case_id), "item": text(item)}


def form_partition(case_id: str) -> str:
    """The partition of what persons did to the case's form."""
    return f"form#{case_id}"


def position(case: Case) -> tuple[datetime, str]:
    """Where a list goes on after this case."""
    return case.created_at, case.id


def month(at: datetime) -> str:
    """The partition of the index of all cases, e.g. "2026-06"."""
    return iso(at)[:7]


def case_item(case: Case) -> Item:
    """The light record; only this item carries the keys of the indexes."""
    attributes = attributes_of(case, _CASE_KINDS)
    del attributes["id"]
    return {**key(case.id, CASE), **attributes, "created_month": text(month(case.created_at))}


def document_item(document: Document) -> Item:
    """A document's light record."""
    attributes = attributes_of(document, _DOCUMENT_KINDS)
    del attributes["id"]
    return {**attributes, **key(document.case_id, DOCUMENT + document.id)}


def metadata_item(document: Document, metadata: Mapping[str, Any]) -> Item:
    """A document's metadata."""
    return {**key(document.case_id, METADATA + document.id), "value": text(msgspec.json.encode(metadata).decode())}


def case_from(item: Item) -> Case | None:
    """The case that `case_item` wrote; None while it is being deleted."""
    return None if "deletion" in item else Case(id=item["case_id"]["S"], **fields_of(item, _CASE_KINDS))


def outline_from(items: Iterable[Item]) -> CaseOutline | None:
    """The light half of a case, documents oldest first; None when the case itself is not among the items."""
    found = [*items]
    case = next((case_from(item) for item in found if item["item"]["S"] == CASE), None)
    return None if case is None else CaseOutline(case=case, documents=documents_from(found))


def documents_from(items: Iterable[Item]) -> tuple[Document, ...]:
    """The documents among the items, oldest first."""
    found = [_document_from(item) for item in items if item["item"]["S"].startswith(DOCUMENT)]
    return tuple(sorted(found, key=lambda document: (document.uploaded_at, document.id)))


def metadata_from(items: Iterable[Item]) -> Mapping[str, Mapping[str, Any]]:
    """The documents' metadata by document id; other items are ignored."""
    return {
        item["item"]["S"].removeprefix(METADATA): msgspec.json.decode(item["value"]["S"])
        for item in items
        if item["item"]["S"].startswith(METADATA)
    }


def removed_from(items: Iterable[Item]) -> frozenset[str]:
    """The ids of removed documents; other items are ignored."""
    names = (item["item"]["S"] for item in items)
    return frozenset(name.removeprefix(REMOVED) for name in names if name.startswith(REMOVED))


def _document_from(item: Item) -> Document:
    return Document(id=item["item"]["S"].removeprefix(DOCUMENT), **fields_of(item, _DOCUMENT_KINDS))


def case_opened(table: str, job: Job) -> Mapping[str, Any]:
    """The update of the case that has one more open job, while it is there."""
    return table_request(
        table,
        key=key(job.case_id, CASE),
        UpdateExpression="ADD #open_jobs :job",
        ConditionExpression=IS_THERE,
        values={"job": {"SS": [job.job_id]}},
    )


def case_changes(
    table: str, before: Job, after: Job, write_back: WriteBack | None, blobs: BlobStore
) -> dict[str, Mapping[str, Any]]:
    """The writes that a change of a job brings to its case, by name; `closed` is optional: the case may be gone."""
    if write_back is not None:
        return written_back(table, after, write_back, blobs)
    if not (before.is_open and after.is_done):
        return {}
    closed = table_request(
        table,
        key=key(after.case_id, CASE),
        UpdateExpression="DELETE #open_jobs :job",
        ConditionExpression="attribute_exists(#case_id)",
        values={"job": {"SS": [after.job_id]}},
    )
    return {"closed": {"Update": closed}}


def written_back(table: str, job: Job, write_back: WriteBack, blobs: BlobStore) -> dict[str, Mapping[str, Any]]:
    """The writes that put what a completed job gives back into its case, by name; large members go to blobs now.

    `case` is the small fields, while the case is there and has the call that was analysed. `body#<member>` is a heavy
    member, unless a younger job of this type wrote it; a blob's key is this attempt's own.
    """
    values: dict[str, Any] = {name: _small(value) for name, value in write_back.fields.items()}
    values["updated_at"] = job.updated_at
    changes = [f"#{name} = :{name}" for name in values]
    if FORM_BODY in write_back.bodies:
        changes.append(NEXT_FORM_VERSION)
        values |= {"zero": 0, "one": 1}
    case = _completed_case(table, job, write_back, changes=f"SET {', '.join(changes)} ", values=values)
    place = f"{iso(job.created_at)}#{job.job_id}"
    writes: dict[str, Mapping[str, Any]] = {"case": {"Update": case}}
    for member, value in write_back.bodies.items():
        item = {
            **key(job.case_id, f"{BODY}{member}"),
            "written_by_type": text(job.job_type),
            "written_by_created": text(place),
            **json_attributes(
                value, blob_key=f"bodies/{job.case_id}/{member}/{job.job_id}-{job.fence}.json", blobs=blobs
            ),
        }
        body = table_request(
            table,
            item=item,
            ConditionExpression=f"attribute_not_exists(#blob) AND ({_NOT_YOUNGER})",
            values={"job_type": job.job_type, "place": place},
        )
        writes[f"{BODY}{member}"] = {"Put": body}
    return writes


def after_refusal(
    writes: Mapping[str, Mapping[str, Any]],
    refused: Mapping[str, Item | None],
    *,
    job: Job,
    write_back: WriteBack | None,
) -> tuple[Mapping[str, Mapping[str, Any]], Sequence[str]]:
    """What is left to write when only optional writes were refused, and the blobs that nobody needs once it landed.

    A member that would replace a blob is written again, now that the blob is known. One that a younger job wrote stays,
    and so do the small fields, which describe it.
    """
    again, useless = dict(writes), []
    for name, item in refused.items():
        write = again.pop(name)
        if not name.startswith(BODY):
            continue
        replacing = _replacing_blob(write["Put"], item or {}, job=job)
        replaced = write["Put"]["Item"] if replacing is None else (item or {})
        useless += [str(replaced["blob"]["S"])] if "blob" in replaced else []
        if replacing is not None:
            again[name] = {"Put": replacing}
        elif write_back is not None:
            again["case"] = {"Update": _completed_case(again["case"]["Update"]["TableName"], job, write_back)}
    return again, useless


def _completed_case(
    table: str, job: Job, write_back: WriteBack, *, changes: str = "", values: Mapping[str, Any] = MappingProxyType({})
) -> Mapping[str, Any]:
    """The update of a case whose job completes: it is there, and has the call that was analysed."""
    same_call = "" if write_back.call_id is None else " AND #call_id = :call_id"
    call = {} if write_back.call_id is None else {"call_id": write_back.call_id}
    return table_request(
        table,
        key=key(job.case_id, CASE),
        UpdateExpression=f"{changes}DELETE #open_jobs :job",
        ConditionExpression=f"{IS_THERE}{same_call}",
        values={**values, **call, "job": {"SS": [job.job_id]}},
    )


def _replacing_blob(put: Mapping[str, Any], stored: Item, *, job: Job) -> Mapping[str, Any] | None:
    place = f"{iso(job.created_at)}#{job.job_id}"
    if _text_of(stored, "written_by_type") == job.job_type and _text_of(stored, "written_by_created") > place:
        return None
    values = {"job_type": job.job_type, "place": place, "blob": stored["blob"]}
    condition = f"#blob = :blob AND ({_NOT_YOUNGER})"
    return table_request(put["TableName"], item=put["Item"], ConditionExpression=condition, values=values)


def _small(value: str | Mapping[str, int]) -> Item:
    return text(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _text_of(item: Item, name: str) -> str:
    return str(item.get(name, {}).get("S", ""))
