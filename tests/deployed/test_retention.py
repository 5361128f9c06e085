"""The daily run deletes an old case with all that belongs to it, with the rights of its own function."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from infra.emulated.system import Deployed
from infra.local.invocation import scheduled_event
from tests.deployed.sample import new_case

OLD = datetime.now(UTC) - timedelta(days=400)


def test_an_old_case_is_forgotten_and_a_new_one_is_not(deployed: Deployed) -> None:
    client = deployed.client("long-ago")
    old, new = new_case(client), new_case(client)
    found = deployed.stack.resources()
    at = OLD.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    dynamodb = deployed.ministack.client("dynamodb")
    dynamodb.update_item(
        TableName=found["CasesTable"],
        Key={"case_id": {"S": old}, "item": {"S": "case"}},
        UpdateExpression="SET created_at = :at, updated_at = :at, created_month = :month",
        ExpressionAttributeValues={":at": {"S": at}, ":month": {"S": at[:7]}},
    )
    dynamodb.update_item(
        TableName=found["CasesTable"],
        Key={"case_id": {"S": "index#months"}, "item": {"S": "months"}},
        UpdateExpression="ADD months :month",
        ExpressionAttributeValues={":month": {"SS": [at[:7]]}},
    )

    tick = json.dumps(scheduled_event("forget", event_id="tick-1", at=datetime.now(UTC)))
    answer = deployed.ministack.client("lambda").invoke(FunctionName=found["Forget"], Payload=tick.encode())

    assert json.loads(answer["Payload"].read()) == {"forgotten": 1, "in_use": 0}
    assert (client.ask("GET", f"/cases/{old}").status, client.ask("GET", f"/cases/{new}").status) == (404, 200)
    s3 = deployed.ministack.client("s3")
    assert s3.list_objects_v2(Bucket=found["Bucket"], Prefix=f"cases/{old}/").get("KeyCount", 0) == 0
