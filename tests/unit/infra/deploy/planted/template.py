"""The places of a template where defects are planted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Template = dict[str, Any]
Plant = Callable[[Template], Any]


def properties(template: Template, name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def statements(template: Template, role: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def statement(template: Template, role: str, sid: str) -> dict[str, Any]:
    (found,) = [one for one in statements(template, role) if one.get("Sid") == sid]
    return found


def conditional(template: Template, role: str) -> dict[str, Any]:
    (found,) = [one for one in statements(template, role) if "Fn::If" in one]
    return found


def variables(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = template["Globals"]["Function"]["Environment"]["Variables"]
    return found


def event(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = properties(template, "WorkHigh")["Events"]["WorkHighSqsEventSource"]["Properties"]
    return found


def body(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = properties(template, "RestAPI")["DefinitionBody"]
    return found


def responses(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = body(template)["x-amazon-apigateway-gateway-responses"]
    return found


def denials(template: Template, policy: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = properties(template, policy)["PolicyDocument"]["Statement"]
    return found


def lifecycle(template: Template, *, prefix: str) -> dict[str, Any]:
    rules = properties(template, "Bucket")["LifecycleConfiguration"]["Rules"]
    (found,) = [rule for rule in rules if rule.get("Prefix") == prefix]
    assert isinstance(found, dict)
    return found
