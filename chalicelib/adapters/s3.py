"""Where are large bytes stored? In one S3 bucket; browsers read and upload there through presigned requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from chalicelib import telemetry
from chalicelib.adapters.aws import RETRY_AFTER_SECONDS, aws_answers, error_code, read_body
from chalicelib.errors import StorageUnavailable

LARGEST_DELETE = 1000
"""Keys that one DeleteObjects takes."""

MOST_KEPT_LINKS = 1000

_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})


class S3BlobStore:
    """The BlobStore on one bucket, which encrypts by itself.

    `connect` makes a low-level S3 client; it is called on first use, since most requests need no blob.
    """

    def __init__(self, connect: Callable[[], Any], *, bucket: str) -> None:
        self._connect = connect
        self._bucket = bucket
        self._picture_links: dict[str, tuple[str, datetime]] = {}

    @cached_property
    def _client(self) -> Any:
        return self._connect()

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        with aws_answers("S3"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)

    def get(self, key: str) -> bytes | None:
        with aws_answers("S3"):
            try:
                return read_body(self._client.get_object(Bucket=self._bucket, Key=key)["Body"])
            except ClientError as exc:
                if error_code(exc) in _MISSING:
                    return None
                raise

    def size(self, key: str) -> int | None:
        head = self._head(key)
        return None if head is None else int(head["ContentLength"])

    def version(self, key: str) -> str | None:
        # The ETag is the MD5 of bytes that S3 encrypts with its own keys.
        head = self._head(key)
        return None if head is None else str(head["ETag"]).strip('"')

    def _head(self, key: str) -> Mapping[str, Any] | None:
        with aws_answers("S3"):
            try:
                head: Mapping[str, Any] = self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as exc:
                if error_code(exc) in _MISSING:
                    return None
                raise
        return head

    def copy(self, source: str, target: str) -> None:
        with aws_answers("S3"):
            try:
                origin = {"Bucket": self._bucket, "Key": source}
                self._client.copy_object(Bucket=self._bucket, Key=target, CopySource=origin)
            except ClientError as exc:
                if error_code(exc) not in _MISSING:
                    raise

    def delete(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), LARGEST_DELETE):
            objects = [{"Key": key} for key in keys[start : start + LARGEST_DELETE]]
            with aws_answers("S3"):
                answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            if answer.get("Errors"):
                telemetry.warning("blobs_not_deleted", count=len(answer["Errors"]), code=answer["Errors"][0]["Code"])
                raise StorageUnavailable(
                    "S3 did not delete everything. Try again.", retry_after_seconds=RETRY_AFTER_SECONDS
                )

    def keys(self, prefix: str) -> Sequence[str]:
        with aws_answers("S3"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return [item["Key"] for page in pages for item in page.get("Contents", ())]

    def link(self, key: str, *, expires_in_seconds: int, file_name: str = "") -> str:
        """See BlobStore.link. A browser saves the file instead of showing it, whatever it contains."""
        # Percent-encoded (RFC 6266): names may be Hebrew or have quotation marks in them.
        saved_as = quote(file_name or key.rsplit("/", 1)[-1], safe="")
        with aws_answers("S3"):
            return str(
                self._client.generate_presigned_url(
                    "get_object",
                    Params={
                        "Bucket": self._bucket,
                        "Key": key,
                        "ResponseContentDisposition": f"attachment; filename*=UTF-8''{saved_as}",
                    },
                    ExpiresIn=expires_in_seconds,
                )
            )

    def picture_link(self, key: str, *, expires_in_seconds: int) -> tuple[str, datetime]:
        """See BlobStore.picture_link: kept by this process until two thirds of its time are over."""
        now = datetime.now(UTC)
        known = self._picture_links.get(key)
        if known is not None and known[1] - now > timedelta(seconds=expires_in_seconds) / 3:
            return known
        with aws_answers("S3"):
            parameters = {
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentType": "image/jpeg",
                "ResponseCacheControl": "private, max-age=3600",
            }
            url = self._client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=expires_in_seconds)
        if len(self._picture_links) >= MOST_KEPT_LINKS:
            self._picture_links.clear()
        self._picture_links[key] = (str(url), now + timedelta(seconds=expires_in_seconds))
        return self._picture_links[key]

    def upload_form(self, key: str, *, content_type: str, max_bytes: int, expires_in_seconds: int) -> Mapping[str, Any]:
        """See BlobStore.upload_form: the fields go before the file in a multipart/form-data POST."""
        with aws_answers("S3"):
            form = self._client.generate_presigned_post(
                self._bucket,
                key,
                Fields={"Content-Type": content_type},
                Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, max_bytes]],
                ExpiresIn=expires_in_seconds,
            )
        return {"method": "POST", "url": form["url"], "fields": form["fields"]}
