"""The demo succeeds only when every analysis completed."""

from __future__ import annotations

import pytest

from chalicelib.analyses import catalogue
from clients.demo.__main__ import exit_code, verdict


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
    jobs = [{"job_type": name, "status": status} for name, status in zip(catalogue(), statuses, strict=False)]

    assert (exit_code(jobs), verdict(jobs)) == (code, sentence)
