"""Only the application's own files make a running process stale."""

from __future__ import annotations

import os

from infra.local.sources import changes, snapshot


def write(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_app_configuration_and_chalicelib_are_sources(tmp_path):
    for name in ("app.py", ".chalice/config.json", "chalicelib/a.py", "chalicelib/prompts/p.md"):
        write(tmp_path / name)
    for name in (
        "README.md",
        "tests/test_a.py",
        ".venv/x.py",
        "chalicelib/__pycache__/a.pyc",
        "chalicelib/__pycache__/b.pyc.1400",
    ):
        write(tmp_path / name)

    assert sorted(snapshot(tmp_path)) == [
        ".chalice/config.json",
        "app.py",
        "chalicelib/a.py",
        "chalicelib/prompts/p.md",
    ]


def test_a_changed_an_added_and_a_removed_file_are_changes(tmp_path):
    for name in ("app.py", "chalicelib/gone.py", "chalicelib/same.py"):
        write(tmp_path / name)
    before = snapshot(tmp_path)

    os.utime(tmp_path / "app.py", ns=(1, 1))
    (tmp_path / "chalicelib/gone.py").unlink()
    write(tmp_path / "chalicelib/new.py")

    assert changes(before, snapshot(tmp_path)) == ["app.py", "chalicelib/gone.py", "chalicelib/new.py"]
