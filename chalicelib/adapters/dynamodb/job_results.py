"""Where are a job's results and checkpoints? In items beside its record, large ones in blobs that these items name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from chalicelib.adapters.dynamodb.calls import DynamoCalls
from chalicelib.adapters.dynamodb.large_values import JSON_TYPE, packed, unpacked
from chalicelib.adapters.dynamodb.values import Item, expiry, text
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import BlobStore, Checkpoint

_STEP = "step#"


class JobResults:
    """Reads of results and checkpoints, and copies of them."""

    def __init__(self, calls: DynamoCalls, *, table: str, blobs: BlobStore) -> None:
        self._calls = calls
        self._table = table
        self._blobs = blobs

    def result(self, job: Job) -> bytes | None:
        """See JobStore.result."""
        item = self._calls.get(self._table, _result_key(job))
        return None if item is None else unpacked(item, blobs=self._blobs)

    def result_key(self, job: Job) -> str | None:
        """See JobStore.result_key."""
        item = self._calls.get(self._table, _result_key(job))
        if item is None:
            return None
        key = str(item["blob"]["S"]) if "blob" in item else _result_blob(job)
        if self._blobs.size(key) is None:
            content = unpacked(item, blobs=self._blobs)
            if content is None:
                return None
            self._blobs.put(key, content, content_type=JSON_TYPE)
        return key

    def checkpoints(self, job_id: str) -> Mapping[str, bytes]:
        """See JobStore.checkpoints. One whose blob is gone is left out."""
        items = self._calls.query(
            {
                "TableName": self._table,
                "KeyConditionExpression": "#job_id = :job_id AND begins_with(#item, :step)",
                "ExpressionAttributeNames": {"#job_id": "job_id", "#item": "item"},
                "ExpressionAttributeValues": {":job_id": text(job_id), ":step": text(_STEP)},
                "ConsistentRead": True,
            }
        )
        found = {item["item"]["S"].removeprefix(_STEP): unpacked(item, blobs=self._blobs) for item in items}
        return {name: value for name, value in found.items() if value is not None}

    def copy_checkpoints(self, source_job_id: str, *, target: Job) -> int:
        """See JobStore.copy_checkpoints. Blobs are copied too: the copy outlives the job it came from."""
        copies = [
            checkpoint_item(target, Checkpoint(name=name, value=value), self._blobs)
            for name, value in self.checkpoints(source_job_id).items()
        ]
        self._calls.batch_write(self._table, [{"PutRequest": {"Item": copy}} for copy in copies])
        return len(copies)


def job_blobs(job_id: str) -> str:
    """What the keys of all blobs of a job begin with."""
    return f"jobs/{job_id}/"


def result_item(job: Job, result: bytes, blobs: BlobStore) -> Item:
    """The item of a result; a large one is written to its blob just now."""
    return {**_result_key(job), **expiry(job.expires_at), **packed(result, blob_key=_result_blob(job), blobs=blobs)}


def checkpoint_item(job: Job, checkpoint: Checkpoint, blobs: BlobStore) -> Item:
    """The item of a checkpoint; a large one is written to its blob just now."""
    digest = hashlib.sha256(checkpoint.name.encode()).hexdigest()
    value = packed(checkpoint.value, blob_key=f"{_own_blobs(job)}step-{digest}.json", blobs=blobs)
    return {"job_id": text(job.job_id), "item": text(f"{_STEP}{checkpoint.name}"), **expiry(job.expires_at), **value}


def _result_key(job: Job) -> Item:
    return {"job_id": text(job.job_id), "item": text("job#result")}


def _result_blob(job: Job) -> str:
    return f"{_own_blobs(job)}result.json"


def _own_blobs(job: Job) -> str:
    # The fence is part of the key: a worker given up for dead writes beside its successor's blobs, never over them.
    return f"{job_blobs(job.job_id)}{job.fence}/"
