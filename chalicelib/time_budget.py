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


def within_this(call: Callable[..., Returned]) -> Callable[..., Returned]:
    """The call, for another thread, within the time of the current request."""
    context = copy_context()

    def carried(*arguments: Any) -> Returned:
        return context.copy().run(call, *arguments)

    return carried
