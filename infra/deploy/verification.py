"""Does what was just deployed answer? Asked over HTTP, as a client would."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

import msgspec

from infra.problem import Problem

ATTEMPTS = 6
PAUSE_SECONDS = 5
ANSWER_SECONDS = 30

Ask = Callable[[str, str | None], tuple[int, bytes]]
"""GET a URL with a bearer token or None: the status (0: no answer) and the body."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of /health; `checks` by name, "ok" or what is wrong, only when they were asked for."""

    status: str = ""
    version: str = ""
    checks: Mapping[str, str] = msgspec.field(default_factory=dict)


def verified(
    api_url: str, *, token: str | None, ask: Ask | None = None, pause: Callable[[float], None] = time.sleep
) -> Health:
    """The health of the API; a deep one with an admin's token. A new deployment is given half a minute to answer.

    Raises: Problem naming what does not answer.
    """
    url = f"{api_url}/health?deep=1" if token else f"{api_url}/health"
    status, body = 0, b""
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(PAUSE_SECONDS)
        status, body = (ask or get)(url, token)
        if status == 200:
            return msgspec.json.decode(body, type=Health)
        if status in (401, 403):
            raise Problem(f"{url} answers {status}: CASEWORK_TOKEN is no token of an admin of this stage.")
    raise Problem(f'Deployed, but {url} answers {status or "nothing"}{_named(body)}. docs/runbook.md: "The API".')


def get(url: str, token: str | None) -> tuple[int, bytes]:
    """GET over HTTPS; status 0 when nothing answers."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  # the stack's own output
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()
    except OSError:
        return 0, b""


def _named(body: bytes) -> str:
    try:
        checks = msgspec.json.decode(body, type=Health).checks
    except msgspec.DecodeError:
        return ""
    bad = [f"{name}: {outcome}" for name, outcome in checks.items() if outcome != "ok"]
    return f" ({', '.join(bad)})" if bad else ""
