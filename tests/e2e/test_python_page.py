"""docs/python.md: the package installs from its folder, and the page's examples run as they are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.local.environment import HOST, ROOT
from infra.local.token import token
from tests.e2e.local_system import Running

pytestmark = pytest.mark.e2e

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.S)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the package, as the page says."""
    assert "pip install ./clients/python" in PAGE
    home = tmp_path_factory.mktemp("python")
    shutil.copytree(ROOT / "clients" / "python", home / "source")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"),
            *("--no-build-isolation", "--no-deps", "--target", str(home / "installed"), str(home / "source")),
        ],
        check=True,
        capture_output=True,
    )
    return home / "installed"


def test_the_package_brings_its_types(installed: Path) -> None:
    assert (installed / "casework" / "py.typed").exists()
    assert list(installed.glob("casework-*.dist-info"))


def test_the_examples_run_one_after_the_other(installed: Path, local: Running, tmp_path: Path) -> None:
    made = token(user="reader", role="user", now=time.time())
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed),
        "CASEWORK_API": f"http://{HOST}:{local.ports.api}",
        "CASEWORK_TOKEN": made,
    }

    run = subprocess.run(
        [sys.executable, "-c", "\n".join(EXAMPLES)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert run.returncode == 0, run.stderr
    assert len(EXAMPLES) >= 5
    assert re.search(r"^ *100%  Completed$", run.stdout, re.M)
    assert "completed 1" in run.stdout
    assert "letter.txt" in run.stdout
    assert "no_documents – " in run.stdout
