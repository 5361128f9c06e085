"""OpenAI's webhook: its endpoint at the provider and its secret in the stage's store, as far as the stage's key allows.

Without it jobs look by themselves whether their answers are there, a little later: a deploy never fails by it.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.secrets import UNUSED
from infra.deploy.stack import Stack

EVENTS = ("response.completed", "response.failed", "response.cancelled", "response.incomplete")
PATH = "/openai/webhook"
OPENAI = "https://api.openai.com/v1"
ANSWER_SECONDS = 20


class NotAllowed(Exception):
    """What keeps the deploy from doing it; a sentence."""


class NotSeen(NotAllowed):
    """Secrets may not be read: the webhook may be set up, and nothing was done about it."""


def register(stack: Stack, *, environ: Mapping[str, str] = os.environ) -> str:
    """Create the endpoint of this stage, or correct it; what was done, or what to do by hand."""
    parameters = stack.parameters()
    unused = (parameters.get("OpenAiWebhook"), parameters.get("OpenAiModel"))
    if UNUSED in unused or parameters.get("OpenAiBackground") == "off":
        return "OpenAI's webhook is not used."
    url = stack.outputs()["ApiUrl"] + PATH
    store = _Store(stack, by_reference=parameters.get("SecretStore") == "secrets-manager")
    try:
        return _registered(url, stack=stack, store=store, base_url=environ.get("OPENAI_BASE_URL") or OPENAI)
    except NotAllowed as exc:
        done = "left as it is" if isinstance(exc, NotSeen) else "not set up"
        return by_hand(url, why=f"{done}: {exc}", secret=store.name("openai-webhook-secret"))


def by_hand(url: str, *, why: str, secret: str) -> str:
    """What an operator does instead."""
    return (
        f"OpenAI's webhook was {why} Until it is set up, jobs look by themselves, up to a minute later. By hand:"
        f" in the project's settings at OpenAI, Webhooks, create an endpoint for {url} with the events"
        f" {', '.join(EVENTS)}, and store its signing secret (whsec_…) as {secret}."
    )


def _registered(url: str, *, stack: Stack, store: _Store, base_url: str) -> str:
    provider = _OpenAI(base_url, api_key=store.read("openai-api-key"))
    mine = [one for one in provider.endpoints() if one.get("url") == url or one.get("name") == stack.name]
    known = store.read_or_none("openai-webhook-secret")
    if mine and known is not None:
        if mine[0].get("url") == url and set(EVENTS) <= set(mine[0].get("event_types") or ()):
            return "OpenAI's webhook is set up."
        provider.asked("POST", f"/webhook_endpoints/{mine[0]['id']}", {"url": url, "event_types": EVENTS})
        return "OpenAI's webhook was corrected."
    if mine:
        made = provider.asked("POST", f"/webhook_endpoints/{mine[0]['id']}/rotate_secret", {})
    else:
        made = provider.asked("POST", "/webhook_endpoints", {"url": url, "name": stack.name, "event_types": EVENTS})
    store.write("openai-webhook-secret", str(made["signing_secret"]))
    return "OpenAI's webhook was set up; running functions know its secret within five minutes."


class _OpenAI:
    """The part of OpenAI's API that is about webhooks."""

    def __init__(self, base_url: str, *, api_key: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key

    def endpoints(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.asked("GET", "/webhook_endpoints")["data"]
        return found

    def asked(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Raises: NotAllowed."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self._api_key}", "content-type": "application/json"}
        request = urllib.request.Request(self._base_url + path, data=content, headers=headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310  # the operator's URL
                read: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as exc:
            exc.close()
            raise NotAllowed(f"OpenAI answered {exc.code}; the key may not manage webhooks.") from exc
        except (OSError, ValueError) as exc:
            raise NotAllowed(f"OpenAI could not be asked ({type(exc).__name__}).") from exc
        return read


class _Store:
    """The stage's secrets, wherever they are."""

    def __init__(self, stack: Stack, *, by_reference: bool) -> None:
        self._stack = stack
        self._by_reference = by_reference

    def name(self, secret: str) -> str:
        """The full name of a secret."""
        return f"{self._stack.name}/{secret}" if self._by_reference else f"/{self._stack.name}/{secret}"

    def read(self, secret: str) -> str:
        """Raises: NotAllowed."""
        value = self.read_or_none(secret)
        if value is None:
            raise NotAllowed(f"{self.name(secret)} is not there.")
        return value

    def read_or_none(self, secret: str) -> str | None:
        """Raises: NotAllowed."""
        try:
            if self._by_reference:
                found = self._stack.client("secretsmanager").get_secret_value(SecretId=self.name(secret))
                return str(found["SecretString"])
            found = self._stack.client("ssm").get_parameter(Name=self.name(secret), WithDecryption=True)
            return str(found["Parameter"]["Value"])
        except ClientError as exc:
            if exc.response["Error"]["Code"] in ("ParameterNotFound", "ResourceNotFoundException"):
                return None
            raise NotSeen(f"You may not read {self.name(secret)}.") from exc

    def write(self, secret: str, value: str) -> None:
        """Raises: NotAllowed."""
        name = self.name(secret)
        try:
            if not self._by_reference:
                self._stack.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
            elif self.read_or_none(secret) is None:
                self._stack.client("secretsmanager").create_secret(Name=name, SecretString=value)
            else:
                self._stack.client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)
        except ClientError as exc:
            raise NotAllowed(f"The endpoint is there, and you may not write {name}.") from exc
