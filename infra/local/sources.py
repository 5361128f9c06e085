"""Which files make a running process stale? The application's own; anything else may change without a restart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

Snapshot = Mapping[str, int]
"""Modification times in nanoseconds, by path relative to the project."""


def snapshot(root: Path) -> Snapshot:
    """The application's sources as they are now: app.py, Chalice's configuration and all of chalicelib.

    Bytecode is none of them, nor are the files of a moment that it is first written to (`x.cpython-311.pyc.1400`).
    """
    files = [root / "app.py", root / ".chalice" / "config.json"]
    files += [path for path in (root / "chalicelib").rglob("*") if "__pycache__" not in path.parts]
    return {str(path.relative_to(root)): time for path in files if (time := _modified(path)) is not None}


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """The paths that were changed, added or removed between two snapshots, sorted."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _modified(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns if path.is_file() else None
    except FileNotFoundError:  # an editor replaces a file by moving another over it
        return None
