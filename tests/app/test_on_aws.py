"""Does the API hold on the real adapters, and what does each request cost in AWS calls? On a locked moto server."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from chalicelib import bootstrap
from chalicelib.jobs import lifecycle
from chalicelib.settings import read_settings
from infra.local.resources import Resources
from tests.app.client import ENVIRONMENT, Gateway

START = "/cases/{}/analyze-documents-form7801"


class AwsApi(Gateway):
    """A Casework on DynamoDB, SQS and S3 as bootstrap assembles it; `calls` are the operations it asked AWS for."""

    def __init__(self, system: bootstrap.System, calls: list[str]) -> None:
        super().__init__()
        self.system = system
        self.calls = calls

    def complete(self, job_id: str, result: bytes) -> None:
        """Let a worker take the job and complete it."""
        store, now = self.system.job_store, self.system.clock()
        job = store.claim(job_id, now=now, lease_until=lifecycle.lease_end(now), claim_token="worker-1")
        assert job is not None
        store.save(job, lifecycle.completed(job, result_bytes=len(result), at=now), result=result)


@pytest.fixture
def aws(local_resources: Resources, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsApi]:
    environment = {**ENVIRONMENT, **local_resources.environment}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    calls: list[str] = []
    with bootstrap.use(bootstrap.System(read_settings(environment))) as system:
        system.aws_session.register("before-call.*", lambda model, **_: calls.append(model.name))
        yield AwsApi(system, calls)


@pytest.fixture
def case_id(aws):
    case_id = aws.user.new_case()
    aws.user.new_document(case_id)
    return case_id


def test_a_start_is_one_look_one_transaction_and_one_message(aws, case_id):
    aws.calls.clear()

    aws.user.new_job(case_id)

    assert aws.calls == ["Query", "TransactWriteItems", "SendMessage"]


def test_a_start_with_a_key_costs_no_more(aws, case_id):
    aws.calls.clear()

    aws.user.new_job(case_id, Idempotency_Key="k1")

    assert aws.calls == ["Query", "TransactWriteItems", "SendMessage"]


def test_a_poll_is_one_read_and_only_a_result_is_a_second(aws, case_id):
    job_id = aws.user.new_job(case_id)
    aws.calls.clear()
    aws.user.get(f"/jobs/{job_id}")
    while_open = list(aws.calls)
    aws.complete(job_id, b'{"a": 1}')
    aws.calls.clear()
    tag = aws.user.get(f"/jobs/{job_id}").headers["ETag"]
    when_done = list(aws.calls)
    aws.calls.clear()
    aws.user.get(f"/jobs/{job_id}", If_None_Match=tag)

    assert while_open == ["GetItem"]
    assert when_done == ["GetItem", "GetItem"]
    assert aws.calls == ["GetItem"]


def test_a_list_is_one_query_and_one_batch(aws, case_id):
    for _ in range(3):
        aws.user.new_job(case_id, {"dedupe": "none"})
    aws.calls.clear()

    assert aws.user.get("/jobs").json["count"] == 3
    assert aws.calls == ["Query", "BatchGetItem"]


def test_a_plain_health_check_asks_nothing_and_a_deep_one_asks_each_part(aws):
    assert aws.nobody.get("/health").status == 200
    assert aws.calls == []

    deep = aws.admin.get("/health?deep=1")

    assert deep.json["checks"] == {"table": "ok", "queue": "ok", "bucket": "ok"}


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ("JOBS_TABLE", "table"),
        ("CASES_TABLE", "table"),
        ("HIGH_QUEUE_URL", "queue"),
        ("NORMAL_QUEUE_URL", "queue"),
        ("BUCKET", "bucket"),
    ],
)
def test_a_deep_health_check_names_the_part_that_is_not_there(local_resources, monkeypatch, setting, part):
    environment = {**ENVIRONMENT, **local_resources.environment}
    environment[setting] += "-that-is-not-there"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with bootstrap.use(bootstrap.System(read_settings(environment))):
        answer = Gateway().admin.get("/health?deep=1")

    checks = {"table": "ok", "queue": "ok", "bucket": "ok"}
    assert (answer.status, answer.json["checks"]) == (503, {**checks, part: "unavailable"})


@pytest.mark.parametrize("key", [None, "k1"])
def test_twenty_posts_at_once_make_one_job_and_one_message(aws, case_id, key):
    aws.calls.clear()
    job_ids = []
    headers = {} if key is None else {"Idempotency_Key": key}
    threads = [threading.Thread(target=lambda: job_ids.append(aws.user.new_job(case_id, **headers))) for _ in range(20)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(job_ids) == 20
    assert len(set(job_ids)) == 1
    assert aws.calls.count("SendMessage") == 1


def test_a_linked_result_can_be_fetched_without_a_token(aws, case_id):
    job_id = aws.user.new_job(case_id)
    result = '{"analysis": "ניתוח"}'.encode()
    aws.complete(job_id, result)

    url = aws.user.get(f"/jobs/{job_id}?result=link").json["result_url"]

    with urllib.request.urlopen(url) as answer:  # noqa: S310  moto's, on 127.0.0.1
        assert json.loads(answer.read()) == json.loads(result)
        assert answer.headers["Content-Type"] == "application/json"


def test_a_case_goes_with_everything(aws, case_id):
    job_id = aws.user.new_job(case_id)
    aws.complete(job_id, b"{}")

    assert aws.user.delete(f"/cases/{case_id}").status == 204
    assert aws.user.get(f"/cases/{case_id}").status == 404
    assert aws.user.get(f"/jobs/{job_id}").status == 404
    assert aws.user.get("/jobs").json["count"] == 0
    assert aws.user.get("/cases").json["count"] == 0


def test_the_form_is_three_small_reads_and_a_change_one_transaction_more(aws, case_id):
    path = f"/cases/{case_id}/form"
    aws.calls.clear()
    aws.user.get(path)
    read = list(aws.calls)
    aws.calls.clear()

    answer = aws.user.patch(path, {"version": 0, "changes": [{"field": "personal_info.full_name", "value": "רות כהן"}]})

    assert read == ["GetItem"] * 3
    assert aws.calls == ["GetItem"] * 3 + ["TransactWriteItems"]
    assert answer.json["version"] == 1
    assert aws.user.get(path).json["fields"]["personal_info.full_name"]["source"] == "person"
    [entry] = aws.user.get(f"{path}/history").json["entries"]
    assert (entry["before"], entry["after"]) == ("", "רות כהן")
    [case] = aws.user.get("/cases?q=כהן").json["cases"]
    assert case["attention"]["unconfirmed"] == 5
