"""What do the tests of the operator's commands work on? A stage on the locked moto server, and letters in its DLQs."""

from __future__ import annotations

import argparse
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from rich.console import Console

from chalicelib.errors import ProviderAuth
from chalicelib.jobs import lifecycle
from chalicelib.jobs.model import Job, ModelUsage, Usage
from chalicelib.jobs.ports import Created
from infra.local.resources import Resources
from infra.ops.stage import Lane, Stage
from tests.fakes.jobs import CREATED_AT, a_job

NOW = CREATED_AT + timedelta(minutes=90)
OTHER_JOB = "33333333-3333-4333-8333-333333333333"
SPENT = ModelUsage(
    model="gpt-6-luna", requests=2, input_tokens=900, output_tokens=70, cached_tokens=5, cost_usd=Decimal("0.02")
)


class OpsStage(msgspec.Struct, frozen=True, kw_only=True):
    """A stage and its resources, with what tests do to them."""

    stage: Stage
    resources: Resources

    @property
    def high(self) -> Lane:
        """The high lane."""
        return self.stage.lanes[0]

    @property
    def normal(self) -> Lane:
        """The normal lane."""
        return self.stage.lanes[1]

    def bury(self, lane: Lane, body: str, **options: Any) -> str:
        """Put a message straight into the lane's dead-letter queue; its id."""
        sent: dict[str, Any] = self.stage.sqs.send_message(
            QueueUrl=lane.dead_letter_queue_url, MessageBody=body, **options
        )
        message_id: str = sent["MessageId"]
        return message_id

    def bodies(self, queue_url: str) -> list[str]:
        """The visible messages of a queue, which are gone then, sorted."""
        found: list[str] = []
        while True:
            answer = self.stage.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            if not answer.get("Messages"):
                return sorted(found)
            for message in answer["Messages"]:
                found.append(message["Body"])
                self.stage.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])

    def store(self, **changes: Any) -> Job:
        """A stored job; its case exists."""
        job = a_job(**changes)
        self.resources.client("dynamodb").put_item(
            TableName=self.resources.cases_table, Item={"case_id": {"S": job.case_id}, "item": {"S": "case"}}
        )
        assert self.stage.jobs.create(job, key=None, open_jobs_limit=None) == Created(job)
        return job

    def fail(self, job: Job) -> Job:
        """Let a worker take the stored job and fail it, after calls that cost `SPENT`."""
        claimed = self.stage.jobs.claim(job.job_id, now=NOW, lease_until=lifecycle.lease_end(NOW), claim_token="w/1")
        assert claimed is not None
        used = msgspec.structs.replace(claimed, usage=Usage().plus(SPENT))
        return self.stage.jobs.save(claimed, lifecycle.failed(used, ProviderAuth("The key is refused."), at=NOW))

    def printed(self, command: Any, **options: Any) -> str:
        """What a command prints."""
        out = io.StringIO()
        given = argparse.Namespace(**{"json": False, **options})
        command(self.stage, given, console=Console(file=out, width=200), now=NOW)
        return out.getvalue()


@pytest.fixture
def ops(local_resources: Resources) -> OpsStage:
    stage = Stage("dev", local_resources, clients=local_resources.client)
    return OpsStage(stage=stage, resources=local_resources)
