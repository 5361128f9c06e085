"""A message that arrives for a client that has died goes to the next one, not into the visibility timeout."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from infra.local.resources import ACCESS_KEY, REGION, SECRET_KEY, Resources

IMPATIENT = Config(read_timeout=0.2, retries={"total_max_attempts": 1})


def die_while_polling(resources: Resources) -> None:
    """Ask for a message, and go away before there is one."""
    sqs = boto3.client(
        "sqs",
        endpoint_url=resources.endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=IMPATIENT,
    )
    with pytest.raises(ReadTimeoutError):
        sqs.receive_message(QueueUrl=resources.normal_queue_url, WaitTimeSeconds=2)


def test_a_message_received_for_a_dead_client_is_received_again(local_resources: Resources) -> None:
    sqs = local_resources.client("sqs")
    die_while_polling(local_resources)

    sqs.send_message(QueueUrl=local_resources.normal_queue_url, MessageBody="hello")
    answer = sqs.receive_message(
        QueueUrl=local_resources.normal_queue_url, WaitTimeSeconds=3, MessageSystemAttributeNames=["All"]
    )

    (message,) = answer["Messages"]
    assert message["Body"] == "hello"
    assert message["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_living_client_keeps_what_it_received(local_resources: Resources) -> None:
    sqs = local_resources.client("sqs")
    sqs.send_message(QueueUrl=local_resources.normal_queue_url, MessageBody="hello")

    first = sqs.receive_message(QueueUrl=local_resources.normal_queue_url, WaitTimeSeconds=0)
    second = sqs.receive_message(QueueUrl=local_resources.normal_queue_url, WaitTimeSeconds=0)

    assert [message["Body"] for message in first["Messages"]] == ["hello"]
    assert "Messages" not in second
