"""What do the tests of the operator's commands work on? A stage on the locked moto server, and letters in its DLQs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import Created
from infra.local.resources import Resources
from infra.ops.stage import Lane, Stage
from tests.fakes.jobs import a_job


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


@pytest.fixture
def ops(local_resources: Resources) -> OpsStage:
    stage = Stage("dev", local_resources, clients=local_resources.client)
    return OpsStage(stage=stage, resources=local_resources)
