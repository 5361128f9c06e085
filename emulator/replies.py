"""What goes back over the wire: a whole answer, a stream of events, or an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

Event = Mapping[str, Any]

LAST_EVENTS = ("response.completed", "response.incomplete", "response.failed", "message_stop")


class JsonReply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer in one piece; `body` is sent as it is when it is bytes."""

    body: Any
    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class StreamReply(msgspec.Struct, frozen=True, kw_only=True):
    """Server-sent events. `named` says whether each carries its type as `event:`; `last` is sent after them as data.

    `timed` events come by themselves when they are due; `whole` is the object that the others were taken apart from.
    """

    events: Iterable[Event]
    timed: bool = False
    whole: Mapping[str, Any] | None = None
    named: bool = True
    last: str = ""


Reply = JsonReply | StreamReply
