"""An API that answers what a test scripted, and a clock that only sleeps move."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from clients.python.casework import NetworkError, Ports, Response

BASE_URL = "https://casework.example/api"


class Request(msgspec.Struct, frozen=True):
    """What the client sent. `body` is decoded JSON."""

    line: str
    headers: Mapping[str, str]
    body: Any
    content: bytes | None = None


def answer(body: Any = None, status: int = 200, **headers: str) -> Response:
    """A JSON answer; header names may have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = "application/problem+json" if status >= 400 else "application/json"
    content = b"" if body is None else json.dumps(body).encode()
    return Response(status=status, headers={"content-type": kind, **named}, content=content)


def problem(status: int, code: str, **headers: str) -> Response:
    """A refusal."""
    told = {"code": code, "detail": f"Refused: {code}.", "request_id": "r-1", "title": "", "status": status}
    return answer(told, status, **headers)


CUT_OFF = NetworkError("POST got no answer: the connection was reset")


class ScriptedApi:
    """Answers in the order of the script; `requests` and `pauses` (seconds) are what the client did."""

    def __init__(self, *script: Response | NetworkError) -> None:
        self._script = list(script)
        self._now = 0.0
        self._keys = 0
        self.requests: list[Request] = []
        self.pauses: list[float] = []

    @property
    def ports(self) -> Ports:
        """The surroundings of a client that talks to this API; chance is always the least."""
        return Ports(
            send=self._send, monotonic=lambda: self._now, sleep=self._sleep, random=lambda: 0.0, new_key=self._new_key
        )

    @property
    def lines(self) -> list[str]:
        """Method and path of each request."""
        return [request.line for request in self.requests]

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, timeout: float
    ) -> Response:
        assert timeout > 0
        parts = urlsplit(url)
        path = parts.path.removeprefix("/api") + (f"?{parts.query}" if parts.query else "")
        is_json = headers.get("Content-Type") == "application/json"
        body = json.loads(content) if content and is_json else None
        self.requests.append(Request(f"{method} {path}", dict(headers), body, content))
        scripted = self._script.pop(0)
        if isinstance(scripted, NetworkError):
            raise scripted
        return scripted

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self._now += seconds

    def _new_key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"
