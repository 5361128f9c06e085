"""What do the deployed tests start from? The package of this machine's architecture, deployed once for all of them."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emulator.server import Emulator
from infra.deploy import deployment
from infra.deploy.package import Package, make_package, own_architecture
from infra.deploy.stack import Stack
from tests.deployed import issuer
from tests.deployed.issuer import Issuer, running_issuer
from tests.deployed.ministack import MiniStack, running_ministack
from tests.deployed.sample import new_case
from tests.deployed.system import Deployed

STAGE = "staging"
SECRETS = {
    "openai-api-key": "made-up-openai-key",
    "anthropic-api-key": "made-up-anthropic-key",
    "vapi-webhook-secret": "made-up-webhook-secret",
    "openai-webhook-secret": "whsec_" + base64.b64encode(b"made-up-secret-of-openai").decode(),
    "webhook-secret": "whsec_" + base64.b64encode(b"made-up-secret-of-webhooks").decode(),
}
SECONDS_AN_ANSWER = 1.0
UNLUCKY = "unlucky"
"""Whose job loses its worker."""

MINISTACK_VENV = Path(os.environ.get("MINISTACK_VENV", "build/ministack")).absolute()


@pytest.fixture(scope="session")
def package() -> Package:
    return make_package(stage=STAGE, architecture=own_architecture())


@pytest.fixture(scope="session")
def deployable(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The package with a template that MiniStack takes."""
    usable = msgspec.structs.replace(package, directory=tmp_path_factory.mktemp("package"))
    template = as_ministack_takes_it(json.loads(package.template.read_text(encoding="utf-8")))
    usable.template.write_text(json.dumps(template), encoding="utf-8")
    return usable


def as_ministack_takes_it(template: dict[str, Any]) -> dict[str, Any]:
    """The template without what MiniStack cannot read: the lanes' concurrency is a number (it keeps a parameter as text
    and compares that with numbers, where CloudFormation converts it), and alarms on an expression are left out."""
    for resource in template["Resources"].values():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            if event["Type"] == "SQS":
                scaling = event["Properties"]["ScalingConfig"]
                scaling["MaximumConcurrency"] = template["Parameters"][scaling["MaximumConcurrency"]["Ref"]]["Default"]
    resources = {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] != "AWS::CloudWatch::Alarm" or "Metrics" not in resource["Properties"]
    }
    return {**template, "Resources": resources}


@pytest.fixture(scope="session")
def token_issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator(port=0, seconds=SECONDS_AN_ANSWER) as running:
        yield running


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Iterator[MiniStack]:
    providers = {"OPENAI_BASE_URL": f"{emulator.url}/v1", "ANTHROPIC_BASE_URL": emulator.url}
    home = tmp_path_factory.mktemp("ministack")
    with running_ministack(MINISTACK_VENV, home=home, environment=providers) as running:
        yield running


@pytest.fixture(scope="session")
def deployed(deployable: Package, token_issuer: Issuer, emulator: Emulator, ministack: MiniStack) -> Deployed:
    """The stack, deployed as `make deploy` does it."""
    name = deployment.stack_name(STAGE)
    for secret, value in SECRETS.items():
        ministack.client("ssm").put_parameter(Name=f"/{name}/{secret}", Type="SecureString", Value=value)
    stack = Stack(name, clients=ministack.client, pause=lambda seconds: time.sleep(seconds / 5))
    parameters = {
        "JwksUrl": token_issuer.jwks_url,
        "JwtIssuer": issuer.NAME,
        "JwtAudience": issuer.AUDIENCE,
        "CaseRetentionDays": "365",
        "JobWebhooks": "on",
        "WebhookLoopback": "true",
        "ConnectionsUrl": f"{ministack.endpoint_url}/_aws/execute-api",
    }
    stack.execute(deployment.prepare(stack, deployable, parameters=parameters))
    api_id = stack.outputs()["RestAPIId"]
    return Deployed(
        ministack=ministack,
        stack=stack,
        package=deployable,
        api_url=f"{ministack.endpoint_url}/_aws/execute-api/{api_id}/api",
        issuer=token_issuer,
        model_url=emulator.url,
    )


@pytest.fixture(scope="session", autouse=True)
def abandoned_job(deployed: Deployed) -> str:
    """A job whose worker was killed at the very beginning: its lease ends while the other tests run."""
    client = deployed.client(UNLUCKY)
    deployed.model("POST", "/pace", {"seconds": 30})
    job_id = client.start("call_analysis", new_case(client))["job_id"]
    client.until(job_id, lambda job: job["status"] == "running")
    assert deployed.ministack.kill_workers(deployed.functions()["WorkNormal"]) >= 1
    return job_id


@pytest.fixture(autouse=True)
def patient_model(deployed: Deployed) -> None:
    """Each test finds the providers without faults and at their usual pace."""
    deployed.model("DELETE", "/faults")
    deployed.model("POST", "/pace", {"seconds": SECONDS_AN_ANSWER})
