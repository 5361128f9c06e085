"""Whether code catches the mistakes that it can: the emulator makes them on purpose, this looks where they ended up.

A planted value is caught when an issue names its field (for swapped dates: its record), or when it did not get into
the result. A planted quote is caught when its entry is marked as unverified and an issue names its field; the agent's,
when the finding was refused, or an issue names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.fields import leaves, pattern_of
from emulator import Emulator
from emulator.answers.planted import FALSE_QUOTE, INVENTED_HOSPITAL
from evals.cases import EvalCase
from evals.in_process_run import Models, Run, run_analysis

FORM, AGENT = "document_analysis_form7801", "document_analysis_agent"
ATTRIBUTION = "attribution"
KINDS = (
    *("wrong_values", "false_quotes", "bad_ids", "swapped_dates", "invented_hospitalisations"),
    *(ATTRIBUTION, "swapped_numbers", "another_person", "older_value"),
)
_REACH: Mapping[str, tuple[str, ...]] = {
    FORM: KINDS,
    AGENT: ("false_quotes", "invented_hospitalisations", ATTRIBUTION, "swapped_numbers"),
}
_FALSE_WORDS = ("false_quotes", "bad_ids", "swapped_numbers")
_ABOUT_QUOTES = ("quote", "document_id")


class Planting(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of mistake in one analysis of one case. `missed` are the fields of those that nothing reported;
    `confidence` is what the form says of itself, without and with the mistakes (None for the agent)."""

    kind: str
    job_type: str
    case: str
    planted: int
    missed: tuple[str, ...]
    confidence: tuple[float, float] | None = None

    @property
    def caught(self) -> int:
        """How many were caught."""
        return self.planted - len(self.missed)


def plant_everything(cases: Sequence[EvalCase], emulator: Emulator, models: Models) -> list[Planting]:
    """Every kind in every case and analysis that it reaches."""
    return list(_plantings(cases, emulator, models))


def caught_by_kind(plantings: Iterable[Planting]) -> dict[str, tuple[int, int, int]]:
    """For each kind: how many runs, how many mistakes were planted, how many caught."""
    found: dict[str, tuple[int, int, int]] = {}
    for one in plantings:
        runs, planted, caught = found.get(one.kind, (0, 0, 0))
        found[one.kind] = (runs + bool(one.planted), planted + one.planted, caught + one.caught)
    return found


def missed_of(run: Run, planted: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields of those planted mistakes (rows of the emulator) that this run did not catch."""
    return list(_missed_by_form(run, planted) if run.job_type == FORM else _missed_by_agent(run, planted))


def _plantings(cases: Sequence[EvalCase], emulator: Emulator, models: Models) -> Iterator[Planting]:
    for job_type, kinds in _REACH.items():
        for case in cases:
            emulator.state.plants.clear()
            clean = run_analysis(job_type, case, models)
            for kind in kinds:
                emulator.state.plants.clear()
                emulator.state.plants.choose({"kinds": [kind]})
                run = run_analysis(job_type, case, models)
                yield _planting(kind, run, emulator.state.plants.listed()["planted"], clean=clean)
    emulator.state.plants.clear()


def _planting(kind: str, run: Run, planted: Sequence[Mapping[str, Any]], *, clean: Run) -> Planting:
    return Planting(
        kind=kind,
        job_type=run.job_type,
        case=run.case,
        planted=len(planted),
        missed=tuple(missed_of(run, planted)),
        confidence=(_confidence(clean), _confidence(run)) if run.job_type == FORM else None,
    )


def _missed_by_form(run: Run, planted: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if run.error:
        yield from (row["field"] for row in planted)
        return
    named = {issue["field"] for issue in run.analysis["issues"]}
    records = {_record(issue["field"]) for issue in run.analysis["issues"]}
    entries = run.analysis["evidence"]
    for row in planted:
        wrong = [one for one in entries if any(one[name] == row["value"] for name in _ABOUT_QUOTES)]
        if row["kind"] in _FALSE_WORDS and wrong:
            same = [one for one in wrong if pattern_of(one["field"]) == pattern_of(row["field"])]
            if any(one["verified"] or one["field"] not in named for one in same):
                yield row["field"]
            continue
        for path in _places(run.analysis["form_7801"], row):
            if path not in named and not (row["kind"] == "swapped_dates" and _record(path) in records):
                yield path


def _places(form: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[str]:
    """Where in the form a planted value is now: lists were sorted after it was planted."""
    for leaf in leaves(dict(form)):
        if leaf.pattern == pattern_of(row["field"]) and leaf.value == row["value"]:
            yield leaf.path


def _missed_by_agent(run: Run, planted: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A finding with wrong words is missed when it got in; one with the words of another, when no issue names it."""
    findings = run.analysis.get("findings", ())
    named = {issue["field"] for issue in run.analysis.get("issues", ())}
    got_in = [one for one in findings if one["quote"] == FALSE_QUOTE or INVENTED_HOSPITAL in one["text"]]
    false = [row for row in planted if row["kind"] not in (ATTRIBUTION, "swapped_numbers")]
    yield from (row["field"] for row, _ in zip(false, got_in, strict=False))
    for row in planted:
        if row["kind"] == "swapped_numbers" and any(one["quote"] == row["value"] for one in findings):
            yield row["field"]
        if row["kind"] == ATTRIBUTION:
            places = [f"findings[{number}]" for number, one in enumerate(findings) if one["text"] == row["value"]]
            yield from (row["field"] for place in places if place not in named)


def _confidence(run: Run) -> float:
    return float(run.analysis["form_7801"]["metadata"]["document_extraction_confidence"]) if run.result else 0.0


def _record(path: str) -> str:
    return path.rpartition(".")[0]
