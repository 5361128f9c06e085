"""A question to the worker's function: can it read a secret? The API may not read the providers' keys itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from chalicelib.adapters.aws_errors import aws_answers
from chalicelib.errors import StorageUnavailable


class SecretCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The event that asks: "openai" or "anthropic"."""

    check_key_of: str


class SecretChecked(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: whether the worker could read the key; never the key."""

    readable: bool


class WorkerCheck:
    """Asks one function. `connect` makes a low-level Lambda client; it is called on first use."""

    def __init__(self, connect: Callable[[], Any], *, function: str) -> None:
        self._connect = connect
        self._function = function

    def key(self, provider: str) -> None:
        """Let the worker read the key. Raises: StorageUnavailable when it cannot, or does not answer."""
        with aws_answers("Lambda"):
            payload = msgspec.json.encode(SecretCheck(check_key_of=provider))
            answer = self._connect().invoke(FunctionName=self._function, Payload=payload)
            content = answer["Payload"].read()
        try:
            readable = msgspec.json.decode(content, type=SecretChecked).readable
        except msgspec.DecodeError:  # the function itself broke: its own log has the reason
            readable = False
        if not readable:
            raise StorageUnavailable(f"The worker cannot read the key for {provider}.")
