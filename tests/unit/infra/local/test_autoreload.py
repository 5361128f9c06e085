"""A changed source restarts the dev server once; nothing else does."""

from __future__ import annotations

from pathlib import Path

from infra.local.autoreload import LOOK_EVERY_SECONDS, watch
from infra.local.sources import snapshot


def test_the_first_change_restarts_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    before = snapshot(tmp_path)
    waits: list[float] = []
    restarts: list[str] = []

    def edit(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            (tmp_path / "app.py").unlink()

    watch(tmp_path, before, wait=edit, restart=restarts.append)

    assert restarts == ["app.py"]
    assert waits == [LOOK_EVERY_SECONDS] * 2


def test_bytecode_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    before = snapshot(tmp_path)
    restarts: list[str] = []

    def compile_then_edit(_: float) -> None:
        cache = tmp_path / "chalicelib" / "__pycache__"
        if cache.exists():
            (tmp_path / "chalicelib" / "new.py").write_text("")
            return
        cache.mkdir(parents=True)
        (cache / "a.cpython-311.pyc.1400").write_text("")

    watch(tmp_path, before, wait=compile_then_edit, restart=restarts.append)

    assert restarts == ["chalicelib/new.py"]
