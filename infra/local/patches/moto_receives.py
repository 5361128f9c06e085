"""A message received for a client that has died, handed back: moto would keep it from everybody.

moto 5.2.5 goes on with the poll of a killed process, and what arrives then is invisible for the whole visibility
timeout. AWS does the same (https://github.com/aws/aws-sdk-js/issues/2350), but there the poller belongs to Lambda and
does not die with a worker; here it does.
"""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from moto.sqs.models import Message, SQSBackend

_client: ContextVar[socket.socket | None] = ContextVar("client", default=None)


@contextmanager
def answering(client: socket.socket | None) -> Iterator[None]:
    """Receives in this block are made for the client at the other end; None: nobody can tell whether it lives."""
    token = _client.set(client)
    try:
        yield
    finally:
        _client.reset(token)


def hand_back_what_nobody_receives() -> None:
    """Make what was received for a dead client visible again. Doing it twice changes nothing."""
    receive: Callable[..., list[Message]] = SQSBackend.receive_message
    if getattr(receive, "hands_back", False):
        return

    @functools.wraps(receive)
    def receive_message(self: SQSBackend, queue_name: str, *args: Any, **kwargs: Any) -> list[Message]:
        messages = receive(self, queue_name, *args, **kwargs)
        if messages and _is_gone(_client.get()):
            for message in messages:
                self.change_message_visibility(queue_name, message.receipt_handle, 0)  # type: ignore[arg-type]  # moto does
        return messages

    receive_message.hands_back = True  # type: ignore[attr-defined]  # a mark
    SQSBackend.receive_message = receive_message  # type: ignore[method-assign]  # the patch


def _is_gone(client: socket.socket | None) -> bool:
    """Whether the other end has closed. Bytes that wait, or none yet, mean that it lives."""
    if client is None:
        return False
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
