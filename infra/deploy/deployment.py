"""How is a package deployed? Its zip goes up under its hash, so that the same code is never a change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.deploy.package import Package
from infra.deploy.stack import ChangeSet, Stack


def stack_name(stage: str) -> str:
    """The stack of a stage, as infra/ops knows it."""
    return f"casework-{stage}"


def prepare(stack: Stack, package: Package, *, parameters: Mapping[str, str]) -> ChangeSet:
    """Upload the package and make the change set that would bring it up. Raises: DeployProblem."""
    archive = package.archive
    code_url = stack.upload(archive.path, key=f"{stack.name}/{archive.sha256}.zip")
    template = with_code(json.loads(package.template.read_text(encoding="utf-8")), code_url=code_url)
    uploaded = package.directory / "uploaded.json"
    uploaded.write_text(json.dumps(template), encoding="utf-8")
    return stack.prepare(template_url=_https(stack, uploaded), parameters=parameters)


def with_code(template: Mapping[str, Any], *, code_url: str) -> dict[str, Any]:
    """The template with the uploaded zip as the code of each function."""
    resources = {
        name: (
            {**resource, "Properties": {**resource["Properties"], "CodeUri": code_url}}
            if resource["Type"] == "AWS::Serverless::Function"
            else resource
        )
        for name, resource in template["Resources"].items()
    }
    return {**template, "Resources": resources}


def empty_bucket(s3: Any, bucket: str) -> None:
    """Remove every object of a bucket: CloudFormation does not delete one that holds something."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": found["Key"]} for found in page.get("Contents", ())]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


def _https(stack: Stack, template: Path) -> str:
    """The template is too large to be sent along: CloudFormation reads it from S3, and wants an https URL of it."""
    return stack.https(stack.upload(template, key=f"{stack.name}/template.json"))
