"""With `-n`, tests that share something are given to one process."""

from __future__ import annotations

from tests.scheduling import group_of


def test_the_tests_of_the_api_are_one_group():
    assert group_of("tests/app/test_edge.py::test_a") == group_of("tests/app/test_starts.py::test_b[x/y]")


def test_the_tests_of_a_module_that_starts_a_system_are_one_group():
    assert group_of("tests/e2e/test_demo.py::test_a") == group_of("tests/e2e/test_demo.py::test_b")
    assert group_of("tests/e2e/test_demo.py::test_a") != group_of("tests/e2e/test_chaos.py::test_a")


def test_all_others_are_on_their_own():
    assert group_of("tests/unit/jobs/test_run.py::test_a") != group_of("tests/unit/jobs/test_run.py::test_b")
