"""Everything that the emulator plants and code can catch is caught; what would get through is counted as missed."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest

from chalicelib.jobs.model import Usage
from emulator import Emulator
from emulator.answers.planted import FALSE_QUOTE, INVENTED_HOSPITAL
from evals.cases import load_case, load_cases
from evals.fault_injection import KINDS, Planting, caught_by_kind, missed_of, plant_everything
from evals.field_mutation import alter_every_field
from evals.in_process_run import Models, Run

FORM, AGENT = "document_analysis_form7801", "document_analysis_agent"
ID = "personal_info.id_number"
STAYS = "disability_info.hospitalizations"


@pytest.fixture(scope="module")
def plantings(emulated: tuple[Emulator, Models]) -> list[Planting]:
    return plant_everything(load_cases(["contradictions_case", "hearing_case", "stroke_case"]), *emulated)


ALWAYS_CAUGHT = [kind for kind in KINDS if kind != "attribution"]


@pytest.mark.parametrize("kind", ALWAYS_CAUGHT)
def test_all_that_was_planted_is_caught(plantings: list[Planting], kind: str) -> None:
    of_kind = [one for one in plantings if one.kind == kind]

    assert sum(one.planted for one in of_kind) > 0
    assert [one for one in of_kind if one.missed] == []


def test_a_value_in_the_wrong_field_is_caught_and_most_quotes_of_another_finding(plantings: list[Planting]) -> None:
    moved = [one for one in plantings if one.kind == "attribution"]

    assert [one for one in moved if one.job_type == FORM and (one.missed or not one.planted)] == []
    at_agent = [one for one in moved if one.job_type == AGENT]
    assert sum(one.caught for one in at_agent) > sum(one.planted for one in at_agent) / 2


@pytest.mark.parametrize("kind", ["wrong_values", "false_quotes", "bad_ids", "invented_hospitalisations"])
def test_what_is_planted_lowers_the_confidence(plantings: list[Planting], kind: str) -> None:
    pairs = [one.confidence for one in plantings if one.kind == kind and one.confidence]

    assert pairs
    assert all(after < before for before, after in pairs)


def test_both_analyses_are_lied_to(plantings: list[Planting]) -> None:
    assert {one.job_type for one in plantings if one.planted} == {FORM, AGENT}
    assert {kind: runs for kind, (runs, _, _) in caught_by_kind(plantings).items()}["false_quotes"] == 6


def a_run(job_type: str, **analysis: Any) -> Run:
    return Run(case="x", job_type=job_type, result={"analysis": analysis}, error=None, usage=Usage(), seconds=0)


def a_form_run(*, issues: list[str], evidence: list[dict[str, Any]] | None = None, **leaves: Any) -> Run:
    form = copy.deepcopy(load_case("sample_case").expected["form_7801"])
    form["personal_info"] |= leaves
    rows = [{"field": field, "code": "x"} for field in issues]
    return a_run(FORM, form_7801=form, issues=rows, evidence=evidence or [])


def planted(kind: str, field: str, value: Any) -> dict[str, Any]:
    return {"kind": kind, "field": field, "value": value}


def test_a_wrong_value_without_an_issue_is_missed() -> None:
    wrong = [planted("bad_ids", ID, "000000423")]

    assert missed_of(a_form_run(issues=[], id_number="000000423"), wrong) == [ID]
    assert missed_of(a_form_run(issues=[ID], id_number="000000423"), wrong) == []
    assert missed_of(a_form_run(issues=[]), wrong) == []  # it did not get into the form


def test_a_false_quote_is_missed_when_it_counts_or_is_not_reported() -> None:
    wrong = [planted("false_quotes", ID, FALSE_QUOTE)]

    def run(*, verified: bool, issues: list[str]) -> Run:
        entry = {"field": ID, "document_id": "d1", "quote": FALSE_QUOTE, "verified": verified}
        return a_form_run(issues=issues, evidence=[entry])

    assert missed_of(run(verified=True, issues=[ID]), wrong) == [ID]
    assert missed_of(run(verified=False, issues=[]), wrong) == [ID]
    assert missed_of(run(verified=False, issues=[ID]), wrong) == []


def test_swapped_dates_are_caught_at_either_date_of_their_record() -> None:
    wrong = [planted("swapped_dates", f"{STAYS}[0].admission_date", "2026-02-10")]

    assert missed_of(a_form_run(issues=[]), wrong) == [f"{STAYS}[0].admission_date"]
    assert missed_of(a_form_run(issues=[f"{STAYS}[0].discharge_date"]), wrong) == []


def test_a_finding_that_got_in_is_missed() -> None:
    wrong = [planted("invented_hospitalisations", "findings[3]", FALSE_QUOTE)]

    assert missed_of(a_run(AGENT, findings=[{"text": f"אשפוז: {INVENTED_HOSPITAL}", "quote": "x"}]), wrong)
    assert missed_of(a_run(AGENT, findings=[{"text": "כאב", "quote": "כאב גב"}]), wrong) == []


def test_a_run_that_failed_caught_nothing() -> None:
    run = msgspec.structs.replace(a_form_run(issues=[]), result=None, error="output_invalid")

    assert missed_of(run, [planted("bad_ids", ID, "1")]) == [ID]


def test_a_believable_wrong_number_date_or_name_is_reported(emulated: tuple[Emulator, Models]) -> None:
    emulated[0].state.plants.clear()

    rows = {row.kind: row for row in alter_every_field([load_case("hearing_case")], emulated[1])}

    for kind in ("id", "phone", "postal_code", "email", "iban", "account", "bank_number", "reference", "name", "date"):
        assert rows[kind].tried > 0
        assert rows[kind].missed == ()
    assert rows["flag"].missed == ("hearing_case: disability_info.disability_types.other",)
    assert rows["choice"].caught == 0  # what code leaves to the model: see docs/analyses.md
