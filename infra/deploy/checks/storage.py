"""Is what is stored encrypted, private, recoverable and forgotten in time, and the same as on a developer's machine?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.cloudformation import merged, read_yaml
from infra.deploy.checks.view import Template
from infra.deploy.template import OVERLAYS, RESOURCES

TABLE, BUCKET, QUEUE = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"
PUBLIC_ACCESS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def tables_can_be_recovered(template: Template) -> Iterator[str]:
    """Point-in-time recovery, and in prod a protection against being deleted."""
    for name, table in template.of(TABLE):
        if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield f"{name} has no point-in-time recovery"
        if template.stage == "prod" and not table.get("DeletionProtectionEnabled"):
            yield f"{name} can be deleted in prod"


def jobs_expire(template: Template) -> Iterator[str]:
    """The table of jobs forgets by its TTL attribute, the bucket by its lifecycle: jobs, and what browsers put up."""
    ttl = template.properties("JobsTable").get("TimeToLiveSpecification", {})
    if ttl != {"AttributeName": "expires_at", "Enabled": True}:
        yield "JobsTable has no TTL on expires_at"
    rules = template.properties("Bucket").get("LifecycleConfiguration", {}).get("Rules", ())
    expiring = {rule.get("Prefix") for rule in rules if "ExpirationInDays" in rule}
    for prefix in sorted({"jobs/", "uploads/"} - expiring):
        yield f"Bucket keeps {prefix} for ever"


def everything_is_encrypted(template: Template) -> Iterator[str]:
    """Tables with a key whose use can be audited, buckets and queues with their service's."""
    for name, table in template.of(TABLE):
        if not table.get("SSESpecification", {}).get("SSEEnabled"):
            yield f"{name} is not encrypted with a key that can be audited"
    for name, bucket in template.of(BUCKET):
        if not bucket.get("BucketEncryption"):
            yield f"{name} is not encrypted"
    for name, queue in template.of(QUEUE):
        if not queue.get("SqsManagedSseEnabled") and not queue.get("KmsMasterKeyId"):
            yield f"{name} is not encrypted"


def nothing_is_public(template: Template) -> Iterator[str]:
    """No bucket, queue, topic or function is open to the world."""
    for name, bucket in template.of(BUCKET):
        open_ways = [way for way in PUBLIC_ACCESS if not bucket.get("PublicAccessBlockConfiguration", {}).get(way)]
        if open_ways:
            yield f"{name} can be made public: {', '.join(open_ways)} is off"
    for kind in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
        for name, policy in template.of(kind):
            if any(_is_anyone(s) for s in policy["PolicyDocument"]["Statement"]):
                yield f"{name} lets everybody in"
    for name, function in template.functions():
        if "FunctionUrlConfig" in function:
            yield f"{name} has a URL of its own"


def prod_keeps_what_it_stores(template: Template) -> Iterator[str]:
    """Tables and bucket outlive their stack in prod."""
    if template.stage != "prod":
        return
    for kind in (TABLE, BUCKET):
        for name, _ in template.of(kind):
            policies = {template.resources[name].get(policy) for policy in ("DeletionPolicy", "UpdateReplacePolicy")}
            if policies != {"Retain"}:
                yield f"{name} goes with its stack in prod"


def the_local_stack_has_the_same(template: Template) -> Iterator[str]:
    """Tables, queues and bucket are those of infra/resources.yaml, but for what the stage's overlay says."""
    expected = merged(read_yaml(RESOURCES), read_yaml(OVERLAYS / f"{template.stage}.yaml"))["Resources"]
    for kind in (TABLE, BUCKET, QUEUE):
        here = {name for name, _ in template.of(kind)}
        local = {name for name, resource in expected.items() if resource.get("Type") == kind}
        for name in sorted(here ^ local):
            yield f"{name} is only in {'the template' if name in here else 'infra/resources.yaml'}"
        for name in sorted(here & local):
            if _plain(template.resources[name]) != _plain(expected[name]):
                yield f"{name} is not what infra/resources.yaml says"


def _is_anyone(statement: Mapping[str, Any]) -> bool:
    return statement.get("Effect") == "Allow" and statement.get("Principal") in ("*", {"AWS": "*"})


def _plain(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in resource.items() if key in ("Type", "Properties", "DeletionPolicy")}
