"""A form with its evidence, written the way a model answers: facts, each with its quote before its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.analyses.document_analysis_form7801.fields import (
    DISABILITY_TYPES,
    FIELDS,
    Kind,
    leaves,
    mapped,
    pattern_of,
)

NO_WORDS = {"quote": "", "source": "", "page": 0}


def as_facts(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with `form_7801` as facts. Evidence of a whole list item counts for each of its fields."""
    facts = {leaf.path: _facts(leaf.path, leaf.value, flat) for leaf in leaves(flat["form_7801"])}
    form = mapped(flat["form_7801"], lambda leaf: facts[leaf.path])
    others = {name: value for name, value in flat.items() if name not in ("evidence", "contradictions", "form_7801")}
    return {**others, "form_7801": form}


def _facts(path: str, value: Any, flat: Mapping[str, Any]) -> Any:
    item = path.rpartition(".")[0]
    own = [entry for entry in flat["evidence"] if entry["field"] == path]
    entries = own or [entry for entry in flat["evidence"] if entry["field"] == item and item.endswith("]")]
    words = [_words(entry) for entry in entries] or [NO_WORDS]
    if path.startswith(DISABILITY_TYPES):
        return {**words[0], "status": "diagnosed" if value else "not_mentioned"}
    filled = [{**one, "value": value} for one in words if value not in ("", 0, False)]
    others = [entry for entry in flat["contradictions"] if entry["field"] == path]
    return [*filled, *({**_words(one), "value": _value(path, one["value"])} for one in others)]


def _words(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"quote": entry["quote"], "source": entry["document_id"], "page": entry["page"]}


def _value(path: str, text: str) -> Any:
    return float(text.replace(",", "")) if FIELDS[pattern_of(path)] is Kind.NUMBER else text
