"""The limits that docs/scale.md names are those that are shipped, and its arithmetic is right."""

from __future__ import annotations

import re
from typing import Any

from benchmarks.scale.__main__ import PAGE, SHIPPED
from benchmarks.scale.simulation import BURST_OF_AN_HOUR, BURST_SECONDS, DAY, HOUR, HOURLY_SHARE
from infra.deploy.template import merge_template

PEAK = max(HOURLY_SHARE)
REQUESTS_A_JOB = 13
BURST_A_SECOND = BURST_OF_AN_HOUR / BURST_SECONDS + (1 - BURST_OF_AN_HOUR) / HOUR
"""The share of the busiest hour's jobs that arrives in a second of the burst."""


def rows(beginning: str) -> list[str]:
    return re.findall(rf"^\| {re.escape(beginning)}.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def shipped() -> dict[str, Any]:
    return merge_template("prod")


def test_the_page_counts_requests_as_this_test_does() -> None:
    (row,) = rows("requests of the API a second")

    assert f"({REQUESTS_A_JOB} a job:" in row
    # a million jobs: 1e6 / 86,400 s x 2.5 x 13 requests = 376
    assert row.endswith(f"| {round(1e6 / DAY * PEAK * REQUESTS_A_JOB, -1):.0f} |")


def test_the_page_names_the_throttle_of_the_api_and_what_it_lets_through() -> None:
    template = shipped()
    limit = template["Parameters"]["ApiRequestsPerSecond"]["Default"]
    jobs_a_second = limit / REQUESTS_A_JOB
    steady = jobs_a_second / PEAK * DAY
    in_a_burst = jobs_a_second / BURST_A_SECOND / PEAK * DAY / HOUR

    (row,) = rows("the API's throttle of the stack")

    assert f"`ApiRequestsPerSecond`, {limit} " in row
    assert f"{steady / 1e6:.1f} M jobs a day" in row  # 500 / 13 / 2.5 x 86,400 = 1,329,231
    assert f"{round(in_a_burst, -4):,.0f} when" in row  # 500 / 13 / (0.1 / 60 + 0.9 / 3600) / 2.5 x 24 = 192,642
    settings = template["Resources"]["RestAPI"]["Properties"]["MethodSettings"]
    assert settings[0]["ThrottlingRateLimit"] == {"Ref": "ApiRequestsPerSecond"}


def test_the_simulation_ships_the_concurrency_that_prod_does() -> None:
    template = shipped()

    named = [
        next(iter(template["Resources"][name]["Properties"]["Events"].values()))["Properties"]["ScalingConfig"]
        for name in ("WorkHigh", "WorkNormal")
    ]

    found = [template["Parameters"][one["MaximumConcurrency"]["Ref"]]["Default"] for one in named]
    assert found == [SHIPPED.high, SHIPPED.normal]
    assert template["Parameters"]["OpenAiCallsAtOnce"]["Default"] == SHIPPED.calls
