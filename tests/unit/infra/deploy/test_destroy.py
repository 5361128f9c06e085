"""Nothing that is paid for stays behind: old packages go with the next deploy, the rest when a stage is destroyed."""

from __future__ import annotations

import argparse
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from infra.deploy.__main__ import down
from infra.deploy.buckets import OwnBucket
from infra.deploy.deployment import KEPT_PACKAGES, carry_out, forget_old_packages
from infra.deploy.stack import ChangeSet, Stack
from infra.local.resources import Resources
from infra.problem import Problem

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class FakeCloudFormation:
    """A stack with these resources (name: physical id), gone once it is deleted; `status` is that after an update."""

    meta = SimpleNamespace(region_name="us-east-1")

    def __init__(self, resources: Mapping[str, str | None]) -> None:
        self._resources = resources
        self.exists = True
        self.status = "UPDATE_COMPLETE"

    def describe_stacks(self, **_: Any) -> Any:
        if not self.exists:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "it does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": self.status}]}

    def get_paginator(self, operation: str) -> Any:
        if operation == "describe_stack_events":
            return SimpleNamespace(paginate=lambda **_: [])
        named = [{"LogicalResourceId": name, "PhysicalResourceId": found} for name, found in self._resources.items()]
        found = [{k: v for k, v in one.items() if v is not None} for one in named]  # AWS leaves out what was never made
        return SimpleNamespace(paginate=lambda **_: [{"StackResourceSummaries": found}])

    def execute_change_set(self, **_: Any) -> None: ...

    def delete_stack(self, **_: Any) -> None:
        self.exists = False


def a_stack(cloudformation: FakeCloudFormation, s3: Any, *, name: str = "casework-staging", account: str) -> Stack:
    identity = SimpleNamespace(get_caller_identity=lambda: {"Account": account})
    clients = {"cloudformation": cloudformation, "s3": s3, "sts": identity}
    return Stack(name, clients=clients.__getitem__, pause=lambda _: None)


def destroy(stack: Stack) -> str:
    out = io.StringIO()
    stage = stack.name.removeprefix("casework-")
    down(argparse.Namespace(stage=stage, confirm=stack.name), stack, Console(file=out, width=200))
    return out.getvalue()


def keys(s3: Any, bucket: str) -> Sequence[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]


@pytest.fixture
def s3(local_resources: Resources) -> Any:
    return local_resources.client("s3")


@pytest.mark.parametrize(
    "resources",
    [
        {},  # the create failed before anything was made
        {"Bucket": None},  # … or while the bucket was made
        {"Bucket": "a-bucket-that-is-gone"},  # a delete that failed after the bucket
    ],
)
def test_a_stage_whose_bucket_is_not_there_is_destroyed_all_the_same(
    s3: Any, resources: Mapping[str, str | None]
) -> None:
    cloudformation = FakeCloudFormation(resources)

    said = destroy(a_stack(cloudformation, s3, account="1"))

    assert "casework-staging is gone." in said
    assert not cloudformation.exists


def test_destroying_a_stage_empties_its_bucket_and_deletes_its_packages(
    s3: Any, local_resources: Resources, tmp_path: Path
) -> None:
    package = tmp_path / "package.zip"
    package.write_bytes(b"code")
    stack = a_stack(FakeCloudFormation({"Bucket": local_resources.bucket}), s3, account="2")
    other = a_stack(FakeCloudFormation({}), s3, name="casework-prod", account="2")
    s3.put_object(Bucket=local_resources.bucket, Key="cases/1", Body=b"x")
    for uploader in (stack, other):
        uploader.packages.upload(package, key=f"{uploader.name}/1.zip")
        uploader.packages.upload(package, key=f"{uploader.name}/2.json")

    destroy(stack)

    assert keys(s3, local_resources.bucket) == []
    assert keys(s3, stack.packages.name) == ["casework-prod/1.zip", "casework-prod/2.json"]


def test_destroying_prod_keeps_its_bucket_and_says_so(s3: Any, local_resources: Resources) -> None:
    s3.put_object(Bucket=local_resources.bucket, Key="cases/1", Body=b"x")
    resources = {"Bucket": local_resources.bucket, "JobsTable": None}

    said = destroy(a_stack(FakeCloudFormation(resources), s3, name="casework-prod", account="3"))

    assert keys(s3, local_resources.bucket) == ["cases/1"]
    assert f"Kept with all they hold: {local_resources.bucket}." in said


class FakeS3:
    """One bucket of packages, each a day younger than the one before; deletes go through a list of keys."""

    class exceptions:  # noqa: N801  # boto3's name
        NoSuchBucket = KeyError

    def __init__(self, names: Sequence[str]) -> None:
        self.objects = {name: FIRST + timedelta(days=age) for age, name in enumerate(names)}
        self.most_at_once = 0
        self.owners: set[str] = set()

    def get_paginator(self, operation: str) -> Any:
        assert operation in ("list_objects_v2", "list_object_versions")
        return SimpleNamespace(paginate=self._pages)

    def delete_objects(self, *, Bucket: str, Delete: Any, ExpectedBucketOwner: str) -> None:  # noqa: N803
        self.owners.add(ExpectedBucketOwner)
        self.most_at_once = max(self.most_at_once, len(Delete["Objects"]))
        for found in Delete["Objects"]:
            del self.objects[found["Key"]]

    def _pages(self, *, Bucket: str, Prefix: str, ExpectedBucketOwner: str) -> Any:  # noqa: N803
        self.owners.add(ExpectedBucketOwner)
        found = sorted((key, at) for key, at in self.objects.items() if key.startswith(Prefix))
        listed = [{"Key": key, "LastModified": at} for key, at in found]
        return [{"Contents": listed, "Versions": listed}]


def test_a_deploy_deletes_old_packages_of_its_stack_and_keeps_the_newest() -> None:
    theirs = ["casework-prod/1.zip"]
    mine = [f"casework-staging/{name}.{kind}" for kind in ("zip", "json") for name in "fa03eb9"]  # by age, not by name
    s3 = FakeS3([*theirs, *mine])

    carry_out(a_stack(FakeCloudFormation({}), s3, account="4"), ChangeSet(name="deploy-1"), protected=False)

    assert KEPT_PACKAGES == 5
    assert set(s3.objects) == {*theirs, *mine[2:7], *mine[9:]}
    assert s3.owners == {"4"}


def test_a_deploy_that_failed_deletes_no_package() -> None:
    mine = [f"casework-staging/{number}.zip" for number in range(9)]
    cloudformation, s3 = FakeCloudFormation({}), FakeS3(mine)
    cloudformation.status = "UPDATE_ROLLBACK_COMPLETE"

    with pytest.raises(Problem):
        carry_out(a_stack(cloudformation, s3, account="4"), ChangeSet(name="deploy-1"), protected=False)

    assert list(s3.objects) == mine


def test_few_packages_are_all_kept() -> None:
    mine = [f"casework-staging/{number}.zip" for number in range(KEPT_PACKAGES)]
    s3 = FakeS3(mine)

    forget_old_packages(a_stack(FakeCloudFormation({}), s3, account="5"))

    assert list(s3.objects) == mine


def test_a_bucket_is_emptied_in_portions_that_s3_takes() -> None:
    s3 = FakeS3([f"cases/{number}" for number in range(2500)])

    OwnBucket(s3=s3, name="bucket", owner="6").empty()

    assert (s3.objects, s3.most_at_once, s3.owners) == ({}, 1000, {"6"})
