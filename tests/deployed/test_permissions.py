"""What each function may do is enforced here, and is no more than it needs: the other tests show that it is enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.emulated.system import Deployed

NO_SUCH = {"S": "none"}


def as_role(deployed: Deployed, role: str) -> Callable[[str], Any]:
    """Clients that may do what the role of a function may."""
    name = deployed.stack.resources()[role]
    arn = deployed.ministack.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    found = deployed.ministack.client("sts").assume_role(RoleArn=arn, RoleSessionName="deployed-tests")["Credentials"]
    return lambda service: deployed.ministack.client(
        service,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )


def refused(call: Callable[[], Any]) -> None:
    with pytest.raises(ClientError, match=r"not authorized|AccessDenied"):
        call()


def test_rescue_cannot_read_cases_or_secrets(deployed: Deployed) -> None:
    found, client = deployed.stack.resources(), as_role(deployed, "RescueRole")
    key = {"case_id": NO_SUCH, "item": NO_SUCH}

    refused(lambda: client("dynamodb").get_item(TableName=found["CasesTable"], Key=key))
    refused(lambda: client("ssm").get_parameter(Name=f"/{deployed.stack.name}/openai-api-key", WithDecryption=True))
    refused(lambda: client("s3").get_object(Bucket=found["Bucket"], Key="cases/x"))


@pytest.mark.parametrize("role", ["WorkNormalRole", "WorkHighRole", "RescueRole"])
def test_whoever_ends_a_job_may_remove_what_it_stored(deployed: Deployed, role: str) -> None:
    found, client = deployed.stack.resources(), as_role(deployed, role)
    deployed.ministack.client("s3").put_object(Bucket=found["Bucket"], Key="jobs/j/steps/s", Body=b"quoted")
    gone = {"DeleteRequest": {"Key": {"job_id": NO_SUCH, "item": NO_SUCH}}}

    client("s3").delete_object(Bucket=found["Bucket"], Key="jobs/j/steps/s")
    client("dynamodb").batch_write_item(RequestItems={found["JobsTable"]: [gone]})


def test_the_api_cannot_read_the_providers_keys_or_take_jobs_from_a_lane(deployed: Deployed) -> None:
    found, client = deployed.stack.resources(), as_role(deployed, "ApiHandlerRole")

    refused(lambda: client("ssm").get_parameter(Name=f"/{deployed.stack.name}/openai-api-key", WithDecryption=True))
    refused(lambda: client("sqs").receive_message(QueueUrl=found["NormalQueue"]))
    client("sqs").get_queue_attributes(QueueUrl=found["NormalQueue"], AttributeNames=["QueueArn"])


def test_a_worker_takes_jobs_from_its_own_lane_and_cannot_delete_objects(deployed: Deployed) -> None:
    found, client = deployed.stack.resources(), as_role(deployed, "WorkNormalRole")

    refused(lambda: client("sqs").receive_message(QueueUrl=found["HighQueue"]))
    refused(lambda: client("sqs").send_message(QueueUrl=found["DeliveriesQueue"], MessageBody="{}"))
    refused(lambda: client("s3").delete_object(Bucket=found["Bucket"], Key="cases/x"))
    refused(
        lambda: client("ssm").get_parameter(Name=f"/{deployed.stack.name}/vapi-webhook-secret", WithDecryption=True)
    )


def test_a_worker_reads_originals_and_writes_beside_them_only(deployed: Deployed) -> None:
    found, client = deployed.stack.resources(), as_role(deployed, "WorkNormalRole")
    bucket = found["Bucket"]
    deployed.ministack.client("s3").put_object(Bucket=bucket, Key="cases/c/d", Body=b"evidence")

    assert client("s3").get_object(Bucket=bucket, Key="cases/c/d")["Body"].read() == b"evidence"
    for folder in ("cases", "uploads"):
        refused(lambda folder=folder: client("s3").put_object(Bucket=bucket, Key=f"{folder}/c/d", Body=b"forged"))
    for folder in ("bodies", "texts", "jobs"):
        client("s3").put_object(Bucket=bucket, Key=f"{folder}/c/d", Body=b"written")
