"""OpenAI's responses after they were created: those in the background grow ready; all can be read, deleted, expire.

A response in the background is queued, then in progress, then what it became; cancelled, it keeps the usage of what was
done. Unless it was stored (`store: true`) it is gone ten minutes after its end. One that was created as a stream can be
streamed again from any event, for five minutes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from emulator.clock import Clock
from emulator.openai_errors import Refused
from emulator.pace import FIRST_WORD_SHARE
from emulator.replies import Event

MOST_KEPT = 5_000
UNSTORED_SECONDS = 600.0
STREAMED_SECONDS = 300.0
_LOOK_EVERY_SECONDS = 0.05


class Kept(msgspec.Struct, kw_only=True):
    """A response as it will end at `ready_at` (epoch seconds), with the events of its stream if it has one."""

    response: Mapping[str, Any]
    created_at: float
    ready_at: float
    background: bool
    expires: bool
    events: Sequence[Event] = ()
    cancelled_at: float | None = None

    @property
    def id(self) -> str:
        return str(self.response["id"])

    def status(self, now: float) -> str:
        if self.cancelled_at is not None:
            return "cancelled"
        if now >= self.ready_at:
            return str(self.response["status"])
        return "queued" if self._share(now) < FIRST_WORD_SHARE else "in_progress"

    def seen(self, now: float) -> dict[str, Any]:
        """The response as it is read now."""
        status = self.status(now)
        if status == self.response["status"]:
            return {**self.response, "completed_at": int(self.ready_at) if status == "completed" else None}
        usage = self._used() if status == "cancelled" else None
        return {**self.response, "status": status, "output": [], "usage": usage, "incomplete_details": None}

    def is_gone(self, now: float) -> bool:
        ended_at = self.ready_at if self.cancelled_at is None else self.cancelled_at
        return self.expires and now > ended_at + UNSTORED_SECONDS

    def due_at(self, number: int) -> float:
        """When the event of this number is sent: the first at once, the last when the response is ready."""
        return self.created_at + (self.ready_at - self.created_at) * number / max(1, len(self.events) - 1)

    def _share(self, now: float) -> float:
        return min(1.0, (now - self.created_at) / max(1e-9, self.ready_at - self.created_at))

    def _used(self) -> dict[str, Any]:
        """The usage until it was cancelled: what was sent, and the part of the answer that was written by then."""
        usage = self.response["usage"]
        written = int(usage["output_tokens"] * self._share(self.cancelled_at or self.ready_at))
        return {**usage, "output_tokens": written, "total_tokens": usage["input_tokens"] + written}


class Responses:
    """The latest responses by id. Safe for many threads."""

    def __init__(self, *, clock: Clock, wait: Callable[[float], None]) -> None:
        """`wait` waits so many seconds, and raises when the server closes."""
        self._lock = threading.Lock()
        self._kept: dict[str, Kept] = {}
        self._clock = clock
        self._wait = wait

    def keep(self, kept: Kept) -> None:
        with self._lock:
            self._kept[kept.id] = kept
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]

    def find(self, response_id: str) -> Kept:
        """Raises: Refused when there is none, or it has expired."""
        with self._lock:
            kept = self._kept.get(response_id)
            if kept is not None and kept.is_gone(self._clock.now()):
                del self._kept[response_id]
                kept = None
        if kept is None:
            raise Refused(f"Response with id '{response_id}' not found.", kind="not_found")
        return kept

    def cancel(self, response_id: str) -> tuple[dict[str, Any], bool]:
        """The response, and whether this call cancelled it. Raises: Refused for one of the foreground."""
        kept, now = self.find(response_id), self._clock.now()
        if not kept.background:
            raise Refused("Cannot cancel a synchronous response.")
        with self._lock:
            cancels = kept.cancelled_at is None and now < kept.ready_at
            if cancels:
                kept.cancelled_at = now
        return kept.seen(now), cancels

    def delete(self, response_id: str) -> dict[str, Any]:
        """Forgets the response. Raises: Refused when there is none."""
        self.find(response_id)
        with self._lock:
            self._kept.pop(response_id, None)
        return {"id": response_id, "object": "response", "deleted": True}

    def stream_again(self, response_id: str, *, after: int | None) -> Iterator[Event]:
        """The events with higher numbers. Raises: Refused for what was no stream, or is too old."""
        kept = self.find(response_id)
        if not kept.background or not kept.events:
            raise Refused(
                "This response cannot be streamed because it was not created with background=true and stream=true."
            )
        if self._clock.now() - kept.created_at > STREAMED_SECONDS:
            raise Refused("This response can no longer be streamed because it is more than 5 minutes old.")
        return self.follow(kept, after=-1 if after is None else after)

    def follow(self, kept: Kept, *, after: int = -1) -> Iterator[Event]:
        """Each event when its time has come; a cancelled response has no more."""
        for number, event in enumerate(kept.events):
            while (
                number > after and kept.cancelled_at is None and (left := kept.due_at(number) - self._clock.now()) > 0
            ):
                self._wait(min(left, _LOOK_EVERY_SECONDS))
            if kept.cancelled_at is not None and kept.due_at(number) > kept.cancelled_at:
                return
            if number > after:
                yield event

    def open_count(self) -> int:
        """How many in the background have not ended."""
        now = self._clock.now()
        with self._lock:
            return sum(
                one.background and one.cancelled_at is None and now < one.ready_at for one in self._kept.values()
            )

    def listed(self) -> list[dict[str, Any]]:
        """What is there now, the oldest first."""
        now = self._clock.now()
        with self._lock:
            kept = [one for one in self._kept.values() if not one.is_gone(now)]
        return [
            {
                "id": one.id,
                "status": one.status(now),
                "background": one.background,
                "stored": not one.expires,
                "metadata": one.response["metadata"],
                "created_at": one.created_at,
            }
            for one in kept
        ]

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
