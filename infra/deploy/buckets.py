"""A bucket of this account: every request names the owner that it expects, so that nobody else's is ever used.

A bucket's name is taken all over the world by whoever makes it first. S3 refuses a request whose expected owner is not
the real one (docs.aws.amazon.com, "Verifying bucket ownership with bucket owner condition").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from infra.problem import Problem

DELETED_AT_ONCE = 1000  # S3's own limit


class OwnBucket(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket with the account that must own it. `s3` is a low-level client."""

    s3: Any
    name: str
    owner: str

    def upload(self, path: Path, *, key: str) -> str:
        """Put a file into the bucket, which is made when nobody has it; the s3:// URL.

        Raises: Problem when the bucket is not ours.
        """
        self._create_if_missing()
        self.s3.upload_file(str(path), self.name, key, ExtraArgs={"ExpectedBucketOwner": self.owner})
        return f"s3://{self.name}/{key}"

    def objects(self, *, prefix: str = "") -> Iterator[Mapping[str, Any]]:
        """Key and LastModified of each object; none when there is no such bucket."""
        try:
            yield from self._pages("list_objects_v2", "Contents", prefix=prefix)
        except self.s3.exceptions.NoSuchBucket:
            return

    def empty(self, *, prefix: str = "") -> None:
        """Delete every object with all its versions, e.g. because CloudFormation keeps a bucket that holds any."""
        found: list[Mapping[str, Any]] = []
        try:
            for kind in ("Versions", "DeleteMarkers"):
                found += self._pages("list_object_versions", kind, prefix=prefix)
        except self.s3.exceptions.NoSuchBucket:
            return
        self.delete(found)

    def delete(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """Delete these objects, or these versions of them."""
        keys = [{name: found[name] for name in ("Key", "VersionId") if name in found} for found in objects]
        for start in range(0, len(keys), DELETED_AT_ONCE):
            some = {"Objects": keys[start : start + DELETED_AT_ONCE], "Quiet": True}
            self.s3.delete_objects(Bucket=self.name, Delete=some, ExpectedBucketOwner=self.owner)

    def _pages(self, operation: str, kind: str, *, prefix: str) -> Iterator[Mapping[str, Any]]:
        pages = self.s3.get_paginator(operation).paginate(
            Bucket=self.name, Prefix=prefix, ExpectedBucketOwner=self.owner
        )
        for page in pages:
            yield from page.get(kind, ())

    def _create_if_missing(self) -> None:
        try:
            self.s3.head_bucket(Bucket=self.name, ExpectedBucketOwner=self.owner)
        except ClientError as exc:
            if exc.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise Problem(
                    f"The bucket {self.name} cannot be used: it belongs to another account than {self.owner}, or you"
                    " may not list it (s3:ListBucket). Nothing was uploaded."
                ) from exc
            self._create()

    def _create(self) -> None:
        region = self.s3.meta.region_name
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            self.s3.create_bucket(Bucket=self.name, **place)
        except ClientError as exc:
            raise Problem(f"The bucket {self.name} cannot be made: {exc}") from exc
