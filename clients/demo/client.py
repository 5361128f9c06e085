"""How does the demo talk to the API? As any client would: JSON over HTTP with a bearer token."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from typing import Any

REQUEST_SECONDS = 30


class DemoProblem(Exception):
    """The demo cannot go on; the message says why."""


class Client:
    """Requests of one user to one API."""

    def __init__(self, api_url: str, token: str) -> None:
        self.api_url = api_url
        self._token = token

    def get(self, path: str) -> Any:
        """The JSON answer to GET. Raises: DemoProblem."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Any = None) -> Any:
        """The JSON answer to POST. Raises: DemoProblem."""
        return self._ask("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        """The JSON answer to PUT. Raises: DemoProblem."""
        return self._ask("PUT", path, body)

    def _ask(self, method: str, path: str, body: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310  # the demo's own system
            self.api_url + path,
            method=method,
            data=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business on loopback
        try:
            with opener.open(request, timeout=REQUEST_SECONDS) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise DemoProblem(
                    f"{method} {path} was refused with {error.code}: {error.read().decode(errors='replace')}"
                ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise DemoProblem(f"{method} {path} got no answer: {error}") from error
