"""Defects of what stores data."""

from __future__ import annotations

from tests.unit.infra.deploy.planted.template import Plant, denials, lifecycle, properties

EVERYBODY = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
BUCKET_POLICY = {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {"Statement": [EVERYBODY]}}}

DEFECTS: list[tuple[str, Plant]] = [
    ("tables_can_be_recovered", lambda t: properties(t, "CasesTable").pop("PointInTimeRecoverySpecification")),
    ("tables_can_be_recovered", lambda t: properties(t, "JobsTable").pop("DeletionProtectionEnabled")),
    ("everything_is_encrypted", lambda t: properties(t, "CasesTable").pop("SSESpecification")),
    ("everything_is_encrypted", lambda t: properties(t, "Bucket").pop("BucketEncryption")),
    ("everything_is_encrypted", lambda t: properties(t, "HighQueue").pop("SqsManagedSseEnabled")),
    ("jobs_expire", lambda t: properties(t, "JobsTable").pop("TimeToLiveSpecification")),
    ("jobs_expire", lambda t: properties(t, "Bucket").pop("LifecycleConfiguration")),
    ("jobs_expire", lambda t: lifecycle(t, prefix="uploads/").pop("ExpirationInDays")),
    (
        "nothing_is_public",
        lambda t: properties(t, "Bucket")["PublicAccessBlockConfiguration"].update(BlockPublicAcls=False),
    ),
    ("nothing_is_public", lambda t: t["Resources"].update(Opened=BUCKET_POLICY)),
    ("nothing_is_public", lambda t: properties(t, "APIHandler").update(FunctionUrlConfig={"AuthType": "NONE"})),
    ("prod_keeps_what_it_stores", lambda t: t["Resources"]["JobsTable"].update(DeletionPolicy="Delete")),
    ("the_local_stack_has_the_same", lambda t: properties(t, "JobsTable")["GlobalSecondaryIndexes"].pop()),
    ("the_local_stack_has_the_same", lambda t: t["Resources"].pop("HighDeadLetterQueue")),
    (
        "prod_keeps_what_it_stores",  # what a failed first deploy made would stay, and be paid for
        lambda t: t["Resources"]["CasesTable"].update(DeletionPolicy="Retain"),
    ),
    ("prod_keeps_what_it_stores", lambda t: t["Resources"]["Bucket"].pop("UpdateReplacePolicy")),
    ("prod_names_what_it_stores", lambda t: properties(t, "JobsTable").pop("TableName")),
    ("prod_names_what_it_stores", lambda t: properties(t, "Bucket").pop("BucketName")),
    ("objects_travel_encrypted", lambda t: t["Resources"].pop("BucketPolicy")),
    ("objects_travel_encrypted", lambda t: denials(t, "AccessLogBucketPolicy")[0].update(Effect="Allow")),
    ("signatures_age", lambda t: denials(t, "BucketPolicy").pop()),
    (
        "signatures_age",
        lambda t: denials(t, "BucketPolicy")[1].update(
            Condition={"NumericGreaterThan": {"s3:signatureAge": "3600000"}}
        ),
    ),
    ("originals_can_be_recovered", lambda t: properties(t, "Bucket").pop("VersioningConfiguration")),
    ("originals_can_be_recovered", lambda t: lifecycle(t, prefix="cases/").pop("NoncurrentVersionExpiration")),
    ("fetches_are_recorded", lambda t: properties(t, "Bucket").pop("LoggingConfiguration")),
    ("fetches_are_recorded", lambda t: properties(t, "AccessLogBucket").pop("LifecycleConfiguration")),
    (
        "tables_can_be_updated",  # two indexes in one release
        lambda t: properties(t, "JobsTable")["GlobalSecondaryIndexes"].extend([{"IndexName": "a"}, {"IndexName": "b"}]),
    ),
    (
        "tables_can_be_updated",  # one removed and one added are two
        lambda t: properties(t, "JobsTable")["GlobalSecondaryIndexes"][0].update(IndexName="renamed"),
    ),
    (
        "tables_can_be_updated",
        lambda t: properties(t, "CasesTable")["GlobalSecondaryIndexes"][0].update(Projection={"ProjectionType": "ALL"}),
    ),
    ("tables_can_be_updated", lambda t: properties(t, "CasesTable").update(TableName="another")),
    ("tables_can_be_updated", lambda t: properties(t, "CasesTable")["KeySchema"].pop()),
    ("tables_can_be_updated", lambda t: t["Resources"].pop("CasesTable")),
    ("the_audit_log_outlives_the_functions", lambda t: t["Resources"]["AuditLogGroup"].pop("DeletionPolicy")),
    ("the_audit_log_outlives_the_functions", lambda t: properties(t, "AuditLogGroup").update(RetentionInDays=7)),
    (
        "the_audit_log_outlives_the_functions",
        lambda t: properties(t, "APIHandler")["Environment"]["Variables"].update(
            AUDIT_LOG_GROUP={"Ref": "ApiLogGroup"}
        ),
    ),
]
