"""A case store and a blob store in memory, a case in them, and those who may or may not see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.auth import Principal
from chalicelib.cases.changes import NewCase, create_case
from chalicelib.cases.documents import AddedDocument, NewDocument, add_document, delete_document
from chalicelib.cases.model import Case
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.fakes.checkpoints import NoJobs

NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
OWNER = Principal(user_id="u1")
STRANGER = Principal(user_id="u2")
ADMIN = Principal(user_id="a1", is_admin=True)


@pytest.fixture
def store() -> FakeCaseStore:
    return FakeCaseStore()


@pytest.fixture
def blobs() -> FakeBlobStore:
    return FakeBlobStore()


@pytest.fixture
def case(store: FakeCaseStore) -> Case:
    return create_case(NewCase(title="תביעת נכות"), principal=OWNER, store=store, now=NOW, case_id="c1")


class Desk:
    """Adds documents to the case "c1" as its owner, numbering them."""

    def __init__(self, store: FakeCaseStore, blobs: FakeBlobStore) -> None:
        self.store, self.blobs = store, blobs
        self._added = 0

    def add(self, *, principal: Principal = OWNER, case_id: str = "c1", **body: Any) -> AddedDocument:
        self._added += 1
        new = msgspec.json.decode(msgspec.json.encode({"file_name": "f.txt", **body}), type=NewDocument)
        return add_document(
            case_id,
            new,
            principal=principal,
            store=self.store,
            blobs=self.blobs,
            now=NOW + timedelta(seconds=self._added),
            document_id=f"d{self._added}",
        )

    def delete(self, document_id: str, *, principal: Principal = OWNER, case_id: str = "c1") -> None:
        delete_document(
            case_id, document_id, principal=principal, store=self.store, blobs=self.blobs, texts=NoJobs(), now=LATER
        )


@pytest.fixture
def desk(store: FakeCaseStore, blobs: FakeBlobStore, case: Case) -> Desk:
    return Desk(store, blobs)
