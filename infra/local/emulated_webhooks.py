"""Webhooks of the emulated OpenAI, sent to the API of this machine; the real one's could not reach it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from infra.local.environment import emulated_providers, read_ports
from infra.local.log import open_log

CONTROL = "/__emulator/webhooks"
ANSWER_SECONDS = 5


def send_to(url: str, *, environment: Mapping[str, str]) -> None:
    """Have the emulator send its webhooks to this URL from now on, unless it does; jobs do without, a little later."""
    ports = read_ports(environment)
    if "openai" not in emulated_providers(environment, ports=ports):
        return
    control = environment["OPENAI_BASE_URL"].removesuffix("/v1") + CONTROL
    try:
        if url not in (endpoint["url"] for endpoint in _asked(control)["endpoints"]):
            _asked(control, {"url": url, "secret": environment["OPENAI_WEBHOOK_SECRET"]})
    except (OSError, ValueError, KeyError) as problem:
        open_log().alarm("local")(f"The emulated OpenAI sends no webhooks ({type(problem).__name__}: {problem}).")


def _asked(url: str, body: Any = None) -> dict[str, Any]:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=content, headers={"content-type": "application/json"})  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=ANSWER_SECONDS) as answer:
        found: dict[str, Any] = json.load(answer)
    return found
