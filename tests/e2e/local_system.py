"""The real local system for a test: in a copy of the project, from an environment with nothing in it."""

from __future__ import annotations

import compileall
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from clients.python.casework import Client
from infra.local import lifeline
from infra.local.environment import HOST, PORT_VARIABLES, ROOT, Ports
from infra.local.ports import new_ports
from infra.local.token import token

WITHIN_SECONDS = 120  # how long a busy machine may take for what takes a few seconds on an idle one
LAST_WORDS_CHARACTERS = 6000
CHALICE = str(Path(sys.executable).parent / "chalice")


def copy_project(target: Path) -> Path:
    """The files that run, copied, compiled as by `make setup`: nothing that others do in the project reaches a test."""
    for folder in (".chalice", "chalicelib", "clients", "emulator", "infra", "tests/data"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("deployed"))
    for file in ("app.py", "Makefile"):
        shutil.copy(ROOT / file, target / file)
    for folder in ("chalicelib", "clients", "emulator", "infra"):
        compileall.compile_dir(target / folder, quiet=1)
    compileall.compile_file(target / "app.py", quiet=1)
    return target


def clean_environment(ports: Ports, home: Path, **more: str) -> dict[str, str]:
    """What a fresh shell has, the system's ports, and providers that answer quickly."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin:/usr/local/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        **{variable: str(getattr(ports, name)) for name, variable in PORT_VARIABLES.items()},
        "CASEWORK_EMULATOR_SECONDS": "0.3",
        **more,
    }


class Running:
    """A started command: its output so far, all processes that belong to it."""

    def __init__(self, command: Sequence[str], *, project: Path, environment: Mapping[str, str], ports: Ports) -> None:
        self.project = project
        self.ports = ports
        self.log = project.parent / f"{project.name}-{ports.api}.log"
        with self.log.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                command,
                cwd=project,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """All that was printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until_said(self, text: str, *, times: int = 1) -> None:
        """Until the text was printed so many times."""
        wait_until(lambda: self.said().count(text) >= times, lambda: f"{text!r} was not said:\n{self.said()}")

    def family(self) -> set[int]:
        """The process and all that descend from it, as they are now."""
        listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        parents = {int(pid): int(parent) for pid, parent in (line.split() for line in listed.splitlines())}
        found = {self.process.pid}
        while grown := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= grown
        return found

    def worker(self, lane: str) -> int:
        """The process that works on a lane ("high" or "normal"), as it is now."""
        listed = subprocess.run(["ps", "-axwwo", "pid=,command="], capture_output=True, text=True, check=True).stdout
        of_lane = re.compile(rf"\s*(\d+) .*event_source .*:{self.ports.aws}/.*work_{lane}")
        (pid,) = [int(found[1]) for line in listed.splitlines() if (found := of_lane.match(line))]
        return pid

    def models(self) -> Client:
        """The emulator of the model providers: its pace, its log (`call("GET", "/__emulator/log")`)."""
        return Client(f"http://{HOST}:{self.ports.model}")

    def client(self, user: str = "u1") -> Client:
        """The API as a user sees it."""
        return Client(f"http://{HOST}:{self.ports.api}", token(user=user, role="user", now=time.time()))


@contextmanager
def chalice_local(project: Path, *options: str, ports: Ports | None = None, **more: str) -> Iterator[Running]:
    """Plain `chalice local`, serving; ended on the way out."""
    ports = ports or new_ports()
    environment = clean_environment(ports, project.parent, **more)
    command = [CHALICE, "local", "--port", str(ports.api), *options]
    with _ended(Running(command, project=project, environment=environment, ports=ports)) as running:
        running.wait_until_said("Serving on")
        yield running


@contextmanager
def make_dev(project: Path, *, ports: Ports | None = None, **more: str) -> Iterator[Running]:
    """What `make dev` runs, not yet up; ended on the way out."""
    ports = ports or new_ports()
    environment = clean_environment(ports, project.parent, **more)
    command = [sys.executable, "-m", "infra.local"]
    with _ended(Running(command, project=project, environment=environment, ports=ports)) as running:
        yield running


def wait_until(
    is_so: Callable[[], Any], otherwise: Callable[[], str], *, within_seconds: float = WITHIN_SECONDS
) -> None:
    """Wait for something that real processes do; fail with `otherwise` when they do not."""
    deadline = time.monotonic() + within_seconds
    while not is_so():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)


def wait_until_gone(pids: set[int]) -> None:
    """Until none of the processes runs any more."""
    wait_until(lambda: not any(map(lifeline.is_alive, pids)), lambda: f"left: {list(filter(lifeline.is_alive, pids))}")


@contextmanager
def _ended(running: Running) -> Iterator[Running]:
    try:
        yield running
    except BaseException as failure:
        failure.add_note(f"The system said last:\n{running.said()[-LAST_WORDS_CHARACTERS:]}")
        raise
    finally:
        family = running.family()
        with suppress(ProcessLookupError):
            os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
        wait_until_gone(family)
