"""The least that a hand-written program can do: boto3 alone, every call that the work needs, and no other.

No transaction, no dedupe, no lease, no retry, no cancel: one table, one item a job. This is what the other systems and
Casework are measured against.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.systems.work import LONG_POLL_SECONDS, QUEUE, TABLE, Client, Work, aws, result, work

RECEIVE_AT_MOST = 10
BATCH_LOOPS = 2
"""The next batch is fetched while the last one ends."""


class Record:
    """A job's item, written with one call for each change; each change has a condition and a new version."""

    def __init__(self, dynamodb: Any) -> None:
        self._dynamodb = dynamodb

    def create(self, job_id: str, number: int) -> None:
        """PutItem."""
        self._dynamodb.put_item(
            TableName=TABLE,
            ConditionExpression="attribute_not_exists(id)",
            Item={
                "id": {"S": job_id},
                "state": {"S": "PENDING"},
                "version": {"N": "0"},
                "created": {"N": str(time.time())},
                "number": {"N": str(number)},
            },
        )

    def change(self, job_id: str, changes: dict[str, Any], *, only_if: str) -> None:
        """UpdateItem."""
        names = {f"#{name}": name for name in (*changes, "version", "state")}
        self._dynamodb.update_item(
            TableName=TABLE,
            Key={"id": {"S": job_id}},
            UpdateExpression="SET #version = #version + :one, " + ", ".join(f"#{name} = :{name}" for name in changes),
            ConditionExpression="#state = :only_if",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":only_if": {"S": only_if},
                **{f":{name}": value for name, value in changes.items()},
            },
        )

    def claim(self, job_id: str) -> None:
        """The job runs."""
        self.change(job_id, {"state": {"S": "RUNNING"}}, only_if="PENDING")

    def progress(self, job_id: str, step: int) -> None:
        """The job is so far."""
        self.change(job_id, {"progress": {"N": str(step)}}, only_if="RUNNING")

    def finish(self, job_id: str, value: dict[str, Any]) -> None:
        """The job is done."""
        self.change(job_id, {"state": {"S": "DONE"}, "result": {"S": json.dumps(value)}}, only_if="RUNNING")

    def read(self, job_id: str) -> dict[str, Any] | None:
        """GetItem."""
        item = self._dynamodb.get_item(TableName=TABLE, Key={"id": {"S": job_id}})["Item"]
        found: dict[str, Any] | None = json.loads(item["result"]["S"]) if item["state"]["S"] == "DONE" else None
        return found


def queue_url(sqs: Any) -> str:
    """The URL of the queue of all systems but Casework."""
    url: str = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    return url


class FloorClient:
    """Put and send; read."""

    def __init__(self) -> None:
        self._record = Record(aws("dynamodb"))
        self._sqs = aws("sqs")
        self._url = queue_url(self._sqs)

    def submit(self, number: int) -> str:
        """See Client.submit."""
        job_id = uuid.uuid4().hex
        self._record.create(job_id, number)
        self._sqs.send_message(QueueUrl=self._url, MessageBody=json.dumps({"id": job_id, "number": number}))
        return job_id

    def poll(self, job_id: str) -> dict[str, Any] | None:
        """See Client.poll."""
        return self._record.read(job_id)


def client() -> Client:
    """See work.py."""
    return FloorClient()


def worker() -> None:
    """See work.py."""
    record, sqs, todo = Record(aws("dynamodb")), aws("sqs"), work()
    url = queue_url(sqs)
    pool = ThreadPoolExecutor(todo.at_once)
    loops = [
        threading.Thread(target=_batches, args=(sqs, url, pool, record, todo), daemon=True) for _ in range(BATCH_LOOPS)
    ]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()


def _batches(sqs: Any, url: str, pool: ThreadPoolExecutor, record: Record, todo: Work) -> None:
    while True:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=RECEIVE_AT_MOST, WaitTimeSeconds=LONG_POLL_SECONDS
        )
        messages = answer.get("Messages", [])
        if not messages:
            continue
        list(pool.map(lambda message: _run(json.loads(message["Body"]), record, todo), messages))
        sqs.delete_message_batch(
            QueueUrl=url,
            Entries=[
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]} for index, message in enumerate(messages)
            ],
        )


def _run(body: dict[str, Any], record: Record, todo: Work) -> None:
    record.claim(body["id"])
    for step in todo.steps():
        record.progress(body["id"], step)
    record.finish(body["id"], result(body["number"]))
