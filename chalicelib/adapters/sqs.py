"""How do messages reach the workers? Through two SQS queues, one for each lane."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import msgspec

from chalicelib.adapters.aws import aws_answers
from chalicelib.jobs.model import Priority
from chalicelib.jobs.ports import JobMessage
from chalicelib.outbox.webhooks import WebhookMessage

LONGEST_DELAY_SECONDS = 900
"""The longest delay that SQS accepts."""


class SqsJobQueue:
    """The JobQueue on two standard queues; `client` is a low-level SQS client."""

    def __init__(self, client: Any, *, high_url: str, normal_url: str) -> None:
        self._client = client
        # Jobs of low priority hardly need a worker, they wait for the model: a lane of their own would protect nobody.
        self._urls: dict[Priority, str] = {"high": high_url, "normal": normal_url, "low": normal_url}

    def send(self, message: JobMessage, *, lane: Priority, group: str, delay_seconds: float = 0) -> None:
        """See JobQueue.send. A delay is rounded up, so that no message comes before its job is due.

        The group is hashed: it makes a fair queue of a standard one, and a user id may have characters SQS refuses.
        """
        delay_seconds = min(max(math.ceil(delay_seconds), 0), LONGEST_DELAY_SECONDS)
        with aws_answers("SQS"):
            self._client.send_message(
                QueueUrl=self._urls[lane],
                MessageBody=msgspec.json.encode(message).decode(),
                MessageGroupId=hashlib.sha256(group.encode()).hexdigest(),
                DelaySeconds=delay_seconds,
            )

    def redeliver(self, *, receipt_handle: str, queue_arn: str, after_seconds: int) -> None:
        """Deliver a received message again after `after_seconds` (0..43200) instead of its visibility timeout.

        Raises: StorageUnavailable.
        """
        name = queue_arn.rpartition(":")[2]
        url = next(url for url in self._urls.values() if url.rpartition("/")[2] == name)
        with aws_answers("SQS"):
            self._client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=receipt_handle, VisibilityTimeout=after_seconds
            )

    def check(self) -> None:
        """Ask both queues for an attribute. Raises: StorageUnavailable when one of them does not answer."""
        with aws_answers("SQS"):
            for url in self._urls.values():
                self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])


class SqsWebhookQueue:
    """The WebhookQueue on one standard queue; `client` is a low-level SQS client."""

    def __init__(self, client: Any, *, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, message: WebhookMessage, *, delay_seconds: float = 0) -> None:
        """See WebhookQueue.send. A delay is rounded up, as for jobs."""
        with aws_answers("SQS"):
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=msgspec.json.encode(message).decode(),
                DelaySeconds=min(max(math.ceil(delay_seconds), 0), LONGEST_DELAY_SECONDS),
            )
