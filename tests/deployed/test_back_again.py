"""Prod's data outlives its stack, and the next stack of that name finds it again.

Only what holds data is deployed here. MiniStack finds the buckets that are to be taken over, and then refuses to carry
that out ("already exists"), so that only tables and log group are seen to come back. AWS itself was not tried.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra.deploy.deployment import with_literal_names
from infra.deploy.stack import ChangeSet, Stack
from infra.deploy.template import stored
from infra.emulated.ministack import MiniStack

NAME = "casework-prod"
STATE = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::Logs::LogGroup")
KEY = {"case_id": {"S": "c1"}, "item": {"S": "case"}}


def change_set_of(stack: Stack, directory: Path, *, types: tuple[str, ...] = STATE) -> ChangeSet:
    """What holds data in prod, with the names that a deploy gives it."""
    found = stored("prod")
    template = {
        "Parameters": {name: one for name, one in found["Parameters"].items() if "Type" in one},
        "Resources": {name: one for name, one in found["Resources"].items() if one.get("Type") in types},
    }
    path = directory / "template.json"
    path.write_text(json.dumps(with_literal_names(template, pseudo=stack.pseudo_parameters())), encoding="utf-8")
    url = stack.https(stack.packages.upload(path, key=f"{stack.name}/{'-'.join(sorted(template['Resources']))}.json"))
    return stack.prepare(template_url=url, parameters={})


def stack_of(ministack: MiniStack, name: str) -> Stack:
    return Stack(name, clients=ministack.client, pause=lambda seconds: time.sleep(seconds / 5))


def test_a_destroyed_prod_finds_its_data_again(ministack: MiniStack, tmp_path: Path) -> None:
    stack = stack_of(ministack, NAME)
    stack.execute(change_set_of(stack, tmp_path))
    stack.protect()
    before = stack.resources()
    dynamodb, s3 = ministack.client("dynamodb"), ministack.client("s3")
    dynamodb.put_item(TableName=before["CasesTable"], Item={**KEY, "title": {"S": "kept"}})
    s3.put_object(Bucket=before["Bucket"], Key="cases/c1/d1", Body=b"evidence")

    stack.delete()
    again = change_set_of(stack, tmp_path)
    imported = {change.resource for change in again.changes if change.action == "Import"}
    stack.execute(change_set_of(stack, tmp_path, types=("AWS::DynamoDB::Table", "AWS::Logs::LogGroup")))

    assert imported == {"JobsTable", "CasesTable", "Bucket", "AccessLogBucket", "AuditLogGroup"}
    after = stack.resources()
    assert after == {name: before[name] for name in ("JobsTable", "CasesTable", "AuditLogGroup")}
    assert dynamodb.get_item(TableName=after["CasesTable"], Key=KEY)["Item"]["title"] == {"S": "kept"}
    assert s3.get_object(Bucket=before["Bucket"], Key="cases/c1/d1")["Body"].read() == b"evidence"


def test_a_protected_stack_is_not_deleted_by_others(ministack: MiniStack, tmp_path: Path) -> None:
    stack = stack_of(ministack, f"{NAME}-2")
    stack.execute(change_set_of(stack, tmp_path))
    stack.protect()

    with pytest.raises(ClientError, match="TerminationProtection"):
        ministack.client("cloudformation").delete_stack(StackName=stack.name)

    stack.delete()
    assert stack.status() is None
