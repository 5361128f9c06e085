"""moto's DynamoDB, one request at a time.

moto 5.2.5 serves with threads and without locks: conditional writes have two winners, and a failing transaction
restores whole tables, other clients' writes included. Not reported: moto's server is meant for one client.
"""

from __future__ import annotations

import functools
import threading
from typing import Any

from moto.dynamodb.responses import DynamoHandler

_LOCK = threading.RLock()


def handle_one_at_a_time() -> Any:
    """Let each request wait for the one before; the lock that they hold."""
    if not getattr(DynamoHandler.call_action, "one_at_a_time", False):
        handle = DynamoHandler.call_action

        @functools.wraps(handle)
        def call_action(self: DynamoHandler) -> Any:
            with _LOCK:
                return handle(self)

        call_action.one_at_a_time = True  # type: ignore[attr-defined]  # a mark
        DynamoHandler.call_action = call_action  # type: ignore[method-assign]  # the patch
    return _LOCK
