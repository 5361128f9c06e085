"""The demo succeeds only when every analysis completed."""

from __future__ import annotations

import pytest

from clients.demo.__main__ import ROUTES, exit_code, free_ports, verdict


@pytest.mark.parametrize(
    ("statuses", "code", "sentence"),
    [
        (["completed", "completed", "completed"], 0, "3 of 3 analyses completed."),
        (["completed", "failed", "completed"], 1, "2 of 3 analyses completed."),
        (["completed", "completed"], 1, "2 of 3 analyses completed."),
        ([], 1, "0 of 3 analyses completed."),
    ],
)
def test_anything_less_than_all_completed_is_a_failure(statuses, code, sentence):
    jobs = [{"job_type": name, "status": status} for name, status in zip(ROUTES, statuses, strict=False)]

    assert (exit_code(jobs), verdict(jobs)) == (code, sentence)


def test_free_ports_are_different_ones():
    assert len(set(free_ports(3))) == 3
