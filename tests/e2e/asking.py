"""Requests of a test to the running API with any headers, and answers with their status, headers and duration."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from tests.e2e.local_system import Running

WAIT_SECONDS = 60


class Answered(msgspec.Struct, frozen=True):
    """An answer, and how many seconds it took. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    json: Any
    seconds: float


class Asker:
    """One user's requests to a running API, each on a connection of its own; threads may share it."""

    def __init__(self, local: Running, user: str) -> None:
        self._client = local.client(user)

    def get(self, path: str, **headers: str) -> Answered:
        """The answer to GET; header names may have underscores for hyphens."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        """The answer to POST."""
        return self._ask("POST", path, body, headers)

    def put(self, path: str, body: Any) -> Answered:
        """The answer to PUT."""
        return self._ask("PUT", path, body, {})

    def new_case(self) -> str:
        """A new case with a call and one document; its id."""
        case_id: str = self.post("/cases", {"title": "תיק"}).json["id"]
        call = {"id": f"call of {case_id}", "transcript": "AI: שלום\nUser: שמי דנה לוי, נולדתי ב-12/04/1980.\n"}
        assert self.put(f"/cases/{case_id}/call", call).status == 200
        document = {"file_name": "letter.txt", "text": "מכתב מהמעסיק: דנה לוי עובדת אצלנו מיום 01/03/2015."}
        assert self.post(f"/cases/{case_id}/documents", document).status == 201
        return case_id

    def _ask(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answered:
        started = time.monotonic()
        response = self._client.request(
            method, path, body, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        return Answered(response.status, response.headers, response.json, time.monotonic() - started)
