"""With `-n`, tests that share something are given to one process."""

from __future__ import annotations

import pytest

from tests.scheduling import group_of


def test_the_tests_of_the_api_are_one_group():
    assert group_of("tests/app/test_edge.py::test_a") == group_of("tests/app/test_starts.py::test_b[x/y]")


@pytest.mark.parametrize("folder", ["e2e", "unit/jobs"])
def test_the_tests_of_any_other_module_are_one_group(folder: str):
    assert group_of(f"tests/{folder}/test_one.py::test_a") == group_of(f"tests/{folder}/test_one.py::test_b[x::y]")
    assert group_of(f"tests/{folder}/test_one.py::test_a") != group_of(f"tests/{folder}/test_two.py::test_a")
