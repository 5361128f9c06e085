"""docs/analyses.md shows what the command measures; tables that take long to make are held by `make eval` itself."""

from __future__ import annotations

import re

import pytest

from evals.__main__ import DOCS
from evals.injection_robustness import detections
from evals.measure import Robustness
from evals.tables import published_tables, with_tables

PAGE = DOCS.read_text(encoding="utf-8")
DETECTOR = "The detector of instructions"


@pytest.fixture(scope="module")
def tables() -> dict[str, str]:
    return published_tables(Robustness(plantings=(), altered=(), withstood=(), detections=tuple(detections())))


def test_the_page_shows_the_detectors_rates(tables: dict[str, str]) -> None:
    shown = re.search(rf"<!-- eval: {DETECTOR} -->\n(.*?)\n<!-- end -->", PAGE, re.DOTALL)

    assert shown
    assert shown[1] == tables[DETECTOR], "regenerate the page: make eval WRITE=1"


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
