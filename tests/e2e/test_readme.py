"""The README's conversation, run as it stands against a plain `chalice local`."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from infra.local.environment import ROOT
from tests.e2e.local_system import Running

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.e2e
def test_the_conversation_of_the_readme_ends_with_a_result(local: Running) -> None:
    (conversation,) = re.findall(r"```bash\n(.*?)```", README, re.S)
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


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"\]\(([^)#]+)\)|`((?:chalicelib|infra|docs)/[\w./]+)`", README)))
)
def test_every_file_that_the_readme_names_exists(path: tuple[str, str]) -> None:
    assert (ROOT / (path[0] or path[1])).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (?:-s )?([a-z-]+)", README))))
def test_every_make_target_that_the_readme_names_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)
