"""How does a package become a running stack? Upload, change set, execution, outputs; and how does it go again?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from infra.deploy.problem import DeployProblem

Clients = Callable[[str], Any]
"""A low-level boto3 client for "cloudformation", "s3", "sts" or "dynamodb"."""

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
WAIT_SECONDS = 3600
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
NEVER_FINISHED = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")
"""A stack that was never up: the next deploy removes it and begins again."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a change set: "Add", "Modify" or "Remove", and whether the resource is replaced by a new one."""

    action: str
    resource: str
    resource_type: str
    replaced: bool


class ChangeSet(msgspec.Struct, frozen=True, kw_only=True):
    """What a deploy would do. `name` is None when nothing would change."""

    name: str | None
    changes: tuple[Change, ...] = ()


class Stack:
    """One stack of an account and region. `pause` (seconds) is what it waits between two looks."""

    def __init__(self, name: str, *, clients: Clients, pause: Callable[[float], None] = time.sleep) -> None:
        self.name = name
        self._clients = clients
        self._pause = pause
        self._cloudformation = clients("cloudformation")

    def client(self, service: str) -> Any:
        """A low-level client of the stack's account and region."""
        return self._clients(service)

    @cached_property
    def packages_bucket(self) -> str:
        """Where packages of all stacks of the account and region are uploaded to; made by the first upload."""
        account = self._clients("sts").get_caller_identity()["Account"]
        return f"casework-packages-{account}-{self._cloudformation.meta.region_name}"

    def upload(self, path: Path, *, key: str) -> str:
        """Put a file into the bucket for packages (made when it is missing, private as all new ones); its s3:// URL."""
        s3, bucket = self._clients("s3"), self.packages_bucket
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError:
            region = s3.meta.region_name
            place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            s3.create_bucket(Bucket=bucket, **place)
        s3.upload_file(str(path), bucket, key)
        return f"s3://{bucket}/{key}"

    def https(self, s3_url: str) -> str:
        """The https URL of what `upload` put there."""
        bucket, _, key = s3_url.removeprefix("s3://").partition("/")
        return f"{self._clients('s3').meta.endpoint_url}/{bucket}/{key}"

    def prepare(self, *, template_url: str, parameters: Mapping[str, str]) -> ChangeSet:
        """Make a change set. Parameters that are not given keep the value that they have, or take their default.

        Raises: DeployProblem.
        """
        status = self.status()
        if status in NEVER_FINISHED:
            self.delete()
            status = None
        name = f"deploy-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
        try:
            self._cloudformation.create_change_set(
                StackName=self.name,
                ChangeSetName=name,
                ChangeSetType="CREATE" if status is None else "UPDATE",
                TemplateURL=template_url,
                Capabilities=CAPABILITIES,
                Parameters=self._parameters(template_url, parameters, known=status is not None),
            )
        except ClientError as exc:
            raise DeployProblem(f"CloudFormation refuses the template or its parameters: {exc}") from exc
        return self._described(name)

    def execute(self, change_set: ChangeSet) -> None:
        """Carry the change set out and wait. Raises: DeployProblem with what failed and why; AWS has rolled it back."""
        if change_set.name is None:
            return
        self._cloudformation.execute_change_set(StackName=self.name, ChangeSetName=change_set.name)
        status = self._settled()
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            reasons = "\n  ".join(self._failures())
            raise DeployProblem(f"The stack {self.name} is {status}:\n  {reasons}")

    def delete(self) -> None:
        """Delete the stack and wait. Raises: DeployProblem."""
        self._cloudformation.delete_stack(StackName=self.name)
        status = self._settled()
        if status not in (None, "DELETE_COMPLETE"):
            reasons = "\n  ".join(self._failures())
            raise DeployProblem(f"The stack {self.name} is {status}:\n  {reasons}")

    def status(self) -> str | None:
        """CloudFormation's word for it; None when there is no such stack."""
        found = self._found()
        return None if found is None or found["StackStatus"] == "DELETE_COMPLETE" else str(found["StackStatus"])

    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs by name."""
        found = self._found() or {}
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}

    def resources(self) -> Mapping[str, str]:
        """The physical ids of the stack's resources by their logical ids; what was never made is not among them."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if resource.get("PhysicalResourceId")
        }

    def _found(self) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as exc:
            if "does not exist" in str(exc):
                return None
            raise DeployProblem(f"AWS cannot be asked for the stack {self.name}: {exc}") from exc
        return found

    def _parameters(self, url: str, given: Mapping[str, str], *, known: bool) -> Sequence[Mapping[str, Any]]:
        declared = {p["ParameterKey"] for p in self._cloudformation.get_template_summary(TemplateURL=url)["Parameters"]}
        unknown = sorted(set(given) - declared)
        if unknown:
            raise DeployProblem(f"No such parameter: {', '.join(unknown)}. There are: {', '.join(sorted(declared))}.")
        had = {p["ParameterKey"] for p in (self._found() or {}).get("Parameters", ())} if known else set()
        values = [{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(given.items())]
        kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted((had & declared) - set(given))]
        return [*values, *kept]

    def _described(self, name: str) -> ChangeSet:
        for _ in self._looks():
            answer = self._cloudformation.describe_change_set(StackName=self.name, ChangeSetName=name)
            if answer["Status"] == "CREATE_COMPLETE":
                return ChangeSet(name=name, changes=tuple(_change(c["ResourceChange"]) for c in answer["Changes"]))
            if answer["Status"] == "FAILED":
                reason = answer.get("StatusReason", "")
                if any(words in reason for words in NO_CHANGES):
                    return ChangeSet(name=None)
                raise DeployProblem(f"The change set failed: {reason}")
        raise DeployProblem(f"The change set {name} is not made after {WAIT_SECONDS} seconds.")

    def _settled(self) -> str | None:
        for _ in self._looks():
            status = self.status()
            if status is None or not status.endswith("_IN_PROGRESS"):
                return status
        raise DeployProblem(f"The stack {self.name} is not done after {WAIT_SECONDS} seconds; look again later.")

    def _looks(self) -> Iterator[int]:
        for second in range(WAIT_SECONDS):
            self._pause(1)
            yield second

    def _failures(self) -> Iterator[str]:
        events = self._cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        for event in reversed(events):
            if event["ResourceStatus"].endswith("_FAILED"):
                yield f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"


def _change(found: Mapping[str, Any]) -> Change:
    return Change(
        action=found["Action"],
        resource=found["LogicalResourceId"],
        resource_type=found["ResourceType"],
        replaced=found.get("Replacement") == "True",
    )
