"""What a deploy tells AWS: the change set first, the values that a stack has kept, and its own words when it fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy.__main__ import parameters
from infra.deploy.deployment import with_code, with_literal_names
from infra.deploy.stack import ChangeSet, Rollback, Stack
from infra.deploy.state import refuse_loss
from infra.problem import Problem

URL = "https://s3/template.json"


class FakeCloudFormation:
    """One stack, with the status and the parameters it is given; what was asked of it is in `asked`."""

    meta = SimpleNamespace(region_name="il-central-1", partition="aws")

    def __init__(self, *, status: str | None = None, had: Mapping[str, str] | None = None, reason: str = "") -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.status = status
        self.after = "CREATE_COMPLETE"
        self.changes = [[a_change("JobsTable", replacement="True")]]
        self.events = [[an_event("Bucket", "CREATE_FAILED", "taken")]]
        self._had = had or {}
        self._reason = reason

    def get_template_summary(self, **_: Any) -> Any:
        return {"Parameters": [{"ParameterKey": name} for name in ("JwksUrl", "LogLevel", "MaxOpenJobs")]}

    def describe_stacks(self, **_: Any) -> Any:
        if self.status is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "it does not exist"}}, "DescribeStacks")
        kept = [{"ParameterKey": name, "ParameterValue": value} for name, value in self._had.items()]
        outputs = [{"OutputKey": "ApiUrl", "OutputValue": "https://api"}]
        return {"Stacks": [{"StackStatus": self.status, "Parameters": kept, "Outputs": outputs}]}

    def create_change_set(self, **request: Any) -> None:
        self.asked.append(("create", request))

    def describe_change_set(self, **_: Any) -> Any:
        if self._reason:
            return {"Status": "FAILED", "StatusReason": self._reason}
        return {"Status": "CREATE_COMPLETE", "Changes": self.changes[0], "NextToken": "more"}

    def execute_change_set(self, **request: Any) -> None:
        self.asked.append(("execute", request))
        self.status = self.after

    def delete_stack(self, **request: Any) -> None:
        self.asked.append(("delete", request))
        self.status = None

    def get_paginator(self, operation: str) -> Any:
        found = [
            {"LogicalResourceId": "DefectAlarm", "PhysicalResourceId": "d1", "ResourceType": "AWS::CloudWatch::Alarm"},
            {"LogicalResourceId": "JobsTable", "PhysicalResourceId": "j1", "ResourceType": "AWS::DynamoDB::Table"},
        ]
        pages: Mapping[str, list[Any]] = {
            "list_stack_resources": [{"StackResourceSummaries": found}],
            "describe_change_set": [{"Changes": some} for some in self.changes],
            "describe_stack_events": [{"StackEvents": some} for some in self.events],
        }
        return SimpleNamespace(paginate=lambda **_: pages[operation])

    def set_stack_policy(self, **request: Any) -> None:
        self.asked.append(("policy", json.loads(request["StackPolicyBody"])))

    def update_termination_protection(self, **request: Any) -> None:
        self.asked.append(("termination", request))


def a_change(
    resource: str, *, action: str = "Modify", kind: str = "T", replacement: str = "False"
) -> Mapping[str, Any]:
    change = {"Action": action, "LogicalResourceId": resource, "ResourceType": kind, "Replacement": replacement}
    return {"ResourceChange": change}


def an_event(resource: str, status: str, reason: str | None = None) -> Mapping[str, Any]:
    event = {"LogicalResourceId": resource, "ResourceStatus": status}
    return event if reason is None else {**event, "ResourceStatusReason": reason}


def stack_on(cloudformation: FakeCloudFormation) -> Stack:
    clients = {
        "cloudformation": cloudformation,
        "sts": SimpleNamespace(get_caller_identity=lambda: {"Account": "111122223333"}),
    }
    return Stack("casework-staging", clients=clients.__getitem__, pause=lambda _: None)


def test_a_first_deploy_creates_the_stack() -> None:
    cloudformation = FakeCloudFormation()

    change_set = stack_on(cloudformation).prepare(template_url=URL, parameters={"JwksUrl": "https://keys"})

    ((_, request),) = cloudformation.asked
    assert request["ChangeSetType"] == "CREATE"
    assert request["Parameters"] == [{"ParameterKey": "JwksUrl", "ParameterValue": "https://keys"}]
    assert request["ImportExistingResources"] is True
    assert change_set.changes[0].replacement == "yes"


def test_a_later_deploy_keeps_the_values_that_it_does_not_name() -> None:
    cloudformation = FakeCloudFormation(status="UPDATE_COMPLETE", had={"JwksUrl": "https://keys", "LogLevel": "INFO"})

    stack_on(cloudformation).prepare(template_url=URL, parameters={"LogLevel": "DEBUG"})

    ((_, request),) = cloudformation.asked
    assert request["ChangeSetType"] == "UPDATE"
    assert request["Parameters"] == [
        {"ParameterKey": "LogLevel", "ParameterValue": "DEBUG"},
        {"ParameterKey": "JwksUrl", "UsePreviousValue": True},
    ]


def test_a_parameter_that_the_template_does_not_have_is_refused() -> None:
    with pytest.raises(Problem, match=r"No such parameter: JwksURL\. There are: JwksUrl"):
        stack_on(FakeCloudFormation()).prepare(template_url=URL, parameters={"JwksURL": "https://keys"})


def test_a_stack_that_was_never_up_is_removed_first() -> None:
    cloudformation = FakeCloudFormation(status="ROLLBACK_COMPLETE")

    stack_on(cloudformation).prepare(template_url=URL, parameters={})

    assert [what for what, _ in cloudformation.asked] == ["delete", "create"]


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_who_may_not_remove_what_was_never_up_is_told_who_can(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "DeleteStack")

    cloudformation = FakeCloudFormation(status=status)
    monkeypatch.setattr(cloudformation, "delete_stack", refuse)

    with pytest.raises(Problem, match=rf"(?s){status}.*not you.*make destroy STAGE=staging CONFIRM=casework-staging"):
        stack_on(cloudformation).prepare(template_url=URL, parameters={})

    assert cloudformation.asked == []


def test_a_change_set_without_changes_is_nothing_to_do() -> None:
    cloudformation = FakeCloudFormation(reason="The submitted information didn't contain changes.")

    change_set = stack_on(cloudformation).prepare(template_url=URL, parameters={})
    stack_on(cloudformation).execute(change_set)

    assert change_set == ChangeSet(name=None)
    assert [what for what, _ in cloudformation.asked] == ["create"]


def test_a_change_set_that_fails_says_why() -> None:
    with pytest.raises(Problem, match=r"Template format error"):
        stack_on(FakeCloudFormation(reason="Template format error")).prepare(template_url=URL, parameters={})


def test_a_deploy_that_is_rolled_back_names_what_failed() -> None:
    cloudformation = FakeCloudFormation()
    cloudformation.after = "ROLLBACK_COMPLETE"

    with pytest.raises(Problem, match=r"ROLLBACK_COMPLETE:\s+Bucket: taken"):
        stack_on(cloudformation).execute(ChangeSet(name="deploy-1"))


def test_a_table_that_would_be_removed_is_seen_on_the_second_page_of_the_changes() -> None:
    cloudformation = FakeCloudFormation(status="UPDATE_COMPLETE")
    alarms = [a_change(f"Alarm{number}") for number in range(100)]
    cloudformation.changes = [alarms, [a_change("JobsTable", action="Remove", kind="AWS::DynamoDB::Table")]]

    change_set = stack_on(cloudformation).prepare(template_url=URL, parameters={})

    assert len(change_set.changes) == 101
    with pytest.raises(Problem, match="JobsTable would be removed"):
        refuse_loss(change_set.changes, agreed=[])


def test_what_failed_is_named_though_undoing_it_fills_a_page_and_older_failures_are_left_out() -> None:
    cloudformation = FakeCloudFormation(status="UPDATE_COMPLETE")
    cloudformation.after = "UPDATE_ROLLBACK_COMPLETE"
    undone = [an_event(f"Alarm{number}", "DELETE_COMPLETE") for number in range(100)]
    this_one = [an_event("Publish", "UPDATE_FAILED", "no role"), an_event("casework-staging", "UPDATE_IN_PROGRESS")]
    cloudformation.events = [undone, [*this_one, an_event("Bucket", "CREATE_FAILED", "last year")]]

    with pytest.raises(Problem) as problem:
        stack_on(cloudformation).execute(ChangeSet(name="deploy-1"))

    assert str(problem.value).endswith("UPDATE_ROLLBACK_COMPLETE:\n  Publish: no role")


def test_every_function_gets_the_uploaded_code_and_nothing_else_changes() -> None:
    template = {
        "Resources": {
            "A": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./deployment.zip", "Timeout": 3}},
            "B": {"Type": "AWS::SQS::Queue", "Properties": {}},
        }
    }

    changed = with_code(template, code_url="s3://b/k.zip")["Resources"]

    assert changed["A"]["Properties"] == {"CodeUri": "s3://b/k.zip", "Timeout": 3}
    assert changed["B"] == template["Resources"]["B"]


def test_parameters_are_names_and_values() -> None:
    assert parameters("JwksUrl=https://a/?b=c LogLevel=DEBUG") == {"JwksUrl": "https://a/?b=c", "LogLevel": "DEBUG"}
    assert parameters("") == {}
    with pytest.raises(Problem, match=r"'JwksUrl'"):
        parameters("JwksUrl")


def test_a_later_deploy_is_undone_by_the_alarms_that_the_stack_has() -> None:
    cloudformation = FakeCloudFormation(status="UPDATE_COMPLETE")
    rollback = Rollback(alarms=("DefectAlarm", "AlarmOfTheNextRelease"), minutes=10)

    stack_on(cloudformation).prepare(template_url=URL, parameters={}, rollback=rollback, tags={"stage": "staging"})

    ((_, request),) = cloudformation.asked
    arn = "arn:aws:cloudwatch:il-central-1:111122223333:alarm:d1"
    assert request["RollbackConfiguration"] == {
        "RollbackTriggers": [{"Arn": arn, "Type": "AWS::CloudWatch::Alarm"}],
        "MonitoringTimeInMinutes": 10,
    }
    assert request["Tags"] == [{"Key": "stage", "Value": "staging"}]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_IN_PROGRESS", "still running"),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "still running"),
        ("DELETE_FAILED", "make destroy STAGE=staging CONFIRM=casework-staging"),
        ("ROLLBACK_FAILED", "make destroy"),
    ],
)
def test_a_stack_that_is_stuck_is_named_with_what_helps(status: str, words: str) -> None:
    cloudformation = FakeCloudFormation(status=status)

    with pytest.raises(Problem, match=words) as problem:
        stack_on(cloudformation).prepare(template_url=URL, parameters={})

    assert status in str(problem.value)
    assert cloudformation.asked == []


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "CREATE_COMPLETE"])
def test_a_stack_at_rest_takes_the_next_deploy(status: str) -> None:
    cloudformation = FakeCloudFormation(status=status)

    stack_on(cloudformation).prepare(template_url=URL, parameters={})

    assert [what for what, _ in cloudformation.asked] == ["create"]


def test_a_protected_stack_refuses_to_lose_what_it_stores() -> None:
    cloudformation = FakeCloudFormation(status="UPDATE_COMPLETE")

    stack_on(cloudformation).protect()

    (_, policy), (_, termination) = cloudformation.asked
    denied = [statement["Resource"] for statement in policy["Statement"] if statement["Effect"] == "Deny"]
    assert denied == [["LogicalResourceId/JobsTable"]]
    assert termination["EnableTerminationProtection"] is True


def test_what_outlives_a_stack_has_a_literal_name_so_that_the_next_one_finds_it() -> None:
    template = {
        "Resources": {
            "T": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "RetainExceptOnCreate",
                "Properties": {"TableName": {"Fn::Sub": "${AWS::StackName}-${AWS::AccountId}-${AWS::Region}"}, "X": 1},
            },
            "L": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": "/a/${AWS::StackName}"}}},
        }
    }

    named = with_literal_names(template, pseudo=stack_on(FakeCloudFormation()).pseudo_parameters())["Resources"]

    assert named["T"]["Properties"] == {"TableName": "casework-staging-111122223333-il-central-1", "X": 1}
    assert named["L"] == template["Resources"]["L"]
