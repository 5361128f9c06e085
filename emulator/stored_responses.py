"""What became of a response? Responses kept for GET and cancel, background ones growing ready with time."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import msgspec

MOST_KEPT = 200


class Kept(msgspec.Struct, kw_only=True):
    """A response; until `ready_at` (epoch seconds) it is in progress, first seen as queued."""

    response: Mapping[str, Any]
    ready_at: float
    looked_at: int = 0
    cancelled: bool = False


class StoredResponses:
    """The latest responses by id. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Kept] = {}

    def keep(self, response: Mapping[str, Any], *, ready_at: float) -> dict[str, Any]:
        """Stores a response; a background one is given back as queued."""
        with self._lock:
            self._kept[response["id"]] = Kept(response=response, ready_at=ready_at)
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return _unfinished(response, "queued") if response.get("background") else dict(response)

    def look(self, response_id: str, *, now: float) -> dict[str, Any] | None:
        """The response as it is now, or None."""
        with self._lock:
            kept = self._kept.get(response_id)
            if kept is None:
                return None
            kept.looked_at += 1
            if kept.cancelled:
                return _unfinished(kept.response, "cancelled")
            if now < kept.ready_at:
                return _unfinished(kept.response, "queued" if kept.looked_at == 1 else "in_progress")
            return dict(kept.response)

    def cancel(self, response_id: str, *, now: float) -> dict[str, Any] | None:
        """Cancels a background response that is not ready yet; a finished one stays as it is."""
        with self._lock:
            kept = self._kept.get(response_id)
            if kept is not None and kept.response.get("background") and now < kept.ready_at:
                kept.cancelled = True
        return self.look(response_id, now=now)


def _unfinished(response: Mapping[str, Any], status: str) -> dict[str, Any]:
    return {**response, "status": status, "output": [], "usage": None}
