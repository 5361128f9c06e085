"""What CloudWatch has counted of a stage: a few calls, however many jobs there were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.telemetry import NAMESPACE
from infra.problem import Problem

QUERIES_AT_ONCE = 500  # GetMetricData's own limit
PERIOD_SECONDS = 3600


class Counted:
    """The metrics of one stage. `cloudwatch` is a low-level client."""

    def __init__(self, cloudwatch: Any, *, stage: str) -> None:
        self._cloudwatch = cloudwatch
        self._stage = stage

    def sums(
        self, metric: str, *, by: str, since: datetime, now: datetime, known: Iterable[str] = ()
    ) -> Mapping[str, float]:
        """The sum of a metric by one of its dimensions ("code", "job_type"), what is 0 left out. Raises: Problem.

        `known` are values to ask for in any case: CloudWatch keeps the numbers of what was not counted for two weeks,
        but does not list it any more.
        """
        try:
            values = sorted({*self._values(metric, by=by), *known})
            found: dict[str, float] = {}
            for start in range(0, len(values), QUERIES_AT_ONCE):
                found |= self._sums(metric, by=by, values=values[start : start + QUERIES_AT_ONCE], since=since, now=now)
        except (BotoCoreError, ClientError) as exc:
            raise Problem(f"CloudWatch does not answer: {exc}") from exc
        return {value: total for value, total in sorted(found.items()) if total}

    def _values(self, metric: str, *, by: str) -> Sequence[str]:
        pages = self._cloudwatch.get_paginator("list_metrics").paginate(
            Namespace=NAMESPACE, MetricName=metric, Dimensions=[{"Name": "stage", "Value": self._stage}, {"Name": by}]
        )
        dimensions = [
            {one["Name"]: one["Value"] for one in found["Dimensions"]} for page in pages for found in page["Metrics"]
        ]
        return [one[by] for one in dimensions if set(one) == {"stage", by}]

    def _sums(
        self, metric: str, *, by: str, values: Sequence[str], since: datetime, now: datetime
    ) -> Mapping[str, float]:
        queries = [
            {
                "Id": f"m{number}",
                "MetricStat": {
                    "Stat": "Sum",
                    "Period": PERIOD_SECONDS,
                    "Metric": {
                        "Namespace": NAMESPACE,
                        "MetricName": metric,
                        "Dimensions": [{"Name": "stage", "Value": self._stage}, {"Name": by, "Value": value}],
                    },
                },
            }
            for number, value in enumerate(values)
        ]
        pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=since, EndTime=now
        )
        found = dict.fromkeys(values, 0.0)
        for page in pages:
            for result in page["MetricDataResults"]:
                found[values[int(result["Id"][1:])]] += sum(result["Values"])
        return found
