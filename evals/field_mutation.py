"""What code can catch and what not: every field of a good answer in turn replaced by a believable wrong value.

The quote that was given for the field stays, so only code that compares the two can notice. Names, numbers, dates and
conditions are compared; a choice and a description are read by the model, and code takes its word. A condition is
altered by setting one that nobody has, with the words of the main diagnosis.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.facts import flat_answer
from chalicelib.analyses.document_analysis_form7801.fields import (
    DISABILITY_TYPES,
    FIELDS,
    Kind,
    Leaf,
    leaves,
    with_value,
)
from chalicelib.analyses.document_analysis_form7801.reconcile import reconcile
from chalicelib.analyses.document_analysis_form7801.source_names import names_of
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.reading import transcript_of
from evals.cases import EvalCase
from evals.in_process_run import Models, read_documents, run_analysis
from evals.recorder import Recorder

FORM = "document_analysis_form7801"
_DIAGNOSIS = "disability_info.primary_disability_description"
_DAYS_OFF = 37
_WRONG_HEBREW, _WRONG_LATIN = "פלוני אלמוני", "Somebody Else"
_WRONG_ID, _WRONG_IBAN = "000000018", "IL310108000000000654321"
_CHOICES: Mapping[str, tuple[str, str]] = {
    "gender": ("זכר", "נקבה"),
    "marital_status": ("single", "married"),
    "employment_type": ("full_time", "part_time"),
    "clinic_type": ("hmo", "private"),
    "account_type": ("checking", "savings"),
}


class Altered(msgspec.Struct, frozen=True, kw_only=True):
    """How many fields of one kind were altered, and how many of these code reported; `missed` names the rest."""

    kind: str
    tried: int
    caught: int
    missed: tuple[str, ...]


def alter_every_field(cases: Sequence[EvalCase], models: Models) -> list[Altered]:
    """One row a kind of field, over all filled fields of all cases' answers."""
    outcomes: dict[str, list[tuple[str, bool]]] = {}
    for case in cases:
        recorder = Recorder(models.openai)
        run_analysis(FORM, case, Models(openai=recorder, anthropic=models.anthropic))
        answer = flat_answer(recorder.answers[0], names=names_of(read_documents(case)))
        for leaf, caught in _each_altered(case, answer):
            outcomes.setdefault(leaf.kind.value, []).append((f"{case.name}: {leaf.path}", caught))
    order = [kind.value for kind in dict.fromkeys(FIELDS.values())]
    return [_row(kind, outcomes[kind]) for kind in order if kind in outcomes]


def wrong_value(leaf: Leaf) -> Any:
    """Another value of the field's kind, as plausible as the one that is there."""
    value = leaf.value
    match leaf.kind:
        case Kind.DATE:
            return (date.fromisoformat(value) - timedelta(days=_DAYS_OFF)).isoformat()
        case Kind.NUMBER:
            return value + 1 if value < 100 else round(value * 1.1)
        case Kind.ID:
            return _WRONG_ID
        case Kind.IBAN:
            return _WRONG_IBAN if value != _WRONG_IBAN else "IL840110420000000777001"
        case Kind.EMAIL:
            return f"another.{value}"
        case Kind.NAME | Kind.TEXT:
            return _WRONG_HEBREW if any("א" <= letter <= "ת" for letter in value) else _WRONG_LATIN
        case Kind.CHOICE:
            first, second = _CHOICES[leaf.path.rpartition(".")[2]]
            return second if value == first else first
        case Kind.FLAG:
            return True
        case _:
            return value[:-1] + str((int(value[-1]) + 1) % 10)


def _each_altered(case: EvalCase, answer: Mapping[str, Any]) -> list[tuple[Leaf, bool]]:
    texts = [text for text in read_documents(case) if text.pages]
    sources = Sources(texts, transcript=transcript_of(case.file))
    today = date.fromisoformat(case.expected["_derived_checks"]["as_of"])
    form = answer["form_7801"]
    diagnosis = [entry for entry in answer["evidence"] if entry["field"] == _DIAGNOSIS]
    found = []
    for leaf in leaves(form):
        if not _can_be_altered(leaf, answer, has_diagnosis=bool(diagnosis)):
            continue
        wrong = wrong_value(leaf)
        altered = {**copy.deepcopy(dict(answer)), "form_7801": with_value(form, leaf.path, wrong)}
        if leaf.kind is Kind.FLAG:
            altered["evidence"].append({**diagnosis[0], "field": leaf.path})
        reconciled = reconcile([altered], sources=sources, shown=frozenset(), today=today)
        standing = {one.path for one in leaves(reconciled.form) if one.pattern == leaf.pattern and one.value == wrong}
        named = {issue.field for issue in reconciled.issues}
        found.append((leaf, not standing or bool(standing & named)))
    return found


def _can_be_altered(leaf: Leaf, answer: Mapping[str, Any], *, has_diagnosis: bool) -> bool:
    if leaf.kind is Kind.FLAG:
        return has_diagnosis and not leaf.value and leaf.path.startswith(DISABILITY_TYPES)
    evident = any(entry["field"] == leaf.path for entry in answer["evidence"])
    return leaf.is_filled and evident and (leaf.kind is not Kind.DATE or _is_day(leaf.value))


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _row(kind: str, outcomes: Sequence[tuple[str, bool]]) -> Altered:
    return Altered(
        kind=kind,
        tried=len(outcomes),
        caught=sum(caught for _, caught in outcomes),
        missed=tuple(path for path, caught in outcomes if not caught),
    )
