"""What do the model's facts say for the form? One value a field, its evidence, and what other sources say instead.

A document's fact counts before the call's; of several facts of the call the last one counts, as a speaker's last word
does. Which document counts when two differ is decided later (`conflicts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from chalicelib.analyses.document_analysis_form7801.fields import DISABILITY_TYPES, FIELDS, LISTS, Kind, pattern_of
from chalicelib.analyses.document_analysis_form7801.source_names import source_id
from chalicelib.analyses.kit.untrusted import CALL_ID

FactJson = Mapping[str, Any]
DIAGNOSED: Final = "diagnosed"
_EMPTY: Mapping[Kind, Any] = {Kind.NUMBER: 0, Kind.FLAG: False}


def flat_answer(answer: Mapping[str, Any], *, names: Mapping[str, str]) -> dict[str, Any]:
    """The answer (JSON of an `answer_schema.Extraction`) with its form filled: `form_7801` has one value a field,
    `evidence` and `contradictions` name fields, documents by id, pages and quotes; `conditions` is each status.

    `names` are the documents' ids by the names that the model was given for them (D1, D2, …).
    """
    reader = _Reader(names)
    form = reader.section(answer["form_7801"], "")
    return {
        **answer,
        "form_7801": form,
        "evidence": reader.evidence,
        "contradictions": reader.contradictions,
        "conditions": reader.conditions,
    }


class _Reader:
    """Walks one answer."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self.evidence: list[dict[str, Any]] = []
        self.contradictions: list[dict[str, Any]] = []
        self.conditions: dict[str, str] = {}

    def section(self, node: Mapping[str, Any], path: str) -> dict[str, Any]:
        return {name: self._member(value, f"{path}.{name}" if path else name) for name, value in node.items()}

    def _member(self, value: Any, path: str) -> Any:
        if path.startswith(f"{DISABILITY_TYPES}."):
            return self._condition(value, path)
        if path in LISTS:
            return [self.section(item, f"{path}[{index}]") for index, item in enumerate(value)]
        return self._field(value, path) if isinstance(value, list) else self.section(value, path)

    def _condition(self, fact: FactJson, path: str) -> bool:
        self.conditions[path.rpartition(".")[2]] = fact["status"]
        if fact["status"] != DIAGNOSED:
            return False
        if fact["quote"].strip():
            self.evidence.append(self._entry(fact, path))
        return True

    def _field(self, facts: Sequence[FactJson], path: str) -> Any:
        kind = FIELDS[pattern_of(path)]
        filled = _last_word_of_call([fact for fact in facts if _is_filled(fact["value"])])
        if not filled:
            return _EMPTY.get(kind, "")
        value = filled[0]["value"]
        for fact in filled:
            if not fact["quote"].strip():
                continue
            if _same(fact["value"], value):
                self.evidence.append(self._entry(fact, path))
            else:
                self.contradictions.append({**self._entry(fact, path), "value": _as_text(fact["value"])})
        return value

    def _entry(self, fact: FactJson, path: str) -> dict[str, Any]:
        document_id = source_id(fact["source"], self._names)
        return {"field": path, "document_id": document_id, "page": max(1, fact["page"]), "quote": fact["quote"]}


def _last_word_of_call(facts: Sequence[FactJson]) -> list[FactJson]:
    """The documents' facts, then the last value that was said, with all its quotes."""
    said = [fact for fact in facts if _is_call(fact)]
    kept = [fact for fact in said if _same(fact["value"], said[-1]["value"])]
    return [*(fact for fact in facts if not _is_call(fact)), *kept]


def _is_call(fact: FactJson) -> bool:
    return source_id(fact["source"], {}) == CALL_ID


def _is_filled(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _same(first: Any, second: Any) -> bool:
    return bool(_as_text(first) == _as_text(second))


def _as_text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else str(value)


def statuses(answers: Iterable[Mapping[str, Any]], wanted: Iterable[str]) -> dict[str, set[str]]:
    """For each condition, which of the wanted statuses an answer gave it."""
    found: dict[str, set[str]] = {}
    for answer in answers:
        for name, status in answer.get("conditions", {}).items():
            if status in wanted:
                found.setdefault(name, set()).add(status)
    return found
