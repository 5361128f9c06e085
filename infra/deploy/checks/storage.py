"""Is what is stored encrypted, private, recoverable and forgotten in time, and the same as on a developer's machine?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.deploy.checks.view import Template, references, target
from infra.deploy.template import stored

EVERYBODY = ("*", {"AWS": "*"})
LONGEST_SIGNATURE_MS = 900_000
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
            yield f"{name} has a public URL"


def objects_travel_encrypted(template: Template) -> Iterator[str]:
    """Every bucket refuses requests without TLS."""
    for name, _ in template.of(BUCKET):
        conditions = [statement.get("Condition") for statement in _denials(template, name)]
        if {"Bool": {"aws:SecureTransport": "false"}} not in conditions:
            yield f"{name} takes requests without TLS"


def signatures_age(template: Template) -> Iterator[str]:
    """A signed request to the documents is good for a quarter of an hour, whatever its signer wrote into it."""
    for statement in _denials(template, "Bucket"):
        age = statement.get("Condition", {}).get("NumericGreaterThan", {}).get("s3:signatureAge")
        if age is not None and int(age) <= LONGEST_SIGNATURE_MS:
            return
    yield f"Bucket takes signatures that are older than {LONGEST_SIGNATURE_MS} ms"


def originals_can_be_recovered(template: Template) -> Iterator[str]:
    """Documents keep their old versions for as long as the tables can be restored, and not for ever."""
    bucket = template.properties("Bucket")
    if bucket.get("VersioningConfiguration", {}).get("Status") != "Enabled":
        yield "Bucket keeps no versions"
    rules = {rule.get("Prefix"): rule for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", ())}
    for prefix in ("cases/", "bodies/", "texts/", "uploads/", "jobs/"):
        if not rules.get(prefix, {}).get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"):
            yield f"Bucket keeps old versions under {prefix} for ever"


def fetches_are_recorded(template: Template) -> Iterator[str]:
    """No function sees the use of a signed link: S3 itself logs who fetched what."""
    log_bucket = target(template.properties("Bucket").get("LoggingConfiguration", {}).get("DestinationBucketName"))
    rules = template.properties(log_bucket).get("LifecycleConfiguration", {}).get("Rules", ())
    if not any(template.default(rule.get("ExpirationInDays")) for rule in rules):
        yield "Bucket records no fetches, or keeps the record for ever"


def the_audit_log_outlives_the_functions(template: Template) -> Iterator[str]:
    """Who did what is kept in a separate log group, for as long as the parameter says, in prod without the stack."""
    group = target(
        dict(template.functions())["APIHandler"].get("Environment", {}).get("Variables", {}).get("AUDIT_LOG_GROUP")
    )
    functions = {target(function.get("LoggingConfig", {}).get("LogGroup")) for _, function in template.functions()}
    if not group or group in functions:
        yield "the audit lines have no separate log group"
    elif "AuditRetentionDays" not in set(references(template.properties(group).get("RetentionInDays"))):
        yield f"{group} does not keep lines for AuditRetentionDays"
    elif template.stage == "prod" and template.resources[group].get("DeletionPolicy") != "RetainExceptOnCreate":
        yield f"{group} is deleted with its stack in prod"


def prod_keeps_what_it_stores(template: Template) -> Iterator[str]:
    """Tables and buckets outlive their stack in prod, except the ones that a failed first deploy has just made."""
    if template.stage != "prod":
        return
    for kind in (TABLE, BUCKET):
        for name, _ in template.of(kind):
            resource = template.resources[name]
            if (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) != (
                "RetainExceptOnCreate",
                "Retain",
            ):
                yield f"{name} is deleted with its stack in prod, or stays behind when a first deploy fails"


def prod_names_what_it_stores(template: Template) -> Iterator[str]:
    """CloudFormation never replaces a resource with a fixed name, and finds it again after the stack was deleted."""
    if template.stage != "prod":
        return
    for kind, name_of in ((TABLE, "TableName"), (BUCKET, "BucketName")):
        for name, properties in template.of(kind):
            if not properties.get(name_of):
                yield f"{name} has no {name_of} in prod"


def the_local_stack_has_the_same(template: Template) -> Iterator[str]:
    """Tables, queues and buckets are those of infra/resources.yaml, with what guards them and what the stage says."""
    expected = stored(template.stage)["Resources"]
    for kind in (TABLE, BUCKET, QUEUE):
        here = {name for name, _ in template.of(kind)}
        local = {name for name, resource in expected.items() if resource.get("Type") == kind}
        for name in sorted(here ^ local):
            yield f"{name} is only in {'the template' if name in here else 'infra/resources.yaml'}"
        for name in sorted(here & local):
            if _plain(template.resources[name]) != _plain(expected[name]):
                yield f"{name} is not what infra/resources.yaml says"


def _denials(template: Template, bucket: str) -> Iterator[Mapping[str, Any]]:
    """What the policies of a bucket deny to everybody."""
    for _, policy in template.of("AWS::S3::BucketPolicy"):
        if target(policy.get("Bucket")) == bucket:
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement.get("Effect") == "Deny" and statement.get("Principal") in EVERYBODY:
                    yield statement


def _is_anyone(statement: Mapping[str, Any]) -> bool:
    return statement.get("Effect") == "Allow" and statement.get("Principal") in EVERYBODY


def _plain(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in resource.items() if key in ("Type", "Properties", "DeletionPolicy")}
