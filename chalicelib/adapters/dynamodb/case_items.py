"""How does a case look in DynamoDB? Its items, and the way there and back.

A partition is one case. `case` and `case#document#<id>` are light: one query for what begins with "case" is all that a
start needs. `body#…` are the rest: the heavy members, each `value` (a JSON string) or `blob` (the key of one), the
documents' metadata, and the ids of removed documents. `hidden` alone is left while a deletion goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.adapters.dynamodb.values import Item, iso, number, text
from chalicelib.cases.model import Case, CaseOutline, Document

CASE = "case"
DOCUMENT = "case#document#"
BODY = "body#"
METADATA = "body#document#"
REMOVED = "body#removed#"
CALL = "body#call"
HIDDEN = "hidden"

MEMBERS = {
    CALL: "call_details",
    "body#call_analysis": "call_analysis",
    "body#call_summary": "call_summary",
    "body#form_7801_analysis": "form_7801_analysis",
    "body#final_document_analysis": "final_document_analysis",
}
"""The heavy members of a CaseFile by the item that holds each."""


def key(case_id: str, item: str) -> Item:
    """The key of one item of a case."""
    return {"case_id": text(case_id), "item": text(item)}


def position(case: Case) -> tuple[datetime, str]:
    """Where a list goes on after this case."""
    return case.created_at, case.id


def month(at: datetime) -> str:
    """The partition of the index of all cases, e.g. "2026-06"."""
    return iso(at)[:7]


def case_item(case: Case) -> Item:
    """The light record; only this item carries the keys of the indexes."""
    attributes = {name: value for name, value in _attributes(case).items() if name != "id"}
    return {**key(case.id, CASE), **attributes, "created_month": text(month(case.created_at))}


def document_item(document: Document) -> Item:
    """A document's light record."""
    attributes = {name: value for name, value in _attributes(document).items() if name not in ("id", "case_id")}
    return {**key(document.case_id, DOCUMENT + document.id), **attributes}


def metadata_item(document: Document, metadata: Mapping[str, Any]) -> Item:
    """A document's metadata."""
    return {**key(document.case_id, METADATA + document.id), "value": text(_json(metadata))}


def case_from(item: Item) -> Case:
    """The case that `case_item` wrote; what later versions added to the item is passed over."""
    return msgspec.convert({**_plain(item), "id": item["case_id"]["S"]}, Case)


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
    """The documents' metadata by document id; other items are passed over."""
    return {
        item["item"]["S"].removeprefix(METADATA): msgspec.json.decode(item["value"]["S"])
        for item in items
        if item["item"]["S"].startswith(METADATA)
    }


def removed_from(items: Iterable[Item]) -> frozenset[str]:
    """The ids of removed documents; other items are passed over."""
    names = (item["item"]["S"] for item in items)
    return frozenset(name.removeprefix(REMOVED) for name in names if name.startswith(REMOVED))


def _document_from(item: Item) -> Document:
    document_id = item["item"]["S"].removeprefix(DOCUMENT)
    return msgspec.convert({**_plain(item), "id": document_id}, Document)


def _attributes(value: msgspec.Struct) -> dict[str, Item]:
    """Every field that is not None as an attribute of its name."""
    found = {}
    for name in value.__struct_fields__:
        field = getattr(value, name)
        if field is not None:
            found[name] = _attribute(field)
    return found


def _attribute(field: Any) -> Item:
    match field:
        case bool():
            return {"BOOL": field}
        case int():
            return number(field)
        case datetime():
            return text(iso(field))
        case Mapping():
            return text(_json(field))
        case _:
            return text(str(field))


def _plain(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, attribute in item.items():
        kind, value = next(iter(attribute.items()))
        found[name] = int(value) if kind == "N" and value.isdecimal() else value
    if "metadata" in found:
        found["metadata"] = msgspec.json.decode(found["metadata"])
    return found


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
