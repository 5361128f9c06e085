"""What does a cold start load? Nothing that only some requests need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "openai",
    "anthropic",
    "pydantic",
    "pypdfium2",
    "PIL",
    "moto",
    "yaml",
    "boto3",
    "botocore",
    "jwt",
    "cryptography",
)
SAY_WHAT_IS_LOADED = f"import app, sys; print([name for name in {HEAVY!r} if name in sys.modules])"


def test_importing_app_loads_no_sdk_and_nothing_of_the_local_system() -> None:
    # With an empty environment: outside of stage dev, and before anything is configured.
    loaded = subprocess.run(
        [sys.executable, "-c", SAY_WHAT_IS_LOADED], cwd=ROOT, env={}, check=True, capture_output=True, text=True
    )

    assert loaded.stdout.strip() == "[]"
