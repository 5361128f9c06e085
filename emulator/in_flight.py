"""How many calls a provider works on at once: counted, its highest mark kept, and refused past a limit."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import msgspec

from emulator.asked import Provider


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most calls at once by provider; None: as many as come."""

    openai: int | None = None
    anthropic: int | None = None


class InFlight:
    """The calls of the foreground; those in the background are counted with each question. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._open: Counter[str] = Counter()
        self._highest: Counter[str] = Counter()
        self.limits = Limits()

    @contextmanager
    def call(self, provider: Provider, *, background: Callable[[], int]) -> Iterator[bool]:
        """One call, beside so many in the background, for as long as the block lasts; whether the limit lets it in."""
        limit: int | None = getattr(self.limits, provider)
        with self._lock:
            there = self._open[provider] + background() + 1
            is_admitted = limit is None or there <= limit
            self._open[provider] += is_admitted
            self._highest[provider] = max(self._highest[provider], there if is_admitted else 0)
        try:
            yield is_admitted
        finally:
            with self._lock:
                self._open[provider] -= is_admitted

    def held(self) -> AbstractContextManager[object]:
        """Nobody counts meanwhile: a call that goes into the background is in one of the two places, never in both."""
        return self._lock

    def clear(self) -> None:
        with self._lock:
            self.limits = Limits()
            self._highest.clear()

    def listed(self) -> Mapping[str, Any]:
        with self._lock:
            return {"limits": msgspec.to_builtins(self.limits), "highest": dict(self._highest)}
