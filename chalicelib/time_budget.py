"""The time that an API request may take: nothing is begun that could end after it, and what was begun ends with it.

API Gateway waits 29 s. Every single call to storage has its own timeout; only together do they take too long.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.errors import StorageUnavailable

if TYPE_CHECKING:
    import socket

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


def limit_calls(session: Any, *, seconds_a_try: int, exceptions: Mapping[str, int]) -> None:
    """Keep the calls of a botocore session within the request that makes them.

    A try that may take `seconds_a_try` (`exceptions` by service) raises StorageUnavailable when it could end too late.
    """
    # Here, not above: the processes that open files need none of it.
    from http.client import HTTPResponse

    from botocore.awsrequest import AWSHTTPConnection, AWSHTTPSConnection

    class Response(HTTPResponse):
        def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
            super().__init__(sock, *arguments, **named)
            self.fp = io.BufferedReader(_Bytes(self.fp.detach(), sock))

    # botocore lets nobody give it connections of another kind.
    for connection in (AWSHTTPConnection, AWSHTTPSConnection):
        connection.response_class = Response

    def begins_in_time(event_name: str, **_: Any) -> None:
        require(exceptions.get(event_name.split(".")[1], seconds_a_try))

    session.register("request-created", begins_in_time)  # for each try of each call of each client


class _Bytes(io.RawIOBase):
    """What a socket receives while its request has time: a socket's own timeout begins again with every byte."""

    def __init__(self, received: Any, connected: socket.socket) -> None:
        self._received = received
        self._connected = connected
        self._timeout = connected.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = seconds_left()
        if left <= 0:
            raise TimeoutError("the request's time is over")
        if left < math.inf:
            self._connected.settimeout(min(left, self._timeout or left))
        count: int | None = self._received.readinto(buffer)
        return count

    def close(self) -> None:
        self._received.close()
        super().close()
