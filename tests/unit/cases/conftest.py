"""A case store and a blob store in memory, a case in them, and those who may or may not see it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.cases.create import NewCase, create_case
from chalicelib.cases.model import Case
from chalicelib.principal import Principal
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore

NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
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
