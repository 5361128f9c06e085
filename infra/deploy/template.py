"""What is deployed? The template that Chalice writes, with the project's own resources and overlays merged into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.cloudformation import merged, read_yaml
from infra.deploy.gateway_responses import gateway_responses

INFRA = Path(__file__).resolve().parent.parent
RESOURCES = INFRA / "resources.yaml"
OVERLAYS = INFRA / "deploy" / "overlays"
STAGES = ("staging", "prod")
INTEGRATION = "x-amazon-apigateway-integration"


def merge_template(stage: str) -> dict[str, Any]:
    """What `chalice package --merge-template` takes: the resources with all overlays, the stage's own last."""
    template: dict[str, Any] = {}
    for overlay in ("functions", "live", "alarms", "alarms_jobs", "dashboard", "firewall"):
        template = merged(template, read_yaml(OVERLAYS / f"{overlay}.yaml"))
    template = merged(template, stored(stage))
    body = {"x-amazon-apigateway-gateway-responses": gateway_responses()}
    return merged(template, {"Resources": {"RestAPI": {"Properties": {"DefinitionBody": body}}}})


def stored(stage: str) -> dict[str, Any]:
    """What holds data in a stage: infra/resources.yaml with what guards it, and with what the stage says."""
    template = read_yaml(RESOURCES)
    for overlay in ("data", stage):
        template = merged(template, read_yaml(OVERLAYS / f"{overlay}.yaml"))
    return template


def finished(template: Mapping[str, Any], *, stage: str) -> dict[str, Any]:
    """Chalice's template made ready: preflights go to the API's function, so that CORS has one rule, the API's."""
    api = template["Resources"]["RestAPI"]
    body = api["Properties"]["DefinitionBody"]
    paths = {path: _with_preflight(methods) for path, methods in body["paths"].items()}
    properties = {**api["Properties"], "DefinitionBody": {**body, "paths": paths}}
    resources = {**template["Resources"], "RestAPI": {**api, "Properties": properties}}
    resources = _with_socket_stage(resources)
    return {**template, "Description": f"Casework, {stage}", "Resources": resources}


def _with_socket_stage(resources: Mapping[str, Any]) -> dict[str, Any]:
    """The WebSocket API's stage deploys itself. Chalice's Deployment has a constant name, so that CloudFormation would
    deploy the API once and never again; a stage that came up before its routes would deploy once for each of them."""
    stage = resources["WebsocketAPIStage"]
    properties = {name: value for name, value in stage["Properties"].items() if name != "DeploymentId"}
    routes = sorted(name for name, resource in resources.items() if resource["Type"] == "AWS::ApiGatewayV2::Route")
    kept = {name: resource for name, resource in resources.items() if name != "WebsocketAPIDeployment"}
    return {
        **kept,
        "WebsocketAPIStage": {**stage, "Properties": {**properties, "AutoDeploy": True}, "DependsOn": routes},
    }


def _with_preflight(methods: Mapping[str, Any]) -> dict[str, Any]:
    """The methods of a path, OPTIONS integrated as the others are. Chalice makes it a mock, which cannot echo one of
    several origins and does not follow a changed parameter."""
    integration = next(operation[INTEGRATION] for method, operation in methods.items() if method != "options")
    return {**methods, "options": {"responses": {"default": {"description": "preflight"}}, INTEGRATION: integration}}
