"""What when a model puts a real value with its real quote into another field of its kind? The commonest mistake of all.

Every filled field of a good answer is moved to every other filled field of its kind in turn; it counts as reported when
code names the field that it was moved to. A pair is plausible when a reader could mix the two up: two dates of one
life, two persons, two institutions, two numbers of one bank account. The same answers unchanged show how many true
values code marks wrongly. A move leaves the value where it belongs, too; or, which is harder to see, takes it away
from there.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
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
from evals.cases import EvalCase, group_of
from evals.in_process_run import Models, read_documents, run_analysis
from evals.recorder import Recorder

FORM = "document_analysis_form7801"
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
    """How many values of one kind, or in one group of cases, were moved, and how many of these moves code reported;
    plausible ones apart."""

    what: str
    tried: int
    reported: int
    plausible: int
    plausible_reported: int
    missed: tuple[str, ...]


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """The moved values by kind and by group of cases, those also where the field they belong to stays empty; of the
    true values, how many there are by case and which code changed or marked wrongly, each with its case in front."""

    moved: tuple[Moved, ...] = ()
    by_group: tuple[Moved, ...] = ()
    taken_away: tuple[Moved, ...] = ()
    true_values: Mapping[str, int] = {}
    wronged: tuple[str, ...] = ()

    def wronged_in(self, group: str) -> tuple[int, int]:
        """How many true values of this group's cases were changed or marked wrongly, of how many."""
        wronged = sum(group_of(one.partition(":")[0]) == group for one in self.wronged)
        return wronged, sum(count for case, count in self.true_values.items() if group_of(case) == group)


class _Outcome(msgspec.Struct, frozen=True):
    case: str
    kind: Kind
    move: str
    is_plausible: bool
    reported: bool
    reported_alone: bool


def measure_attribution(cases: Sequence[EvalCase], models: Models) -> Attribution:
    """Over the answers that the models give to these cases."""
    outcomes: list[_Outcome] = []
    wronged: list[str] = []
    total: dict[str, int] = {}
    for case in cases:
        answer, sources = answer_and_sources(case, models)
        bench = Bench(case, sources)
        form, issues = bench.reconciled(answer)
        total[case.name] = sum(leaf.is_filled for leaf in leaves(answer["form_7801"]))
        wronged += (f"{case.name}: {path}" for path in bench.wronged(answer, form, issues))
        for source, target in pairs(answer["form_7801"]):
            copied = bench.reports(_moved(answer, source, target), target)
            alone = bench.reports(_taken_away(_moved(answer, source, target), source), target)
            move = f"{case.name}: {source.path} -> {target.path}"
            outcomes.append(_Outcome(case.name, source.kind, move, is_plausible(source, target), copied, alone))
    groups = sorted({group_of(case.name) for case in cases})
    in_group = {group: [one for one in outcomes if group_of(one.case) == group] for group in groups}
    return Attribution(
        moved=tuple(
            _row(kind.value, rows) for kind in MOVED_KINDS if (rows := [o for o in outcomes if o.kind is kind])
        ),
        by_group=tuple(_row(group, rows) for group, rows in in_group.items()),
        taken_away=tuple(
            _row(group, [msgspec.structs.replace(one, reported=one.reported_alone) for one in rows])
            for group, rows in in_group.items()
        ),
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

    def reports(self, moved: Mapping[str, Any], target: Leaf) -> bool:
        """True when code names the field that a value was moved to."""
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


def _moved(answer: Mapping[str, Any], source: Leaf, target: Leaf) -> dict[str, Any]:
    """The answer with the source's value and words in the target, too."""
    kept = [entry for entry in answer["evidence"] if entry["field"] != target.path]
    words = [{**entry, "field": target.path} for entry in kept if entry["field"] == source.path]
    form = with_value(answer["form_7801"], target.path, source.value)
    return {**copy.deepcopy(dict(answer)), "form_7801": form, "evidence": [*kept, *words], "contradictions": []}


def _taken_away(moved: Mapping[str, Any], source: Leaf) -> dict[str, Any]:
    """The answer with the source's field empty."""
    form = with_value(moved["form_7801"], source.path, 0 if source.kind is Kind.NUMBER else "")
    kept = [entry for entry in moved["evidence"] if entry["field"] != source.path]
    return {**moved, "form_7801": form, "evidence": kept}


def _row(what: str, rows: Sequence[_Outcome]) -> Moved:
    return Moved(
        what=what,
        tried=len(rows),
        reported=sum(one.reported for one in rows),
        plausible=sum(one.is_plausible for one in rows),
        plausible_reported=sum(one.reported for one in rows if one.is_plausible),
        missed=tuple(one.move for one in rows if not one.reported),
    )
