"""Does a browser's upload arrive? The use cases on DynamoDB and S3 as moto has them."""

from __future__ import annotations

import pytest
import urllib3

from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore
from chalicelib.adapters.s3 import S3BlobStore
from chalicelib.auth import Principal
from chalicelib.blobs import BlobStore
from chalicelib.cases.changes import delete_case
from chalicelib.cases.documents import AddedDocument, NewDocument, add_document, delete_document
from chalicelib.cases.model import CaseStore, Document, DocumentStatus
from chalicelib.cases.read import case_outline
from chalicelib.jobs.requests import JobsOfCase
from infra.local.resources import Resources
from tests.contract.case_store.conftest import NOW, a_case
from tests.fakes.cases_of_jobs import FakeCases
from tests.fakes.checkpoints import NoJobs
from tests.fakes.clock import FakeClock
from tests.fakes.job_queue import FakeJobQueue
from tests.fakes.job_store import FakeJobStore

OWNER = Principal(user_id="u1")
CONTENT = b"%PDF-1.7 eleven pages"

NO_JOBS = JobsOfCase(FakeJobStore(cases=FakeCases()), FakeJobQueue(FakeClock()))


@pytest.fixture
def blobs(local_resources: Resources) -> S3BlobStore:
    return S3BlobStore(lambda: local_resources.client("s3"), bucket=local_resources.bucket)


@pytest.fixture
def store(local_resources: Resources, blobs: S3BlobStore) -> DynamoCaseStore:
    return DynamoCaseStore(local_resources.client("dynamodb"), table=local_resources.cases_table, blobs=blobs)


@pytest.fixture
def coming(store: CaseStore, blobs: BlobStore) -> AddedDocument:
    store.create(a_case())
    new = NewDocument(file_name="דוח.pdf", content_type="application/pdf", size=len(CONTENT))
    return add_document("c1", new, principal=OWNER, store=store, blobs=blobs, now=NOW, document_id="d1")


def send(coming: AddedDocument) -> int:
    """What a browser does with the form; the HTTP status of the answer."""
    assert coming.upload is not None
    with urllib3.PoolManager() as browser:
        fields = {**coming.upload.fields, "file": ("דוח.pdf", CONTENT, "application/pdf")}
        return browser.request(coming.upload.method, coming.upload.url, fields=fields).status


def shown(store: CaseStore, blobs: BlobStore) -> Document:
    return case_outline("c1", principal=OWNER, store=store, blobs=blobs).documents[0]


def test_an_upload_is_ready_once_its_bytes_are_in_the_bucket(
    store: CaseStore, blobs: S3BlobStore, coming: AddedDocument
) -> None:
    before = shown(store, blobs)

    status = send(coming)

    after = shown(store, blobs)
    assert status in (200, 201, 204)
    assert (before.status, after.status) == (DocumentStatus.AWAITING_UPLOAD, DocumentStatus.READY)
    assert after.size == len(CONTENT)
    assert blobs.get(after.blob_key) == CONTENT


def test_a_deleted_document_leaves_nothing_of_its_upload(
    store: CaseStore, blobs: S3BlobStore, coming: AddedDocument
) -> None:
    send(coming)
    shown(store, blobs)

    delete_document("c1", "d1", principal=OWNER, store=store, blobs=blobs, texts=NoJobs(), now=NOW)

    assert blobs.keys("") == []


def test_what_comes_after_a_deletion_stays_where_uploads_are_forgotten(
    store: CaseStore, blobs: S3BlobStore, coming: AddedDocument
) -> None:
    delete_case("c1", principal=OWNER, store=store, blobs=blobs, jobs=NO_JOBS, mark="m")

    send(coming)

    assert blobs.keys("") == ["uploads/c1/d1"]


def test_a_deleted_case_leaves_nothing_in_table_or_bucket(
    local_resources: Resources, store: DynamoCaseStore, blobs: S3BlobStore, coming: AddedDocument
) -> None:
    send(coming)
    store.put_call("c1", {"transcript": "שלום " * 90_000}, call_id="k1", has_transcript=True, at=NOW)

    delete_case("c1", principal=OWNER, store=store, blobs=blobs, jobs=NO_JOBS, mark="m")

    left = local_resources.client("dynamodb").scan(TableName=local_resources.cases_table)["Items"]
    assert [item["case_id"]["S"] for item in left] == ["index#months"]
    assert blobs.keys("") == []
