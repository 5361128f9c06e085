"""How do several processes share one log? Each line carries its process's name, in its colour on a terminal."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TextIO

_COLOURS = (36, 33, 35, 32, 34, 96)  # ANSI: cyan, yellow, magenta, green, blue, bright cyan
_RED = 31
NAME_WIDTH = 6


class Log:
    """Lines of several writers to one stream, whole lines only."""

    def __init__(self, stream: TextIO, *, coloured: bool) -> None:
        self._stream = stream
        self._coloured = coloured
        self._lock = threading.Lock()
        self._next_colour = itertools.cycle(_COLOURS)

    def voice(self, name: str) -> Callable[[str], None]:
        """A function that writes a line under `name`."""
        return self._voice(name, next(self._next_colour))

    def alarm(self, name: str) -> Callable[[str], None]:
        """A function that writes a line under `name`, in red."""
        return self._voice(name, _RED)

    def _voice(self, name: str, colour: int) -> Callable[[str], None]:
        prefix = f"{name:<{NAME_WIDTH}} │ "
        if self._coloured:
            prefix = f"\033[{colour}m{prefix}\033[0m"
        return lambda line: self._write(prefix + line)

    def _write(self, line: str) -> None:
        with self._lock:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (BrokenPipeError, ValueError):  # whoever read the log has gone; the system goes on without
                pass


def open_log(environ: Mapping[str, str] = os.environ) -> Log:
    """The log on standard output; coloured on a terminal, or as NO_COLOR and FORCE_COLOR say."""
    coloured = "NO_COLOR" not in environ and (sys.stdout.isatty() or "FORCE_COLOR" in environ)
    return Log(sys.stdout, coloured=coloured)
