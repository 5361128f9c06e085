"""How does the supervisor serve the API? With `chalice local`, with the system behind it already running.

python -m infra.local.api_server --port N
"""

from __future__ import annotations

import argparse
import os
import sys

from chalice.cli import main as chalice

from infra.local.environment import HOST


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.api_server", description="The API on this machine.")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    os.environ["CASEWORK_BEHIND_API"] = "up"
    sys.argv = [
        *("chalice", "local", "--stage", "dev", "--no-autoreload"),
        *("--host", HOST, "--port", str(arguments.port)),
    ]
    sys.exit(chalice())


if __name__ == "__main__":
    main()
