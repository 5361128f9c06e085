"""How is a package deployed? Its zip goes up under its hash, so that the same code is never a change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.deploy.package import Package
from infra.deploy.stack import ChangeSet, Stack

KEPT_PACKAGES = 5
"""Of a stack, 29 MB each."""
DELETED_AT_ONCE = 1000  # S3's own limit


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


def carry_out(stack: Stack, change_set: ChangeSet) -> None:
    """Bring the change set up and wait; then delete old packages, which a deploy that fails may go back to.

    Raises: DeployProblem.
    """
    stack.execute(change_set)
    forget_old_packages(stack)


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


def forget_old_packages(stack: Stack, *, keep: int = KEPT_PACKAGES) -> None:
    """Delete the packages of a stack but the newest, the one that runs among them.

    Not by age, as the bucket itself could: CloudFormation needs the package that runs, however old, to roll back to.
    """
    found = list(_objects(stack.client("s3"), stack.packages_bucket, prefix=f"{stack.name}/"))
    packages = sorted((one for one in found if one["Key"].endswith(".zip")), key=lambda one: one["LastModified"])
    _delete(stack.client("s3"), stack.packages_bucket, packages[:-keep])


def forget_packages(stack: Stack) -> None:
    """Delete everything that was uploaded for a stack."""
    empty_bucket(stack.client("s3"), stack.packages_bucket, prefix=f"{stack.name}/")


def empty_bucket(s3: Any, bucket: str, *, prefix: str = "") -> None:
    """Delete every object, e.g. because CloudFormation does not delete a bucket that holds one; it may be gone."""
    _delete(s3, bucket, list(_objects(s3, bucket, prefix=prefix)))


def _objects(s3: Any, bucket: str, *, prefix: str) -> Iterator[Mapping[str, Any]]:
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            yield from page.get("Contents", ())
    except s3.exceptions.NoSuchBucket:
        return


def _delete(s3: Any, bucket: str, objects: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(objects), DELETED_AT_ONCE):
        keys = [{"Key": found["Key"]} for found in objects[start : start + DELETED_AT_ONCE]]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


def _https(stack: Stack, template: Path) -> str:
    """The template is too large to be sent along: CloudFormation reads it from S3, and wants an https URL of it."""
    return stack.https(stack.upload(template, key=f"{stack.name}/template.json"))
