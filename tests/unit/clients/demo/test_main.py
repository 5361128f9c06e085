"""The demo succeeds only when every analysis completed."""

from __future__ import annotations

import pytest

from chalicelib.analyses import catalogue
from clients.demo.__main__ import exit_code, verdict

COMPLETED = [{"job_type": job_type, "status": "completed"} for job_type in catalogue()]
FAILED = [{**COMPLETED[0], "status": "failed"}, *COMPLETED[1:]]


@pytest.mark.parametrize(
    ("jobs", "code", "completed"),
    [
        (COMPLETED, 0, len(COMPLETED)),
        (FAILED, 1, len(COMPLETED) - 1),
        (COMPLETED[1:], 1, len(COMPLETED) - 1),
        ([], 1, 0),
    ],
    ids=["all", "one failed", "one missing", "none"],
)
def test_anything_less_than_all_completed_is_a_failure(jobs, code, completed):
    assert (exit_code(jobs), verdict(jobs)) == (code, f"{completed} of {len(COMPLETED)} analyses completed.")
