"""How does a change of a job land? One UpdateItem, or one transaction with everything that follows from the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.dynamodb.calls import ConditionRefused, DynamoCalls, TransactionRefused
from chalicelib.adapters.dynamodb.job_records import job_of, update_of
from chalicelib.adapters.dynamodb.job_results import checkpoint_item, result_item
from chalicelib.adapters.dynamodb.job_starts import case_key, counter_key, lock_key
from chalicelib.adapters.dynamodb.large_values import readable
from chalicelib.adapters.dynamodb.values import Item, iso, names, number, text
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import WriteBack
from chalicelib.jobs.ports import BlobStore, Checkpoint, Conflict, WriteBackRefused

Write = Mapping[str, Any]

_BODY = "body#"


class JobSaves:
    """Changes of jobs on their table, with what they write into the table of cases."""

    def __init__(self, calls: DynamoCalls, *, table: str, cases_table: str, blobs: BlobStore) -> None:
        self._calls = calls
        self._table = table
        self._cases_table = cases_table
        self._blobs = blobs

    def save(
        self,
        before: Job,
        after: Job,
        *,
        checkpoint: Checkpoint | None,
        result: bytes | None,
        write_back: WriteBack | None,
    ) -> Job:
        """See JobStore.save: `after` has the version that is to be stored."""
        record = update_of(self._table, before, after)
        others = {
            **self._freed(before, after),
            **(
                {} if checkpoint is None else {"checkpoint": self._put(checkpoint_item(after, checkpoint, self._blobs))}
            ),
            **({} if result is None else {"result": self._put(result_item(after, result, self._blobs))}),
            **({} if write_back is None else self._written_back(after, write_back)),
        }
        if others:
            self._transact({"record": {"Update": record}, **others}, after=after, write_back=write_back)
            return after
        try:
            self._calls.change(record)
        except ConditionRefused as refused:
            raise Conflict(_job_or_none(refused.item)) from refused
        return after

    def _transact(self, writes: Mapping[str, Write], *, after: Job, write_back: WriteBack | None) -> None:
        """Land the writes. Those that may be left out when they are refused are left out, and the rest is repeated."""
        while True:
            try:
                return self._calls.transact(writes)
            except TransactionRefused as refused:
                if "record" in refused.items:
                    raise Conflict(_job_or_none(refused.items["record"])) from refused
                if "case" in refused.items:
                    raise WriteBackRefused("call_replaced" if refused.items["case"] else "case_gone") from refused
                writes = {name: write for name, write in writes.items() if name not in refused.items}
                if write_back is not None and any(name.startswith(_BODY) for name in refused.items):
                    # The small fields tell of the members that a younger job wrote: they are that job's too.
                    writes = {**writes, "case": _case_check(self._cases_table, after, write_back)}

    def _freed(self, before: Job, after: Job) -> Mapping[str, Write]:
        """The lock that the change gives up, and the counter that it lowers.

        Neither stands in the way: a lock that is another job's by now stays, a counter at zero stays at zero.
        """
        freed: dict[str, Write] = {}
        if before.lock is not None and after.lock is None:
            freed["lock"] = {
                "Delete": {
                    "TableName": self._table,
                    "Key": lock_key(before.lock),
                    "ConditionExpression": "attribute_not_exists(#job_id) OR #holder = :job_id",
                    "ExpressionAttributeNames": names("job_id", "holder"),
                    "ExpressionAttributeValues": {":job_id": text(before.job_id)},
                }
            }
        if before.is_open and after.is_done:
            freed["counter"] = {
                "Update": {
                    "TableName": self._table,
                    "Key": counter_key(before.requested_by),
                    "UpdateExpression": "SET #open_jobs = #open_jobs - :one",
                    "ConditionExpression": "#open_jobs > :zero",
                    "ExpressionAttributeNames": names("open_jobs"),
                    "ExpressionAttributeValues": {":zero": number(0), ":one": number(1)},
                }
            }
        return freed

    def _put(self, item: Item) -> Write:
        return {"Put": {"TableName": self._table, "Item": item}}

    def _written_back(self, job: Job, write_back: WriteBack) -> Mapping[str, Write]:
        case = _case_update(self._cases_table, job, write_back)
        return {
            "case": case,
            **{f"{_BODY}{member}": self._body(job, member, write_back) for member in write_back.bodies},
        }

    def _body(self, job: Job, member: Any, write_back: WriteBack) -> Write:
        """One heavy member, unless a younger job of this type wrote it. A blob's key is this attempt's own."""
        blob_key = f"cases/{job.case_id}/{member}/{job.job_id}-{job.fence}.json"
        place = f"{iso(job.created_at)}#{job.job_id}"
        return {
            "Put": {
                "TableName": self._cases_table,
                "Item": {
                    "case_id": text(job.case_id),
                    "item": text(f"{_BODY}{member}"),
                    "written_by_type": text(job.job_type),
                    "written_by_created": text(place),
                    **readable(write_back.bodies[member], blob_key=blob_key, blobs=self._blobs),
                },
                "ConditionExpression": (
                    "attribute_not_exists(#written_by_type) OR #written_by_type <> :job_type"
                    " OR #written_by_created <= :place"
                ),
                "ExpressionAttributeNames": names("written_by_type", "written_by_created"),
                "ExpressionAttributeValues": {":job_type": text(job.job_type), ":place": text(place)},
            }
        }


def _case_update(table: str, job: Job, write_back: WriteBack) -> Write:
    """The small fields, while the case is there and its call is the one that was analysed."""
    fields: Mapping[str, str] = {**dict(write_back.fields.items()), "updated_at": iso(job.updated_at)}
    values: Item = {f":{name}": text(value) for name, value in fields.items()}
    check = _case_check(table, job, write_back)["ConditionCheck"]
    return {
        "Update": {
            **check,
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in fields),
            "ExpressionAttributeNames": {**check["ExpressionAttributeNames"], **names(*fields)},
            "ExpressionAttributeValues": {**check.get("ExpressionAttributeValues", {}), **values},
        }
    }


def _case_check(table: str, job: Job, write_back: WriteBack) -> Write:
    check = {
        "TableName": table,
        "Key": case_key(job.case_id),
        "ConditionExpression": "attribute_exists(#case_id)",
        "ExpressionAttributeNames": names("case_id"),
    }
    if write_back.call_id is None:
        return {"ConditionCheck": check}
    call = {
        "ConditionExpression": "attribute_exists(#case_id) AND #call_id = :call_id",
        "ExpressionAttributeNames": names("case_id", "call_id"),
        "ExpressionAttributeValues": {":call_id": text(write_back.call_id)},
    }
    return {"ConditionCheck": {**check, **call}}


def _job_or_none(item: Item | None) -> Job | None:
    return job_of(item) if item else None
