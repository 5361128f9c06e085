"""What a deploy refuses: another's bucket, the loss of what is stored, a stage without its secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy.buckets import OwnBucket
from infra.deploy.secrets import refuse_missing
from infra.deploy.stages import Difference, StageFile, differences, read_stage_file, tags_of
from infra.deploy.state import Change, refuse_loss, stack_policy
from infra.deploy.verification import verified
from infra.problem import Problem

TABLE = "AWS::DynamoDB::Table"


def refusal(code: str, *, status: int = 400, operation: str = "HeadBucket") -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


class BucketWorld:
    """S3 as far as one bucket's name goes: `status` is what a HEAD for this owner answers."""

    meta = SimpleNamespace(region_name="il-central-1")

    def __init__(self, status: int) -> None:
        self._status = status
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def head_bucket(self, **request: Any) -> None:
        self.asked.append(("head", request))
        if self._status != 200:
            raise refusal(str(self._status), status=self._status)

    def create_bucket(self, **request: Any) -> None:
        self.asked.append(("create", request))

    def upload_file(self, _path: str, _bucket: str, _key: str, **request: Any) -> None:
        self.asked.append(("upload", request))


def upload(s3: BucketWorld) -> str:
    return OwnBucket(s3=s3, name="casework-packages-1-r", owner="1").upload(Path("p.zip"), key="k.zip")


def test_a_package_goes_into_a_bucket_of_this_account_only() -> None:
    s3 = BucketWorld(200)

    upload(s3)

    assert [what for what, _ in s3.asked] == ["head", "upload"]
    head, sent = (request for _, request in s3.asked)
    assert (head["ExpectedBucketOwner"], sent["ExtraArgs"]) == ("1", {"ExpectedBucketOwner": "1"})


def test_a_bucket_is_made_where_there_is_none() -> None:
    s3 = BucketWorld(404)

    upload(s3)

    assert [what for what, _ in s3.asked] == ["head", "create", "upload"]
    assert s3.asked[1][1]["CreateBucketConfiguration"] == {"LocationConstraint": "il-central-1"}


# 403: another account's, or a role that may not list; 301: in another region; 400: a token that has expired.
@pytest.mark.parametrize("status", [403, 301, 400])
def test_a_bucket_that_is_not_ours_gets_nothing_and_is_not_made(status: int) -> None:
    s3 = BucketWorld(status)

    with pytest.raises(Problem, match=r"casework-packages-1-r"):
        upload(s3)

    assert [what for what, _ in s3.asked] == ["head"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(action="Modify", resource="JobsTable", resource_type=TABLE, replacement="yes"), "replaced by an empty"),
        (Change(action="Remove", resource="JobsTable", resource_type=TABLE), "removed"),
        (Change(action="Remove", resource="JobsTable", resource_type="AWS::SQS::Queue"), "removed"),
        (Change(action="Modify", resource="JobsTable", resource_type="AWS::S3::Bucket", replacement="yes"), "replaced"),
    ],
)
def test_a_deploy_that_would_lose_what_is_stored_must_say_so(change: Change, words: str) -> None:
    with pytest.raises(Problem, match=words) as problem:
        refuse_loss([change], agreed=["CasesTable"])

    assert "REPLACE=JobsTable" in str(problem.value)
    refuse_loss([change], agreed=["JobsTable"])


@pytest.mark.parametrize(
    "change",
    [
        Change(action="Modify", resource="JobsTable", resource_type=TABLE, replacement="maybe"),
        Change(action="Add", resource="JobsTable", resource_type=TABLE),
        Change(action="Import", resource="JobsTable", resource_type=TABLE),
        Change(action="Remove", resource="OldAlarm", resource_type="AWS::CloudWatch::Alarm"),
        Change(action="Modify", resource="Rescue", resource_type="AWS::Lambda::Function", replacement="yes"),
    ],
)
def test_any_other_change_is_carried_out(change: Change) -> None:
    refuse_loss([change], agreed=[])


def test_the_stack_policy_leaves_open_what_was_agreed_to() -> None:
    types = {"JobsTable": TABLE, "Bucket": "AWS::S3::Bucket", "Rescue": "AWS::Lambda::Function"}

    def denied(policy: str) -> list[str]:
        statements = json.loads(policy)["Statement"]
        return [name for one in statements if one["Effect"] == "Deny" for name in one["Resource"]]

    assert denied(stack_policy(types)) == ["LogicalResourceId/Bucket", "LogicalResourceId/JobsTable"]
    assert denied(stack_policy(types, agreed=["JobsTable"])) == ["LogicalResourceId/Bucket"]
    assert denied(stack_policy(types, agreed=["JobsTable", "Bucket"])) == []


class Secrets:
    """Parameter Store and Secrets Manager with these names; `code` is the refusal of every other."""

    def __init__(self, *names: str, code: str = "ParameterNotFound") -> None:
        self._names = names
        self._code = code

    def get_parameter(self, *, Name: str) -> None:  # noqa: N803
        if Name not in self._names:
            raise refusal(self._code, operation="GetParameter")

    def describe_secret(self, *, SecretId: str) -> None:  # noqa: N803
        if SecretId not in self._names:
            raise refusal("ResourceNotFoundException", operation="DescribeSecret")


def asked_of(store: Secrets, **parameters: str) -> Any:
    return refuse_missing("casework-prod", parameters=parameters, clients=lambda _: store)


def test_secrets_that_are_not_there_stop_a_deploy_and_are_all_named() -> None:
    store = Secrets("/casework-prod/openai-api-key")

    with pytest.raises(Problem) as problem:
        asked_of(store)

    assert "/casework-prod/anthropic-api-key" in str(problem.value)
    assert "/casework-prod/vapi-webhook-secret" in str(problem.value)
    assert "/casework-prod/openai-api-key" not in str(problem.value)
    assert "AnthropicModel=none, VapiWebhook=none" in str(problem.value)


def test_a_secret_that_a_stage_does_without_is_not_asked_for() -> None:
    store = Secrets("/casework-prod/openai-api-key")

    assert asked_of(store, AnthropicModel="none", VapiWebhook="none") == []


def test_a_stage_that_signs_webhooks_needs_the_secret_for_it() -> None:
    store = Secrets(
        *(f"/casework-prod/{name}" for name in ("openai-api-key", "anthropic-api-key", "vapi-webhook-secret"))
    )

    assert asked_of(store) == []
    with pytest.raises(Problem, match="/casework-prod/webhook-secret"):
        asked_of(store, JobWebhooks="on")


def test_a_deployer_who_may_not_see_secrets_is_told_which() -> None:
    names = asked_of(Secrets(code="AccessDeniedException"))

    assert names == [
        f"/casework-prod/{name}" for name in ("openai-api-key", "anthropic-api-key", "vapi-webhook-secret")
    ]


def test_secrets_manager_is_asked_where_the_stage_uses_it() -> None:
    store = Secrets("casework-prod/openai-api-key")

    with pytest.raises(Problem, match="aws secretsmanager create-secret --name casework-prod/anthropic-api-key"):
        asked_of(store, SecretStore="secrets-manager")


def test_a_stages_file_gives_parameters_and_tags(tmp_path: Path) -> None:
    (tmp_path / "prod.json").write_text('{"parameters": {"LogLevel": "DEBUG"}, "tags": {"owner": "claims"}}')

    file = read_stage_file("prod", directory=tmp_path)

    assert file.parameters == {"LogLevel": "DEBUG"}
    assert tags_of("prod", file) == {"owner": "claims", "app": "casework", "stage": "prod"}
    assert read_stage_file("staging", directory=tmp_path) == StageFile()


@pytest.mark.parametrize(
    "text",
    ['{"parameters": {"JobRetentionDays": 30}}', '{"parametres": {}}', "{", "[]", '{"tags": {"owner": "André"}}'],
)
def test_a_stages_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "prod.json").write_text(text, encoding="latin-1")  # its letters are not those of UTF-8

    with pytest.raises(Problem, match=r"prod\.json"):
        read_stage_file("prod", directory=tmp_path)


def test_only_parameters_that_change_are_shown() -> None:
    now = {"LogLevel": "INFO", "JwksUrl": "https://a", "MaxOpenJobs": "20"}

    changed = differences(now, {"LogLevel": "DEBUG", "JwksUrl": "https://a", "AlarmEmail": "ops@a.example"})

    assert changed == [
        Difference(name="AlarmEmail", now=None, after="ops@a.example"),
        Difference(name="LogLevel", now="INFO", after="DEBUG"),
    ]


def test_a_deploy_ends_when_the_api_answers() -> None:
    answers = [(0, b""), (503, b"{}"), (200, b'{"status": "ok", "version": "2", "checks": {"table": "ok"}}')]
    waits: list[float] = []

    health = verified("https://api", token="t", ask=lambda *_: answers.pop(0), pause=waits.append)

    assert (health.version, health.checks, len(waits)) == ("2", {"table": "ok"}, 2)


def test_a_deploy_whose_deep_health_is_bad_names_the_part() -> None:
    bad = b'{"status": "degraded", "version": "2", "checks": {"table": "ok", "openai-api-key": "missing"}}'

    with pytest.raises(Problem, match=r"answers 503 \(openai-api-key: missing\)"):
        verified("https://api", token="t", ask=lambda *_: (503, bad), pause=lambda _: None)


def test_a_token_of_nobody_important_is_named_as_the_reason() -> None:
    with pytest.raises(Problem, match="CASEWORK_TOKEN"):
        verified("https://api", token="t", ask=lambda *_: (403, b"{}"), pause=lambda _: None)


def test_without_a_token_only_the_plain_health_is_asked() -> None:
    asked: list[tuple[str, str | None]] = []

    def ask(url: str, token: str | None) -> tuple[int, bytes]:
        asked.append((url, token))
        return 200, b'{"status": "ok", "version": "2"}'

    verified("https://api", token=None, ask=ask)

    assert asked == [("https://api/health", None)]
