"""What was sent to the workers? A JobQueue in memory that tests look into and deliver from."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.model import Priority
from chalicelib.jobs.ports import Clock, JobMessage

LONGEST_DELAY_SECONDS = 900


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it was sent: `due_at` is when it may be delivered first."""

    message: JobMessage
    lane: Priority
    group: str
    delay_seconds: int
    due_at: datetime


class FakeJobQueue:
    """Both lanes in one list; `clock` says when a message was sent."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[SentMessage] = []
        self._failures = 0
        self.sent: list[SentMessage] = []

    def fail(self, *, times: int) -> None:
        """Make the next `times` sends raise StorageUnavailable."""
        with self._lock:
            self._failures = times

    def send(self, message: JobMessage, *, lane: Priority, group: str, delay_seconds: int = 0) -> None:
        """See JobQueue.send."""
        delay_seconds = min(max(math.ceil(delay_seconds), 0), LONGEST_DELAY_SECONDS)
        with self._lock:
            if self._failures:
                self._failures -= 1
                raise StorageUnavailable("The queue does not answer.")
            due_at = self._clock() + timedelta(seconds=delay_seconds)
            sent = SentMessage(message=message, lane=lane, group=group, delay_seconds=delay_seconds, due_at=due_at)
            self.sent.append(sent)
            self._waiting.append(sent)

    def pop_due(self, now: datetime, *, lane: Priority | None = None) -> Sequence[JobMessage]:
        """Take the messages that are due, in the order of their sending, of one lane or of both."""
        with self._lock:
            due = [one for one in self._waiting if one.due_at <= now and lane in (None, one.lane)]
            self._waiting = [one for one in self._waiting if one not in due]
        return [one.message for one in due]

    def lose_all(self) -> None:
        """Drop every message that waits, as a queue that lost them would."""
        with self._lock:
            self._waiting.clear()

    @property
    def waiting(self) -> Sequence[SentMessage]:
        """What was sent and not yet taken."""
        with self._lock:
            return tuple(self._waiting)
