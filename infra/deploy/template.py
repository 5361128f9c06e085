"""What is deployed? The template that Chalice writes, with the project's own resources and overlays merged into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.cloudformation import merged, read_yaml
from infra.deploy.gateway_responses import ORIGIN, gateway_responses

INFRA = Path(__file__).resolve().parent.parent
RESOURCES = INFRA / "resources.yaml"
OVERLAYS = INFRA / "deploy" / "overlays"
STAGES = ("staging", "prod")


def merge_template(stage: str) -> dict[str, Any]:
    """What `chalice package --merge-template` takes: the resources, then the overlays, the stage's own last."""
    template = read_yaml(RESOURCES)
    for overlay in ("functions", "alarms", stage):
        template = merged(template, read_yaml(OVERLAYS / f"{overlay}.yaml"))
    body = {"x-amazon-apigateway-gateway-responses": gateway_responses()}
    return merged(template, {"Resources": {"RestAPI": {"Properties": {"DefinitionBody": body}}}})


def finished(template: Mapping[str, Any], *, stage: str) -> dict[str, Any]:
    """Chalice's template made ready: the CORS origin becomes the stack's parameter wherever the API names it."""
    api = template["Resources"]["RestAPI"]
    properties = {**api["Properties"], "DefinitionBody": _with_origin(api["Properties"]["DefinitionBody"])}
    resources = {**template["Resources"], "RestAPI": {**api, "Properties": properties}}
    return {**template, "Description": f"Casework, {stage}", "Resources": resources}


def _with_origin(value: Any) -> Any:
    if isinstance(value, str):
        return {"Fn::Sub": value} if ORIGIN in value else value
    if isinstance(value, Mapping):
        return {name: _with_origin(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_with_origin(member) for member in value]
    return value
