"""Which tables, queues and bucket are there? Those of infra/resources.yaml, made with boto3 on a local endpoint."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import msgspec
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.cloudformation import read_yaml

TEMPLATE = Path(__file__).resolve().parent.parent / "resources.yaml"
REGION = "us-east-1"
ACCESS_KEY = "local"
SECRET_KEY = "local"  # noqa: S105  # moto accepts any


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, by the names that the settings use; `endpoint_url` is where it is."""

    endpoint_url: str
    jobs_table: str
    cases_table: str
    bucket: str
    high_queue_url: str
    normal_queue_url: str
    deliveries_queue_url: str
    high_dead_letter_queue_url: str
    normal_dead_letter_queue_url: str

    def client(self, service: str) -> Any:
        """A low-level boto3 client: "dynamodb", "sqs" or "s3"; one per service, shared between threads."""
        return client(service, self.endpoint_url)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that make `read_settings` and boto3 use these resources."""
        return {
            "JOBS_TABLE": self.jobs_table,
            "CASES_TABLE": self.cases_table,
            "BUCKET": self.bucket,
            "HIGH_QUEUE_URL": self.high_queue_url,
            "NORMAL_QUEUE_URL": self.normal_queue_url,
            "DELIVERIES_QUEUE_URL": self.deliveries_queue_url,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }


@functools.cache
def client(service: str, endpoint_url: str) -> Any:
    """A boto3 client of a local endpoint; it needs no credentials, and no proxy."""
    return _session().client(
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(max_pool_connections=64, connect_timeout=5, retries={"mode": "standard"}, proxies={}),
    )


@functools.cache
def _session() -> Any:
    """A session that knows nothing of the real AWS: a profile that the shell names need not be on this machine."""
    unset = (None, None, None, None)
    no_file = (None, None, os.devnull, None)
    variables = {"profile": unset, "config_file": no_file, "credentials_file": no_file}
    return boto3.Session(botocore_session=botocore.session.Session(session_vars=variables))


def create_resources(endpoint_url: str, *, prefix: str = "casework") -> Resources:
    """Make what infra/resources.yaml describes, each name beginning with `prefix`; what exists is left as it is."""
    template = read_template()
    sqs = client("sqs", endpoint_url)
    dynamodb = client("dynamodb", endpoint_url)
    tables = {name: f"{prefix}-{name}" for name in _logical_names(template, "AWS::DynamoDB::Table")}
    for name, table in tables.items():
        _create_table(dynamodb, table, _properties(template, name))
    queues = _create_queues(sqs, template, prefix=prefix)
    bucket = f"{prefix}-bucket".lower()
    _create_bucket(client("s3", endpoint_url), bucket, _properties(template, "Bucket"))
    return Resources(
        endpoint_url=endpoint_url,
        jobs_table=tables["JobsTable"],
        cases_table=tables["CasesTable"],
        bucket=bucket,
        high_queue_url=queues["HighQueue"],
        normal_queue_url=queues["NormalQueue"],
        deliveries_queue_url=queues["DeliveriesQueue"],
        high_dead_letter_queue_url=queues["HighDeadLetterQueue"],
        normal_dead_letter_queue_url=queues["NormalDeadLetterQueue"],
    )


def resource_names(endpoint_url: str, *, prefix: str = "casework") -> Resources:
    """The names that `create_resources` gives, without asking anyone: known before the server is up."""
    account = "123456789012"  # moto's
    return Resources(
        endpoint_url=endpoint_url,
        jobs_table=f"{prefix}-JobsTable",
        cases_table=f"{prefix}-CasesTable",
        bucket=f"{prefix}-bucket".lower(),
        high_queue_url=f"{endpoint_url}/{account}/{prefix}-HighQueue",
        normal_queue_url=f"{endpoint_url}/{account}/{prefix}-NormalQueue",
        deliveries_queue_url=f"{endpoint_url}/{account}/{prefix}-DeliveriesQueue",
        high_dead_letter_queue_url=f"{endpoint_url}/{account}/{prefix}-HighDeadLetterQueue",
        normal_dead_letter_queue_url=f"{endpoint_url}/{account}/{prefix}-NormalDeadLetterQueue",
    )


def read_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """The template, intrinsics in their long form (`!Ref X` is {"Ref": "X"}), parameters replaced by their defaults."""
    template = read_yaml(path)
    defaults = {name: parameter["Default"] for name, parameter in template.get("Parameters", {}).items()}
    return {**template, "Resources": _with_defaults(template["Resources"], defaults)}


def _with_defaults(value: Any, defaults: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"Ref"} and value["Ref"] in defaults:
            return defaults[value["Ref"]]
        return {key: _with_defaults(member, defaults) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_defaults(member, defaults) for member in value]
    return value


def _logical_names(template: dict[str, Any], resource_type: str) -> list[str]:
    return [name for name, resource in template["Resources"].items() if resource["Type"] == resource_type]


def _properties(template: dict[str, Any], name: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def _create_table(dynamodb: Any, table: str, properties: dict[str, Any]) -> None:
    definition: dict[str, Any] = {
        key: properties[key]
        for key in ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
        if key in properties
    }
    if "StreamSpecification" in properties:  # CloudFormation's has no switch
        definition["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    try:
        dynamodb.create_table(TableName=table, **definition)
    except dynamodb.exceptions.ResourceInUseException:
        return
    if "TimeToLiveSpecification" in properties:
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=properties["TimeToLiveSpecification"])


def _create_queues(sqs: Any, template: dict[str, Any], *, prefix: str) -> dict[str, str]:
    names = _logical_names(template, "AWS::SQS::Queue")
    urls: dict[str, str] = {}
    # Dead-letter queues first: the lanes name them by their ARN.
    for name in sorted(names, key=lambda name: "RedrivePolicy" in _properties(template, name)):
        attributes = {}
        for attribute, value in _properties(template, name).items():
            if attribute == "RedrivePolicy":
                target = urls[value["deadLetterTargetArn"]["Fn::GetAtt"][0]]
                arn = sqs.get_queue_attributes(QueueUrl=target, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
                attributes[attribute] = json.dumps({**value, "deadLetterTargetArn": arn})
            else:
                attributes[attribute] = str(value).lower() if isinstance(value, bool) else str(value)
        urls[name] = sqs.create_queue(QueueName=f"{prefix}-{name}", Attributes=attributes)["QueueUrl"]
    return urls


def _create_bucket(s3: Any, bucket: str, properties: dict[str, Any]) -> None:
    try:
        s3.create_bucket(Bucket=bucket)
    except ClientError as exc:
        if exc.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise
    rules = [
        {
            "ExposeHeaders" if key == "ExposedHeaders" else "MaxAgeSeconds" if key == "MaxAge" else key: value
            for key, value in rule.items()
        }
        for rule in properties["CorsConfiguration"]["CorsRules"]
    ]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
