"""How does Chalice make the package? From a clean copy of the sources, so that nothing of this machine gets into it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from infra.deploy.template import merge_template
from infra.problem import Problem

ROOT = Path(__file__).resolve().parent.parent.parent
LANE = "LANE"
"""Stands in the workers' one policy for the lane's name: `LANEQueue` is `HighQueue` in that of work_high."""
REGION = "us-east-1"
"""Chalice wants one to write a template; nothing in the template depends on it."""


class Chalice(msgspec.Struct, frozen=True, kw_only=True):
    """What Chalice made: the template (not finished), and the zip with everything in it."""

    template: Mapping[str, Any]
    archive: Path


def run_chalice(
    *, stage: str, architecture: str, requirements: str, work: Path, pip: Mapping[str, str] | None = None
) -> Chalice:
    """Run `chalice package` in `work`, a directory of its own that is kept for the next time.

    `requirements` is the text of a requirements.txt: what goes into the zip. The template is the same without. `pip` is
    the environment that tells pip where to look.

    Raises: Problem with Chalice's own words.
    """
    sources = work / "sources"
    _copy_sources(sources, architecture=architecture)
    (sources / "requirements.txt").write_text(requirements, encoding="utf-8")
    merge, output = work / "merge.json", work / "chalice"
    merge.write_text(json.dumps(merge_template(stage)), encoding="utf-8")
    done = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "chalice"), "package", "--stage", stage),
            *("--template-format", "json", "--merge-template", str(merge), str(output)),
        ],
        cwd=sources,
        env={**_environment(), **(pip or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    printed = done.stdout + done.stderr
    if done.returncode or "Could not install dependencies" in printed:
        raise Problem(f"`chalice package` failed:\n{printed}")
    _keep_newest(sources / ".chalice" / "deployments")
    template = json.loads((output / "sam.json").read_text(encoding="utf-8"))
    return Chalice(template=template, archive=output / "deployment.zip")


def _copy_sources(target: Path, *, architecture: str) -> None:
    """The files that Chalice packages; its cache of built dependencies, if it is there, stays."""
    shutil.rmtree(target / "chalicelib", ignore_errors=True)
    (target / ".chalice").mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "chalicelib", target / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "app.py", target / "app.py")
    config = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
    config["lambda_architecture"] = architecture
    for name, function in {"api": config, **config["lambda_functions"]}.items():
        policy = (ROOT / ".chalice" / function["iam_policy_file"]).read_text(encoding="utf-8")
        function["iam_policy_file"] = f"policy-{name}.json"
        lane = name.rpartition("_")[2].capitalize()
        (target / ".chalice" / function["iam_policy_file"]).write_text(policy.replace(LANE, lane), encoding="utf-8")
    (target / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")


def _environment() -> dict[str, str]:
    """This process's, without what could change the result."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "CHALICE_", "CORS_"))}
    return {**kept, "AWS_DEFAULT_REGION": REGION, "PYTHONDONTWRITEBYTECODE": "1"}


def _keep_newest(cache: Path) -> None:
    """Chalice keeps every zip that it ever made; one is enough to be quick when nothing has changed."""
    for old in sorted(cache.glob("*.zip"), key=lambda path: path.stat().st_mtime)[:-1]:
        old.unlink()
