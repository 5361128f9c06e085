"""MiniStack on 127.0.0.1, with an environment of its own and nothing kept.

    python -m tests.contract.ministack.server --venv build/ministack --port N --home DIRECTORY

It is a process beside the tests, in its own virtual environment, and ends with the one that started it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from infra.local.environment import HOST
from infra.local.resources import REGION

ACCOUNT = "123456789012"


def environment(venv: Path, *, port: int, home: Path) -> dict[str, str]:
    """All variables of the process: nothing of ours reaches it, and it writes below `home` only."""
    return {
        "PATH": f"{venv / 'bin'}:/usr/bin:/bin",
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
    parser = argparse.ArgumentParser(
        prog="python -m tests.contract.ministack.server", description="MiniStack on this machine."
    )
    parser.add_argument("--venv", type=Path, required=True, help="the virtual environment that has MiniStack")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True, help="a directory of its own")
    arguments = parser.parse_args()
    venv = arguments.venv.absolute()
    server = subprocess.run(
        [venv / "bin" / "ministack"],
        cwd=arguments.home,
        env=environment(venv, port=arguments.port, home=arguments.home),
        check=False,
    )
    sys.exit(server.returncode)


if __name__ == "__main__":
    main()
