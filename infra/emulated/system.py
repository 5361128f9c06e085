"""The deployed API, as clients see it, and its stack, as operators see it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from clients.python import casework
from infra.deploy.package import Package
from infra.deploy.stack import Stack
from infra.emulated.issuer import Issuer
from infra.emulated.ministack import MiniStack

REQUEST_SECONDS = 120
JOB_SECONDS = 180
POLL_SECONDS = 0.25


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back; header names are lower-case, the body is JSON or None."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Client(casework.Client):
    """The Python client, with what tests ask besides."""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; every status is an answer. Header names are given with underscores."""
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        response = self.request(method, path, body, headers=sent)
        return Answer(status=response.status, headers=response.headers, body=response.json)

    def until(
        self, job_id: str, reached: Callable[[Mapping[str, Any]], bool], *, within_seconds: float = JOB_SECONDS
    ) -> list[Mapping[str, Any]]:
        """Poll a job until it is where it should be; every state that was seen, the last one last."""
        seen: list[Mapping[str, Any]] = []
        end = time.monotonic() + within_seconds
        while time.monotonic() < end:
            job = self.ask("GET", f"/jobs/{job_id}").body
            if not seen or seen[-1] != job:
                seen.append(job)
            if reached(job):
                return seen
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"not reached within {within_seconds} seconds: {seen[-1]}")

    def until_done(self, job_id: str, *, within_seconds: float = JOB_SECONDS) -> Mapping[str, Any]:
        """Poll a job to its end."""
        return self.until(job_id, lambda job: bool(job["done"]), within_seconds=within_seconds)[-1]


class Deployed(msgspec.Struct, frozen=True, kw_only=True):
    """The running stack. `model_url` is where the providers' emulator is controlled."""

    ministack: MiniStack
    stack: Stack
    package: Package
    api_url: str
    issuer: Issuer
    model_url: str

    def client(self, user: str, *, role: str = "user") -> Client:
        """A client of this user."""
        return Client(self.api_url, self.issuer.token(user, role=role), timeout_seconds=REQUEST_SECONDS)

    def anonymous(self, token: str | None = None) -> Client:
        """A client without a token, or with one that was not signed here."""
        return Client(self.api_url, token)

    def model(self, method: str, path: str, body: Any = None) -> Answer:
        """Tell the providers' emulator: `/faults`, `/pace`, `/log`."""
        return Client(f"{self.model_url}/__emulator", None).ask(method, path, body)

    def socket_url(self) -> str:
        """Where MiniStack serves the stack's WebSocket API; AWS's own address is in the ticket."""
        api_id = self.stack.outputs()["WebsocketApiId"]
        return f"{self.ministack.endpoint_url.replace('http', 'ws', 1)}/_aws/execute-api/{api_id}/api"

    def functions(self) -> Mapping[str, str]:
        """The functions' names by their logical ids."""
        found = self.stack.resources()
        return {name: found[name] for name in ("APIHandler", "WorkHigh", "WorkNormal", "Rescue")}
