"""Which documents is the claimant asked for now? A new analysis' list, merged with what earlier ones asked for.

Entries are matched by name, however it is written. What the claimant or the office put into an entry (a link,
`uploaded`, any member that the analysis does not know) stays for ever; what an analysis alone made, a new one replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.cases.model import CaseFile
from chalicelib.documents.normalise import comparable, words

LIST = "documents_requested_list"
_ANALYSIS_MEMBERS = frozenset({"name", "reason", "source", "required", "uploaded"})
_LINKS = ("document_id", "file_url")
_NameKey = tuple[str, ...]


def earlier_requests(file: CaseFile) -> list[dict[str, Any]]:
    """The entries that stand in the case, each name once, as objects: a bare string of an older row is a name.

    They are looked for in the last call analysis, in what the stored call brought along, and in `call_summary` (a JSON
    string or an object). Of two entries of one name the first wins, and takes over what only the second has.
    """
    found: dict[_NameKey, dict[str, Any]] = {}
    for entry in _entries_of(file):
        key = _key(entry["name"])
        before = found.get(key, {})
        added = {name: value for name, value in entry.items() if before.get(name) in (None, "", False)}
        found[key] = {**before, **added}
    return list(found.values())


def merged_requests(
    asked: Sequence[Mapping[str, Any]], *, earlier: Iterable[Mapping[str, Any]], kept_names: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """The entries asked for now, with all that earlier entries of their names hold; then the earlier ones to be kept.

    `asked` holds `{name, reason, source, required}`; of two of one name the first counts. `kept_names` are names under
    which documents have arrived. Whether one is uploaded is never the analysis' to say.
    """
    before = {_key(str(entry["name"])): entry for entry in earlier}
    arrived = {_key(name) for name in kept_names}
    merged: dict[_NameKey, dict[str, Any]] = {}
    for entry in asked:
        key = _key(str(entry["name"]))
        if key and key not in merged:
            merged[key] = _merged(entry, before.get(key))
    for key, entry in before.items():
        if key not in merged and (_holds_more_than_an_analysis_says(entry) or key in arrived):
            merged[key] = _complete(entry)
    return list(merged.values())


def _merged(entry: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    if before is None:
        return _complete({**entry, "uploaded": False})
    said = {name: value for name, value in entry.items() if name in ("reason", "source") and value}
    return _complete({**before, **said, "required": entry["required"]})


def _complete(entry: Mapping[str, Any]) -> dict[str, Any]:
    linked = any(entry.get(link) for link in _LINKS)
    uploaded = entry.get("uploaded")
    return {
        "name": "",
        "reason": "",
        "source": "",
        "required": False,
        **entry,
        "uploaded": uploaded if isinstance(uploaded, bool) else linked,
    }


def _holds_more_than_an_analysis_says(entry: Mapping[str, Any]) -> bool:
    return entry.get("uploaded") is True or any(
        value not in (None, "") for name, value in entry.items() if name not in _ANALYSIS_MEMBERS
    )


def _entries_of(file: CaseFile) -> Iterator[dict[str, Any]]:
    from_call = (file.call_details or {}).get("analysis")
    for analysis in (file.call_analysis, from_call):
        if isinstance(analysis, Mapping):
            for holder in (analysis.get("structured_data"), analysis.get("structuredData"), analysis):
                yield from _entries_in(holder)
    yield from _entries_in(_object(file.call_summary))


def _entries_in(holder: Any) -> Iterator[dict[str, Any]]:
    entries = holder.get(LIST) if isinstance(holder, Mapping) else None
    for entry in entries if isinstance(entries, Sequence) and not isinstance(entries, str) else ():
        members = dict(entry) if isinstance(entry, Mapping) else {"name": entry}
        if isinstance(members.get("name"), str) and _key(members["name"]):
            yield members


def _object(summary: str | Mapping[str, Any] | None) -> Any:
    if not isinstance(summary, str):
        return summary
    try:
        return msgspec.json.decode(summary)
    except msgspec.DecodeError:
        return None


def _key(name: str) -> _NameKey:
    """How names are compared: their words; a name of signs only, by these."""
    return words(name) or ((sign,) if (sign := comparable(name)) else ())
