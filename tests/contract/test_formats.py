"""Workers of two releases handle each other's jobs: during a deploy both run, and jobs outlive the code of then.

tests/data/formats has what each released format leaves in the queue and in the table. A file there is never changed: a
new format is a new file, and the release that brings it must read the ones before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.adapters.dynamodb.job_items import job_of, record_of
from chalicelib.jobs.lifecycle import completed, lease_end, progressed
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import JobMessage
from infra.local.resources import Resources
from tests.contract.conftest import Backend, dynamo_backend

FORMATS = sorted((Path(__file__).resolve().parent.parent / "data" / "formats").glob("*.json"))
Record = Mapping[str, Any]


@pytest.fixture(params=FORMATS, ids=lambda path: f"format-{path.stem}")
def format_of(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def backend(local_resources: Resources) -> Backend:
    return dynamo_backend(local_resources)


def put(resources: Resources, record: Record) -> None:
    """Store a record as the worker of another release did."""
    resources.client("dynamodb").put_item(TableName=resources.jobs_table, Item=dict(record))


def stored(resources: Resources, record: Record) -> Record:
    key = {"job_id": record["job_id"], "item": record["item"]}
    found: Record = resources.client("dynamodb").get_item(TableName=resources.jobs_table, Key=key)["Item"]
    return found


def taken(backend: Backend, record: Record) -> Job:
    """The job of a record, claimed once it is due and its last worker's lease is over."""
    job = job_of(record)
    now = max(job.due_at, job.lease_until or job.due_at) + timedelta(seconds=1)
    claimed = backend.store.claim(job.job_id, now=now, lease_until=lease_end(now), claim_token="new/1")
    assert claimed is not None
    return claimed


@pytest.mark.parametrize(("name", "attempt"), [("pending", 1), ("running", 2), ("waiting", 2), ("yielded", 1)])
def test_this_release_takes_and_completes_what_an_earlier_one_left_open(
    format_of: Mapping[str, Any], backend: Backend, local_resources: Resources, name: str, attempt: int
) -> None:
    record = format_of["records"][name]
    put(local_resources, record)

    claimed = taken(backend, record)
    done = backend.store.save(claimed, completed(claimed, result_bytes=2, at=claimed.updated_at), result=b"{}")

    assert (claimed.attempt, claimed.fence) == (attempt, job_of(record).fence + 1)
    assert (done.status, backend.store.result(done)) == (Status.COMPLETED, b"{}")
    assert [event.type for event in done.timeline][-2:] == ["started", "completed"]


def test_this_release_shows_a_job_that_an_earlier_one_completed(format_of: Mapping[str, Any]) -> None:
    job = job_of(format_of["records"]["completed"])

    assert (job.status, job.progress, job.result_bytes) == (Status.COMPLETED, 100, 20)
    assert [event.type for event in job.timeline] == ["created", "started", "completed"]
    assert str(job.usage.cost_usd) == "0.0042"


def test_an_earlier_release_finds_all_that_it_knows_in_a_record_of_this_one(format_of: Mapping[str, Any]) -> None:
    for record in format_of["records"].values():
        now = record_of(job_of(record))

        # What is not stored any more is at the default that every release has for it.
        known = {name: now[name] for name in record if name in now}
        assert known.items() <= record.items()
        assert job_of(known) == job_of(record)


def test_an_earlier_release_finds_all_that_it_knows_in_a_message_of_this_one(format_of: Mapping[str, Any]) -> None:
    then = json.loads(format_of["message"])

    now = json.loads(msgspec.json.encode(JobMessage(job_id=then["job_id"])))

    assert {name: now.get(name) for name in then} == then


def test_a_message_of_an_earlier_or_a_later_release_names_its_job(format_of: Mapping[str, Any]) -> None:
    then = json.loads(format_of["message"])
    later = {**then, "v": then["v"] + 1, "trace": {"id": "a member that nobody knows yet"}}

    read = [msgspec.json.decode(json.dumps(message), type=JobMessage) for message in (then, later)]

    assert {message.job_id for message in read} == {then["job_id"]}


def test_what_a_later_release_added_to_a_record_survives_a_worker_of_this_one(
    format_of: Mapping[str, Any], backend: Backend, local_resources: Resources
) -> None:
    added = {"format": {"N": "99"}, "reviewed_by": {"S": "a field that nobody knows yet"}}
    record = {**format_of["records"]["pending"], **added}
    put(local_resources, record)

    claimed = taken(backend, record)
    at = claimed.updated_at + timedelta(seconds=2)
    backend.store.save(claimed, progressed(claimed, percent=50, message="half", usage=claimed.usage, at=at))

    now = stored(local_resources, record)
    assert {name: now[name] for name in added} == added
    assert now["progress"] == {"N": "50"}
