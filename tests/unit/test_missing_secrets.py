"""A stage whose secrets are not there: its jobs fail at once with the reason, and deep health names each secret."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.bootstrap import System
from chalicelib.errors import ProviderAuth, StorageUnavailable
from chalicelib.settings import read_settings
from tests.unit.test_worker import Context

ENVIRONMENT = {
    "STAGE": "prod",
    "JOBS_TABLE": "jobs",
    "CASES_TABLE": "cases",
    "BUCKET": "bucket",
    "HIGH_QUEUE_URL": "https://sqs/high",
    "NORMAL_QUEUE_URL": "https://sqs/normal",
    "JWKS_URL": "https://issuer.example/jwks.json",
    "JWT_ISSUER": "https://issuer.example/",
    "JWT_AUDIENCE": "casework",
}
NAMES = {
    "OPENAI_API_KEY_NAME": "/casework-prod/openai-api-key",
    "ANTHROPIC_API_KEY_NAME": "/casework-prod/anthropic-api-key",
    "VAPI_WEBHOOK_SECRET_NAME": "/casework-prod/vapi-webhook-secret",
    "WORKER_FUNCTION": "worker",
}


class Stage(System):
    """A system whose Parameter Store has these values and no others; its worker is another system with the same."""

    def __init__(self, values: Mapping[str, str], **environment: str) -> None:
        super().__init__(read_settings({**ENVIRONMENT, **environment}))
        self._values = values
        self.invocations = 0

    def _client(self, name: str) -> Any:
        return self

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> Any:  # noqa: N803
        assert WithDecryption
        if Name not in self._values:
            answer: Any = {"Error": {"Code": "ParameterNotFound"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(answer, "GetParameter")
        return {"Parameter": {"Value": self._values[Name]}}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Any:  # noqa: N803
        assert FunctionName == "worker"
        self.invocations += 1
        found = Stage(self._values, **NAMES).work(json.loads(Payload), Context())
        return {"Payload": io.BytesIO(json.dumps(found).encode())}


def outcome(stage: Stage, check: str) -> bool:
    try:
        stage.health_checks[check]()
    except StorageUnavailable:
        return False
    return True


@pytest.mark.parametrize("model", ["openai", "anthropic"])
def test_a_job_without_its_key_fails_for_that_and_not_for_our_storage(model: str) -> None:
    stage = Stage({}, **NAMES)

    with pytest.raises(ProviderAuth, match="is not configured"):
        getattr(stage.services, model)


@pytest.mark.parametrize("model", ["openai", "anthropic"])
def test_a_stage_that_names_no_key_fails_the_jobs_that_need_one(model: str) -> None:
    with pytest.raises(ProviderAuth, match="This stage has no key"):
        getattr(Stage({}).services, model)


def test_deep_health_names_every_secret_that_cannot_be_read() -> None:
    stage = Stage({"/casework-prod/anthropic-api-key": "k"}, **NAMES)

    found = {name: outcome(stage, name) for name in ("openai_key", "anthropic_key", "webhook_secret")}

    assert found == {"openai_key": False, "anthropic_key": True, "webhook_secret": False}


def test_deep_health_does_not_ask_for_secrets_that_the_stage_does_without() -> None:
    stage = Stage({}, VAPI_WEBHOOK_SECRET_NAME=NAMES["VAPI_WEBHOOK_SECRET_NAME"], WORKER_FUNCTION="worker")

    assert set(stage.health_checks) == {"table", "queue", "bucket", "webhook_secret"}


def test_a_worker_never_gives_a_key_away() -> None:
    stage = Stage({"/casework-prod/openai-api-key": "sk-secret"}, **NAMES)

    answer = stage.work({"check_keys_of": ["openai", "anthropic"]}, Context())

    assert answer == {"openai": True, "anthropic": False}


@pytest.mark.parametrize("provider", ["", "vapi", "../openai"])
def test_a_question_about_something_else_is_answered_with_no(provider: str) -> None:
    assert Stage({}, **NAMES).work({"check_keys_of": [provider]}, Context()) == {provider: False}


def test_one_question_to_the_worker_is_enough_for_all_keys() -> None:
    stage = Stage({}, **NAMES)

    for name in ("openai_key", "anthropic_key"):
        outcome(stage, name)

    assert stage.invocations == 1
