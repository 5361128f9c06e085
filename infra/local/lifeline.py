"""How does a process end with the one it belongs to? It watches it: even kill -9 of a parent leaves no orphan."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable

POLL_SECONDS = 0.5


def watch(pid: int, *, on_end: Callable[[], None]) -> threading.Thread:
    """Call `on_end` in a thread of its own once the process `pid` has ended, at once if it has already."""
    descriptor = _open(pid)
    thread = threading.Thread(target=_wait, args=(pid, descriptor, on_end), name=f"lifeline-{pid}", daemon=True)
    thread.start()
    return thread


def end_group() -> None:
    """End this process and all it started, now; it must lead a process group of its own."""
    os.killpg(os.getpgid(0), signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Whether a process of this id runs; one that has ended and was not yet waited for does not."""
    descriptor = _open(pid)
    if descriptor is None:
        return _exists(pid)
    if descriptor < 0:
        return False
    try:
        return not select.select([descriptor], [], [], 0)[0]
    finally:
        os.close(descriptor)


def _open(pid: int) -> int | None:
    """A pidfd, -1 when there is no such process, None where the system has no pidfd (macOS)."""
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return -1


def _wait(pid: int, descriptor: int | None, on_end: Callable[[], None]) -> None:
    if descriptor is None:
        while _exists(pid):
            time.sleep(POLL_SECONDS)
    elif descriptor >= 0:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll()
        os.close(descriptor)
    on_end()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
