"""Every rule is kept by the template as it is, and each defect is seen when it is planted."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import Internal, ProviderAuth, ProviderQuotaExhausted
from chalicelib.telemetry import NAMESPACE
from infra.deploy.check_template import findings, rules
from infra.deploy.package import make_template
from infra.deploy.template import STAGES

Template = dict[str, Any]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    build = tmp_path_factory.mktemp("build")
    paths = {stage: make_template(stage=stage, architecture="arm64", build=build) for stage in STAGES}
    return {stage: json.loads(path.read_text(encoding="utf-8")) for stage, path in paths.items()}


def properties(template: Template, name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def statements(template: Template, role: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def variables(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = template["Globals"]["Function"]["Environment"]["Variables"]
    return found


def event(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = properties(template, "WorkHigh")["Events"]["WorkHighSqsEventSource"]["Properties"]
    return found


def responses(template: Template) -> dict[str, Any]:
    body = properties(template, "RestAPI")["DefinitionBody"]
    found: dict[str, Any] = body["x-amazon-apigateway-gateway-responses"]
    return found


def preflight(template: Template) -> dict[str, Any]:
    route = properties(template, "RestAPI")["DefinitionBody"]["paths"]["/jobs"]
    found: dict[str, Any] = route["options"]["x-amazon-apigateway-integration"]["responses"]["default"]
    return found["responseParameters"]  # type: ignore[no-any-return]


EVERYBODY = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
BUCKET_POLICY = {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {"Statement": [EVERYBODY]}}}
LOOSE_RESPONSE = {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {}}

DEFECTS: list[tuple[str, Callable[[Template], Any]]] = [
    ("queues_wait_long_enough", lambda t: properties(t, "HighQueue").update(VisibilityTimeout=1799)),
    ("queues_wait_long_enough", lambda t: properties(t, "WorkNormal").update(Timeout=301)),
    ("queues_have_a_dead_letter_queue", lambda t: properties(t, "NormalQueue").pop("RedrivePolicy")),
    (
        "queues_have_a_dead_letter_queue",
        lambda t: properties(t, "NormalQueue")["RedrivePolicy"].update(maxReceiveCount=4),
    ),
    ("queues_have_a_dead_letter_queue", lambda t: properties(t, "HighDeadLetterQueue").pop("MessageRetentionPeriod")),
    ("lanes_are_bounded", lambda t: event(t).update(BatchSize=10)),
    ("lanes_are_bounded", lambda t: event(t).pop("ScalingConfig")),
    ("settings_are_all_there", lambda t: variables(t).pop("JWKS_URL")),
    ("settings_are_all_there", lambda t: variables(t).pop("OPENAI_API_KEY_NAME")),
    ("settings_are_all_there", lambda t: variables(t).update(OPENAI_API_KEY="sk-made-up")),
    ("settings_are_all_there", lambda t: properties(t, "Rescue")["Environment"]["Variables"].update(STAGE="dev")),
    ("logs_are_not_kept_for_ever", lambda t: properties(t, "ApiLogGroup").pop("RetentionInDays")),
    ("logs_are_not_kept_for_ever", lambda t: properties(t, "WorkHigh").pop("LoggingConfig")),
    ("the_api_answers_before_the_gateway_gives_up", lambda t: properties(t, "APIHandler").update(Timeout=30)),
    ("rescue_runs_every_minute", lambda t: properties(t, "Rescue").pop("Events")),
    ("rescue_runs_every_minute", lambda t: properties(t, "Rescue").pop("EventInvokeConfig")),
    (
        "each_function_has_a_role_of_its_own",
        lambda t: properties(t, "Rescue").update(Role={"Fn::GetAtt": ["WorkHighRole", "Arn"]}),
    ),
    ("each_function_has_a_role_of_its_own", lambda t: properties(t, "Rescue").pop("Role")),
    ("permissions_name_their_resources", lambda t: statements(t, "RescueRole")[0].update(Resource="*")),
    (
        "permissions_name_their_resources",
        lambda t: statements(t, "RescueRole")[0].update(Resource={"Fn::Sub": "arn:${AWS::Partition}:s3:::*"}),
    ),
    ("permissions_name_their_resources", lambda t: statements(t, "ApiHandlerRole")[0].update(Action="dynamodb:*")),
    (
        "permissions_name_their_resources",
        lambda t: properties(t, "WorkHighRole").update(ManagedPolicyArns=["arn:aws:iam::aws:policy/X"]),
    ),
    ("tables_can_be_recovered", lambda t: properties(t, "CasesTable").pop("PointInTimeRecoverySpecification")),
    ("tables_can_be_recovered", lambda t: properties(t, "JobsTable").pop("DeletionProtectionEnabled")),
    ("everything_is_encrypted", lambda t: properties(t, "CasesTable").pop("SSESpecification")),
    ("everything_is_encrypted", lambda t: properties(t, "Bucket").pop("BucketEncryption")),
    ("everything_is_encrypted", lambda t: properties(t, "HighQueue").pop("SqsManagedSseEnabled")),
    ("jobs_expire", lambda t: properties(t, "JobsTable").pop("TimeToLiveSpecification")),
    ("jobs_expire", lambda t: properties(t, "Bucket").pop("LifecycleConfiguration")),
    ("jobs_expire", lambda t: properties(t, "Bucket")["LifecycleConfiguration"]["Rules"].pop()),
    (
        "nothing_is_public",
        lambda t: properties(t, "Bucket")["PublicAccessBlockConfiguration"].update(BlockPublicAcls=False),
    ),
    ("nothing_is_public", lambda t: t["Resources"].update(Opened=BUCKET_POLICY)),
    ("nothing_is_public", lambda t: properties(t, "APIHandler").update(FunctionUrlConfig={"AuthType": "NONE"})),
    ("prod_keeps_what_it_stores", lambda t: t["Resources"]["JobsTable"].update(DeletionPolicy="Delete")),
    ("the_local_stack_has_the_same", lambda t: properties(t, "JobsTable")["GlobalSecondaryIndexes"].pop()),
    ("the_local_stack_has_the_same", lambda t: t["Resources"].pop("HighDeadLetterQueue")),
    ("gateway_answers_are_problems", lambda t: responses(t).pop("MISSING_AUTHENTICATION_TOKEN")),
    (
        "gateway_answers_are_problems",
        lambda t: responses(t)["DEFAULT_5XX"]["responseParameters"].pop(
            "gatewayresponse.header.Access-Control-Allow-Origin"
        ),
    ),
    ("gateway_answers_are_problems", lambda t: responses(t)["MISSING_AUTHENTICATION_TOKEN"].update(statusCode="403")),
    ("gateway_answers_are_deployed", lambda t: t["Resources"].update(Loose=LOOSE_RESPONSE)),
    (
        "every_route_has_a_preflight",
        lambda t: properties(t, "RestAPI")["DefinitionBody"]["paths"]["/jobs"].pop("options"),
    ),
    (
        "every_route_has_a_preflight",
        lambda t: preflight(t).update({"method.response.header.Access-Control-Allow-Origin": "'*'"}),
    ),
    ("requests_are_throttled", lambda t: properties(t, "RestAPI").pop("MethodSettings")),
    ("requests_are_throttled", lambda t: t["Parameters"].pop("ApiRequestsPerSecond")),
    ("requests_are_throttled", lambda t: t["Parameters"]["ApiBurst"].update(Default=0)),
    ("what_can_go_wrong_is_watched", lambda t: t["Resources"].pop("NormalDeadLetterAlarm")),
    ("what_can_go_wrong_is_watched", lambda t: t["Resources"].pop("HighQueueAgeAlarm")),
    ("what_can_go_wrong_is_watched", lambda t: t["Resources"].pop("RescueSilentAlarm")),
    ("what_can_go_wrong_is_watched", lambda t: t["Resources"].pop("ApiErrorAlarm")),
    ("alarms_tell_somebody", lambda t: properties(t, "WorkHighErrorAlarm").pop("AlarmActions")),
    ("alarms_tell_somebody", lambda t: properties(t, "RescueSilentAlarm").update(TreatMissingData="notBreaching")),
]


@pytest.mark.parametrize("stage", STAGES)
def test_the_template_as_it_is_keeps_every_rule(templates: dict[str, Template], stage: str) -> None:
    assert findings(templates[stage], stage=stage) == []


@pytest.mark.parametrize(("rule", "plant"), DEFECTS, ids=[f"{rule}-{n}" for n, (rule, _) in enumerate(DEFECTS)])
def test_a_planted_defect_is_seen(templates: dict[str, Template], rule: str, plant: Callable[[Template], Any]) -> None:
    template = deepcopy(templates["prod"])

    plant(template)

    assert rule in {found.partition(":")[0] for found in findings(template, stage="prod")}


def test_every_rule_has_a_defect_that_it_sees() -> None:
    assert set(rules()) == {rule for rule, _ in DEFECTS}


def test_every_function_may_write_its_own_log_only(
    templates: dict[str, Template],
) -> None:
    groups = {
        role: [s["Resource"]["Fn::GetAtt"][0] for s in statements(templates["prod"], role) if s["Sid"] == "WriteLogs"]
        for role in ("ApiHandlerRole", "WorkHighRole", "WorkNormalRole", "RescueRole")
    }

    assert groups == {
        "ApiHandlerRole": ["ApiLogGroup"],
        "WorkHighRole": ["WorkHighLogGroup"],
        "WorkNormalRole": ["WorkNormalLogGroup"],
        "RescueRole": ["RescueLogGroup"],
    }


def test_the_runbook_says_what_to_do_about_each_alarm(templates: dict[str, Template]) -> None:
    runbook = (Path(__file__).resolve().parents[4] / "docs" / "runbook.md").read_text(encoding="utf-8")

    alarms = [name for name, r in templates["prod"]["Resources"].items() if r["Type"] == "AWS::CloudWatch::Alarm"]
    assert [name for name in alarms if f"`{name}`" not in runbook] == []


def test_alarms_on_our_own_metrics_ask_for_what_the_log_counts(templates: dict[str, Template]) -> None:
    """A name that differs by a letter is an alarm that never rings."""
    every = [resource.get("Properties", {}) for resource in templates["prod"]["Resources"].values()]
    ours = [alarm for alarm in every if alarm.get("Namespace") == NAMESPACE]

    asked = {(alarm["MetricName"], tuple(d["Name"] for d in alarm["Dimensions"])) for alarm in ours}
    codes = {d["Value"] for alarm in ours for d in alarm["Dimensions"] if d["Name"] == "code"}
    known = {error.code for error in (Internal, ProviderAuth, ProviderQuotaExhausted)}
    assert (asked, codes) == ({("JobsFailed", ("stage", "code")), ("Defects", ("stage",))}, known)
