"""How do clients behave in all this? They ask again until they are answered, with the same Idempotency-Key."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import Any

from tests.reliability.chaos.system import ChaosProblem

PATIENCE_SECONDS = 90.0
REQUEST_SECONDS = 15.0
PAUSE_SECONDS = 0.3
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})


class PatientClient:
    """Requests of one user to an API that comes and goes."""

    def __init__(self, api_url: str, token: str) -> None:
        self._api_url = api_url
        self._token = token

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """The JSON answer, however often it must be asked for. `key` is the Idempotency-Key of all tries.

        Raises: ChaosProblem when the API refuses, or has not answered within `PATIENCE_SECONDS`.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._ask_once(method, path, body, key=key)
            except urllib.error.HTTPError as error:
                with error:
                    told = error.read().decode(errors="replace")
                if error.code not in _TRY_AGAIN or time.monotonic() > deadline:
                    raise ChaosProblem(f"{method} {path} was refused with {error.code}: {told}") from error
            except (OSError, http.client.HTTPException, ValueError) as error:
                if time.monotonic() > deadline:
                    raise ChaosProblem(f"{method} {path} got no answer: {error}") from error
            time.sleep(PAUSE_SECONDS)

    def _ask_once(self, method: str, path: str, body: Any, *, key: str | None) -> Any:
        request = urllib.request.Request(  # noqa: S310  # our own system
            self._api_url + path,
            method=method,
            data=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                **({} if key is None else {"Idempotency-Key": key}),
            },
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business on loopback
        with opener.open(request, timeout=REQUEST_SECONDS) as answer:
            return json.loads(answer.read())
