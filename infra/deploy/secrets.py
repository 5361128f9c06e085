"""Are the secrets there that a stage needs? Asked before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from infra.problem import Problem

UNUSED = "none"
NEEDED_UNLESS = {
    "openai-api-key": "OpenAiModel",
    "anthropic-api-key": "AnthropicModel",
    "vapi-webhook-secret": "VapiWebhook",
    "webhook-secret": "JobWebhooks",
}
"""A secret by its name, and the parameter that is "none" when the stage does without it."""

DEFAULTS = {"JobWebhooks": UNUSED}
"""What a parameter is in a stack that does not have it yet, where that is not "used"."""

_NOT_THERE = ("ParameterNotFound", "ResourceNotFoundException")
_NOT_ASKED = ("AccessDeniedException", "AccessDenied")


def refuse_missing(stack: str, *, parameters: Mapping[str, str], clients: Callable[[str], Any]) -> Sequence[str]:
    """The names of those secrets that could not be asked for; `parameters` are the values that the stack will have.

    Raises: Problem naming every secret that is not there.
    """
    missing: list[str] = []
    unknown: list[str] = []
    by_reference = parameters.get("SecretStore") == "secrets-manager"
    for name in needed(parameters):
        full = f"{stack}/{name}" if by_reference else f"/{stack}/{name}"
        try:
            if by_reference:
                clients("secretsmanager").describe_secret(SecretId=full)
            else:
                clients("ssm").get_parameter(Name=full)
        except ClientError as exc:
            code = exc.response["Error"]["Code"]
            if code not in (*_NOT_THERE, *_NOT_ASKED):
                raise
            (missing if code in _NOT_THERE else unknown).append(full)
    if missing:
        raise Problem(_words(missing, by_reference=by_reference))
    return unknown


def needed(parameters: Mapping[str, str]) -> Iterator[str]:
    """The secrets that a stage with these parameters reads."""
    for name, parameter in NEEDED_UNLESS.items():
        if parameters.get(parameter, DEFAULTS.get(parameter)) != UNUSED:
            yield name


def _words(missing: Sequence[str], *, by_reference: bool) -> str:
    command = (
        "aws secretsmanager create-secret --name {} --secret-string …"
        if by_reference
        else "aws ssm put-parameter --type SecureString --name {} --value …"
    )
    lines = "\n".join(f"  {command.format(name)}" for name in missing)
    unused = ", ".join(f"{NEEDED_UNLESS[name.rpartition('/')[2]]}={UNUSED}" for name in missing)
    return (
        f"These secrets are not there, and jobs would fail without them:\n{lines}\nA stage that needs none: {unused}."
    )
