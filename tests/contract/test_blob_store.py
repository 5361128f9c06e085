"""Does every BlobStore keep its promises? One suite for the fake and for S3 (on the moto server)."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from urllib3.exceptions import DecodeError, ProtocolError, SSLError

from chalicelib.adapters.s3 import S3BlobStore
from chalicelib.blobs import BlobStore
from chalicelib.errors import StorageUnavailable
from infra.local.resources import Resources, client
from tests.fakes.blob_store import FakeBlobStore

HEBREW = "דוח אורתופדי".encode()


@pytest.fixture(params=["fake", "s3"])
def store(request: pytest.FixtureRequest) -> BlobStore:
    return FakeBlobStore() if request.param == "fake" else s3_store(request.getfixturevalue("shared_resources"))


@pytest.fixture
def s3(shared_resources: Resources) -> S3BlobStore:
    return s3_store(shared_resources)


def s3_store(resources: Resources) -> S3BlobStore:
    """The store with a client that signs as the one of a deployed run: only signature 4 may ask for a disposition."""
    signing = Config(signature_version="s3v4")
    return S3BlobStore(
        lambda: boto3.client(
            "s3",
            endpoint_url=resources.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=signing,
        ),
        bucket=resources.bucket,
    )


def a_key(name: str = "blob") -> str:
    return f"jobs/{uuid.uuid4()}/{name}"


def test_what_was_put_is_read(store: BlobStore) -> None:
    key = a_key()

    store.put(key, HEBREW, content_type="text/plain")

    assert store.get(key) == HEBREW
    assert store.size(key) == len(HEBREW)


def test_a_blob_may_be_empty(store: BlobStore) -> None:
    key = a_key()

    store.put(key, b"", content_type="text/plain")

    assert (store.get(key), store.size(key)) == (b"", 0)


def test_a_second_put_replaces_the_first(store: BlobStore) -> None:
    key = a_key()
    store.put(key, b"first", content_type="text/plain")

    store.put(key, b"second", content_type="text/plain")

    assert store.get(key) == b"second"


def test_an_unknown_key_has_no_bytes(store: BlobStore) -> None:
    key = a_key()

    assert store.get(key) is None
    assert store.size(key) is None


def test_keys_are_those_with_the_prefix(store: BlobStore) -> None:
    folder = f"cases/{uuid.uuid4()}/"
    for key in (f"{folder}b", f"{folder}a/c", f"{folder[:-1]}x/d"):
        store.put(key, b"1", content_type="text/plain")

    assert sorted(store.keys(folder)) == [f"{folder}a/c", f"{folder}b"]
    assert list(store.keys(f"cases/{uuid.uuid4()}/")) == []


def test_a_copy_has_the_bytes_of_its_source_and_stays_without_it(store: BlobStore) -> None:
    source, target = a_key(), a_key()
    store.put(source, HEBREW, content_type="text/plain")

    store.copy(source, target)
    store.delete([source])
    store.copy(source, target)

    assert (store.get(source), store.get(target)) == (None, HEBREW)


def test_deleted_keys_are_gone_and_unknown_ones_are_passed_over(store: BlobStore) -> None:
    kept, gone = a_key(), a_key()
    for key in (kept, gone):
        store.put(key, b"1", content_type="text/plain")

    store.delete([gone, a_key()])
    store.delete([])

    assert (store.get(gone), store.get(kept)) == (None, b"1")


def test_a_link_names_the_blob(store: BlobStore) -> None:
    key = a_key("result.json")

    link = store.link(key, expires_in_seconds=900)

    assert urlsplit(link).path.endswith(key)
    assert "900" in link


def test_an_upload_form_is_a_post_of_fields_to_a_url(store: BlobStore) -> None:
    key = a_key()

    form = store.upload_form(key, content_type="application/pdf", max_bytes=1000, expires_in_seconds=900)

    assert set(form) == {"method", "url", "fields"}
    assert form["method"] == "POST"
    assert (form["fields"]["key"], form["fields"]["Content-Type"]) == (key, "application/pdf")


def test_a_link_reads_the_blob_as_a_file_to_save(s3: S3BlobStore) -> None:
    key = a_key("result.json")
    s3.put(key, HEBREW, content_type="application/json")

    link = s3.link(key, expires_in_seconds=900, file_name='מכתב "1".json')
    with urllib.request.urlopen(link) as answer:  # noqa: S310  # our own moto server
        content, disposition = answer.read(), answer.headers["Content-Disposition"]

    assert content == HEBREW
    assert disposition == "attachment; filename*=UTF-8''%D7%9E%D7%9B%D7%AA%D7%91%20%221%22.json"


def test_more_keys_than_one_request_takes_are_deleted_and_listed(s3: S3BlobStore) -> None:
    folder = f"cases/{uuid.uuid4()}/"
    s3.put(f"{folder}last", b"1", content_type="text/plain")

    s3.delete([*(f"{folder}{number}" for number in range(1000)), f"{folder}last"])

    assert list(s3.keys(folder)) == []


def test_an_uploaded_file_is_stored(s3: S3BlobStore) -> None:
    key = a_key()
    form = s3.upload_form(key, content_type="application/pdf", max_bytes=1000, expires_in_seconds=900)

    status = upload(form, b"%PDF-1.7")

    assert status in (200, 201, 204)
    assert s3.get(key) == b"%PDF-1.7"


def test_the_signature_of_an_upload_bounds_its_size_and_type(s3: S3BlobStore) -> None:
    key = a_key()

    form = s3.upload_form(key, content_type="application/pdf", max_bytes=1000, expires_in_seconds=900)

    conditions = json.loads(base64.b64decode(form["fields"]["policy"]))["conditions"]
    assert ["content-length-range", 1, 1000] in conditions
    assert {"Content-Type": "application/pdf"} in conditions
    assert {"key": key} in conditions


def test_a_storage_that_does_not_answer_is_unavailable() -> None:
    silent = S3BlobStore(lambda: client("s3", "http://127.0.0.1:9"), bucket="b")

    for call in (
        lambda: silent.get("k"),
        lambda: silent.size("k"),
        lambda: silent.keys("k"),
        lambda: silent.delete(["k"]),
        lambda: silent.put("k", b"", content_type="text/plain"),
    ):
        with pytest.raises(StorageUnavailable):
            call()


class CutOffClient:
    """Answers a read with a body that breaks off in the middle."""

    def __init__(self, broken: Exception) -> None:
        self._broken = broken

    def get_object(self, **_: Any) -> Mapping[str, Any]:
        return {"Body": StreamingBody(self, 100)}

    def read(self, amount: int | None = None) -> bytes:
        raise self._broken


@pytest.mark.parametrize(
    "broken",
    [
        SSLError("decryption failed or bad record mac"),
        ProtocolError("Connection broken"),
        DecodeError("a proxy's compression"),
    ],
)
def test_an_answer_that_breaks_off_is_unavailable(broken: Exception) -> None:
    with pytest.raises(StorageUnavailable):
        S3BlobStore(lambda: CutOffClient(broken), bucket="b").get("k")


def test_a_bucket_that_is_gone_is_a_defect_that_no_repetition_mends(shared_resources: Resources) -> None:
    gone = S3BlobStore(lambda: shared_resources.client("s3"), bucket="there-is-no-such-bucket")

    with pytest.raises(ClientError, match="NoSuchBucket"):
        gone.get("k")


class RefusingClient:
    """Answers every delete with an error for one key."""

    def delete_objects(self, **_: Any) -> Mapping[str, Any]:
        return {"Errors": [{"Key": "k", "Code": "AccessDenied"}]}


def test_a_delete_that_leaves_something_is_unavailable() -> None:
    with pytest.raises(StorageUnavailable):
        S3BlobStore(RefusingClient, bucket="b").delete(["k"])


def upload(form: Mapping[str, Any], content: bytes) -> int:
    """What a browser does with the form; the status of the answer."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form["fields"].items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'.encode()
    body = b"".join([*parts, head, content, f"\r\n--{boundary}--\r\n".encode()])
    request = urllib.request.Request(  # noqa: S310  # our own moto server
        form["url"], data=body, headers={"Content-Type": f"multipart/form-data; boundary={boundary}"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_the_same_bytes_have_the_same_version_and_others_another(store: BlobStore) -> None:
    keys = [f"cases/{uuid.uuid4()}/d" for _ in range(3)]
    for key, content in zip(keys, (HEBREW, HEBREW, b"other"), strict=True):
        store.put(key, content, content_type="text/plain")

    first, same, other = (store.version(key) for key in keys)

    assert first == same != other
    assert store.version("cases/none/d") is None
