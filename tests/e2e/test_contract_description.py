"""Is the running API what its description says? schemathesis asks it some 1,600 questions made from /openapi.json."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.local.environment import VAPI_WEBHOOK_SECRET
from infra.local.token import token
from tests.e2e.local_system import Running, chalice_local

pytestmark = pytest.mark.e2e

SETUP = Path(__file__).parent / "description"
SCHEMATHESIS = str(Path(sys.executable).parent / "schemathesis")
FEWEST_QUESTIONS = 1000
WITHIN_SECONDS = 60


def test_schemathesis_finds_nothing_that_the_description_does_not_say(project: Path, tmp_path: Path) -> None:
    with chalice_local(project) as local:  # alone: hundreds of jobs are started and left
        asked_and_answered(local, tmp_path)


def asked_and_answered(local: Running, tmp_path: Path) -> None:
    admin = token(user="admin-1", role="admin", now=time.time())
    api = f"http://127.0.0.1:{local.ports.api}"
    # From a file: the operation that a description is read from is not among those that are asked.
    document = local.client().call("GET", "/openapi.json")
    description = tmp_path / "openapi.json"
    description.write_text(json.dumps(document))
    operations = sum(len(methods) for methods in document["paths"].values())

    run = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", str(SETUP / "schemathesis.toml"), "run", "--no-color"),
            *("--header", f"Authorization: Bearer {admin}", "--header", f"X-Vapi-Secret: {VAPI_WEBHOOK_SECRET}"),
            *("--url", api, description.name),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SETUP), "SCHEMATHESIS_HOOKS": "hooks", "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=5 * WITHIN_SECONDS,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    tested = re.search(r"Tested: (\d+)", run.stdout)
    asked = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert tested is not None
    assert int(tested[1]) == operations
    assert asked is not None
    assert int(asked[1]) == int(asked[2]) > FEWEST_QUESTIONS
