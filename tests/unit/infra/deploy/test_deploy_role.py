"""The role of a pipeline may deploy its own stage and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from infra.cloudformation import read_yaml
from infra.deploy.checks.view import listed

FILE = Path(__file__).resolve().parents[4] / "infra" / "deploy" / "deploy-role.yaml"
ROLE = read_yaml(FILE)["Resources"]["DeployRole"]["Properties"]
STATEMENTS: dict[str, dict[str, Any]] = {
    statement["Sid"]: statement for statement in ROLE["Policies"][0]["PolicyDocument"]["Statement"]
}
NAMELESS = {"ReadTheTemplate", "EventSources", "Lists"}
"""Requests that name no resource, or one that has no name yet."""
DENIED = {sid for sid, statement in STATEMENTS.items() if statement["Effect"] == "Deny"}


def test_no_statement_gives_a_whole_service() -> None:
    every = [action for statement in STATEMENTS.values() for action in listed(statement["Action"])]

    assert [action for action in every if action.endswith(":*")] == []


def test_every_resource_that_has_a_name_is_of_the_stage() -> None:
    open_ones = {
        sid
        for sid, statement in STATEMENTS.items()
        for resource in listed(statement["Resource"])
        if sid not in DENIED and "${Stage}" not in str(resource) and "casework-packages" not in str(resource)
    }

    assert open_ones == {*NAMELESS, "TheTransform", "Apis", "Firewall"}  # an API and a firewall have ids, not names


def test_the_role_can_read_no_claimants_data() -> None:
    every = {action for statement in STATEMENTS.values() for action in listed(statement["Action"])}

    assert every & {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "sqs:ReceiveMessage"} == set()
    objects = [sid for sid, statement in STATEMENTS.items() if "s3:GetObject" in listed(statement["Action"])]
    assert objects == ["Packages"]


def test_the_role_sees_that_secrets_are_there_and_never_their_values() -> None:
    every = {action for statement in STATEMENTS.values() for action in listed(statement["Action"])}

    assert "secretsmanager:GetSecretValue" not in every
    # Whoever may get a parameter gets it in clear, unless the key's use through the parameter store is denied.
    assert "ssm:GetParameter" in STATEMENTS["SecretsAreThere"]["Action"]
    assert STATEMENTS["NoSecretInClear"] == {
        "Sid": "NoSecretInClear",
        "Effect": "Deny",
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {"StringLike": {"kms:ViaService": ["ssm.*", "secretsmanager.*"]}},
    }


def test_roles_are_passed_to_lambda_only_and_signed_in_to_from_one_repository() -> None:
    trust = ROLE["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]

    assert STATEMENTS["RolesForLambdaOnly"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}
    }
    assert trust["token.actions.githubusercontent.com:sub"] == {"Fn::Sub": "repo:${Repository}:environment:${Stage}"}


def test_where_a_boundary_is_required_no_role_gets_permissions_without_it() -> None:
    required = {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "PermissionsBoundary"}}}
    giving = {"iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"}
    conditions = {
        action: statement.get("Condition")
        for statement in STATEMENTS.values()
        for action in listed(statement["Action"])
        if action in giving
    }

    # Not "…IfExists": a request for a role without a boundary has no such key, and the condition would hold.
    assert conditions == {action: {"Fn::If": ["Bounded", required, {"Ref": "AWS::NoValue"}]} for action in giving}


def test_a_boundary_can_be_set_and_never_taken_off() -> None:
    every = {action for statement in STATEMENTS.values() for action in listed(statement["Action"])}

    assert every & {"iam:DeleteRolePermissionsBoundary", "iam:AttachRolePolicy"} == set()
