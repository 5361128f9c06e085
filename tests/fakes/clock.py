"""A clock that moves only when a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Starts at 2026-06-10 09:00 UTC; call it for now, `advance` to let time pass."""

    def __init__(self, start: datetime = datetime(2026, 6, 10, 9, tzinfo=UTC)) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def advance(self, *, seconds: float) -> datetime:
        """Let time pass; returns the new now."""
        self._now += timedelta(seconds=seconds)
        return self._now
