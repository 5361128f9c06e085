"""Is somebody told when something is wrong?"""

from __future__ import annotations

from collections.abc import Iterator

from infra.deploy.checks.view import Properties, Template, target


def what_can_go_wrong_is_watched(template: Template) -> Iterator[str]:
    """Dead letters, waiting messages, errors, throttles and a silent rescue each have an alarm."""
    watched = {_watched(alarm) for _, alarm in template.of("AWS::CloudWatch::Alarm")}
    wanted = {("Invocations", "Rescue")}
    for name, _ in template.functions():
        wanted.add(("Throttles", name))
        if name != "APIHandler":  # its errors are the 5xx of the API
            wanted.add(("Errors", name))
    for _, _, queue, _ in template.sources():
        dead = target(template.properties(queue).get("RedrivePolicy", {}).get("deadLetterTargetArn"))
        wanted |= {("ApproximateAgeOfOldestMessage", queue), ("ApproximateNumberOfMessagesVisible", dead)}
    for name, _ in template.of("AWS::DynamoDB::Table"):
        wanted |= {("ReadThrottleEvents", name), ("WriteThrottleEvents", name)}
    for metric, resource in sorted(wanted - watched):
        yield f"no alarm watches {metric} of {resource}"
    if "5XXError" not in {metric for metric, _ in watched}:
        yield "no alarm watches the API's 5xx"


def alarms_tell_somebody(template: Template) -> Iterator[str]:
    """An alarm without an action is a lamp in an empty room; rescue's silence shows as data that is missing."""
    for name, alarm in template.of("AWS::CloudWatch::Alarm"):
        if [target(action) for action in alarm.get("AlarmActions", ())] != ["AlarmTopic"]:
            yield f"{name} tells nobody"
        missing = "breaching" if alarm.get("MetricName") == "Invocations" else "notBreaching"
        if alarm.get("TreatMissingData") != missing:
            yield f"{name} takes missing data for {alarm.get('TreatMissingData')}, not {missing}"


def _watched(alarm: Properties) -> tuple[str, str]:
    dimensions = [target(dimension["Value"]) for dimension in alarm.get("Dimensions", ())]
    return str(alarm.get("MetricName")), dimensions[0] if dimensions else ""
