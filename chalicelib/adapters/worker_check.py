"""A question to the worker's function: which providers' keys can it read? The API may not read them itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.adapters.aws import aws_answers, read_body
from chalicelib.errors import StorageUnavailable

QUESTION = "check_keys_of"
"""The member of the event that asks: the names of providers."""

FRESH_FOR = timedelta(seconds=5)
"""One question for all keys of one health check: a worker that starts cold takes seconds to answer."""


class WorkerCheck:
    """Asks one function. `connect` makes a low-level Lambda client, on first use."""

    def __init__(
        self, connect: Callable[[], Any], *, function: str, providers: tuple[str, ...], clock: Callable[[], datetime]
    ) -> None:
        self._connect = connect
        self._function = function
        self._providers = providers
        self._clock = clock
        self._readable: Mapping[str, bool] = {}
        self._asked_at: datetime | None = None

    def key(self, provider: str) -> None:
        """Let the worker read the key. Raises: StorageUnavailable when it cannot, or does not answer."""
        now = self._clock()
        if self._asked_at is None or now - self._asked_at >= FRESH_FOR:
            self._readable, self._asked_at = {}, now
            self._readable = self._asked()
            self._asked_at = self._clock()
        if not self._readable.get(provider, False):
            raise StorageUnavailable(f"The worker cannot read the key for {provider}.")

    def _asked(self) -> Mapping[str, bool]:
        """What the worker answers; never a key."""
        with aws_answers("Lambda"):
            payload = msgspec.json.encode({QUESTION: self._providers})
            content = read_body(self._connect().invoke(FunctionName=self._function, Payload=payload)["Payload"])
        try:
            return msgspec.json.decode(content, type=dict[str, bool])
        except msgspec.DecodeError:  # the function itself broke: its own log has the reason
            return {}
