"""`cost`: what the model providers cost since a moment."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from infra.ops.cost import show_cost, since
from infra.problem import Problem
from tests.unit.infra.ops.conftest import NOW, OTHER_JOB


def test_cost_sums_by_analysis_and_model(ops):
    ops.fail(ops.store())
    ops.fail(ops.store(job_id=OTHER_JOB))

    report = json.loads(ops.printed(show_cost, since="7d", json=True))

    (row,) = report["rows"]
    assert report["total_usd"] == "0.04"
    assert (row["jobs"], row["requests"], row["input_tokens"], row["cost_usd"]) == (2, 4, 1800, "0.04")
    assert "Together: 0.04 US$." in ops.printed(show_cost, since="7d")


def test_cost_shows_the_part_of_low_priority(ops):
    ops.fail(ops.store())
    assert "low" not in ops.printed(show_cost, since="7d")

    ops.fail(ops.store(job_id=OTHER_JOB, priority="low"))

    assert json.loads(ops.printed(show_cost, since="7d", json=True))["low_priority_usd"] == "0.02"
    assert "Of that with priority low: 0.02 US$ (50 %)." in ops.printed(show_cost, since="7d")


def test_cost_leaves_out_jobs_from_before(ops):
    ops.fail(ops.store())

    assert json.loads(ops.printed(show_cost, since="60m", json=True))["rows"] == []


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("24h", NOW - timedelta(hours=24)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2026-06-01", datetime(2026, 6, 1, tzinfo=UTC)),
    ],
)
def test_since_is_a_span_or_a_date(text, moment):
    assert since(text, now=NOW) == moment


@pytest.mark.parametrize("text", ["", "7", "yesterday", "-1d", "99999999d", "0d", "2099-01-01"])
def test_any_other_since_is_refused(text):
    with pytest.raises(Problem, match=r"SINCE"):
        since(text, now=NOW)
