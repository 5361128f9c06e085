"""The time that an API request may take: nothing is begun that could end after it.

API Gateway waits 29 s. Every single call to storage has its own timeout; only together do they take too long.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from time import monotonic
from typing import Any, TypeVar

from chalicelib.errors import StorageUnavailable

REQUEST_SECONDS = 27.0
RETRY_AFTER_SECONDS = 2

# A call of AWS that nobody answers ends within 13 s, so that a worker can still store that it goes on elsewhere.
AWS_CONNECT_SECONDS = 2
AWS_READ_SECONDS = 4
FUNCTION_READ_SECONDS = 15
"""One try: a worker that starts cold needs some seconds."""

Returned = TypeVar("Returned")

_ENDS_AT: ContextVar[float] = ContextVar("ends_at", default=math.inf)


@contextmanager
def limited_to(seconds: float) -> Iterator[None]:
    """Let what is asked of storage inside the block be over after `seconds`; workers have no such limit."""
    token = _ENDS_AT.set(monotonic() + seconds)
    try:
        yield
    finally:
        _ENDS_AT.reset(token)


def seconds_left() -> float:
    """Seconds until the current request's time is over; infinite where nothing is limited."""
    return _ENDS_AT.get() - monotonic()


def require(seconds: float) -> None:
    """Raise StorageUnavailable when something that may take this long could end too late."""
    if seconds_left() < seconds:
        raise StorageUnavailable(
            "Our storage is too slow just now. Try again.", retry_after_seconds=RETRY_AFTER_SECONDS
        )


def read_seconds(service: str) -> int:
    """How long one try of a call of this service ("dynamodb", "lambda") may take after it is connected."""
    return FUNCTION_READ_SECONDS if service == "lambda" else AWS_READ_SECONDS


def begins_in_time(event_name: str, **_: Any) -> None:
    """Botocore's handler before each try: refuse one that could outlast its request. Raises: StorageUnavailable."""
    require(AWS_CONNECT_SECONDS + read_seconds(event_name.split(".")[1]))


def within_this(call: Callable[..., Returned]) -> Callable[..., Returned]:
    """The call, for another thread, within the time of the current request."""
    context = copy_context()

    def carried(*arguments: Any) -> Returned:
        return context.copy().run(call, *arguments)

    return carried
