"""Checkpoints of a job beside its record: copied to a retry, removed with a document that they were made of."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.adapters.dynamodb.calls import DynamoCalls
from chalicelib.adapters.dynamodb.job_items import STEP, checkpoint_item
from chalicelib.adapters.dynamodb.values import table_request
from chalicelib.blobs import BlobStore
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import Checkpoint


def copy(calls: DynamoCalls, table: str, blobs: BlobStore, found: Mapping[str, bytes], *, target: Job) -> int:
    """Write these checkpoints, by step name, for another job; how many."""
    copies = [checkpoint_item(target, Checkpoint(name=name, value=value), blobs) for name, value in found.items()]
    calls.batch_write(table, [{"PutRequest": {"Item": one}} for one in copies])
    return len(copies)


def forget(calls: DynamoCalls, table: str, blobs: BlobStore, job: Job, *, starting_with: str) -> None:
    """Remove the job's checkpoints whose names begin so. The objects go first: a removal that broke off is repeated."""
    items = calls.query(
        table_request(
            table,
            KeyConditionExpression="#job_id = :job_id AND begins_with(#item, :step)",
            values={"job_id": job.job_id, "step": f"{STEP}{starting_with}"},
        )
        | {"ConsistentRead": True}
    )
    found = list(items)
    blobs.delete([item["blob"]["S"] for item in found if "blob" in item])
    keys = [{name: item[name] for name in ("job_id", "item")} for item in found]
    calls.batch_write(table, [{"DeleteRequest": {"Key": key}} for key in keys])
