"""Answers of AWS that end with their API request: a socket's timeout begins again with every byte that comes."""

from __future__ import annotations

import io
import math
import socket
from http.client import HTTPResponse
from typing import Any

from chalicelib import time_budget


class _Bytes(io.RawIOBase):
    """What a socket receives, while there is time."""

    def __init__(self, received: Any, connected: socket.socket) -> None:
        self._received = received
        self._connected = connected
        self._timeout = connected.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = time_budget.seconds_left()
        if left <= 0:
            raise TimeoutError("the request's time is over")
        if left < math.inf:
            self._connected.settimeout(min(left, self._timeout or left))
        count: int | None = self._received.readinto(buffer)
        return count

    def close(self) -> None:
        self._received.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp = io.BufferedReader(_Bytes(self.fp.detach(), sock))


def end_with_their_request() -> None:
    """Let botocore read every answer so. It lets nobody give it connections of another kind."""
    from botocore.awsrequest import AWSHTTPConnection, AWSHTTPSConnection

    for connection in (AWSHTTPConnection, AWSHTTPSConnection):
        connection.response_class = _Response
