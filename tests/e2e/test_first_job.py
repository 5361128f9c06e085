"""The first job of the docs, run as it stands against a plain `chalice local`."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from infra.local.environment import ROOT
from tests.e2e.local_system import Running

PAGE = (ROOT / "docs" / "first-job.md").read_text(encoding="utf-8")


@pytest.mark.e2e
def test_the_first_job_of_the_docs_ends_with_a_result(local: Running) -> None:
    (conversation,) = re.findall(r"```bash\n(.*?)```", PAGE, re.S)
    here = conversation.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{local.ports.api}")
    assert here != conversation

    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here],
        cwd=ROOT,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert '"status":"accepted"' in lines[0]
    assert all(re.fullmatch(r"(pending|running) \d+% .+", line) for line in lines[1:-1])
    assert '"status":"completed","progress":100' in lines[-1]
