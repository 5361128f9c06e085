"""On what does the contract of the case store run? On the fake and on DynamoDB (on the locked moto server)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore
from chalicelib.adapters.dynamodb.values import json_attributes
from chalicelib.cases.model import Case, CaseStore, Document, DocumentStatus
from infra.local.resources import Resources
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore

NOW = datetime(2026, 6, 10, 9, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
LARGE = "פריצת דיסק " * 40_000
"""About 780 KB as UTF-8: more than an item may have."""


class Backend(msgspec.Struct, frozen=True):
    """A store, its blobs, and what an analysis does to it: `analysed(case_id, member, value)`."""

    store: CaseStore
    blobs: FakeBlobStore
    analysed: Callable[[str, str, Any], None]


@pytest.fixture(params=["fake", "dynamodb"])
def backend(request: pytest.FixtureRequest) -> Backend:
    blobs = FakeBlobStore()
    if request.param == "fake":
        fake = FakeCaseStore()
        return Backend(fake, blobs, fake.put_member)
    resources: Resources = request.getfixturevalue("local_resources")
    client = resources.client("dynamodb")

    def analysed(case_id: str, member: str, value: Any) -> None:
        # What the job store's transaction writes: the same layout, the same 350 KB.
        content = json_attributes(value, blob_key=f"jobs/j1/{member}.json", blobs=blobs)
        item = {"case_id": {"S": case_id}, "item": {"S": f"body#{member}"}, "written_by_created": {"S": "2026"}}
        client.put_item(TableName=resources.cases_table, Item={**item, **content})

    return Backend(DynamoCaseStore(client, table=resources.cases_table, blobs=blobs), blobs, analysed)


@pytest.fixture
def store(backend: Backend) -> CaseStore:
    return backend.store


def a_case(case_id: str = "c1", *, user_id: str = "u1", created_at: datetime = NOW) -> Case:
    return Case(
        id=case_id,
        user_id=user_id,
        title="תביעת נכות",
        description="גב תחתון",
        metadata={"source": "phone", "score": 0.5, "empty": "", "none": None, "deep": {"list": [1, "שתיים"]}},
        created_at=created_at,
        updated_at=created_at,
    )


def a_document(document_id: str = "d1", *, case_id: str = "c1", uploaded_at: datetime = NOW) -> Document:
    return Document(
        id=document_id,
        case_id=case_id,
        file_name="סיכום.pdf",
        content_type="application/pdf",
        size=24463,
        status=DocumentStatus.READY,
        uploaded_by="u1",
        uploaded_at=uploaded_at,
        document_type="medical_report",
        requested_name="דוח אורתופדי",
    )
