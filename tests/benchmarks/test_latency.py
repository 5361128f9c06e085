"""What the table of waiting times says of what was seen."""

from __future__ import annotations

import math

from benchmarks.latency.__main__ import percentile, table
from benchmarks.latency.followers import Seen
from benchmarks.rows import between


def seen(seconds: float) -> Seen:
    return Seen(accepted=seconds, claimed=1, progress=1, end_by_poll=2, end_live=0.5, whole=9)


def test_a_percentile_is_the_value_that_its_share_does_not_exceed() -> None:
    waited = [seen(float(number)) for number in range(100, 0, -1)]

    assert [percentile(waited, "accepted", share) for share in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    assert percentile(waited[:1], "accepted", 0.5) == 100


def test_both_systems_stand_side_by_side_with_how_many_jobs_each_had() -> None:
    found = table({"local": {"steady": [seen(0.1)]}, "ministack": {"steady": [seen(0.2), seen(0.4)]}})

    head, dashes, *rows = found.splitlines()
    assert head.endswith("| local system: p50 | p95 | p99 | MiniStack: p50 | p95 | p99 |")
    assert head.count("|") == dashes.count("|")
    assert rows[0] == "| steady (1 · 2) | POST → 202 | 0.10 | 0.10 | 0.10 | 0.20 | 0.40 | 0.40 |"


def test_a_job_that_never_showed_a_sign_is_seen_in_the_table() -> None:
    found = table({"local": {"steady": [Seen(accepted=0.1)]}})

    assert "| steady (1) | POST → 202 | 0.10 | 0.10 | 0.10 |" in found
    assert math.isnan(percentile([Seen(accepted=0.1)], "end_live", 0.5))
    assert found.count("nan") == 3 * 5


def test_what_was_written_before_is_replaced_and_the_rest_is_kept() -> None:
    page = "# Page\n<begin>\nold\n<end>\nafter\n"

    assert between(page, "<begin>\n", "new\n", "<end>\n") == "# Page\n<begin>\nnew\n<end>\nafter\n"
