"""A child process ends with its parent, whatever way the parent goes, and takes its own children along."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from infra.local import lifeline
from infra.local.environment import ROOT
from infra.local.program import Child, Program

WITHIN_SECONDS = 60

PARENT = """
import os, sys, threading
from infra.local.program import Child, Program
child = Child(
    Program(name="c", module="http.server", arguments=("--bind", "127.0.0.1", "0")), environment=os.environ, say=print
)
print(child.pid, flush=True)
threading.Event().wait()
"""


def soon(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()


def child(*arguments: str, module: str = "timeit") -> tuple[Child, list[str]]:
    said: list[str] = []
    program = Program(name="c", module=module, arguments=arguments)
    return Child(program, environment=os.environ, say=said.append), said


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_child_ends_with_its_parent(number):
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lifeline.is_alive(pid)

        parent.send_signal(number)
        parent.wait()

        assert soon(lambda: not lifeline.is_alive(pid))


def test_each_line_of_a_child_is_told():
    running, said = child("-n", "1", "-r", "1", "-s", "print('one'); print('two')", "pass")

    assert soon(lambda: running.how_it_ended() is not None)

    assert said[:2] == ["one", "two"]
    assert running.how_it_ended() == "exit code 0"


def test_how_a_child_ended_is_told_for_people():
    running, _ = child("-n", "1", "-r", "1", "import os; os.kill(os.getpid(), 9)")

    assert soon(lambda: running.how_it_ended() is not None)

    assert running.how_it_ended() == "killed by SIGKILL"


def test_ending_a_child_ends_what_it_started_too():
    start_another = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True)"
    running, said = child("-n", "1", "-r", "1", "-s", start_another, "import time; time.sleep(60)")
    assert soon(lambda: bool(said))

    running.ask_to_end()
    running.end(within_seconds=5)

    assert soon(lambda: not lifeline.is_alive(int(said[0])))
    assert running.how_it_ended() is not None


def test_a_watch_on_a_process_that_is_gone_ends_at_once():
    gone = subprocess.Popen(["true"])
    gone.wait()
    ended = threading.Event()

    lifeline.watch(gone.pid, on_end=ended.set)

    assert ended.wait(WITHIN_SECONDS)
    assert not lifeline.is_alive(gone.pid)
