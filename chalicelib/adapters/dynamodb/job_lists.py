"""Which jobs are there? Lists through the indexes, each job then read from its record, which alone is consistent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any

from chalicelib import telemetry
from chalicelib.adapters.dynamodb.calls import DynamoCalls
from chalicelib.adapters.dynamodb.job_records import OPEN_SHARD, job_key, job_of
from chalicelib.adapters.dynamodb.job_starts import case_partition
from chalicelib.adapters.dynamodb.values import Item, epoch_seconds, iso, names, text
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import JobFilter, JobPage, Position

_MONTH = len("YYYY-MM")
_SPARE_ROWS = 3
"""Rows asked for beyond a page: the one it starts after, the one that shows there is more, the one that ends a tie."""

_FILTERED_ROWS = 300
"""Rows asked for at a time when a filter drops many of them."""

_CREATED = len("2025-12-31T10:30:00.000000Z")


class JobLists:
    """Pages and sets of jobs on one table; `listed_days` is how far back a list of all jobs looks."""

    def __init__(self, calls: DynamoCalls, *, table: str, listed_days: int) -> None:
        self._calls = calls
        self._table = table
        self._listed = timedelta(days=listed_days)

    def page(self, wanted: JobFilter, *, now: datetime, after: Position | None, limit: int) -> JobPage:
        """See JobStore.list."""
        found: list[Job] = []
        rows = self._rows(wanted, now=now, after=after, limit=limit)
        while len(found) <= limit and (chunk := list(islice(rows, limit + 1))):
            jobs = self._records(chunk)
            found += [jobs[row] for row in chunk if row in jobs and _is_shown(jobs[row], wanted, now=now)]
        shown = tuple(found[:limit])
        more = len(found) > limit
        return JobPage(
            jobs=shown, next=Position(created_at=shown[-1].created_at, id=shown[-1].job_id) if more else None
        )

    def due(self, *, now: datetime, limit: int) -> Sequence[Job]:
        """See JobStore.due_checks."""
        rows = self._calls.query(
            {
                "TableName": self._table,
                "IndexName": "by_check",
                "KeyConditionExpression": "#open = :open AND #check_at <= :now",
                "ExpressionAttributeNames": names("open", "check_at"),
                "ExpressionAttributeValues": {":open": OPEN_SHARD, ":now": epoch_seconds(now)},
                "Limit": limit,
            }
        )
        records = self._stored([row["job_id"]["S"] for row in islice(rows, limit)])
        jobs = [job for record in records if (job := _readable(record)) is not None]
        due = [job for job in jobs if job.is_open and job.check_at <= now]
        return sorted(due, key=lambda job: job.check_at)

    def of_case(self, case_id: str) -> Sequence[Job]:
        """See JobStore.jobs_of_case; newest first."""
        rows = list(self._case_rows(case_id, before=None, limit=_FILTERED_ROWS))
        jobs = self._records(rows)
        return [jobs[row] for row in rows if row in jobs]

    def _records(self, job_ids: Sequence[str]) -> Mapping[str, Job]:
        return {record["job_id"]["S"]: job_of(record) for record in self._stored(job_ids)}

    def _stored(self, job_ids: Sequence[str]) -> Sequence[Item]:
        return self._calls.batch_get(self._table, [job_key(job_id) for job_id in job_ids]) if job_ids else ()

    def _rows(self, wanted: JobFilter, *, now: datetime, after: Position | None, limit: int) -> Iterator[str]:
        """Ids of jobs that may be shown, newest first: of the case, of the user, or of month after month."""
        if wanted.case_id is not None:
            return self._case_rows(wanted.case_id, before=after, limit=limit + _SPARE_ROWS)
        if wanted.owner is not None and wanted.starter in (None, wanted.owner):
            partitions: Iterable[tuple[str, str, str]] = [("by_user", "user_id", wanted.owner)]
        else:
            newest = now if after is None else after.created_at
            partitions = (("by_month", "created_month", month) for month in _months(newest, now - self._listed))
        return self._index_rows(partitions, wanted, before=after, limit=limit)

    def _case_rows(self, case_id: str, *, before: Position | None, limit: int) -> Iterator[str]:
        values = {":case": text(case_partition(case_id))}
        condition = "#job_id = :case"
        if before is not None:
            condition += " AND #item < :before"
            values[":before"] = text(f"{iso(before.created_at)}#{before.id}")
        entries = self._calls.query(
            {
                "TableName": self._table,
                "KeyConditionExpression": condition,
                "ExpressionAttributeNames": names("job_id", *(["item"] if before is not None else [])),
                "ExpressionAttributeValues": values,
                "ScanIndexForward": False,
                "ConsistentRead": True,
                "Limit": limit,
            }
        )
        return (entry["item"]["S"][_CREATED + 1 :] for entry in entries)

    def _index_rows(
        self,
        partitions: Iterable[tuple[str, str, str]],
        wanted: JobFilter,
        *,
        before: Position | None,
        limit: int,
    ) -> Iterator[str]:
        start = None if before is None else (iso(before.created_at), before.id)
        for index, attribute, value in partitions:
            request = _index_request(wanted, key={attribute: value}, before=before, limit=limit)
            rows = self._calls.query({"TableName": self._table, "IndexName": index, **request})
            for created_at, tied in groupby(rows, key=lambda row: str(row["created_at"]["S"])):
                # An index leaves rows of the same microsecond in no order; a list has one.
                for job_id in sorted((str(row["job_id"]["S"]) for row in tied), reverse=True):
                    if start is None or (created_at, job_id) < start:
                        yield job_id


def _readable(record: Item) -> Job | None:
    """The job; None for a record that no release of ours can have written: it must not hide the others from rescue."""
    try:
        return job_of(record)
    except Exception as exc:  # noqa: BLE001  # whatever is wrong with one record, the others are due
        telemetry.defect("record_unreadable", exc, job_id=record["job_id"]["S"])
        return None


def _index_request(
    wanted: JobFilter, *, key: Mapping[str, str], before: Position | None, limit: int
) -> Mapping[str, Any]:
    """A Query of an index. Its filter only saves reads: each job is compared again when its record was read."""
    values = {**key, **({} if before is None else {"created_at": iso(before.created_at)})}
    conditions = [f"#{name} <= :{name}" if name == "created_at" else f"#{name} = :{name}" for name in values]
    filters = []
    if wanted.status is not None:
        # A starter's entry has no status: it says where to look, not how the job stands.
        values["status"] = wanted.status.value
        filters.append("(attribute_not_exists(#status) OR #status = :status)")
    if wanted.job_type is not None:
        values["job_type"] = wanted.job_type
        filters.append("#job_type = :job_type")
    return {
        "KeyConditionExpression": " AND ".join(conditions),
        **({"FilterExpression": " AND ".join(filters)} if filters else {}),
        "ExpressionAttributeNames": names(*values),
        "ExpressionAttributeValues": {f":{name}": text(value) for name, value in values.items()},
        "ScanIndexForward": False,
        "Limit": _FILTERED_ROWS if filters else limit + _SPARE_ROWS,
    }


def _months(newest: datetime, oldest: datetime) -> Iterator[str]:
    """Every month from the one of `newest` back to the one of `oldest`, as the index has them."""
    day = newest
    while (day.year, day.month) >= (oldest.year, oldest.month):
        yield iso(day)[:_MONTH]
        day = day.replace(day=1) - timedelta(days=1)


def _is_shown(job: Job, wanted: JobFilter, *, now: datetime) -> bool:
    theirs = wanted.owner is None or job.user_id == wanted.owner or job.requested_by == wanted.starter
    asked = (wanted.status, wanted.job_type, wanted.case_id)
    has = (job.status, job.job_type, job.case_id)
    return (
        job.expires_at > now and theirs and all(value in (None, mine) for value, mine in zip(asked, has, strict=True))
    )
