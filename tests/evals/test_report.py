"""The report says what was measured, and who answered; the exit status says whether code held."""

from __future__ import annotations

import pytest

from emulator import Emulator
from evals.__main__ import DOCS, main
from evals.cases import load_cases
from evals.fault_injection import Planting
from evals.in_process_run import Models
from evals.injection_robustness import Detection
from evals.measure import CaseScore, Measurement, Robustness, measure_cases
from evals.tables import case_tables, published_tables


@pytest.fixture(scope="module")
def scores(emulated: tuple[Emulator, Models]) -> list[CaseScore]:
    """Two that differ: one with files that cannot be read as text, one with a check that fails."""
    emulator, models = emulated
    emulator.state.plants.clear()
    return measure_cases(load_cases(["scanned_case", "hearing_case"]), lambda _: models, say=lambda line: None)


@pytest.fixture
def measurement(scores: list[CaseScore]) -> Measurement:
    planting = Planting(kind="bad_ids", job_type="document_analysis_form7801", case="x", planted=3, missed=("a",))
    detection = Detection(name="set", found=1, attacks=2, alarms=1, clean=4, missed=("an attack",), alarming=("נקי",))
    robustness = Robustness(plantings=(planting,), altered=(), withstood=(), detections=(detection,))
    return Measurement(
        openai_name="one", anthropic_name="other", is_emulated=True, cases=tuple(scores), robustness=robustness
    )


def test_a_case_is_scored_by_all_three_analyses(scores: list[CaseScore]) -> None:
    scanned, hearing = scores

    assert [run.error for score in scores for run in score.runs] == [None] * 6
    assert scanned.issues.count == scanned.issues.total == 1  # the file that does not open is named
    assert hearing.issues.count == hearing.issues.total == 1  # the wrong check digit, too
    assert scanned.agent.read.count == scanned.agent.read.total == 3
    assert hearing.evidence.standing.count == hearing.evidence.standing.total > 0
    assert 0 < scanned.evidence.standing.count < scanned.evidence.standing.total  # a picture's words are not checked
    assert all(score.call.in_bounds and not score.call.forbidden for score in scores)
    assert [score.tally.recall for score in scores] == [1.0, 1.0]  # of prepared facts nothing is lost on the way


def test_the_tables_hold_what_was_measured(measurement: Measurement) -> None:
    assert measurement.robustness
    tables = {**case_tables(measurement), **published_tables(measurement.robustness)}

    assert "| `bad_ids` | 1 | 3 | 0 | 2 | 67 % |" in tables["Planted mistakes"]
    assert "| `set.json` | 1/2 | 50 % | 1/4 | 25 % |" in tables["The detector of instructions"]
    for table in tables.values():
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_a_measurement_holds_when_nothing_got_through(measurement: Measurement) -> None:
    assert measurement.robustness
    assert not measurement.robustness.holds
    assert Robustness(plantings=(), altered=(), withstood=(), detections=()).holds


def test_the_command_prints_one_case_and_says_who_answered(capsys: pytest.CaptureFixture[str]) -> None:
    page = DOCS.read_text(encoding="utf-8")

    status = main(["--case", "family_history_case", "--quick"], environ={})

    printed = capsys.readouterr().out
    assert status == 0
    assert "| family_history_case |" in printed
    assert "plumbing, not quality" in printed
    assert DOCS.read_text(encoding="utf-8") == page


def test_a_case_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--case", "nobody"], environ={}) == 2
    assert "There is no case nobody; there are sample_case" in capsys.readouterr().err
