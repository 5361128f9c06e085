"""How long an answer takes: a pause before the first word, then an even flow of events over the rest."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

FIRST_WORD_SHARE = 0.2
T = TypeVar("T")


class Stopped(Exception):
    """The server is closing; nobody waits for this answer."""


class Pace(msgspec.Struct, frozen=True):
    """`seconds` for a whole answer, streamed or not; 0 answers at once. `stopping` ends every wait.

    `later_seconds` is for answers in the background that may come hours later, at a discount.
    """

    seconds: float
    stopping: threading.Event
    later_seconds: float = 20.0

    def wait(self, seconds: float) -> None:
        """Raises: Stopped when the server closes meanwhile."""
        if seconds > 0 and self.stopping.wait(seconds):
            raise Stopped

    def whole(self) -> None:
        """The time of an answer that comes in one piece."""
        self.wait(self.seconds)

    def flow(self, events: Sequence[T]) -> Iterator[T]:
        """The events, each when its time has come."""
        self.wait(self.seconds * FIRST_WORD_SHARE)
        between = self.seconds * (1 - FIRST_WORD_SHARE) / max(1, len(events))
        for event in events:
            self.wait(between)
            yield event


def pieces(text: str, *, at_most: int) -> Iterable[str]:
    """A text in equal pieces as a model streams it, at least 16 characters each and at most so many."""
    length = max(16, -(-len(text) // at_most))
    return [text[start : start + length] for start in range(0, len(text), length)]
