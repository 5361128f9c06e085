"""The trouble that chaos makes for AWS: what is asked for is hit, observers are not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from clients.python.casework import Client
from infra.local.resources import create_resources
from tests.reliability.chaos.troubled_aws import PATH, UNDISTURBED, TroubledServer


@pytest.fixture
def server() -> Iterator[TroubledServer]:
    server = TroubledServer()
    yield server
    server.stop()


def client(server: TroubledServer, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=server.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def trouble(server: TroubledServer, **wanted: float) -> dict[str, int]:
    counts: dict[str, int] = Client(server.endpoint_url).call("POST", PATH, wanted)
    return counts


def test_throttled_calls_look_as_on_aws_and_pass_when_the_trouble_is_over(server: TroubledServer) -> None:
    create_resources(server.endpoint_url)
    dynamodb = client(server, "dynamodb")
    trouble(server, throttled_share=1.0)
    codes = set()
    for _ in range(20):
        with pytest.raises(ClientError) as refused:
            dynamodb.list_tables()
        codes.add(refused.value.response["Error"]["Code"])

    assert codes == {"ProvisionedThroughputExceededException", "ThrottlingException"}
    assert trouble(server) == {"calls throttled": 20}
    assert dynamodb.list_tables()["TableNames"]


def test_a_slow_queue_answers_in_the_end(server: TroubledServer) -> None:
    sqs = client(server, "sqs")
    trouble(server, slow_queue_seconds=0.1)
    began = time.monotonic()
    for _ in range(10):
        sqs.list_queues()

    assert time.monotonic() - began > 0.2  # ten times 0 to 0.2 s
    assert trouble(server) == {"queue calls slowed": 10}


def test_an_observer_is_not_hit(server: TroubledServer) -> None:
    dynamodb = client(server, "dynamodb")
    dynamodb.meta.events.register("before-sign", lambda request, **_: request.headers.add_header(UNDISTURBED, "1"))
    trouble(server, throttled_share=1.0)

    dynamodb.list_tables()

    assert trouble(server) == {}
