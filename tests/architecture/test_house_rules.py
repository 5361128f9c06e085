"""Rules of the house that no linter knows: sizes, names, pins, and who may read the environment."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 300
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    check=True,
    capture_output=True,
    text=True,
).stdout.splitlines()
SOURCES = [ROOT / name for name in TRACKED if name.endswith((".py", ".ts", ".tsx")) and (ROOT / name).exists()]
PRODUCTION = [path for path in SOURCES if path.is_relative_to(ROOT / "chalicelib")]
NOT_OUR_WORDS = re.compile(
    r"^(manager|helper|base|utils?|common|data|info)\.py$|^class \w*(Manager|Helper|Base)\b", re.M
)


def test_the_rules_below_look_at_the_whole_project() -> None:
    assert len(PRODUCTION) > 50
    assert len(SOURCES) > len(PRODUCTION) > 0


def test_no_file_has_more_than_three_hundred_lines() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in SOURCES if (lines := _lines(path)) > LONGEST_FILE}

    assert long == {}


def test_every_module_begins_by_saying_which_question_it_answers() -> None:
    silent = [str(path.relative_to(ROOT)) for path in PRODUCTION if not path.read_text().startswith('"""')]

    assert silent == []


def test_nothing_is_called_manager_helper_base_or_utils() -> None:
    named = [
        str(path.relative_to(ROOT))
        for path in PRODUCTION
        if NOT_OUR_WORDS.search(path.name) or NOT_OUR_WORDS.search(path.read_text())
    ]

    assert named == []


def test_only_settings_reads_the_environment() -> None:
    readers = [path.name for path in PRODUCTION if re.search(r"\bos\.(environ|getenv)\b", path.read_text())]

    assert readers == ["settings.py"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_exactly(name: str) -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    loose = [line for line in lines if line and not re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[\w.!+]+", line)]

    assert loose == []


def test_the_locked_versions_are_those_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {_pin(line) for line in project["project"]["dependencies"]}
    locked = {line.split()[0] for line in (ROOT / "requirements.txt").read_text().splitlines()}

    assert wanted <= locked


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_the_pages_name_every_layer_that_the_linter_holds(page: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    packages = {name.removeprefix("chalicelib.") for layer in layers for name in re.findall(r"[\w.]+", layer)}
    text = (ROOT / page).read_text()

    folders = {name for name in packages if (ROOT / "chalicelib" / name).is_dir()}
    assert [name for name in sorted(folders) if not re.search(rf"\b{name}\b", text)] == []


def test_runtime_and_development_agree_on_every_version() -> None:
    runtime = {line.split()[0] for line in (ROOT / "requirements.txt").read_text().splitlines()}
    development = {line.split()[0] for line in (ROOT / "requirements-dev.txt").read_text().splitlines()}

    assert runtime <= development


def _lines(path: Path) -> int:
    return path.read_text().count("\n")


def _pin(requirement: str) -> str:
    return re.sub(r"\[.*\]", "", requirement).lower()
