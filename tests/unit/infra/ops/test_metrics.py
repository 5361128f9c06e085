"""A deployed stage is asked through what CloudWatch has counted; no job is read for it."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from rich.console import Console

from infra.ops.cost import show_cost
from infra.ops.metrics import Counted
from infra.ops.status import show_status
from infra.problem import Problem
from tests.fakes.slot_store import FakeSlotStore
from tests.unit.infra.ops.conftest import NOW


class FakeCloudWatch:
    """CloudWatch with these sums, by metric and by (dimension, value); `asked` counts its calls.

    As AWS does, it lists no metric that was not counted for two weeks (`lists` is false), and still has its numbers.
    """

    def __init__(self, sums: Mapping[str, Mapping[tuple[str, str], list[float]]], *, lists: bool = True) -> None:
        self._sums = sums
        self._lists = lists
        self.asked = 0

    def get_paginator(self, operation: str) -> Any:
        paginate = {"list_metrics": self._listed, "get_metric_data": self._data}[operation]
        return argparse.Namespace(paginate=paginate)

    def _listed(self, *, Namespace: str, MetricName: str, Dimensions: Any) -> Any:  # noqa: N803
        self.asked += 1
        assert (Namespace, Dimensions[0]) == ("Casework", {"Name": "stage", "Value": "prod"})
        stage = {"Name": "stage", "Value": "prod"}
        for name, value in self._sums.get(MetricName, {}) if self._lists else ():
            yield {"Metrics": [{"Dimensions": [stage, {"Name": name, "Value": value}]}]}
        # Another metric of this name, told apart by one dimension more.
        yield {"Metrics": [{"Dimensions": [stage, Dimensions[1] | {"Value": "x"}, {"Name": "more", "Value": "y"}]}]}

    def _data(self, *, MetricDataQueries: Any, **_: Any) -> Any:  # noqa: N803
        self.asked += 1
        for query in MetricDataQueries:
            metric = query["MetricStat"]["Metric"]
            chosen = metric["Dimensions"][1]
            values = self._sums[metric["MetricName"]].get((chosen["Name"], chosen["Value"]), [])
            yield {"MetricDataResults": [{"Id": query["Id"], "Values": values}]}


class Silent:
    def get_paginator(self, _: str) -> Any:
        raise EndpointConnectionError(endpoint_url="https://monitoring")


CLOUDWATCH = {
    "JobsFailed": {("code", "provider_auth"): [2.0, 1.0], ("code", "internal"): [0.0]},
    "CostUsd": {("job_type", "call_analysis"): [1.5, 0.25], ("priority", "low"): [0.25]},
    "InputTokens": {("job_type", "call_analysis"): [9000.0]},
    "OutputTokens": {("job_type", "call_analysis"): [700.0]},
}


class NoJobs:
    """A store whose list nobody may read."""

    def due_checks(self, **_: Any) -> list[Any]:
        return []

    def list(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("jobs were read one by one")


def asked(command: Any, cloudwatch: Any, **arguments: Any) -> Any:
    stage: Any = argparse.Namespace(
        name="prod", jobs=NoJobs(), slots=FakeSlotStore(), lanes=(), sqs=None, client=lambda _: cloudwatch
    )
    out = io.StringIO()
    command(stage, argparse.Namespace(json=True, **arguments), console=Console(file=out, width=200), now=NOW)
    return json.loads(out.getvalue())


def test_sums_are_those_of_the_asked_dimension_and_nothing_that_is_zero() -> None:
    counted = Counted(FakeCloudWatch(CLOUDWATCH), stage="prod")

    assert counted.sums("JobsFailed", by="code", since=NOW, now=NOW) == {"provider_auth": 3.0}


def test_status_of_a_deployed_stage_reads_no_job() -> None:
    cloudwatch = FakeCloudWatch(CLOUDWATCH)

    report = asked(show_status, cloudwatch)

    assert report["failed_last_day_counts"] == {"provider_auth": 3}
    assert "failed_last_day" not in report
    assert cloudwatch.asked == 2


def test_cost_of_a_deployed_stage_reads_no_job() -> None:
    report = asked(show_cost, FakeCloudWatch(CLOUDWATCH), since="7d")

    assert (report["total_usd"], report["low_priority_usd"]) == ("1.7500", "0.2500")
    assert report["rows"] == [
        {"job_type": "call_analysis", "cost_usd": 1.75, "input_tokens": 9000.0, "output_tokens": 700.0}
    ]


def test_cost_has_what_was_not_used_for_two_weeks_too() -> None:
    report = asked(show_cost, FakeCloudWatch(CLOUDWATCH, lists=False), since="60d")

    assert (report["total_usd"], report["low_priority_usd"]) == ("1.7500", "0.2500")
    assert [row["input_tokens"] for row in report["rows"]] == [9000.0]


def test_a_cloudwatch_that_does_not_answer_is_a_problem_and_no_traceback() -> None:
    with pytest.raises(Problem, match="CloudWatch does not answer"):
        asked(show_status, Silent())
