"""A stage is found by its name, or the operator learns in one sentence why not."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from botocore.stub import Stubber

from infra.ops.stage import LOGICAL_NAMES, find_stage
from infra.problem import Problem

FREE_PORT = {"CASEWORK_AWS_PORT": "9"}  # discard: nobody listens there


def cloudformation() -> Any:
    return boto3.client("cloudformation", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def summaries(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {
            "LogicalResourceId": name,
            "PhysicalResourceId": f"physical-{name}",
            "ResourceType": "AWS::SQS::Queue",
            "LastUpdatedTimestamp": "2026-06-10T09:00:00Z",
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for name in names
    ]


def test_a_deployed_stage_is_what_its_stack_says_page_after_page():
    client = cloudformation()
    with Stubber(client) as stub:
        stub.add_response(
            "list_stack_resources",
            {"StackResourceSummaries": summaries(LOGICAL_NAMES[:4]), "NextToken": "more"},
            {"StackName": "casework-staging"},
        )
        stub.add_response(
            "list_stack_resources",
            {"StackResourceSummaries": summaries(LOGICAL_NAMES[4:])},
            {"StackName": "casework-staging", "NextToken": "more"},
        )

        stage = find_stage("staging", environ={}, clients=lambda _: client)

    assert stage.name == "staging"
    assert [(lane.name, lane.queue_url, lane.dead_letter_queue_url) for lane in stage.lanes] == [
        ("high", "physical-HighQueue", "physical-HighDeadLetterQueue"),
        ("normal", "physical-NormalQueue", "physical-NormalDeadLetterQueue"),
    ]


def test_an_unknown_stage_is_said_to_be_none():
    client = cloudformation()
    with Stubber(client) as stub:
        stub.add_client_error(
            "list_stack_resources", "ValidationError", "Stack with id casework-nowhere does not exist"
        )

        with pytest.raises(Problem, match="no stack casework-nowhere"):
            find_stage("nowhere", environ={}, clients=lambda _: client)


def test_a_refusal_of_aws_is_passed_on():
    client = cloudformation()
    with Stubber(client) as stub:
        stub.add_client_error("list_stack_resources", "AccessDenied", "not you")

        with pytest.raises(Problem, match="AccessDenied: not you"):
            find_stage("prod", environ={}, clients=lambda _: client)


def test_missing_credentials_are_named():
    def refuse(service: str) -> Any:
        raise NoCredentialsError

    with pytest.raises(Problem, match="Unable to locate credentials"):
        find_stage("prod", environ={}, clients=refuse)


def test_a_stack_without_the_queues_is_no_casework_stack():
    client = cloudformation()
    with Stubber(client) as stub:
        stub.add_response("list_stack_resources", {"StackResourceSummaries": summaries(LOGICAL_NAMES[:5])})

        with pytest.raises(Problem, match="has no HighDeadLetterQueue, NormalDeadLetterQueue"):
            find_stage("prod", environ={}, clients=lambda _: client)


def test_a_local_stack_that_is_not_up_is_said_to_be_down_and_how_it_is_started():
    with pytest.raises(Problem, match=r"No local system is up: .*127\.0\.0\.1:9\..*make dev"):
        find_stage("dev", environ=FREE_PORT)


def test_a_malformed_port_is_named():
    with pytest.raises(Problem, match="CASEWORK_AWS_PORT must be a port"):
        find_stage("dev", environ={"CASEWORK_AWS_PORT": "abc"})


def test_the_template_has_every_resource_that_a_stage_is_asked_for():
    from infra.local.resources import read_template

    assert set(LOGICAL_NAMES) <= set(read_template()["Resources"]), json.dumps(LOGICAL_NAMES)
