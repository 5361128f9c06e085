"""Does a deploy set OpenAI's webhook up, correct it, or say what to do by hand? Asked of the emulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator import Emulator
from infra.deploy.openai_webhook import EVENTS, register

URL = "https://api.example/api/openai/webhook"


class FakeSsm:
    """Parameters by name; `refused` are operations that this operator may not do."""

    def __init__(self, **parameters: str) -> None:
        self.parameters = {f"/casework-staging/{name.replace('_', '-')}": value for name, value in parameters.items()}
        self.refused: set[str] = set()

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> Mapping[str, Any]:  # noqa: N803  # AWS's names
        self._allowed("GetParameter")
        if Name not in self.parameters:
            raise ClientError({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")
        return {"Parameter": {"Value": self.parameters[Name]}}

    def put_parameter(self, *, Name: str, Value: str, Type: str, Overwrite: bool) -> None:  # noqa: N803
        self._allowed("PutParameter")
        assert (Type, Overwrite) == ("SecureString", True)
        self.parameters[Name] = Value

    def _allowed(self, operation: str) -> None:
        if operation in self.refused:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, operation)


class FakeStack:
    """A stack that is up."""

    name = "casework-staging"

    def __init__(self, ssm: FakeSsm, **parameters: str) -> None:
        self._ssm = ssm
        self._parameters = parameters

    def client(self, service: str) -> Any:
        assert service == "ssm"
        return self._ssm

    def parameters(self) -> Mapping[str, str]:
        return self._parameters

    def outputs(self) -> Mapping[str, str]:
        return {"ApiUrl": "https://api.example/api"}


@pytest.fixture
def provider() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def ssm() -> FakeSsm:
    return FakeSsm(openai_api_key="sk-test")


def registered(provider: Emulator, ssm: FakeSsm, **parameters: str) -> str:
    stack: Any = FakeStack(ssm, **parameters)
    return register(stack, environ={"OPENAI_BASE_URL": f"{provider.url}/v1"})


def endpoints(provider: Emulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = provider.state.webhooks.listed()["endpoints"]
    return found


def test_the_first_deploy_creates_the_endpoint_and_stores_its_secret(provider: Emulator, ssm: FakeSsm) -> None:
    assert "was set up" in registered(provider, ssm)

    [endpoint] = endpoints(provider)
    assert (endpoint["url"], endpoint["event_types"]) == (URL, list(EVENTS))
    assert ssm.parameters["/casework-staging/openai-webhook-secret"] == endpoint["signing_secret"]


def test_the_next_deploy_changes_nothing(provider: Emulator, ssm: FakeSsm) -> None:
    registered(provider, ssm)
    before = endpoints(provider)

    assert registered(provider, ssm) == "OpenAI's webhook is set up."
    assert endpoints(provider) == before


def test_an_endpoint_of_another_address_is_corrected(provider: Emulator, ssm: FakeSsm) -> None:
    registered(provider, ssm)
    found = provider.state.webhooks.endpoints()[0]
    provider.state.webhooks.update(found, {"url": "https://old.example/openai/webhook"})

    assert "corrected" in registered(provider, ssm)
    assert endpoints(provider)[0]["url"] == URL


def test_a_lost_secret_is_replaced_by_a_new_one(provider: Emulator, ssm: FakeSsm) -> None:
    registered(provider, ssm)
    del ssm.parameters["/casework-staging/openai-webhook-secret"]

    registered(provider, ssm)

    [endpoint] = endpoints(provider)
    assert ssm.parameters["/casework-staging/openai-webhook-secret"] == endpoint["signing_secret"]


@pytest.mark.parametrize(
    "parameters", [{"OpenAiWebhook": "none"}, {"OpenAiModel": "none"}, {"OpenAiBackground": "off"}]
)
def test_a_stage_without_it_gets_none(provider: Emulator, ssm: FakeSsm, parameters: dict[str, str]) -> None:
    assert registered(provider, ssm, **parameters) == "OpenAI's webhook is not used."
    assert endpoints(provider) == []


@pytest.mark.parametrize("refused", ["GetParameter", "PutParameter"])
def test_what_may_not_be_done_is_said_with_what_to_do_by_hand(provider: Emulator, ssm: FakeSsm, refused: str) -> None:
    ssm.refused.add(refused)

    told = registered(provider, ssm)

    assert "By hand" in told
    assert URL in told
    assert "/casework-staging/openai-webhook-secret" in told
    assert "sk-test" not in told


def test_who_may_not_read_secrets_is_not_told_that_a_webhook_is_missing(provider: Emulator, ssm: FakeSsm) -> None:
    registered(provider, ssm)
    before = endpoints(provider)
    ssm.refused.add("GetParameter")

    told = registered(provider, ssm)

    assert told.startswith("OpenAI's webhook was left as it is: You may not read /casework-staging/openai-api-key.")
    assert endpoints(provider) == before


def test_a_provider_that_is_not_there_does_not_fail_the_deploy(ssm: FakeSsm) -> None:
    stack: Any = FakeStack(ssm)

    assert "By hand" in register(stack, environ={"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
