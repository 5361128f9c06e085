"""The log of every call to a model, by which repeated calls are counted."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import msgspec

from emulator.asked import Asked

MOST_ENTRIES = 20_000
MOST_BODIES = 500


class LogEntry(msgspec.Struct, kw_only=True):
    """One call. `outcome` is running, answered, failed (by a fault), left (the client went away) or lost (a call in the
    background that goes on, though its creation was not answered).

    `at` is the time of arrival, epoch seconds. `body` is kept for the latest calls only.
    """

    number: int
    at: float
    provider: str
    path: str
    model: str
    body_sha256: str
    stream: bool
    fault: str | None = None
    outcome: str = "running"
    metadata: Mapping[str, Any] = msgspec.field(default_factory=dict)
    body: Mapping[str, Any] | None = None


class RequestLog:
    """All calls since the start or the last DELETE. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[LogEntry] = []
        self._count = 0

    def begin(self, asked: Asked, *, at: float) -> LogEntry:
        with self._lock:
            self._count += 1
            entry = LogEntry(
                number=self._count,
                at=at,
                provider=asked.provider,
                path=asked.path,
                model=asked.model,
                body_sha256=asked.fingerprint,
                stream=asked.streams,
                metadata=asked.body.get("metadata") or {},
                body=asked.body,
            )
            self._entries.append(entry)
            if len(self._entries) > MOST_BODIES:
                self._entries[-MOST_BODIES - 1].body = None
            del self._entries[:-MOST_ENTRIES]
            return entry

    def listed(self, *, with_bodies: bool) -> list[dict[str, Any]]:
        with self._lock:
            entries = [msgspec.to_builtins(entry) for entry in self._entries]
        if not with_bodies:
            for entry in entries:
                del entry["body"]
        return entries

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
