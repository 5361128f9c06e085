"""The report says what was measured: tables, charts, a page that needs nothing from the network, the exit status."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.__main__ import main
from evals.chart import rates_chart, verdicts_chart
from evals.measure import CaseScore, Measurement, Robustness
from evals.page import report_page
from evals.planting import Planting
from evals.scoring import Tally
from evals.tables import all_tables
from evals.withstanding import Detection

NOW = datetime(2026, 6, 10, 9, 30, tzinfo=UTC)
TALLY = Tally(right=6, wrong=1, missed=2, invented=1)


@pytest.fixture
def scores(all_scores: list[CaseScore]) -> list[CaseScore]:
    """Two that differ: one with files that cannot be read as text, one with a check that fails."""
    return [score for name in ("scanned_case", "hearing_case") for score in all_scores if score.case == name]


@pytest.fixture
def measurement(scores: list[CaseScore]) -> Measurement:
    planting = Planting(kind="bad_ids", job_type="document_analysis_form7801", case="x", planted=3, missed=("a",))
    detection = Detection(
        name="set", found=1, attacks=2, alarms=1, clean=4, missed=("<script>alert(1)</script>",), alarming=("נקי",)
    )
    robustness = Robustness(plantings=(planting,), altered=(), withstood=(), detections=(detection,))
    return Measurement(
        openai_name="one", anthropic_name="other", is_emulated=True, cases=tuple(scores), robustness=robustness
    )


def test_every_case_is_scored_by_all_three_analyses(scores: list[CaseScore]) -> None:
    scanned, hearing = scores

    assert [run.error for score in scores for run in score.runs] == [None] * 6
    assert scanned.issues.count == scanned.issues.total == 1  # the file that does not open is named
    assert hearing.issues.count == hearing.issues.total == 1  # the wrong check digit, too
    assert scanned.agent.read.count == scanned.agent.read.total == 3
    assert all(score.evidence.standing.count == score.evidence.standing.total > 0 for score in scores)
    assert all(score.call.in_bounds and not score.call.forbidden for score in scores)
    # A floor for the plumbing: the emulator reads what is labelled, and cannot look at the scan.
    assert (hearing.tally.precision or 0) >= 0.9
    assert (hearing.tally.recall or 0) >= 0.9


def test_the_tables_hold_what_was_measured(measurement: Measurement) -> None:
    tables = all_tables(measurement)

    assert "| `bad_ids` | 1 | 3 | 0 | 2 | 67 % |" in tables["Planted mistakes"]
    assert "| `set.json` | 1/2 | 50 % | 1/4 | 25 % |" in tables["The detector of instructions"]
    for table in tables.values():
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_page_needs_nothing_from_anywhere(measurement: Measurement) -> None:
    page = report_page(measurement, at=NOW, command="make eval")

    assert page.startswith("<!doctype html>")
    assert not re.search(r"(?:src|href)\s*=|@import|url\(", page)
    assert "<script" not in page  # what an attack says is text
    assert "&lt;script&gt;" in page
    assert page.count("<svg") == 2
    assert "2/3" in page


def test_the_charts_are_well_formed_and_draw_every_row() -> None:
    rates = ElementTree.fromstring(rates_chart({"Section <1>": {"field": TALLY, "empty": Tally()}}))  # noqa: S314  # ours
    bars = ElementTree.fromstring(verdicts_chart({"case": TALLY, "nothing": Tally()}))  # noqa: S314

    assert len(rates.findall("circle")) == 2 + 2  # the legend's, and the field's precision and recall
    assert [rect.get("fill") for rect in bars.findall("rect")[4:]] == ["#2f855a", "#c53030", "#7c3aed", "#cbd5e1"]


def test_a_measurement_holds_when_nothing_got_through(measurement: Measurement) -> None:
    assert measurement.robustness
    assert not measurement.robustness.holds
    assert Robustness(plantings=(), altered=(), withstood=(), detections=()).holds


def test_the_command_measures_one_case_and_writes_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["--case", "family_history_case", "--quick", "--out", str(tmp_path)], environ={}, now=NOW)

    assert status == 0
    assert "family_history_case" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "tables.md").read_text(encoding="utf-8").strip() in capsys.readouterr().out


def test_a_case_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--case", "nobody"], environ={}, now=NOW) == 2
    assert "There is no case nobody; there are sample_case" in capsys.readouterr().err
