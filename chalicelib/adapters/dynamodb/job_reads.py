"""The reads of the job store: records, results, checkpoints, Idempotency-Keys, and lists through the indexes.

A list reads each of its jobs from the job's record, which alone is consistent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls
from chalicelib.adapters.dynamodb.job_items import (
    CREATED,
    OPEN_SHARD,
    STEP,
    case_partition,
    idempotency_key,
    job_key,
    job_of,
    key_item,
    key_use,
    result_blob,
    result_key,
)
from chalicelib.adapters.dynamodb.values import (
    JSON_TYPE,
    Item,
    epoch_seconds,
    free_put,
    from_iso,
    iso,
    table_request,
    unpacked,
)
from chalicelib.blobs import BlobStore
from chalicelib.jobs.lists import JobFilter, JobPage, Position
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import IdempotencyKey, KeyUse

LISTED_DAYS = 366
"""How far back a list of everybody's jobs looks, at least the retention of jobs."""

SCANNED_PAGES = 20
SCANNED_RECORDS = 1_000
"""So much a list looks at for one page, however few of them its filter shows: the rest is behind the cursor."""

_MONTH = len("YYYY-MM")
_SPARE_ROWS = 3
"""Rows asked for beyond a page: the one it starts after, the one that shows there is more, the one that ends a tie."""

_READ_AT_ONCE = 100
"""Records that one BatchGetItem reads."""

_FILTERED_ROWS = 300
"""Rows asked for at a time when a filter drops many of them."""


class DynamoJobReads:
    """The methods of the JobStore that change no record of a job, those of the Idempotency-Keys included.

    `listed_days` is how far back a list of all jobs looks.
    """

    def __init__(self, calls: DynamoCalls, *, table: str, blobs: BlobStore, listed_days: int) -> None:
        self._calls = calls
        self._table = table
        self._blobs = blobs
        self._listed = timedelta(days=listed_days)

    def get(self, job_id: str) -> Job | None:
        record = self._calls.get(self._table, job_key(job_id))
        return None if record is None else job_of(record)

    def find_key(self, key: IdempotencyKey, *, now: datetime) -> KeyUse | None:
        item = self._calls.get(self._table, idempotency_key(key))
        return None if item is None or item["expires"]["S"] <= iso(now) else key_use(item)

    def use_key(self, key: IdempotencyKey, *, job_id: str, now: datetime, expires_at: datetime) -> KeyUse:
        use = KeyUse(job_id=job_id, fingerprint=key.fingerprint)
        try:
            self._calls.put(free_put(self._table, key_item(key, use, expires_at=expires_at), now=now))
        except ConditionRefused as refused:
            return use if refused.item is None else key_use(refused.item)
        return use

    def forget_key(self, key: IdempotencyKey, *, job_id: str) -> None:
        forgotten = table_request(
            self._table,
            key=idempotency_key(key),
            ConditionExpression="#holder = :job_id",
            values={"job_id": job_id},
        )
        with suppress(ConditionRefused):
            self._calls.delete(forgotten)

    def result(self, job: Job) -> bytes | None:
        item = self._calls.get(self._table, result_key(job))
        return None if item is None else unpacked(item, blobs=self._blobs)

    def result_key(self, job: Job) -> str | None:
        item = self._calls.get(self._table, result_key(job))
        if item is None:
            return None
        key = str(item["blob"]["S"]) if "blob" in item else result_blob(job)
        if self._blobs.size(key) is None:
            content = unpacked(item, blobs=self._blobs)
            if content is None:
                return None
            self._blobs.put(key, content, content_type=JSON_TYPE)
        return key

    def checkpoints(self, job_id: str) -> Mapping[str, bytes]:
        items = self._steps(job_id)
        found = {item["item"]["S"].removeprefix(STEP): unpacked(item, blobs=self._blobs) for item in items}
        return {name: value for name, value in found.items() if value is not None}

    def forget_checkpoints(self, job: Job, *, starting_with: str = "") -> None:
        found = list(self._steps(job.job_id, starting_with=starting_with))
        self._blobs.delete([item["blob"]["S"] for item in found if "blob" in item])  # first: what broke off is repeated
        keys = [{name: item[name] for name in ("job_id", "item")} for item in found]
        self._calls.batch_write(self._table, [{"DeleteRequest": {"Key": key}} for key in keys])

    def list(self, wanted: JobFilter, *, now: datetime, after: Position | None, limit: int) -> JobPage:
        found: list[Job] = []
        scan = _Scan()
        rows = self._rows(wanted, scan, now=now, after=after, limit=limit)
        # No index has the error: the records tell, many at a time.
        at_once = limit + 1 if wanted.error_code is None else _READ_AT_ONCE
        while len(found) <= limit and (chunk := list(islice(rows, at_once))):
            jobs = self._records(chunk)
            found += [jobs[row] for row in chunk if row in jobs and _is_shown(jobs[row], wanted, now=now)]
            scan.records += len(chunk)
            if scan.records >= SCANNED_RECORDS and len(found) <= limit and chunk[-1] in jobs:
                scan.stopped_at = _position(jobs[chunk[-1]])
                break
        shown = tuple(found[:limit])
        return JobPage(jobs=shown, next=_position(shown[-1]) if len(found) > limit else scan.stopped_at)

    def due_checks(self, *, now: datetime, limit: int, status: Status | None = None) -> Sequence[Job]:
        asked = table_request(
            self._table,
            KeyConditionExpression="#open = :open AND #check_at <= :now",
            values={"open": OPEN_SHARD, "now": epoch_seconds(now)},
        )
        rows = self._calls.query(asked | {"IndexName": "by_check", "Limit": limit})
        due: list[Job] = []
        while len(due) < limit and (chunk := [row["job_id"]["S"] for row in islice(rows, min(limit, _READ_AT_ONCE))]):
            jobs = (_readable(record) for record in self._stored(chunk))
            found = [job for job in jobs if job is not None and (job.is_open or job.calls) and job.check_at <= now]
            due += sorted((job for job in found if status in (None, job.status)), key=lambda job: job.check_at)
        return due[:limit]

    def jobs_of_case(self, case_id: str) -> Sequence[Job]:
        rows = list(self._case_rows(case_id, before=None, limit=_FILTERED_ROWS))
        jobs = self._records(rows)
        return [jobs[row] for row in rows if row in jobs]

    def _steps(self, job_id: str, *, starting_with: str = "") -> Iterator[Item]:
        asked = table_request(
            self._table,
            KeyConditionExpression="#job_id = :job_id AND begins_with(#item, :step)",
            values={"job_id": job_id, "step": f"{STEP}{starting_with}"},
        )
        return self._calls.query(asked | {"ConsistentRead": True})

    def _records(self, job_ids: Sequence[str]) -> Mapping[str, Job]:
        return {record["job_id"]["S"]: job_of(record) for record in self._stored(job_ids)}

    def _stored(self, job_ids: Sequence[str]) -> Sequence[Item]:
        return self._calls.batch_get(self._table, [job_key(job_id) for job_id in job_ids]) if job_ids else ()

    def _rows(
        self, wanted: JobFilter, scan: _Scan, *, now: datetime, after: Position | None, limit: int
    ) -> Iterator[str]:
        """Ids of jobs that may be shown, newest first: of the case, of the user, or of month after month."""
        if wanted.case_id is not None:
            return self._case_rows(wanted.case_id, before=after, limit=limit + _SPARE_ROWS)
        if wanted.owner is not None and wanted.starter in (None, wanted.owner):
            partitions: Iterable[tuple[str, str, str]] = [("by_user", "user_id", wanted.owner)]
        else:
            # A cursor may be of any time: no job is younger than now.
            newest = now if after is None else min(after.created_at, now)
            partitions = (("by_month", "created_month", month) for month in _months(newest, now - self._listed))
        return self._index_rows(partitions, wanted, scan, before=after, limit=limit)

    def _case_rows(self, case_id: str, *, before: Position | None, limit: int) -> Iterator[str]:
        values, condition = {"case": case_partition(case_id)}, "#job_id = :case"
        if before is not None:
            values["before"] = f"{iso(before.created_at)}#{before.id}"
            condition += " AND #item < :before"
        entries = self._calls.query(
            table_request(self._table, KeyConditionExpression=condition, values=values)
            | {"ScanIndexForward": False, "ConsistentRead": True, "Limit": limit}
        )
        return (entry["item"]["S"][CREATED + 1 :] for entry in entries)

    def _index_rows(
        self,
        partitions: Iterable[tuple[str, str, str]],
        wanted: JobFilter,
        scan: _Scan,
        *,
        before: Position | None,
        limit: int,
    ) -> Iterator[str]:
        start = None if before is None else (iso(before.created_at), before.id)
        for index, attribute, value in partitions:
            asked = _index_request(self._table, wanted, key={attribute: value}, before=before, limit=limit)
            rows = self._scanned({**asked, "IndexName": index}, scan)
            for created_at, tied in groupby(rows, key=lambda row: str(row["created_at"]["S"])):
                # An index leaves rows of the same microsecond in no order; a list has one.
                for job_id in sorted((str(row["job_id"]["S"]) for row in tied), reverse=True):
                    if start is None or (created_at, job_id) < start:
                        yield job_id
            if scan.stopped_at is not None:
                return

    def _scanned(self, asked: Mapping[str, Any], scan: _Scan) -> Iterator[Item]:
        for items, last in self._calls.pages(asked):
            yield from items
            scan.pages += 1
            if last is not None and scan.pages >= SCANNED_PAGES:
                scan.stopped_at = Position(created_at=from_iso(last["created_at"]["S"]), id=last["job_id"]["S"])
                return


class _Scan(msgspec.Struct):
    """How much a list has looked at, and where it stopped looking."""

    pages: int = 0
    records: int = 0
    stopped_at: Position | None = None


def _position(job: Job) -> Position:
    return Position(created_at=job.created_at, id=job.job_id)


def _readable(record: Item) -> Job | None:
    """The job; None for a record that no release of ours can have written: it must not hide the others from rescue."""
    try:
        return job_of(record)
    except Exception as exc:  # noqa: BLE001  # whatever is wrong with one record, the others are due
        telemetry.defect("record_unreadable", exc, job_id=record["job_id"]["S"])
        return None


def _index_request(
    table: str, wanted: JobFilter, *, key: Mapping[str, str], before: Position | None, limit: int
) -> Mapping[str, Any]:
    """A Query of an index. Its filter only saves reads: each job is compared again when its record was read."""
    values = {**key, **({} if before is None else {"created_at": iso(before.created_at)})}
    conditions = [f"#{name} <= :{name}" if name == "created_at" else f"#{name} = :{name}" for name in values]
    filters = []
    if wanted.status is not None:
        # A starter's entry has no status: it says where to look, not in which status the job is.
        values["status"] = wanted.status.value
        filters.append("(attribute_not_exists(#status) OR #status = :status)")
    if wanted.job_type is not None:
        values["job_type"] = wanted.job_type
        filters.append("#job_type = :job_type")
    asked = table_request(
        table,
        KeyConditionExpression=" AND ".join(conditions),
        FilterExpression=" AND ".join(filters) or None,
        values=values,
    )
    return asked | {
        "ScanIndexForward": False,
        "Limit": _FILTERED_ROWS if filters or wanted.error_code else limit + _SPARE_ROWS,
    }


def _months(newest: datetime, oldest: datetime) -> Iterator[str]:
    """Every month from the one of `newest` back to the one of `oldest`, as the index has them."""
    day = newest
    while (day.year, day.month) >= (oldest.year, oldest.month):
        yield iso(day)[:_MONTH]
        day = day.replace(day=1) - timedelta(days=1)


def _is_shown(job: Job, wanted: JobFilter, *, now: datetime) -> bool:
    theirs = wanted.owner is None or job.user_id == wanted.owner or job.requested_by == wanted.starter
    asked = (wanted.status, wanted.job_type, wanted.case_id, wanted.error_code)
    has = (job.status, job.job_type, job.case_id, job.error.code if job.error else "")
    return (
        job.expires_at > now and theirs and all(value in (None, mine) for value, mine in zip(asked, has, strict=True))
    )
