"""How much of its function's memory a worker took, with the child processes that open files."""

from __future__ import annotations

import threading
from pathlib import Path

_LOCK = threading.Lock()
_children_mb = 0.0


def high_water_mb(process: int | str = "self") -> float:
    """The most memory that a process ever had, in MB; 0 where that is unknown: it has ended, or this is no Linux.

    Not `ru_maxrss`: a process inherits there what the one that started it had.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def note_child(process: int) -> None:
    """Look at what a child took so far; it is to be asked while it lives."""
    global _children_mb
    taken = high_water_mb(process)
    with _LOCK:
        _children_mb = max(_children_mb, taken)


def taken_mb() -> float:
    """The most memory that this process and its largest child ever had, in MB.

    An upper bound: the two need not have had it at the same time.
    """
    return high_water_mb() + _children_mb


def percent_of(limit_mb: int) -> float:
    """The same in percent of the function's."""
    return round(100 * taken_mb() / limit_mb, 1)
