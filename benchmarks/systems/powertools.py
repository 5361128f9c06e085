"""AWS Lambda Powertools: its batch processor and its idempotency, on the floor's record.

A poller stands in for Lambda's event source, one for each job at once. The idempotency record takes the place of the
claim.
"""

from __future__ import annotations

import json
import os
import threading
from typing import Any

from benchmarks.systems.floor import RECEIVE_AT_MOST, FloorClient, Record, queue_url
from benchmarks.systems.work import IDEMPOTENCY_TABLE, LONG_POLL_SECONDS, REGION, Client, aws, result, work


def client() -> Client:
    """See work.py."""
    return FloorClient()


def worker() -> None:
    """See work.py."""
    os.environ.update(POWERTOOLS_TRACE_DISABLED="1", AWS_LAMBDA_FUNCTION_NAME="bench")
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
    from aws_lambda_powertools.utilities.idempotency import (
        DynamoDBPersistenceLayer,
        IdempotencyConfig,
        idempotent_function,
    )

    dynamodb, sqs, todo = aws("dynamodb"), aws("sqs"), work()
    table, url = Record(dynamodb), queue_url(sqs)

    @idempotent_function(
        data_keyword_argument="body",
        config=IdempotencyConfig(event_key_jmespath="id"),
        persistence_store=DynamoDBPersistenceLayer(table_name=IDEMPOTENCY_TABLE, boto3_client=dynamodb),
    )
    def run(body: dict[str, Any]) -> dict[str, bool]:
        state = "PENDING"
        for step in todo.steps():
            table.change(body["id"], {"state": {"S": "RUNNING"}, "progress": {"N": str(step)}}, only_if=state)
            state = "RUNNING"
        table.finish(body["id"], result(body["number"]))
        return {"ok": True}

    def poll_for_ever() -> None:
        processor = BatchProcessor(event_type=EventType.SQS)
        while True:
            answer = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=RECEIVE_AT_MOST, WaitTimeSeconds=LONG_POLL_SECONDS
            )
            messages = answer.get("Messages", [])
            if not messages:
                continue
            outcome = process_partial_response(
                event={"Records": [_lambda_record(message) for message in messages]},
                record_handler=lambda record: run(body=json.loads(record.body)),
                processor=processor,
                context=None,
            )
            failed = {failure["itemIdentifier"] for failure in outcome["batchItemFailures"]}
            done = [message for message in messages if message["MessageId"] not in failed]
            sqs.delete_message_batch(
                QueueUrl=url,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]} for index, message in enumerate(done)
                ],
            )

    pollers = [threading.Thread(target=poll_for_ever, daemon=True) for _ in range(todo.at_once)]
    for poller in pollers:
        poller.start()
    for poller in pollers:
        poller.join()


def _lambda_record(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:bench",
        "awsRegion": REGION,
    }
