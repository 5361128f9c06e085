"""How does a package become a running stack? Upload, change set, execution, outputs; and how does it go again?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from infra.deploy.buckets import OwnBucket
from infra.deploy.state import Change, Replacement, stack_policy
from infra.problem import Problem

Clients = Callable[[str], Any]
"""A low-level boto3 client for "cloudformation", "s3", "sts" or "dynamodb"."""

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
WAIT_SECONDS = 3600
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
NEVER_FINISHED = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")
"""A stack that was never up: the next deploy removes it and begins again."""
BEGINNINGS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
"""What the stack itself is said to be when an operation begins."""

_REPLACEMENTS: Mapping[str, Replacement] = {"True": "yes", "Conditional": "maybe"}


class ChangeSet(msgspec.Struct, frozen=True, kw_only=True):
    """What a deploy would do. `name` is None when nothing would change."""

    name: str | None
    changes: tuple[Change, ...] = ()


class Rollback(msgspec.Struct, frozen=True, kw_only=True):
    """Alarms, by their logical ids, that undo a deploy when they ring while it runs and for `minutes` after it."""

    alarms: tuple[str, ...]
    minutes: int


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
    def account(self) -> str:
        """The account's number."""
        return str(self._clients("sts").get_caller_identity()["Account"])

    @cached_property
    def packages(self) -> OwnBucket:
        """Where packages of all stacks of the account and region are uploaded to."""
        name = f"casework-packages-{self.account}-{self._cloudformation.meta.region_name}"
        return OwnBucket(s3=self._clients("s3"), name=name, owner=self.account)

    def pseudo_parameters(self) -> Mapping[str, str]:
        """What CloudFormation puts for its own parameters in this stack."""
        return {
            "AWS::StackName": self.name,
            "AWS::AccountId": self.account,
            "AWS::Region": str(self._cloudformation.meta.region_name),
        }

    def https(self, s3_url: str) -> str:
        """The https URL of an uploaded file."""
        bucket, _, key = s3_url.removeprefix("s3://").partition("/")
        return f"{self._clients('s3').meta.endpoint_url}/{bucket}/{key}"

    def prepare(
        self,
        *,
        template_url: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str] | None = None,
        rollback: Rollback | None = None,
    ) -> ChangeSet:
        """Make a change set. Parameters that are not given keep the value that they have, or take their default.

        Raises: Problem.
        """
        status = self._ready()
        name = f"deploy-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
        wanted = {
            "StackName": self.name,
            "ChangeSetName": name,
            "TemplateURL": template_url,
            "Capabilities": CAPABILITIES,
            "Parameters": self._parameters(template_url, parameters, known=status is not None),
            "Tags": [{"Key": key, "Value": value} for key, value in sorted((tags or {}).items())],
        }
        try:
            if status is None:
                # What an earlier stack of this name left behind under a fixed name is taken over with what it holds.
                self._cloudformation.create_change_set(**wanted, ChangeSetType="CREATE", ImportExistingResources=True)
            else:
                self._cloudformation.create_change_set(**wanted, ChangeSetType="UPDATE", **self._triggers(rollback))
        except ClientError as exc:
            raise Problem(f"CloudFormation refuses the template or its parameters: {exc}") from exc
        return self._described(name)

    def execute(self, change_set: ChangeSet) -> None:
        """Carry the change set out and wait. Raises: Problem with what failed and why; AWS has rolled it back."""
        if change_set.name is None:
            return
        self._cloudformation.execute_change_set(StackName=self.name, ChangeSetName=change_set.name)
        status = self._settled()
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            reasons = "\n  ".join(self._failures())
            raise Problem(f"The stack {self.name} is {status}:\n  {reasons}")

    def protect(self, *, agreed: Sequence[str] = ()) -> None:
        """Forbid to delete the stack, and to replace or remove its state, except what is in `agreed`."""
        policy = stack_policy(self.types(), agreed=agreed)
        self._cloudformation.set_stack_policy(StackName=self.name, StackPolicyBody=policy)
        self._cloudformation.update_termination_protection(StackName=self.name, EnableTerminationProtection=True)

    def delete(self) -> None:
        """Delete the stack, protected or not, and wait. Raises: Problem."""
        if (self._found() or {}).get("EnableTerminationProtection"):
            self._cloudformation.update_termination_protection(StackName=self.name, EnableTerminationProtection=False)
        self._cloudformation.delete_stack(StackName=self.name)
        status = self._settled()
        if status not in (None, "DELETE_COMPLETE"):
            reasons = "\n  ".join(self._failures())
            raise Problem(f"The stack {self.name} is {status}:\n  {reasons}")

    def status(self) -> str | None:
        """CloudFormation's word for it; None when there is no such stack."""
        found = self._found()
        return None if found is None or found["StackStatus"] == "DELETE_COMPLETE" else str(found["StackStatus"])

    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs by name."""
        found = self._found() or {}
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}

    def parameters(self) -> Mapping[str, str]:
        """The values that the stack has now, by name; none when there is no stack."""
        found = self._found() or {}
        return {p["ParameterKey"]: p.get("ParameterValue", "") for p in found.get("Parameters", ())}

    def resources(self) -> Mapping[str, str]:
        """The physical ids of the stack's resources by their logical ids; what was never made is not among them."""
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in self._resources()
            if resource.get("PhysicalResourceId")
        }

    def types(self) -> Mapping[str, str]:
        """The types of the stack's resources by their logical ids."""
        return {resource["LogicalResourceId"]: resource["ResourceType"] for resource in self._resources()}

    def _resources(self) -> Iterator[Mapping[str, Any]]:
        for page in self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name):
            yield from page["StackResourceSummaries"]

    def _ready(self) -> str | None:
        """The status of a stack that a change set can be made for; None when there is none. Raises: Problem."""
        status = self.status()
        if status in NEVER_FINISHED:
            try:
                self.delete()
            except ClientError as exc:  # a pipeline's role deletes no stack
                destroy = f"make destroy STAGE={self.name.removeprefix('casework-')} CONFIRM={self.name}"
                words = f"{self.name} was never up ({status}) and has to go first, which you may not do: {exc}"
                raise Problem(f"{words}\nLet somebody who may run `{destroy}`, then deploy again.") from exc
            return None
        if status is not None and (words := stuck(status, stack=self.name)):
            raise Problem(words)
        return status

    def _triggers(self, rollback: Rollback | None) -> Mapping[str, Any]:
        if rollback is None:
            return {}
        names = self.resources()
        region = self._cloudformation.meta.region_name
        partition = self._cloudformation.meta.partition
        return {
            "RollbackConfiguration": {
                "RollbackTriggers": [
                    {
                        "Arn": f"arn:{partition}:cloudwatch:{region}:{self.account}:alarm:{names[alarm]}",
                        "Type": "AWS::CloudWatch::Alarm",
                    }
                    for alarm in rollback.alarms
                    if alarm in names
                ],
                "MonitoringTimeInMinutes": rollback.minutes,
            }
        }

    def _found(self) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as exc:
            if "does not exist" in str(exc):
                return None
            raise Problem(f"AWS cannot be asked for the stack {self.name}: {exc}") from exc
        return found

    def _parameters(self, url: str, given: Mapping[str, str], *, known: bool) -> Sequence[Mapping[str, Any]]:
        declared = {p["ParameterKey"] for p in self._cloudformation.get_template_summary(TemplateURL=url)["Parameters"]}
        unknown = sorted(set(given) - declared)
        if unknown:
            raise Problem(f"No such parameter: {', '.join(unknown)}. There are: {', '.join(sorted(declared))}.")
        had = {p["ParameterKey"] for p in (self._found() or {}).get("Parameters", ())} if known else set()
        values = [{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(given.items())]
        kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted((had & declared) - set(given))]
        return [*values, *kept]

    def _described(self, name: str) -> ChangeSet:
        for _ in self._looks():
            answer = self._cloudformation.describe_change_set(StackName=self.name, ChangeSetName=name)
            if answer["Status"] == "CREATE_COMPLETE":
                return ChangeSet(name=name, changes=tuple(self._changes(name)))
            if answer["Status"] == "FAILED":
                reason = answer.get("StatusReason", "")
                if any(words in reason for words in NO_CHANGES):
                    return ChangeSet(name=None)
                raise Problem(f"The change set failed: {reason}")
        raise Problem(f"The change set {name} is not made after {WAIT_SECONDS} seconds. Deploy again.")

    def _changes(self, name: str) -> Iterator[Change]:
        """All of them: CloudFormation tells a hundred at a time."""
        pages = self._cloudformation.get_paginator("describe_change_set")
        for page in pages.paginate(StackName=self.name, ChangeSetName=name):
            for found in page["Changes"]:
                yield _change(found["ResourceChange"])

    def _settled(self) -> str | None:
        for _ in self._looks():
            status = self.status()
            if status is None or not status.endswith("_IN_PROGRESS"):
                return status
        raise Problem(f"The stack {self.name} is not done after {WAIT_SECONDS} seconds; look again later.")

    def _looks(self) -> Iterator[int]:
        for second in range(WAIT_SECONDS):
            self._pause(1)
            yield second

    def _failures(self) -> Iterator[str]:
        """What failed in the last operation, in order of time."""
        for event in reversed(list(self._last_events())):
            if event["ResourceStatus"].endswith("_FAILED"):
                yield f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"

    def _last_events(self) -> Iterator[Mapping[str, Any]]:
        """The events of the last operation, newest first: what undid it fills pages before what failed comes."""
        for page in self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.name):
            for event in page["StackEvents"]:
                yield event
                if event["LogicalResourceId"] == self.name and event["ResourceStatus"] in BEGINNINGS:
                    return


def stuck(status: str, *, stack: str) -> str:
    """What to do about a stack that takes no change set now; "" when it does."""
    if status.endswith("_IN_PROGRESS"):
        return f"Another operation on {stack} is still running ({status}). Wait for its end, then repeat."
    if status == "UPDATE_ROLLBACK_FAILED":
        return (
            f"An earlier deploy of {stack} failed and could not be undone ({status}). Look for the reason with"
            f" `aws cloudformation describe-stack-events --stack-name {stack}`, remove it, run"
            f" `aws cloudformation continue-update-rollback --stack-name {stack}`, then deploy again."
        )
    if status in ("DELETE_FAILED", "ROLLBACK_FAILED", "CREATE_FAILED"):
        stage = stack.removeprefix("casework-")
        return f"{stack} is only partly there ({status}). Finish with `make destroy STAGE={stage} CONFIRM={stack}`."
    return ""


def _change(found: Mapping[str, Any]) -> Change:
    return Change(
        action=found["Action"],
        resource=found["LogicalResourceId"],
        resource_type=found["ResourceType"],
        replacement=_REPLACEMENTS.get(found.get("Replacement", "False"), "no"),
    )
