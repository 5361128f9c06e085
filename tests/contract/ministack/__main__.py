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
from pathlib import Path

from infra.local.environment import ROOT
from infra.local.ministack import running_ministack
from infra.problem import Problem

SUITES = ("tests/contract", "tests/unit/infra/ops")


def main() -> None:
    """Start MiniStack, run the suites, end it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.contract.ministack", description="The contracts on MiniStack."
    )
    parser.add_argument("--venv", type=Path, default=ROOT / "build" / "ministack")
    known, pytest_arguments = parser.parse_known_args()
    try:
        with running_ministack(known.venv) as endpoint_url:
            suites = subprocess.run(
                [sys.executable, "-m", "pytest", *(pytest_arguments or SUITES)],
                cwd=ROOT,
                env={**os.environ, "CASEWORK_TEST_ENDPOINT": endpoint_url},
                check=False,
            )
    except Problem as problem:
        sys.exit(str(problem))
    sys.exit(suites.returncode)


if __name__ == "__main__":
    main()
