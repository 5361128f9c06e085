"""The event source of one lane at work, for the length of a block."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.event_source import EventSource, Function
from infra.local.resources import Resources

WITHIN_SECONDS = 60


@contextmanager
def polling(
    resources: Resources, handler: Callable[..., Any], *, queue_url: str | None = None, concurrency: int = 5
) -> Iterator[list[str]]:
    """Polls the high lane unless told otherwise, as the local system does; gives the lines that it says."""
    said: list[str] = []
    function = Function(name="work", handler=handler, timeout_seconds=300, concurrency=concurrency)
    source = EventSource(
        resources.client("sqs"), queue_url=queue_url or resources.high_queue_url, function=function, say=said.append
    )
    stop = threading.Event()
    thread = threading.Thread(target=source.run, args=(stop,))
    thread.start()
    try:
        yield said
    finally:
        stop.set()
        thread.join()
        assert source.idle(within_seconds=WITHIN_SECONDS)
