"""What does a function get when AWS Lambda invokes it? The context and the events of queue and timer."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Handler = Callable[[Mapping[str, Any], Any], Any]

ACCOUNT = "123456789012"


class LambdaContext:
    """The context object of one invocation; its time runs down from the function's timeout."""

    function_version = "$LATEST"
    memory_limit_in_mb = "640"
    identity = None
    client_context = None

    def __init__(
        self,
        function_name: str,
        *,
        request_id: str,
        timeout_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.function_name = function_name
        self.aws_request_id = request_id
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function_name}"
        self.log_group_name = f"/aws/lambda/{function_name}"
        self.log_stream_name = "local"
        self._monotonic = monotonic
        self._ends_at = monotonic() + timeout_seconds

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would stop the function; 0 when they are over."""
        return max(0, int((self._ends_at - self._monotonic()) * 1000))


def sqs_event(message: Mapping[str, Any], *, queue_arn: str) -> dict[str, Any]:
    """The event that carries one message, as `receive_message` gave it (with its system attributes)."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": dict(message.get("Attributes", {})),
                "messageAttributes": {
                    name: {
                        "stringValue": value.get("StringValue"),
                        "binaryValue": value.get("BinaryValue"),
                        "dataType": value["DataType"],
                    }
                    for name, value in message.get("MessageAttributes", {}).items()
                },
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": queue_arn.split(":")[3],
            }
        ]
    }


def scheduled_event(rule: str, *, event_id: str, at: datetime) -> dict[str, Any]:
    """The event of a scheduled rule; `at` is aware UTC."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": [f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }


def load_handler(name: str) -> Handler:
    """The function that `module.name` names, e.g. "app.work_high"."""
    module, _, attribute = name.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module), attribute)
    return handler
