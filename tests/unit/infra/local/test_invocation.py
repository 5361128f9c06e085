"""Local invocations look like Lambda's."""

from __future__ import annotations

from datetime import UTC, datetime

from chalice.app import CloudWatchEvent, SQSEvent

from infra.local.invocation import LambdaContext, scheduled_event, sqs_event

MESSAGE = {
    "MessageId": "m1",
    "ReceiptHandle": "r1",
    "Body": '{"v": 1}',
    "MD5OfBody": "x",
    "Attributes": {"ApproximateReceiveCount": "2"},
    "MessageAttributes": {"trace": {"StringValue": "t", "DataType": "String"}},
}


def test_the_time_of_an_invocation_runs_down_from_the_timeout_to_nothing():
    now = [100.0]
    context = LambdaContext("work_high", request_id="r1", timeout_seconds=30, monotonic=lambda: now[0])

    remaining = []
    for later in (0.0, 12.5, 30.0, 99.0):
        now[0] = 100.0 + later
        remaining.append(context.get_remaining_time_in_millis())

    assert remaining == [30_000, 17_500, 0, 0]


def test_chalice_reads_the_message_of_an_event():
    event = sqs_event(MESSAGE, queue_arn="arn:aws:sqs:us-east-1:123456789012:lane")

    records = list(SQSEvent(event, None))

    assert [(record.body, record.receipt_handle) for record in records] == [('{"v": 1}', "r1")]
    assert event["Records"][0]["awsRegion"] == "us-east-1"
    assert event["Records"][0]["messageAttributes"]["trace"]["stringValue"] == "t"


def test_chalice_reads_a_scheduled_event():
    event = scheduled_event("rescue", event_id="e1", at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))

    read = CloudWatchEvent(event, None)

    assert (read.event_id, read.time, read.detail_type) == ("e1", "2026-01-02T03:04:05Z", "Scheduled Event")
