"""What holds data, and what keeps a deploy from losing it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from infra.problem import Problem

STATE = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue")
"""Types of resources whose content is gone, or left behind, when they are replaced or removed."""

Replacement = Literal["no", "maybe", "yes"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a change set: "Add", "Modify", "Remove" or "Import", and whether a new resource replaces the old one.

    "maybe": CloudFormation finds out while it works, e.g. for the attributes of a table.
    """

    action: str
    resource: str
    resource_type: str
    replacement: Replacement = "no"

    @property
    def loses_state(self) -> bool:
        """Whether what is stored in the resource does not come along."""
        return self.resource_type in STATE and (self.action == "Remove" or self.replacement == "yes")


def refuse_loss(changes: Sequence[Change], *, agreed: Sequence[str]) -> None:
    """Raises: Problem for each resource with state that would be replaced or removed and is not in `agreed`."""
    lost = [change for change in changes if change.loses_state and change.resource not in agreed]
    if lost:
        lines = "\n".join(
            f"  {change.resource} would be {'removed' if change.action == 'Remove' else 'replaced by an empty one'}."
            for change in lost
        )
        names = ",".join(change.resource for change in lost)
        raise Problem(f"What is stored would be lost:\n{lines}\nIf that is meant, repeat with REPLACE={names}.")


def stack_policy(resources: Mapping[str, str], *, agreed: Sequence[str] = ()) -> str:
    """CloudFormation's own guard as JSON: no update replaces or removes state, except what is in `agreed`.

    `resources` are types by logical ids.
    """
    guarded = sorted(name for name, kind in resources.items() if kind in STATE and name not in agreed)
    denial = {
        "Effect": "Deny",
        "Action": ["Update:Replace", "Update:Delete"],
        "Principal": "*",
        "Resource": [f"LogicalResourceId/{name}" for name in guarded],
    }
    everything = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    return json.dumps({"Statement": [everything, denial] if guarded else [everything]})
