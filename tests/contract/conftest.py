"""On what does a contract run? On the fake and on DynamoDB (a locked moto server), with the same questions to both.

Each test has tables of its own: moto copies a whole table for every write of a transaction, so small ones are quick.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest

from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore
from chalicelib.adapters.dynamodb.job_store import DynamoJobStore
from chalicelib.cases.model import Case, CaseStore
from chalicelib.jobs.lifecycle import lease_end
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import Created, JobStore
from infra.local.resources import Resources, create_resources
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs import CREATED_AT, a_job


class Backend(msgspec.Struct, frozen=True, kw_only=True):
    """A job store with the cases and blobs it works on; `new_case` and `start` make what a test needs."""

    store: JobStore
    cases: CaseStore
    blobs: FakeBlobStore

    def new_case(self, *, case_id: str | None = None, call_id: str | None = None) -> str:
        """The id of a new case."""
        case_id = case_id or str(uuid.uuid4())
        self.cases.create(Case(id=case_id, user_id="u", title="t", created_at=CREATED_AT, updated_at=CREATED_AT))
        if call_id is not None:
            self.new_call(case_id, call_id)
        return case_id

    def new_call(self, case_id: str, call_id: str) -> None:
        """Replace the call of the case."""
        self.cases.put_call(case_id, {"id": call_id}, call_id=call_id, has_transcript=True, at=CREATED_AT)

    def unsaved(self, **changes: Any) -> Job:
        """A job that is not stored; its ids, its user and its case are its own unless named."""
        user = changes.get("user_id", f"user-{uuid.uuid4()}")
        own = {"job_id": str(uuid.uuid4()), "user_id": user, "requested_by": user}
        case_id = changes.get("case_id") or self.new_case()
        return a_job(**{**own, **changes, "case_id": case_id})

    def start(self, **changes: Any) -> Job:
        """A stored job, as `unsaved` makes it."""
        job = self.unsaved(**changes)
        assert self.store.create(job, key=None, open_jobs_limit=None) == Created(job)
        return job

    def running(self, *, at: datetime = CREATED_AT, lease_until: datetime | None = None, **changes: Any) -> Job:
        """A stored job that a worker just claimed."""
        job = self.start(**changes)
        until = lease_until or lease_end(at)
        claimed = self.store.claim(job.job_id, now=at, lease_until=until, claim_token=str(uuid.uuid4()))
        assert claimed is not None
        return claimed


def dynamo_backend(resources: Resources, *, sleep: Callable[[float], None] | None = None) -> Backend:
    """The real adapters on these tables; blobs stay in memory."""
    client, blobs = resources.client("dynamodb"), FakeBlobStore()
    return Backend(
        store=DynamoJobStore(
            client,
            table=resources.jobs_table,
            cases_table=resources.cases_table,
            blobs=blobs,
            sleep=sleep or _no_sleep,
            rng=random.Random(1),  # pauses, not secrets
        ),
        cases=DynamoCaseStore(client, table=resources.cases_table, blobs=blobs),
        blobs=blobs,
    )


def fake_backend() -> Backend:
    """The fakes, sharing cases and blobs."""
    cases, blobs = FakeCaseStore(), FakeBlobStore()
    return Backend(store=FakeJobStore(cases=cases, blobs=blobs), cases=cases, blobs=blobs)


@pytest.fixture(scope="session")
def shared_resources(moto_endpoint: str) -> Resources:
    """One bucket and two queues for tests that have keys of their own."""
    return create_resources(moto_endpoint, prefix="contract")


@pytest.fixture(params=["fake", "dynamodb"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """A backend with nothing in it."""
    if request.param == "fake":
        return fake_backend()
    return dynamo_backend(request.getfixturevalue("local_resources"))


@pytest.fixture
def store(backend: Backend) -> JobStore:
    return backend.store


def _no_sleep(seconds: float) -> None:
    """Conflicts do not happen here."""
