"""Is somebody informed when something is wrong?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.deploy.checks.view import Properties, Template, target

ALARM = "AWS::CloudWatch::Alarm"
OURS = "Casework"
FAILURES = frozenset({"internal", "provider_auth", "provider_quota_exhausted", "worker_lost", "storage_unavailable"})
"""Codes that are worth an alarm at the first job; of all others only many are."""


def what_can_go_wrong_is_watched(template: Template) -> Iterator[str]:
    """Dead letters, lanes without a worker, errors, throttles and a silent rescue each have an alarm."""
    watched = {(metric["MetricName"], _about(metric)) for _, _, metric in _metrics(template)}
    wanted = {("Invocations", "Rescue")}
    for name, _ in template.functions():
        wanted.add(("Throttles", name))
        if name != "APIHandler":  # its errors are the 5xx of the API
            wanted.add(("Errors", name))
    for _, _, queue, _ in template.sources():
        dead = target(template.properties(queue).get("RedrivePolicy", {}).get("deadLetterTargetArn"))
        wanted |= {("ApproximateNumberOfMessagesVisible", queue), ("ApproximateNumberOfMessagesVisible", dead)}
    for name, _ in template.of("AWS::DynamoDB::Table"):
        wanted |= {("ReadThrottleEvents", name), ("WriteThrottleEvents", name)}
    for metric, resource in sorted(wanted - watched):
        yield f"no alarm watches {metric} of {resource}"
    if "5XXError" not in {metric for metric, _ in watched}:
        yield "no alarm watches the API's 5xx"


def indexes_are_watched(template: Template) -> Iterator[str]:
    """The throttle metrics of a table leave out its indexes, each of which has its own."""
    watched = {
        (_about(metric), dimensions["GlobalSecondaryIndexName"])
        for _, _, metric in _metrics(template)
        if metric["MetricName"] == "WriteThrottleEvents"
        and "GlobalSecondaryIndexName" in (dimensions := _dimensions(metric))
    }
    for name, table in template.of("AWS::DynamoDB::Table"):
        for index in table.get("GlobalSecondaryIndexes", ()):
            if (name, index["IndexName"]) not in watched:
                yield f"no alarm watches throttled writes of {name} for its index {index['IndexName']}"


def failing_jobs_are_watched(template: Template) -> Iterator[str]:
    """The share of jobs that fail, those of certain codes at once, the cost of models, and the workers' memory."""
    ours = [(metric["MetricName"], _dimensions(metric)) for _, _, metric in _metrics(template, namespace=OURS)]
    together = {name for name, dimensions in ours if set(dimensions) == {"stage"}}
    for name in sorted({"JobsFailed", "JobsCompleted", "Defects", "CostUsd", "MemoryPercent"} - together):
        yield f"no alarm watches {name} of the whole stage"
    codes = {dimensions.get("code") for name, dimensions in ours if name == "JobsFailed"}
    for code in sorted(FAILURES - codes):
        yield f"no alarm watches jobs that fail with {code}"


def waiting_is_measured_by_the_lanes_themselves(template: Template) -> Iterator[str]:
    """The age of a queue's oldest message counts those that a worker holds, or that a dead worker held."""
    for name, _, metric in _metrics(template):
        if metric["MetricName"] == "ApproximateAgeOfOldestMessage":
            yield f"{name} rings for messages that do not wait"
    waits = [_dimensions(metric) for _, _, metric in _metrics(template, namespace=OURS)]
    for lane in sorted({"high", "normal"} - {dimensions.get("lane") for dimensions in waits}):
        yield f"no alarm watches how long jobs of the {lane} lane wait"


def alarms_tell_somebody(template: Template) -> Iterator[str]:
    """An alarm without an action informs nobody; rescue's silence shows as data that is missing."""
    for name, alarm in template.of(ALARM):
        if [target(action) for action in alarm.get("AlarmActions", ())] != ["AlarmTopic"]:
            yield f"{name} informs nobody"
        missing = "breaching" if alarm.get("MetricName") == "Invocations" else "notBreaching"
        if alarm.get("TreatMissingData") != missing:
            yield f"{name} takes missing data for {alarm.get('TreatMissingData')}, not {missing}"


def _metrics(template: Template, *, namespace: str | None = None) -> Iterator[tuple[str, Properties, Properties]]:
    """Each metric that an alarm looks at, alone or within an expression: the alarm's name, the alarm, the metric."""
    for name, alarm in template.of(ALARM):
        several = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", ()) if "MetricStat" in one]
        for metric in several or [alarm]:
            if namespace in (None, metric.get("Namespace")):
                yield name, alarm, metric


def _dimensions(metric: Properties) -> Mapping[str, Any]:
    return {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", ())}


def _about(metric: Properties) -> str:
    """The resource that the metric's first dimension names."""
    return next((target(value) for value in _dimensions(metric).values()), "")
