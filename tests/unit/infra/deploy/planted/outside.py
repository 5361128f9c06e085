"""Defects of the API's gateway and of alarms."""

from __future__ import annotations

from infra.deploy.template import INTEGRATION
from tests.unit.infra.deploy.planted.template import Plant, body, properties, responses

LOOSE_RESPONSE = {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {}}

DEFECTS: list[tuple[str, Plant]] = [
    ("gateway_answers_are_problems", lambda t: responses(t).pop("MISSING_AUTHENTICATION_TOKEN")),
    (
        "gateway_answers_are_problems",
        lambda t: responses(t)["DEFAULT_5XX"]["responseParameters"].pop(
            "gatewayresponse.header.Access-Control-Allow-Origin"
        ),
    ),
    ("gateway_answers_are_problems", lambda t: responses(t)["MISSING_AUTHENTICATION_TOKEN"].update(statusCode="403")),
    ("gateway_answers_are_deployed", lambda t: t["Resources"].update(Loose=LOOSE_RESPONSE)),
    ("requests_are_throttled", lambda t: properties(t, "RestAPI").pop("MethodSettings")),
    ("requests_are_throttled", lambda t: t["Parameters"].pop("ApiRequestsPerSecond")),
    ("requests_are_throttled", lambda t: t["Parameters"]["ApiBurst"].update(Default=0)),
    ("what_can_go_wrong_is_watched", lambda t: t["Resources"].pop("NormalDeadLetterAlarm")),
    ("what_can_go_wrong_is_watched", lambda t: t["Resources"].pop("HighStuckAlarm")),
    ("indexes_are_watched", lambda t: t["Resources"].pop("OpenJobsIndexThrottleAlarm")),
    (
        "indexes_are_watched",
        lambda t: properties(t, "JobsTable")["GlobalSecondaryIndexes"].append({"IndexName": "by_new"}),
    ),
    ("failing_jobs_are_watched", lambda t: t["Resources"].pop("FailureRateAlarm")),
    ("failing_jobs_are_watched", lambda t: t["Resources"].pop("LostWorkerAlarm")),
    ("failing_jobs_are_watched", lambda t: t["Resources"].pop("ModelCostAlarm")),
    ("failing_jobs_are_watched", lambda t: t["Resources"].pop("WorkerMemoryAlarm")),
    ("waiting_is_measured_by_the_lanes_themselves", lambda t: t["Resources"].pop("HighWaitAlarm")),
    (
        "waiting_is_measured_by_the_lanes_themselves",
        lambda t: properties(t, "NormalWaitAlarm").update(MetricName="ApproximateAgeOfOldestMessage"),
    ),
    ("what_can_go_wrong_is_watched", lambda t: t["Resources"].pop("RescueSilentAlarm")),
    ("what_can_go_wrong_is_watched", lambda t: t["Resources"].pop("ApiErrorAlarm")),
    ("alarms_tell_somebody", lambda t: properties(t, "WorkHighErrorAlarm").pop("AlarmActions")),
    ("alarms_tell_somebody", lambda t: properties(t, "RescueSilentAlarm").update(TreatMissingData="notBreaching")),
    ("preflights_reach_the_function", lambda t: body(t)["paths"]["/jobs"].pop("options")),
    (
        "preflights_reach_the_function",
        lambda t: body(t)["paths"]["/jobs"]["options"][INTEGRATION].update(type="mock"),
    ),
    ("the_body_names_no_parameter", lambda t: body(t)["info"].update(title={"Fn::Sub": "from ${CorsAllowOrigin}"})),
    ("the_body_names_no_parameter", lambda t: body(t)["info"].update(title={"Ref": "LogLevel"})),
    ("health_answers_head", lambda t: body(t)["paths"]["/health"].pop("head")),
    (
        "gateway_answers_are_problems",  # Lambda's own throttle is no defect of ours
        lambda t: responses(t)["DEFAULT_5XX"].update(statusCode="500"),
    ),
    (
        "gateway_answers_are_problems",
        lambda t: responses(t)["THROTTLED"]["responseParameters"].pop("gatewayresponse.header.Retry-After"),
    ),
    ("what_needs_no_token_has_a_lower_limit", lambda t: properties(t, "RestAPI")["MethodSettings"].pop(1)),
    (
        "what_needs_no_token_has_a_lower_limit",
        lambda t: t["Parameters"]["PublicRequestsPerSecond"].update(Default=500),
    ),
]
