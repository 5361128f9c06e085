"""Which queues and tables does a stage have? Asked of the local stack, or of the stage's CloudFormation stack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.dynamodb.call_slots import DynamoSlotStore
from chalicelib.adapters.dynamodb.job_store import DynamoJobStore
from chalicelib.adapters.s3 import S3BlobStore
from chalicelib.jobs.call_limits import SlotStore
from chalicelib.jobs.model import Priority
from chalicelib.jobs.ports import JobStore
from infra.local import system
from infra.local.environment import HOST, PORT_VARIABLES, read_ports
from infra.local.resources import Resources, resource_names
from infra.problem import Problem

LOCAL_STAGE = "dev"
DEPLOYED_POLL_SECONDS = 1
CHOOSE_ACCOUNT = "AWS_PROFILE and AWS_REGION choose the account."
LOGICAL_NAMES = (
    "JobsTable",
    "CasesTable",
    "Bucket",
    "HighQueue",
    "NormalQueue",
    "HighDeadLetterQueue",
    "NormalDeadLetterQueue",
)

Clients = Callable[[str], Any]
"""A low-level boto3 client for "sqs", "dynamodb", "s3", "cloudformation" or "logs"."""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One lane of a stage: its queue, and where its messages go that crash the worker.

    `poll_seconds` is how long a receive waits for messages. A short poll (0) of AWS asks only some of its servers and
    may miss messages that are there; a local queue has one server.
    """

    name: Priority
    queue_url: str
    dead_letter_queue_url: str
    poll_seconds: int


class Stage:
    """A stage that is there. `lanes` are in the order in which operators care: high first."""

    def __init__(self, name: str, resources: Resources, *, clients: Clients) -> None:
        poll_seconds = 0 if name == LOCAL_STAGE else DEPLOYED_POLL_SECONDS
        self.name = name
        self.lanes = (
            Lane(
                name="high",
                queue_url=resources.high_queue_url,
                dead_letter_queue_url=resources.high_dead_letter_queue_url,
                poll_seconds=poll_seconds,
            ),
            Lane(
                name="normal",
                queue_url=resources.normal_queue_url,
                dead_letter_queue_url=resources.normal_dead_letter_queue_url,
                poll_seconds=poll_seconds,
            ),
        )
        self._resources = resources
        self._clients = clients

    def client(self, service: str) -> Any:
        """A low-level client of the stage's account."""
        return self._clients(service)

    @cached_property
    def sqs(self) -> Any:
        """A low-level SQS client."""
        return self._clients("sqs")

    @cached_property
    def jobs(self) -> JobStore:
        """The stage's jobs."""
        return DynamoJobStore(
            self._clients("dynamodb"),
            table=self._resources.jobs_table,
            cases_table=self._resources.cases_table,
            blobs=S3BlobStore(lambda: self._clients("s3"), bucket=self._resources.bucket),
        )

    @cached_property
    def slots(self) -> SlotStore:
        """Calls in flight at the providers, and who waits for them."""
        return DynamoSlotStore(self._clients("dynamodb"), table=self._resources.jobs_table)


def find_stage(name: str, *, environ: Mapping[str, str], clients: Clients | None = None) -> Stage:
    """The stage of that name: "dev" is the local stack of this machine, every other one a stack `casework-<name>`.

    Raises: Problem when it is not there or cannot be asked.
    """
    if name == LOCAL_STAGE:
        return _local_stage(environ)
    asked = clients or _aws_client
    return Stage(name, _deployed_resources(f"casework-{name}", clients=asked), clients=asked)


def _local_stage(environ: Mapping[str, str]) -> Stage:
    try:
        ports = read_ports(environ)
    except Problem as problem:
        raise Problem(str(problem)) from problem
    if system.identify(ports) is None:
        raise Problem(
            f"No local system is up: nothing answers for Casework at {HOST}:{ports.aws}."
            f" Start it with `make dev` (another port: {PORT_VARIABLES['aws']}), or name a deployed stage: STAGE=prod."
        )
    resources = resource_names(f"http://{HOST}:{ports.aws}")
    return Stage(LOCAL_STAGE, resources, clients=resources.client)


def _deployed_resources(stack: str, *, clients: Clients) -> Resources:
    try:
        client = clients("cloudformation")
        pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
        physical = {
            found["LogicalResourceId"]: found.get("PhysicalResourceId", "")
            for page in pages
            for found in page["StackResourceSummaries"]
        }
    except ClientError as exc:
        raise Problem(_refused(stack, exc)) from exc
    except BotoCoreError as exc:
        raise Problem(f"AWS cannot be asked for the stack {stack}: {exc} {CHOOSE_ACCOUNT}") from exc
    missing = [name for name in LOGICAL_NAMES if not physical.get(name)]
    if missing:
        raise Problem(f"The stack {stack} has no {', '.join(missing)}: it is no Casework stack, or not complete.")
    return Resources(
        endpoint_url=client.meta.endpoint_url,
        jobs_table=physical["JobsTable"],
        cases_table=physical["CasesTable"],
        bucket=physical["Bucket"],
        high_queue_url=physical["HighQueue"],
        normal_queue_url=physical["NormalQueue"],
        high_dead_letter_queue_url=physical["HighDeadLetterQueue"],
        normal_dead_letter_queue_url=physical["NormalDeadLetterQueue"],
        deliveries_queue_url=physical.get("DeliveriesQueue", ""),  # only where webhooks are used
    )


def _refused(stack: str, error: ClientError) -> str:
    reason = error.response.get("Error", {})
    if reason.get("Code") == "ValidationError" and "does not exist" in reason.get("Message", ""):
        return (
            f"There is no stack {stack} in this AWS account and region. STAGE is `{LOCAL_STAGE}` for the local system,"
            f" or the name of a deployed stage. {CHOOSE_ACCOUNT}"
        )
    return f"AWS refused to describe the stack {stack}: {reason.get('Code')}: {reason.get('Message')}"


def _aws_client(service: str) -> Any:
    return boto3.client(service, config=Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard"}))
