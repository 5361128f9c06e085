"""A whole local system of one's own: on free ports, beside any other, ended with the block that uses it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from infra.local.environment import PORT_VARIABLES, ROOT
from infra.local.ports import new_ports
from infra.problem import Problem

END_WITHIN_SECONDS = 10
LOG_LINES = 40


@contextmanager
def running_system() -> Iterator[dict[str, str]]:
    """A whole local system on free ports, with an environment to match; ended on the way out. Raises: Problem."""
    ports = new_ports()
    environment = {**os.environ, **{variable: str(getattr(ports, name)) for name, variable in PORT_VARIABLES.items()}}
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
        ready, to_be_written = os.pipe()
        system = subprocess.Popen(
            [
                *(sys.executable, "-m", "infra.local", "--no-reload"),
                *("--lifeline", str(os.getpid()), "--ready-fd", str(to_be_written)),
            ],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[to_be_written],
        )
        stack.callback(_end, system)
        os.close(to_be_written)
        with open(ready, encoding="utf-8") as lines:  # noqa: PTH123  # a descriptor, not a path
            up = bool(lines.readline())
        try:
            if not up:
                raise Problem("The local system did not start.")
            yield environment
        except Problem as problem:
            log.seek(0)
            last = "".join(log.readlines()[-LOG_LINES:])
            raise Problem(f"{problem}\nThe system's log ends with:\n{last}") from problem


def _end(system: subprocess.Popen[bytes]) -> None:
    system.terminate()
    try:
        system.wait(timeout=END_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        system.kill()  # its children end with it
        system.wait()
