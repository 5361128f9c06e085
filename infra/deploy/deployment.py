"""How is a package deployed? Its zip and its template are uploaded under their hashes: the same code is no change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.deploy.package import Package
from infra.deploy.stack import ChangeSet, Rollback, Stack

KEPT_PACKAGES = 5
"""Of a stack, 41 MB each."""

NAMES = frozenset({"TableName", "BucketName", "LogGroupName"})


def stack_name(stage: str) -> str:
    """The stack of a stage, as infra/ops knows it."""
    return f"casework-{stage}"


def prepare(
    stack: Stack,
    package: Package,
    *,
    parameters: Mapping[str, str],
    tags: Mapping[str, str] | None = None,
    rollback: Rollback | None = None,
) -> ChangeSet:
    """Upload the package and make the change set that would bring it up. Raises: Problem."""
    archive = package.archive
    code_url = stack.packages.upload(archive.path, key=f"{stack.name}/{archive.sha256}.zip")
    template = with_code(json.loads(package.template.read_text(encoding="utf-8")), code_url=code_url)
    template = with_literal_names(template, pseudo=stack.pseudo_parameters())
    uploaded = package.directory / "uploaded.json"
    uploaded.write_text(json.dumps(template), encoding="utf-8")
    return stack.prepare(template_url=_https(stack, uploaded), parameters=parameters, tags=tags, rollback=rollback)


def carry_out(stack: Stack, change_set: ChangeSet, *, protected: bool, agreed: Sequence[str] = ()) -> None:
    """Bring the change set up and wait; then delete old packages, which a deploy that fails may go back to.

    A protected stack stays so, except for the resources in `agreed` while this change set is carried out.
    Raises: Problem.
    """
    if agreed and protected and stack.status() not in (None, "REVIEW_IN_PROGRESS"):
        stack.protect(agreed=agreed)
    try:
        stack.execute(change_set)
    finally:
        if protected and stack.status() not in (None, "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"):
            stack.protect()
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


def with_literal_names(template: Mapping[str, Any], *, pseudo: Mapping[str, str]) -> dict[str, Any]:
    """The template with the names of what outlives the stack written out.

    CloudFormation takes over what exists only under a literal name ("Dynamic names are not currently supported",
    docs.aws.amazon.com, "Import AWS resources into a CloudFormation stack automatically").
    """
    resources = {
        name: {**resource, "Properties": _named(resource["Properties"], pseudo)}
        if str(resource.get("DeletionPolicy", "")).startswith("Retain")
        else resource
        for name, resource in template["Resources"].items()
    }
    return {**template, "Resources": resources}


def _named(properties: Mapping[str, Any], pseudo: Mapping[str, str]) -> dict[str, Any]:
    named = dict(properties)
    for key in NAMES & set(properties):
        text = properties[key].get("Fn::Sub") if isinstance(properties[key], Mapping) else None
        if isinstance(text, str):
            for parameter, value in pseudo.items():
                text = text.replace(f"${{{parameter}}}", value)
            named[key] = text
    return named


def forget_old_packages(stack: Stack, *, keep: int = KEPT_PACKAGES) -> None:
    """Delete the packages of a stack, zips and templates, but the newest of each, the one that runs among them.

    Not by age, as the bucket itself could: CloudFormation needs the package that runs, however old, to roll back to.
    """
    found = sorted(stack.packages.objects(prefix=f"{stack.name}/"), key=lambda one: one["LastModified"])
    for kind in (".zip", ".json"):
        stack.packages.delete([one for one in found if one["Key"].endswith(kind)][:-keep])


def forget_packages(stack: Stack) -> None:
    """Delete everything that was uploaded for a stack."""
    stack.packages.delete(list(stack.packages.objects(prefix=f"{stack.name}/")))


def _https(stack: Stack, template: Path) -> str:
    """The template is too large to be sent along: CloudFormation reads it from S3, and wants an https URL of it.

    Under its own hash: two deploys at once do not take each other's.
    """
    digest = hashlib.sha256(template.read_bytes()).hexdigest()
    return stack.https(stack.packages.upload(template, key=f"{stack.name}/{digest}.json"))
