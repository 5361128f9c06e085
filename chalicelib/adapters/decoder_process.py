"""A child process that decodes one file, within limits of memory and time; the parent stops it and goes on.

Libraries that decode cannot be stopped from within: some run for minutes on a page, some abort the process when memory
ends. So they run in a child. It reads the file from standard input and writes one line of JSON for each thing done,
flushed; the parent waits so long for each line and no longer. Sends no document to the disk: the file is passed as an
unnamed temporary file.
"""

from __future__ import annotations

import json
import resource
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

import msgspec

from chalicelib import telemetry, time_budget

MIB = 1024 * 1024
WORKER_MEMORY_MB = 640
"""What a worker's function has (.chalice/config.json)."""
KEPT_MB = 280
"""Of a function's memory, for the process that waits for the child: so a child that takes all that it may have does not
take the worker with it."""
CHILD_MEMORY_BYTES = (WORKER_MEMORY_MB - KEPT_MB) * MIB
"""A child's address space in a worker. `python -m benchmarks memory` shows what honest files need."""
LAMBDA_LIBRARIES = "/var/lang/lib"
"""Where Lambda's Python has the libraries that it is linked to; elsewhere there is no such folder."""
_READ_BYTES = 1 << 20
_LOOK_SECONDS = 1.0
"""How often `check` is called while the child works."""


class ChildStopped(Exception):
    """The child did not do what was asked. `slow` says that its time was over; else it died or was never able to."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__("slow" if slow else "died")
        self.slow = slow


class ChildLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How long the child may take: for each line that it writes, and until `ends_at` of `clock()`."""

    seconds_a_line: float
    ends_at: float
    clock: Callable[[], float] = time.monotonic
    memory_bytes: int = CHILD_MEMORY_BYTES


def lines_of_child(
    module: str,
    arguments: Mapping[str, Any],
    content: bytes,
    *,
    limits: ChildLimits,
    check: Callable[[], None] = lambda: None,
) -> Iterator[dict[str, Any]]:
    """What `python -m module ARGUMENTS` writes, line by line, while it works on the bytes at its standard input.

    Raises: ChildStopped when it takes too long or dies; what `check` raises. The child never outlives the iteration.
    """
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        with _started(module, {**arguments, "memory_bytes": limits.memory_bytes}, file) as child:
            try:
                yield from _lines(child, limits, check)
            finally:
                child.kill()


def begin(arguments: str) -> tuple[dict[str, Any], bytes]:
    """In the child: take the limits on, and return the arguments and the file's bytes."""
    given: dict[str, Any] = json.loads(arguments)
    memory = given.pop("memory_bytes")
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return given, sys.stdin.buffer.read()


def child_memory_bytes(function_mb: int) -> int:
    """A child's address space in a function of so much memory."""
    return (function_mb - KEPT_MB) * MIB


def write_line(value: Mapping[str, Any]) -> None:
    """In the child: one thing is done."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def _started(module: str, arguments: Mapping[str, Any], file: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own module, and no shell
        [sys.executable, "-m", module, json.dumps(arguments)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Nothing else of this process's environment, which holds keys: the child opens strangers' files.
        env={
            "PYTHONPATH": ":".join(entry or "." for entry in sys.path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LD_LIBRARY_PATH": LAMBDA_LIBRARIES,
            # Each thread of a decoder would reserve addresses for a heap of its own, and they are limited.
            "MALLOC_ARENA_MAX": "1",
        },
    )


def _lines(child: subprocess.Popen[bytes], limits: ChildLimits, check: Callable[[], None]) -> Iterator[dict[str, Any]]:
    output = child.stdout
    if output is None:  # never: it is a pipe
        return
    rest = b""

    def looked_at() -> None:
        telemetry.note_child(child.pid)
        check()

    while True:
        chunk = _chunk(output, limits, looked_at)
        telemetry.note_child(child.pid)
        if not chunk:
            if child.wait() != 0:
                raise ChildStopped(slow=False)
            return
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield msgspec.json.decode(line)


def _chunk(output: IO[bytes], limits: ChildLimits, check: Callable[[], None]) -> bytes:
    """What the child writes next; b"" at its end."""
    seconds = min(limits.seconds_a_line, time_budget.seconds_left())
    ends_at = min(limits.ends_at, limits.clock() + seconds)
    while (left := ends_at - limits.clock()) > 0:
        if select.select([output], [], [], min(left, _LOOK_SECONDS))[0]:
            return output.read1(_READ_BYTES)  # type: ignore[attr-defined, no-any-return]  # it is buffered
        check()
    raise ChildStopped(slow=True)
