"""What differs from the case's previous result, and which new document caused it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.analyses.document_analysis_form7801.fields import LISTS, displayed, is_filled
from chalicelib.analyses.document_analysis_form7801.same_item import IDENTITY
from chalicelib.cases.model import Document

_OURS = ("metadata", "form_version", "form_status", "submission_date")


def changes_since(
    previous: Any, form: Mapping[str, Any], *, evidence: Sequence[Mapping[str, Any]], documents: Iterable[Document]
) -> list[dict[str, Any]]:
    """The fields of the form that differ from the previous analysis: path, before, after, and the document that the
    new value rests on when it was uploaded since. [] without a previous analysis that can be read.

    An item of a list is the same one when what identifies it is: employer and start, name and specialty, hospital and
    admission, and among items that share these their order. A new or a missing item is a change of each filled field.
    """
    before = previous.get("form_7801") if isinstance(previous, Mapping) else None
    if not isinstance(before, Mapping):
        return []
    since = str(_metadata(before).get("created_at") or "")
    new = {document.id for document in documents if since and document.uploaded_at.isoformat() > since[:19]}
    sources = {entry["field"]: entry["document_id"] for entry in evidence}
    changes = []
    old_leaves, new_leaves = dict(_leaves(before)), dict(_leaves(form))
    for path, (value, field) in new_leaves.items():
        old = old_leaves.get(path, ("", ""))[0]
        if displayed(old) != displayed(value) and (is_filled(old) or is_filled(value)):
            cause = sources.get(field)
            changes.append(
                {"field": field, "before": old, "after": value, "document_id": cause if cause in new else None}
            )
    for path, (old, field) in old_leaves.items():
        if path not in new_leaves and is_filled(old):
            changes.append({"field": field, "before": old, "after": None, "document_id": None})
    return changes


def _metadata(form: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = form.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _leaves(form: Mapping[str, Any]) -> Iterable[tuple[str, tuple[Any, str]]]:
    """Each value by a path that names list items by what identifies them, with the path that names them by number."""
    for name, member in form.items():
        if name not in _OURS:
            yield from _inside(member, name, name)


def _inside(value: Any, key: str, path: str) -> Iterable[tuple[str, tuple[Any, str]]]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _inside(member, f"{key}.{name}", f"{path}.{name}")
    elif isinstance(value, list) and path in LISTS:
        seen: Counter[str] = Counter()
        for index, item in enumerate(value):
            identity = "|".join(str(item.get(name, "")) for name in IDENTITY[path]) if isinstance(item, Mapping) else ""
            seen[identity] += 1
            yield from _inside(item, f"{key}[{identity}|{seen[identity]}]", f"{path}[{index}]")
    else:
        yield key, (value, path)
