"""What when a model puts a real value with its real quote into another field of its kind? The commonest mistake of all.

Every filled field of a good answer is moved to every other filled field of its kind in turn; it counts as reported when
code names the field that it was moved to. A pair is plausible when a reader could mix the two up: two dates of one
life, two persons, two institutions, two numbers of one bank account. The same answers unchanged show how many true
values code marks wrongly.
"""

from __future__ import annotations

import copy
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.facts import flat_answer
from chalicelib.analyses.document_analysis_form7801.fields import (
    Kind,
    Leaf,
    leaves,
    value_at,
    with_value,
)
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.normalise import normalised_form
from chalicelib.analyses.document_analysis_form7801.reconcile import reconcile
from chalicelib.analyses.document_analysis_form7801.source_names import names_of
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.reading import transcript_of
from chalicelib.cases.model import DocumentText
from evals.cases import WRITTEN_AFTER, EvalCase
from evals.in_process_run import Models, read_documents, run_analysis
from evals.recorder import Recorder

FORM = "document_analysis_form7801"
WRITTEN_LATER = "of these, in cases written after the rules"
MOVED_KINDS = (Kind.NAME, Kind.DATE, Kind.PHONE, Kind.NUMBER, Kind.BANK_NUMBER, Kind.REFERENCE)
MISMATCHES = frozenset({"evidence_mismatch", "evidence_not_found", "evidence_missing", "implausible"})
_LIKE: Sequence[frozenset[str]] = (
    frozenset({"full_name", "account_holder_name", "name"}),
    frozenset({"employer_name", "hospital_name", "bank_name"}),
    frozenset({"address", "city"}),
    frozenset(
        {"start_date", "end_date", "admission_date", "discharge_date", "disability_start_date", "last_visit_date"}
    ),
    frozenset({"phone"}),
    frozenset({"bank_code", "branch_number"}),
)


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """How many values of one kind were moved, and how many of these moves code reported; plausible ones apart.

    `kind` is a field's, or WRITTEN_LATER for all kinds in the cases that were written after the rules.
    """

    kind: str
    tried: int
    reported: int
    plausible: int
    plausible_reported: int
    missed: tuple[str, ...]


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """The moved values by kind; of the true values, how many there are by case and which code changed or marked
    wrongly, each with its case in front."""

    moved: tuple[Moved, ...]
    moved_later: Moved
    true_values: Mapping[str, int]
    wronged: tuple[str, ...]

    def wronged_in(self, cases: Container[str]) -> tuple[int, int]:
        """How many true values of these cases were changed or marked wrongly, of how many."""
        wronged = sum(one.partition(":")[0] in cases for one in self.wronged)
        return wronged, sum(count for case, count in self.true_values.items() if case in cases)

    @classmethod
    def nothing(cls) -> Attribution:
        """Before anything was moved."""
        return cls(moved=(), moved_later=_row(WRITTEN_LATER, ()), true_values={}, wronged=())


def measure_attribution(cases: Sequence[EvalCase], models: Models) -> Attribution:
    """Over the answers that the models give to these cases."""
    outcomes: dict[str, list[tuple[str, bool, bool]]] = {kind.value: [] for kind in MOVED_KINDS}
    wronged: list[str] = []
    total: dict[str, int] = {}
    for case in cases:
        answer, sources = answer_and_sources(case, models)
        bench = Bench(case, sources)
        form, issues = bench.reconciled(answer)
        filled = [leaf for leaf in leaves(answer["form_7801"]) if leaf.is_filled]
        total[case.name] = len(filled)
        wronged += (f"{case.name}: {path}" for path in bench.wronged(answer, form, issues))
        for source, target in pairs(answer["form_7801"]):
            reported = bench.reports_move(answer, source, target)
            what = f"{case.name}: {source.path} -> {target.path}"
            outcomes[source.kind.value].append((what, reported, is_plausible(source, target)))
    later = [row for rows in outcomes.values() for row in rows if row[0].partition(":")[0] in WRITTEN_AFTER]
    return Attribution(
        moved=tuple(_row(kind, rows) for kind, rows in outcomes.items() if rows),
        moved_later=_row(WRITTEN_LATER, later),
        true_values=total,
        wronged=tuple(wronged),
    )


def answer_and_sources(case: EvalCase, models: Models) -> tuple[dict[str, Any], Sources]:
    """What the model answers about form 7801, flat, and the case's sources."""
    recorder = Recorder(models.openai)
    run_analysis(FORM, case, Models(openai=recorder, anthropic=models.anthropic))
    documents: list[DocumentText] = read_documents(case)
    texts = [text for text in documents if text.pages]
    return flat_answer(recorder.answers[0], names=names_of(texts)), Sources(texts, transcript=transcript_of(case.file))


def pairs(form: Form) -> Iterator[tuple[Leaf, Leaf]]:
    """Each filled field with each other one of its kind that holds another value."""
    filled = [leaf for leaf in leaves(form) if leaf.is_filled and leaf.kind in MOVED_KINDS]
    for source in filled:
        for target in filled:
            if (
                source.kind is target.kind
                and source.value != target.value
                and "length_of_stay" not in (source.path + target.path)
            ):
                yield source, target


def is_plausible(source: Leaf, target: Leaf) -> bool:
    """True when a reader could mix the two up."""
    names = {source.path.rpartition(".")[2], target.path.rpartition(".")[2]}
    return any(names <= like for like in _LIKE)


class Bench:
    """One case's code, without its model."""

    def __init__(self, case: EvalCase, sources: Sources) -> None:
        self._sources = sources
        self._today = date.fromisoformat(case.expected["_derived_checks"]["as_of"])

    def reconciled(self, answer: Mapping[str, Any]) -> tuple[Form, tuple[Issue, ...]]:
        """What code makes of an answer."""
        done = reconcile([answer], sources=self._sources, shown=frozenset(), today=self._today)
        return done.form, done.issues

    def reports_move(self, answer: Mapping[str, Any], source: Leaf, target: Leaf) -> bool:
        """True when code names the target after the source's value and words were moved there."""
        moved = copy.deepcopy(dict(answer))
        moved["form_7801"] = with_value(moved["form_7801"], target.path, source.value)
        kept = [entry for entry in moved["evidence"] if entry["field"] != target.path]
        words = [{**entry, "field": target.path} for entry in kept if entry["field"] == source.path]
        moved["evidence"] = [*kept, *words]
        moved["contradictions"] = []
        form, issues = self.reconciled(moved)
        value = value_at(normalised_form(moved["form_7801"], today=self._today), target.path)
        there = {leaf.path for leaf in leaves(form) if leaf.pattern == target.pattern and leaf.value == value}
        return bool(there & {issue.field for issue in issues})

    def wronged(self, answer: Mapping[str, Any], form: Form, issues: Sequence[Issue]) -> Iterator[str]:
        """The true values that code changed, or said to rest on words that do not say so.

        Words on a scan cannot be looked up without the picture: these are not counted.
        """
        read = normalised_form(answer["form_7801"], today=self._today)
        before = {(leaf.pattern, str(leaf.value)) for leaf in leaves(read) if leaf.is_filled}
        after = {(leaf.pattern, str(leaf.value)) for leaf in leaves(form)}
        quoted = {entry["field"] for entry in answer["evidence"] if self._is_found(entry)}
        yield from (
            f"{pattern} changed" for pattern, value in sorted(before - after) if "length_of_stay" not in pattern
        )
        yield from (f"{one.field} {one.code}" for one in issues if one.code in MISMATCHES and one.field in quoted)

    def _is_found(self, entry: Mapping[str, Any]) -> bool:
        return self._sources.find(entry["quote"], document_id=entry["document_id"]) is not None


def _row(kind: str, rows: Sequence[tuple[str, bool, bool]]) -> Moved:
    return Moved(
        kind=kind,
        tried=len(rows),
        reported=sum(reported for _, reported, _ in rows),
        plausible=sum(plausible for _, _, plausible in rows),
        plausible_reported=sum(reported for _, reported, plausible in rows if plausible),
        missed=tuple(what for what, reported, _ in rows if not reported),
    )
