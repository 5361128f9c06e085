"""What is a child process of the local system? A module that runs in a session of its own and talks through one log."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import IO

import msgspec

from infra.local.environment import ROOT


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A module and its arguments, as `python -m` runs it. With `follows_sources` it starts again when they change."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    follows_sources: bool = False


class Child:
    """A running program. It ends with the process that started it; `say` is given each line that it writes."""

    def __init__(self, program: Program, *, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.program = program
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "infra.local.child", str(os.getpid())),
                *(program.module, *program.arguments),
            ],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        assert self._process.stdout is not None  # noqa: S101  # PIPE was asked for
        self._reader = threading.Thread(target=_relay, args=(self._process.stdout, say), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id, which is its process group's and its session's too."""
        return self._process.pid

    def how_it_ended(self) -> str | None:
        """None while it runs; else how it ended, for people."""
        code = self._process.poll()
        if code is None:
            return None
        self._reader.join(timeout=1)  # its last lines are logged before its end is
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def ask_to_end(self) -> None:
        """Let it end in its own way."""
        self._signal(signal.SIGTERM)

    def end(self, *, within_seconds: float) -> None:
        """Wait for it to end; then end, the hard way, whatever of its session is left."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=within_seconds)
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._reader.join(timeout=1)

    def _signal(self, number: int) -> None:
        # An empty group is no error; macOS says so with PermissionError.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _relay(lines: IO[str], say: Callable[[str], None]) -> None:
    with lines:
        for line in lines:
            say(line.rstrip("\n"))
