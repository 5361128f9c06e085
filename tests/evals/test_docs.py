"""docs/analyses.md shows what the command measures; tables that take long to make are held by `make eval` itself."""

from __future__ import annotations

import re

import pytest

from evals.__main__ import DOCS
from evals.measure import CaseScore, Measurement, Robustness
from evals.tables import all_tables, with_tables
from evals.withstanding import detections

PAGE = DOCS.read_text(encoding="utf-8")
QUICKLY_MEASURED = [
    "Form 7801, by case",
    "Agent and call, by case",
    "Form 7801, by field",
    "The detector of instructions",
]


@pytest.fixture(scope="module")
def tables(all_scores: list[CaseScore]) -> dict[str, str]:
    robustness = Robustness(plantings=(), altered=(), withstood=(), detections=tuple(detections()))
    return all_tables(
        Measurement(
            openai_name="one", anthropic_name="other", is_emulated=True, cases=tuple(all_scores), robustness=robustness
        )
    )


@pytest.mark.parametrize("heading", QUICKLY_MEASURED)
def test_the_page_shows_what_is_measured(tables: dict[str, str], heading: str) -> None:
    shown = re.search(rf"<!-- eval: {re.escape(heading)} -->\n(.*?)\n<!-- end -->", PAGE, re.DOTALL)

    assert shown
    assert shown[1] == tables[heading], "write it anew: python -m evals --docs"


def test_the_page_has_a_place_for_every_table(tables: dict[str, str]) -> None:
    assert set(re.findall(r"<!-- eval: (.+?) -->", PAGE)) == set(tables)


def test_tables_are_written_between_their_marks_and_nowhere_else() -> None:
    page = "before\n<!-- eval: One -->\nold\n<!-- end -->\nbetween\n<!-- eval: Two -->\n<!-- end -->\nafter\n"

    assert with_tables(page, {"One": "| 1 |", "Two": "| 2 |"}) == (
        "before\n<!-- eval: One -->\n| 1 |\n<!-- end -->\nbetween\n<!-- eval: Two -->\n| 2 |\n<!-- end -->\nafter\n"
    )


def test_a_table_without_a_place_is_named() -> None:
    with pytest.raises(ValueError, match="Two"):
        with_tables("<!-- eval: One -->\n<!-- end -->\n", {"One": "", "Two": ""})
