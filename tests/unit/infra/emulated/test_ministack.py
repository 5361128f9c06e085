"""The deployed stack's MiniStack ends, with the functions' processes, however the one that started it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.emulated.ministack import running_ministack
from infra.local import lifeline
from infra.local.environment import ROOT

WITHIN_SECONDS = 30

FAKE = f"""#!{sys.executable}
# Answers as MiniStack does when it is up; starts one process, as of a function; ignores SIGTERM.
import http.server, os, pathlib, signal, ssl, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
class Up(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", int(os.environ["GATEWAY_PORT"])), Up)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.environ["MINISTACK_SSL_CERT"], os.environ["MINISTACK_SSL_KEY"])
server.socket = context.wrap_socket(server.socket, server_side=True)
worker = subprocess.Popen(["sleep", "600"], env={{"AWS_LAMBDA_FUNCTION_NAME": "work"}})
pathlib.Path("pids").write_text(f"{{os.getpid()}} {{worker.pid}}")
server.serve_forever()
"""

PARENT = """
import sys, threading
from pathlib import Path
from infra.emulated.ministack import running_ministack
with running_ministack(Path(sys.argv[1]), home=Path(sys.argv[2]), environment={}):
    print("up", flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "ministack").touch()
    (programs / "python").write_text(FAKE)
    (programs / "python").chmod(0o755)
    return tmp_path / "venv"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_process_that_started_it(venv, home, number):
    command = [sys.executable, "-c", PARENT, str(venv), str(home)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        ministack, worker = pids(home)

        parent.send_signal(number)
        parent.wait()

        assert soon(lambda: not lifeline.is_alive(ministack))
        assert soon(lambda: not lifeline.is_alive(worker))


def test_it_ends_with_the_block_even_when_it_ignores_that_it_should(venv, home):
    with running_ministack(venv, home=home, environment={}):
        ministack, worker = pids(home)
        assert lifeline.is_alive(ministack)

    assert soon(lambda: not lifeline.is_alive(ministack))
    assert soon(lambda: not lifeline.is_alive(worker))


def test_the_processes_of_one_function_are_killed_and_it_runs_on(venv, home):
    with running_ministack(venv, home=home, environment={}) as running:
        ministack, worker = pids(home)

        assert running.kill_workers("other") == 0
        assert running.kill_workers("work") == 1

        assert soon(lambda: not lifeline.is_alive(worker))
        assert lifeline.is_alive(ministack)


def pids(home: Path) -> tuple[int, int]:
    ministack, worker = (int(pid) for pid in (home / "pids").read_text().split())
    return ministack, worker


def soon(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()
