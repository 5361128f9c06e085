"""Deploy a package on MiniStack, with made-up secrets, as `make deploy` does it."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import msgspec

from infra.deploy import deployment
from infra.deploy.package import Package
from infra.deploy.stack import Stack
from infra.emulated import issuer
from infra.emulated.issuer import Issuer
from infra.emulated.ministack import MiniStack
from infra.emulated.system import Deployed

STAGE = "staging"
SECRETS = {
    "openai-api-key": "made-up-openai-key",
    "anthropic-api-key": "made-up-anthropic-key",
    "vapi-webhook-secret": "made-up-webhook-secret",
    "openai-webhook-secret": "whsec_" + base64.b64encode(b"made-up-secret-of-openai").decode(),
    "webhook-secret": "whsec_" + base64.b64encode(b"made-up-secret-of-webhooks").decode(),
}


def deployable_package(package: Package, directory: Path) -> Package:
    """The package with a template, in `directory`, that MiniStack takes."""
    usable = msgspec.structs.replace(package, directory=directory)
    template = _as_ministack_takes_it(json.loads(package.template.read_text(encoding="utf-8")))
    usable.template.write_text(json.dumps(template), encoding="utf-8")
    return usable


def deploy(package: Package, *, ministack: MiniStack, token_issuer: Issuer, model_url: str) -> Deployed:
    """Make the stack of a deployable package. `model_url` is the address of the providers' emulator.

    The emulated OpenAI sends its webhooks to the stack: it expects them, and looks rarely at a parked job without them.
    """
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
    stack.execute(deployment.prepare(stack, package, parameters=parameters))
    api_id = stack.outputs()["RestAPIId"]
    deployed = Deployed(
        ministack=ministack,
        stack=stack,
        package=package,
        api_url=f"{ministack.endpoint_url}/_aws/execute-api/{api_id}/api",
        issuer=token_issuer,
        model_url=model_url,
    )
    webhooks = {"url": f"{deployed.api_url}/openai/webhook", "secret": SECRETS["openai-webhook-secret"]}
    deployed.model("POST", "/webhooks", webhooks)
    return deployed


def _as_ministack_takes_it(template: dict[str, Any]) -> dict[str, Any]:
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
