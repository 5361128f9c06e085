"""The emulator's time: the machine's, and what tests let pass on top of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Clock:
    """Epoch seconds. Safe for many threads; `changed` is called when time was let pass."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed = 0.0
        self.changed: Callable[[], None] = lambda: None

    def now(self) -> float:
        return time.time() + self._passed

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._passed += seconds
        self.changed()
