"""A function's package is unpacked once for all its processes, and another package beside it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from infra.local.patches.ministack_packages import share_unpacked_packages


@pytest.fixture(autouse=True)
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile.ZipFile, "extractall", zipfile.ZipFile.extractall)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    share_unpacked_packages()


def process_of(tmp_path: Path, name: str, *, text: str) -> Path:
    """What MiniStack does for a new process of a function: the package in its own directory, and its code."""
    code = tmp_path / name / "code"
    code.mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / name / "code.zip", "w") as package:
        package.writestr("app.py", text)
    with zipfile.ZipFile(tmp_path / name / "code.zip") as package:
        package.extractall(str(code))
    return code


def test_two_processes_of_one_package_read_the_same_files(tmp_path):
    one, other = (process_of(tmp_path, name, text="old") for name in ("one", "other"))

    assert one.resolve() == other.resolve()
    assert (other / "app.py").read_text() == "old"
    assert not (tmp_path / "one" / "code.zip").exists()


def test_a_new_package_is_not_the_old_one(tmp_path):
    old, new = process_of(tmp_path, "old", text="old"), process_of(tmp_path, "new", text="new")

    assert (old / "app.py").read_text() == "old"
    assert (new / "app.py").read_text() == "new"


def test_the_directory_of_a_process_that_ended_is_removed_without_the_package(tmp_path):
    one, other = (process_of(tmp_path, name, text="old") for name in ("one", "other"))

    shutil.rmtree(one.parent)

    assert (other / "app.py").read_text() == "old"


def test_other_archives_are_unpacked_as_ever(tmp_path):
    with zipfile.ZipFile(tmp_path / "any.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with zipfile.ZipFile(tmp_path / "any.zip") as archive:
        archive.extractall(tmp_path / "code")

    assert not (tmp_path / "code").is_symlink()
    assert (tmp_path / "code" / "a.txt").read_text() == "a"
