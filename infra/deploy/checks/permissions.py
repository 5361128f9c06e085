"""May every function do what it needs and nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.deploy.checks.view import Template, listed, references, statements, target

CHANGES_OBJECTS = (
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectAcl",
    "s3:PutObjectTagging",
)


def each_function_has_a_role_of_its_own(template: Template) -> Iterator[str]:
    """A shared role gives each function what any of them needs."""
    roles: dict[str, str] = {}
    for name, function in template.functions():
        role = target(function.get("Role"))
        if template.resources.get(role, {}).get("Type") != "AWS::IAM::Role":
            yield f"{name} has no role of this template"
        elif role in roles:
            yield f"{name} and {roles[role]} share the role {role}"
        roles[role] = name


def permissions_name_their_resources(template: Template) -> Iterator[str]:
    """No statement is about everything, and none gives all actions of a service."""
    for role, properties in template.of("AWS::IAM::Role"):
        if properties.get("ManagedPolicyArns"):
            yield f"{role} has managed policies, which name no resources"
        for statement in statements(properties):
            for action in listed(statement.get("Action", "*")):
                if "*" in action:
                    yield f"{role} may {action}"
            for resource in listed(statement.get("Resource", "*")):
                if _is_open(resource):
                    yield f"{role} may {', '.join(listed(statement.get('Action', '*')))} on {resource}"


def roles_can_be_bounded(template: Template) -> Iterator[str]:
    """Many organisations refuse roles without a permissions boundary: each takes the parameter's."""
    for role, properties in template.of("AWS::IAM::Role"):
        if "PermissionsBoundary" not in set(references(properties.get("PermissionsBoundary"))):
            yield f"{role} takes no permissions boundary"


def secrets_can_be_decrypted(template: Template) -> Iterator[str]:
    """Whoever reads secrets may use the key of SecretsKeyArn: without it, setting the parameter takes them away."""
    key = {"Action": ["kms:Decrypt"], "Resource": {"Ref": "SecretsKeyArn"}}
    for role, properties in template.of("AWS::IAM::Role"):
        found = list(statements(properties))
        reads = any("ssm:GetParameter" in listed(statement.get("Action", ())) for statement in found)
        if reads and not any(key.items() <= statement.items() for statement in found):
            yield f"{role} may read secrets and not use their key"


def workers_never_write_originals(template: Template) -> Iterator[str]:
    """Workers open files made by strangers: they may read the originals and write only to other prefixes."""
    for name, function, _, _ in template.sources():
        role = target(function.get("Role"))
        for statement in statements(template.properties(role)):
            changes = [action for action in listed(statement.get("Action", "*")) if action in CHANGES_OBJECTS]
            for resource in listed(statement.get("Resource", "*")) if changes else ():
                if not _is_beside_the_originals(resource):
                    yield f"{name} may {', '.join(changes)} on {resource}"


def _is_beside_the_originals(resource: Any) -> bool:
    prefixes = tuple(f"${{Bucket.Arn}}/{folder}/" for folder in ("bodies", "texts", "jobs"))
    return isinstance(resource, dict) and str(resource.get("Fn::Sub", "")).startswith(prefixes)


def _is_open(resource: Any) -> bool:
    """Whether a resource is a text that begins with a wildcard before it names anything of this stack."""
    text = resource
    if isinstance(resource, dict):
        text = resource.get("Fn::Sub", "")
        text = text[0] if isinstance(text, list) else text
        return "*" in text and "${" not in text.split("*", 1)[0].replace("${AWS::", "")
    return "*" in str(text) or not str(text).startswith("arn:")
