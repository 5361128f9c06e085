"""What the page on deploying says of costs is what comes out when it is measured again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.capacity import item_bytes
from benchmarks.cost.__main__ import PAGE, costs, with_costs
from benchmarks.cost.mix import Bill, bills, bills_table, measure_jobs
from benchmarks.cost.one_job import Assumptions, OneJob
from benchmarks.cost.parked import worker_seconds
from benchmarks.cost.table import idle_month, million_jobs, read_prices, with_jobs_month
from benchmarks.processes import metered_aws
from infra.deploy.template import merge_template
from infra.problem import Problem

JOB = OneJob(
    write_units=10,
    read_units=20,
    queue_requests=3,
    object_writes=0,
    stored_bytes=1000,
    log_bytes=2000,
    worker_seconds=60,
    versions=12,
)


def test_the_page_has_the_costs_that_are_measured() -> None:
    page = Path(PAGE).read_text(encoding="utf-8")

    with metered_aws() as aws:
        computed = costs(aws, Assumptions())

    assert "| **together** |" in page
    assert with_costs(page, computed) == page, "regenerate the page: make docs"


@pytest.mark.parametrize("before", ["", "| an old table |\n"])
def test_what_is_computed_stands_between_the_markers_whatever_stood_there(before: str) -> None:
    page = f"Above.\n<!-- costs -->\n{before}<!-- /costs -->\nBelow.\n"

    assert with_costs(page, "new") == "Above.\n<!-- costs -->\nnew\n<!-- /costs -->\nBelow.\n"


def test_a_page_without_the_markers_is_not_passed_over() -> None:
    with pytest.raises(Problem, match=r"<!-- costs -->"):
        with_costs("Above.\n<!-- costs --><!-- /costs -->\n", "new")


def test_a_position_is_units_times_price() -> None:
    positions = {p.what: p.usd for p in million_jobs(JOB, Assumptions(polls=30), read_prices())}

    assert positions["API Gateway"] == pytest.approx((31 + 2) * 3.50)  # and two preflights
    assert positions["DynamoDB writes"] == pytest.approx(10 * 0.625)
    assert positions["DynamoDB reads"] == pytest.approx(20 * 0.125)
    assert positions["workers"] == pytest.approx(60 * 0.625 * 0.0000133334 * 1_000_000)


def test_a_parked_job_is_a_few_seconds_of_a_worker() -> None:
    assert worker_seconds(20, 3, 3) == pytest.approx(20 * 0.01 + 3 * 0.4 + 3 * 0.25 / 0.625)


def test_the_mix_is_a_third_of_each_with_the_models_beside_aws() -> None:
    prices, assumed = read_prices(), Assumptions()
    with metered_aws() as aws:
        jobs = measure_jobs(aws, assumed)
        rows = {bill.name: bill for bill in bills(aws, jobs, assumed, prices)}

    streamed, parked, call, form, agent, mean, low = rows.values()
    assert mean.aws == pytest.approx((call.aws + form.aws + agent.aws) / 3)
    assert mean.model == pytest.approx((call.model + form.model + agent.model) / 3)
    assert call.model == pytest.approx(12_000 * 0.10 + 2_000 * 0.50)  # dollars per million tokens, a million jobs
    assert jobs.one_call.worker_seconds <= 4
    assert (jobs.one_call.webhooks, jobs.batches.webhooks) == (1, 3)
    assert call.aws < low.aws < parked.aws < streamed.aws / 3
    assert all(bill.aws <= bill.at_most for bill in (parked, call, form, mean) if bill.at_most is not None)


def test_an_aim_that_is_missed_is_said() -> None:
    rows = [Bill(name="a", aws=100, model=1, at_most=100), Bill(name="b", aws=100.5, model=1, at_most=100)]

    met, missed = bills_table(rows, read_prices()).splitlines()[2:]

    assert "missed" in missed
    assert "missed" not in met


def test_metrics_cost_nothing_in_a_month_without_jobs() -> None:
    assert "metrics" not in {position.what for position in idle_month(read_prices())}
    assert with_jobs_month(read_prices()).usd > 10


def test_an_idle_month_counts_the_alarms_of_the_template() -> None:
    positions = {p.what: p.usd for p in idle_month(read_prices())}

    resources = merge_template("prod")["Resources"].values()
    alarms = [resource for resource in resources if resource.get("Type") == "AWS::CloudWatch::Alarm"]
    assert len(alarms) > 40
    assert positions["alarms"] == pytest.approx(0.10 * len(alarms))


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"ab": {"S": "שלום"}}, 2 + 8),  # UTF-8
        ({"n": {"N": "1234"}}, 1 + 3),  # two digits a byte, and one
        ({"b": {"BOOL": True}}, 1 + 1),
        ({"l": {"L": [{"S": "ab"}]}}, 1 + 3 + 1 + 2),  # 3 for the list, 1 for each member
        ({"m": {"M": {"k": {"S": "v"}}}}, 1 + 3 + 1 + 1 + 1),
        ({"z": {"B": b"123"}}, 1 + 3),
    ],
)
def test_an_items_size_is_counted_as_dynamodb_counts_it(item: dict[str, Any], size: int) -> None:
    assert item_bytes(item) == size
