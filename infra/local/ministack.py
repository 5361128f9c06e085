"""MiniStack on 127.0.0.1, with an environment of its own and nothing kept.

    python -m infra.local.ministack --venv build/ministack --home DIRECTORY       with MiniStack's variables set

A second emulator of AWS, stricter than moto, for tests and measurements: a process in its own virtual environment that
ends, with all that it started, with the one that started it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.local.environment import HOST, ROOT
from infra.local.ports import free_ports
from infra.local.program import Child, Program
from infra.local.resources import REGION
from infra.problem import Problem

ACCOUNT = "123456789012"
READY_WITHIN_SECONDS = 60.0
END_WITHIN_SECONDS = 5.0
LOG_LINES = 20


@contextmanager
def running_ministack(venv: Path) -> Iterator[str]:
    """MiniStack on a free port until the block ends; its URL. Raises: Problem when it is missing or does not start."""
    (port,) = free_ports(1)
    said: list[str] = []
    with tempfile.TemporaryDirectory(prefix="casework-ministack-") as directory:
        home = Path(directory)
        variables = environment(venv, port=port, home=home)
        server = start_ministack(venv, home=home, environment=variables, say=said.append)
        try:
            endpoint_url = f"http://{HOST}:{port}"
            if not _comes_up(server, f"{endpoint_url}/_ministack/health"):
                raise Problem("\n".join(["MiniStack did not come up:", *said[-LOG_LINES:]]))
            yield endpoint_url
        finally:
            server.ask_to_end()
            server.end(within_seconds=END_WITHIN_SECONDS)


def start_ministack(venv: Path, *, home: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> Child:
    """Start MiniStack with these variables and no others. Raises: Problem when it is missing."""
    if not (venv / "bin" / "ministack").exists():
        raise Problem(f"There is no MiniStack in {venv}; `make test-ministack` installs it.")
    arguments = ("--venv", str(venv.absolute()), "--home", str(home))
    program = Program(name="ministack", module="infra.local.ministack", arguments=arguments)
    return Child(program, environment=environment, say=say)


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


def environment(venv: Path, *, port: int, home: Path) -> dict[str, str]:
    """All variables of the process: nothing of ours reaches it, and it writes below `home` only."""
    return {
        "PATH": f"{venv.absolute() / 'bin'}:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "false",
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "STATE_DIR": str(home / "state"),
        "S3_DATA_DIR": str(home / "s3"),
        "LOG_LEVEL": "WARNING",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.ministack", description="MiniStack on this machine.")
    parser.add_argument("--venv", type=Path, required=True, help="the virtual environment that has MiniStack")
    parser.add_argument("--home", type=Path, required=True, help="a directory of its own")
    arguments = parser.parse_args()
    command = [arguments.venv / "bin" / "python", ROOT / "infra" / "local" / "patches" / "ministack_packages.py"]
    server = subprocess.run(command, cwd=arguments.home, check=False)
    sys.exit(server.returncode)


if __name__ == "__main__":
    main()
