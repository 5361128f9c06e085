"""The local system has the tables, queues and bucket that are deployed."""

from __future__ import annotations

import json
import threading

from infra.local.resources import client, create_resources, read_template, resource_names


def test_tables_have_the_keys_and_indexes_of_the_template(local_resources):
    dynamodb = local_resources.client("dynamodb")

    table = dynamodb.describe_table(TableName=local_resources.jobs_table)["Table"]

    keys = {"table": table["KeySchema"]} | {
        index["IndexName"]: index["KeySchema"] for index in table["GlobalSecondaryIndexes"]
    }
    assert {name: [key["AttributeName"] for key in schema] for name, schema in keys.items()} == {
        "table": ["job_id", "item"],
        "by_user": ["user_id", "created_at"],
        "by_month": ["created_month", "created_at"],
        "by_check": ["open", "check_at"],
    }


def test_jobs_expire_by_the_ttl_attribute(local_resources):
    dynamodb = local_resources.client("dynamodb")

    described = dynamodb.describe_time_to_live(TableName=local_resources.jobs_table)["TimeToLiveDescription"]

    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_a_lane_gives_a_message_up_to_its_dead_letter_queue_after_five_receives(local_resources):
    sqs = local_resources.client("sqs")

    lane = sqs.get_queue_attributes(QueueUrl=local_resources.high_queue_url, AttributeNames=["All"])["Attributes"]
    dead = sqs.get_queue_attributes(QueueUrl=local_resources.high_dead_letter_queue_url, AttributeNames=["QueueArn"])[
        "Attributes"
    ]

    assert json.loads(lane["RedrivePolicy"]) == {"deadLetterTargetArn": dead["QueueArn"], "maxReceiveCount": 5}
    assert lane["VisibilityTimeout"] == "1800"


def test_making_resources_twice_leaves_the_first_ones_as_they_are(local_resources):
    dynamodb = local_resources.client("dynamodb")
    item = {"case_id": {"S": "c1"}, "item": {"S": "case"}}
    dynamodb.put_item(TableName=local_resources.cases_table, Item=item)

    again = create_resources(local_resources.endpoint_url, prefix=local_resources.bucket.removesuffix("-bucket"))

    assert again == local_resources
    assert dynamodb.get_item(TableName=again.cases_table, Key=item)["Item"] == item


def test_the_names_are_known_before_the_server_is_up(local_resources):
    prefix = local_resources.bucket.removesuffix("-bucket")

    assert resource_names(local_resources.endpoint_url, prefix=prefix) == local_resources


def test_a_browser_may_upload_to_the_bucket(local_resources):
    rules = local_resources.client("s3").get_bucket_cors(Bucket=local_resources.bucket)["CORSRules"]

    assert "POST" in rules[0]["AllowedMethods"]
    assert rules[0]["AllowedOrigins"] == ["*"]


def test_a_message_is_invisible_for_six_times_the_workers_timeout():
    queues = [r["Properties"] for r in read_template()["Resources"].values() if r["Type"] == "AWS::SQS::Queue"]

    fed = [queue for queue in queues if "RedrivePolicy" in queue]
    assert [queue["VisibilityTimeout"] for queue in fed] == [6 * 300, 6 * 300, 6 * 30]


def test_of_many_concurrent_conditional_writes_exactly_one_wins(local_resources):
    dynamodb = local_resources.client("dynamodb")
    won = []
    start = threading.Barrier(16)

    def claim(number: int, item: int) -> None:
        start.wait()
        try:
            dynamodb.put_item(
                TableName=local_resources.jobs_table,
                Item={"job_id": {"S": f"j{item}"}, "item": {"S": "job"}, "owner": {"N": str(number)}},
                ConditionExpression="attribute_not_exists(job_id)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return
        won.append(item)

    for item in range(10):
        threads = [threading.Thread(target=claim, args=(number, item)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(won) == list(range(10))


def test_a_shell_that_names_a_proxy_or_a_profile_still_reaches_the_local_system(local_resources, monkeypatch, tmp_path):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # discard: nobody listens there
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "of-another-machine")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").write_text("no config at all", encoding="utf-8")

    for service, listed in (("sqs", "list_queues"), ("dynamodb", "list_tables"), ("s3", "list_buckets")):
        fresh = client(service, f"{local_resources.endpoint_url}/")  # a URL of its own: none that was made before
        assert getattr(fresh, listed)()["ResponseMetadata"]["HTTPStatusCode"] == 200
