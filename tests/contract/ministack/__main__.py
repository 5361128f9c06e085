"""Do the adapters keep their contracts on a second emulator of AWS? The same suites, run against MiniStack.

    python -m tests.contract.ministack [--venv build/ministack] [pytest's arguments]

moto enforces little of what DynamoDB does under concurrency; MiniStack was written independently of it. Exit code: that
of pytest, or 1 when MiniStack does not come up.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from infra.local.environment import HOST, ROOT
from infra.local.ports import free_ports
from infra.local.program import Child, Program

SUITES = ("tests/contract", "tests/unit/infra/ops")
READY_WITHIN_SECONDS = 60.0
END_WITHIN_SECONDS = 5.0
LOG_LINES = 20


def main() -> None:
    """Start MiniStack, run the suites, end it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.contract.ministack", description="The contracts on MiniStack."
    )
    parser.add_argument("--venv", type=Path, default=ROOT / "build" / "ministack")
    known, pytest_arguments = parser.parse_known_args()
    if not (known.venv / "bin" / "ministack").exists():
        sys.exit(f"There is no MiniStack in {known.venv}; `make test-ministack` installs it.")
    with tempfile.TemporaryDirectory(prefix="casework-ministack-") as home:
        sys.exit(_run(known.venv, Path(home), pytest_arguments or list(SUITES)))


def _run(venv: Path, home: Path, pytest_arguments: list[str]) -> int:
    port = free_ports(1)[0]
    said: list[str] = []
    program = Program(
        name="ministack",
        module="tests.contract.ministack.server",
        arguments=("--venv", str(venv), "--port", str(port), "--home", str(home)),
    )
    server = Child(program, environment=os.environ, say=said.append)
    try:
        endpoint_url = f"http://{HOST}:{port}"
        if not _comes_up(server, f"{endpoint_url}/_ministack/health"):
            sys.stderr.write("\n".join(["MiniStack did not come up:", *said[-LOG_LINES:], ""]))
            return 1
        suites = subprocess.run(
            [sys.executable, "-m", "pytest", *pytest_arguments],
            cwd=ROOT,
            env={**os.environ, "CASEWORK_TEST_ENDPOINT": endpoint_url},
            check=False,
        )
        return suites.returncode
    finally:
        server.ask_to_end()
        server.end(within_seconds=END_WITHIN_SECONDS)


def _comes_up(server: Child, health_url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business on loopback
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and server.how_it_ended() is None:
        try:
            with opener.open(health_url, timeout=2):
                return True
        except OSError:
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    main()
