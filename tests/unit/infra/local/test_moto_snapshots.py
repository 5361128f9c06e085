"""A failed transaction leaves every item as it was, and a start does not slow down with the jobs that are stored."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.resources import Resources

ITEM = "job"


@pytest.fixture
def table(local_resources: Resources) -> tuple[Any, str]:
    client = local_resources.client("dynamodb")
    for number in range(3):
        client.put_item(TableName=local_resources.jobs_table, Item={**_key(number), "count": {"N": "1"}})
    return client, local_resources.jobs_table


def test_a_failed_transaction_takes_back_its_updates_puts_and_deletes(table: tuple[Any, str]) -> None:
    client, name = table
    before = _all(client, name)

    with pytest.raises(ClientError, match="TransactionCanceledException"):
        client.transact_write_items(
            TransactItems=[
                {"Update": _add(name, 0)},
                {"Delete": {"TableName": name, "Key": _key(1)}},
                {"Put": {"TableName": name, "Item": {**_key(9), "count": {"N": "9"}}}},
                {"Put": {"TableName": name, "Item": _key(2), "ConditionExpression": "attribute_not_exists(job_id)"}},
            ]
        )

    assert _all(client, name) == before


def test_what_follows_a_failed_transaction_stays(table: tuple[Any, str]) -> None:
    client, name = table
    with pytest.raises(ClientError):
        client.transact_write_items(
            TransactItems=[
                {"Update": _add(name, 0)},
                {"Put": {"TableName": name, "Item": _key(2), "ConditionExpression": "attribute_not_exists(job_id)"}},
            ]
        )

    client.update_item(**_add(name, 0))
    client.transact_write_items(TransactItems=[{"Update": _add(name, 0)}, {"Update": _add(name, 1)}])

    counts = {item["job_id"]["S"]: item["count"]["N"] for item in _all(client, name)}
    assert counts == {"0": "3", "1": "2", "2": "1"}


def _key(number: int) -> dict[str, Any]:
    return {"job_id": {"S": str(number)}, "item": {"S": ITEM}}


def _add(name: str, number: int) -> dict[str, Any]:
    return {
        "TableName": name,
        "Key": _key(number),
        "UpdateExpression": "SET #count = #count + :one",
        "ExpressionAttributeNames": {"#count": "count"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }


def _all(client: Any, name: str) -> list[dict[str, Any]]:
    return sorted(client.scan(TableName=name)["Items"], key=lambda item: item["job_id"]["S"])
