"""An index lags behind its table on AWS, and never does in an emulator: here it lags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.adapters.dynamodb.calls import DynamoCalls
from chalicelib.adapters.dynamodb.job_items import record_of
from chalicelib.adapters.dynamodb.job_reads import SCANNED_PAGES, DynamoJobReads
from chalicelib.adapters.dynamodb.values import iso
from chalicelib.jobs.lifecycle import cancelled
from chalicelib.jobs.lists import JobFilter, Position
from chalicelib.jobs.model import Job, Status
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.jobs import CREATED_AT, a_job

NOW = CREATED_AT + timedelta(minutes=5)


class LaggingTable:
    """An index that shows `indexed`, above a table that has `stored`."""

    def __init__(self, *, indexed: Sequence[Job], stored: Sequence[Job]) -> None:
        self._rows = [record_of(job) for job in indexed]
        self.records = [record_of(job) for job in stored]
        self.queries: list[Mapping[str, Any]] = []

    def query(self, **request: Any) -> Mapping[str, Any]:
        self.queries.append(request)
        return {"Items": self._rows}

    def batch_get_item(self, **_: Any) -> Mapping[str, Any]:
        return {"Responses": {"jobs": self.records}}


def lists_of(table: LaggingTable, *, listed_days: int = 30) -> DynamoJobReads:
    return DynamoJobReads(DynamoCalls(table), table="jobs", blobs=FakeBlobStore(), listed_days=listed_days)


def test_a_check_that_another_rescue_postponed_is_not_due() -> None:
    job = a_job()
    postponed = msgspec.structs.replace(job, check_at=NOW + timedelta(seconds=1))

    due = lists_of(LaggingTable(indexed=[job], stored=[postponed])).due_checks(now=NOW, limit=10)

    assert due == []


def test_a_job_that_ended_just_now_is_not_due() -> None:
    job = a_job()

    due = lists_of(LaggingTable(indexed=[job], stored=[cancelled(job, at=NOW)])).due_checks(now=NOW, limit=10)

    assert due == []


def test_a_record_that_cannot_be_read_hides_no_other_job_that_is_due() -> None:
    broken, job = a_job(job_id="broken"), a_job()
    table = LaggingTable(indexed=[broken, job], stored=[broken, job])
    table.records[0] = {**table.records[0], "status": {"S": "unheard of"}}

    due = lists_of(table).due_checks(now=NOW, limit=10)

    assert due == [job]


class PagedTable(LaggingTable):
    """As above, a page of the index at a time, each record by its key."""

    def query(self, **request: Any) -> Mapping[str, Any]:
        start = int(request.get("ExclusiveStartKey", {}).get("row", {}).get("N", "0"))
        end = start + request["Limit"]
        more = {"LastEvaluatedKey": {"row": {"N": str(end)}}} if end < len(self._rows) else {}
        return {"Items": self._rows[start:end], **more}

    def batch_get_item(self, *, RequestItems: Any) -> Mapping[str, Any]:  # noqa: N803  # as boto3 names it
        wanted = [key["job_id"]["S"] for key in RequestItems["jobs"]["Keys"]]
        return {"Responses": {"jobs": [record for record in self.records if record["job_id"]["S"] in wanted]}}


@pytest.mark.parametrize("in_the_way", [99, 100, 350])
@pytest.mark.parametrize("why", ["unreadable", "stale"])
def test_no_number_of_rows_without_work_hides_a_job_that_is_due(in_the_way: int, why: str) -> None:
    others = [a_job(job_id=f"other-{number:03}") for number in range(in_the_way)]
    job = a_job(job_id="last")
    stored = [msgspec.structs.replace(other, check_at=NOW + timedelta(seconds=9)) for other in others]
    table = PagedTable(indexed=[*others, job], stored=[*stored, job])
    if why == "unreadable":
        table.records[:-1] = [{**record_of(other), "status": {"S": "paused"}} for other in others]

    assert lists_of(table).due_checks(now=NOW, limit=100) == [job]


def test_a_list_shows_jobs_as_they_are_and_not_as_they_were() -> None:
    ended, gone, pending = (a_job(job_id=name) for name in ("ended", "gone", "pending"))
    table = LaggingTable(indexed=[ended, gone, pending], stored=[cancelled(ended, at=NOW), pending])

    page = lists_of(table).list(JobFilter(owner="owner-1", status=Status.PENDING), now=NOW, after=None, limit=20)

    assert page.jobs == (pending,)
    assert page.next is None


def test_a_list_of_everybody_looks_back_as_far_as_jobs_are_kept() -> None:
    table = LaggingTable(indexed=[], stored=[])

    lists_of(table, listed_days=41).list(JobFilter(), now=NOW, after=None, limit=20)

    months = [query["ExpressionAttributeValues"][":created_month"]["S"] for query in table.queries]
    assert months == ["2026-06", "2026-05", "2026-04"]  # 10 June - 41 days = 30 April


class EndlessTable(LaggingTable):
    """An index whose filter drops every row: page after page without items."""

    def query(self, **request: Any) -> Mapping[str, Any]:
        self.queries.append(request)
        at = iso(NOW - timedelta(seconds=len(self.queries)))
        return {"Items": [], "LastEvaluatedKey": {"created_at": {"S": at}, "job_id": {"S": "last seen"}}}


def test_a_list_whose_filter_shows_next_to_nothing_ends_with_a_cursor() -> None:
    table = EndlessTable(indexed=[], stored=[])

    page = lists_of(table).list(JobFilter(owner="owner-1", status=Status.FAILED), now=NOW, after=None, limit=20)

    assert page.jobs == ()
    assert page.next == Position(created_at=NOW - timedelta(seconds=SCANNED_PAGES), id="last seen")
    assert len(table.queries) == SCANNED_PAGES


def test_a_cursor_of_the_far_future_costs_no_more_than_one_of_now() -> None:
    table = LaggingTable(indexed=[], stored=[])
    forged = Position(created_at=datetime(9999, 12, 31, tzinfo=UTC), id="x")

    lists_of(table, listed_days=41).list(JobFilter(), now=NOW, after=forged, limit=20)

    assert len(table.queries) == 3
