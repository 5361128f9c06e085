"""Which of the documents that an analysis asked for are there? The lists of requested documents, marked.

A mark is not stored in the lists: it follows from the documents. So a new analysis cannot lose it, and a deleted
document takes it away. Lists are stored in three places: the call analysis, Vapi's own analysis, and `call_summary`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.cases.model import CaseFile, Document, DocumentStatus

LIST = "documents_requested_list"

LONGEST_LISTED_NAME = 2000
"""Characters: the 500 that a document's name may have, with room for marks. Normalising takes their square."""

_UNIFIED = str.maketrans(dict.fromkeys("״“”„‟", '"') | dict.fromkeys("׳‘’‚‛`´", "'") | dict.fromkeys("־‐‑‒–—―−", "-"))
_IGNORED = re.compile(
    "[\u0591-\u05bd\u05bf-\u05c7\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


def normalised_name(name: str) -> str:
    """The name as names are compared: NFC, one kind of quotation mark and hyphen, no niqqud or bidi marks, lower-case,
    single spaces. One that is too long for any document has no such form: "" """
    if len(name) > LONGEST_LISTED_NAME:
        return ""
    unified = _IGNORED.sub("", unicodedata.normalize("NFC", name).translate(_UNIFIED))
    return " ".join(unified.split()).casefold()


def is_requested(name: str, *, file: CaseFile) -> bool:
    """True when one of the case's lists asks for a document of this name."""
    wanted = normalised_name(name)
    return bool(wanted) and any(normalised_name(found) == wanted for found in _requested_names(file))


def with_marks(file: CaseFile) -> CaseFile:
    """The case with its lists marked: `uploaded` true and `document_id` on each entry whose document is there.

    The newest document of a name wins. One still waiting for its upload marks nothing. An entry that links to a
    removed document is unmarked; a link to a document from elsewhere, and every unknown member, stays. A bare string
    becomes an object only when it is marked.
    """
    marks = _Marks(_newest_by_name(file.documents), file.removed_documents)
    if marks.are_none:
        return file
    return msgspec.structs.replace(
        file,
        call_details=_mark_member(file.call_details, "analysis", marks),
        call_analysis=_mark_analysis(file.call_analysis, marks),
        call_summary=_mark_summary(file.call_summary, marks),
    )


class _Marks(msgspec.Struct, frozen=True):
    document_ids: Mapping[str, str]
    removed: frozenset[str]

    @property
    def are_none(self) -> bool:
        return not self.document_ids and not self.removed

    def on(self, entry: Any) -> Any:
        if isinstance(entry, Mapping) and str(entry.get("document_id")) in self.removed:
            entry = {**entry, "uploaded": False, "document_id": None}
        document_id = self.document_ids.get(normalised_name(_name(entry)))
        if document_id is None:
            return entry
        members = entry if isinstance(entry, Mapping) else {"name": entry}
        return {**members, "uploaded": True, "document_id": document_id}


def _newest_by_name(documents: Sequence[Document]) -> Mapping[str, str]:
    arrived = [d for d in documents if d.requested_name and d.status is not DocumentStatus.AWAITING_UPLOAD]
    return {normalised_name(d.requested_name): d.id for d in sorted(arrived, key=lambda d: (d.uploaded_at, d.id))}


def _requested_names(file: CaseFile) -> Iterator[str]:
    own = (file.call_details or {}).get("analysis")
    for holder in (own, file.call_analysis):
        if isinstance(holder, Mapping):
            for part in (holder, holder.get("structured_data"), holder.get("structuredData")):
                yield from _names_in(part)
    yield from _names_in(_summary_object(file.call_summary))


def _names_in(holder: Any) -> Iterator[str]:
    entries = holder.get(LIST) if isinstance(holder, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        yield _name(entry)


def _name(entry: Any) -> str:
    name = entry.get("name") if isinstance(entry, Mapping) else entry
    return name if isinstance(name, str) else ""


def _mark_summary(summary: str | Mapping[str, Any] | None, marks: _Marks) -> str | Mapping[str, Any] | None:
    found = _summary_object(summary)
    if found is None:
        return summary
    marked = _mark_list(found, marks)
    if marked == found:
        return summary
    return msgspec.json.encode(marked).decode() if isinstance(summary, str) else marked


def _summary_object(summary: str | Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if not isinstance(summary, str):
        return summary
    try:
        decoded = msgspec.json.decode(summary)
    except msgspec.DecodeError:
        return None
    return decoded if isinstance(decoded, dict) else None


def _mark_analysis(analysis: Mapping[str, Any] | None, marks: _Marks) -> Mapping[str, Any] | None:
    if analysis is None:
        return None
    marked: Mapping[str, Any] = _mark_list(analysis, marks)
    for member in ("structured_data", "structuredData"):
        if isinstance(marked.get(member), Mapping):
            marked = {**marked, member: _mark_list(marked[member], marks)}
    return marked


def _mark_member(holder: Mapping[str, Any] | None, member: str, marks: _Marks) -> Mapping[str, Any] | None:
    if holder is None or not isinstance(holder.get(member), Mapping):
        return holder
    return {**holder, member: _mark_analysis(holder[member], marks)}


def _mark_list(holder: Mapping[str, Any], marks: _Marks) -> Mapping[str, Any]:
    entries = holder.get(LIST)
    return {**holder, LIST: [marks.on(entry) for entry in entries]} if isinstance(entries, list) else holder
