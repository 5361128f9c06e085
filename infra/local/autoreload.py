"""Restart of `chalice local` when a source of the application has changed; Chalice's own watcher is silenced."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from chalice.cli.filewatch import RESTART_REQUEST_RC

from infra.local import sources

LOOK_EVERY_SECONDS = 1.0


def start_watching(root: Path) -> None:
    """Watch the sources from now on, in a thread; after a change this process ends as its reloader expects it."""
    before = sources.snapshot(root)
    threading.Thread(target=watch, args=(root, before), name="autoreload", daemon=True).start()


def watch(
    root: Path,
    before: sources.Snapshot,
    *,
    wait: Callable[[float], object] = time.sleep,
    restart: Callable[[str], object] = lambda changed: _restart(changed),
) -> None:
    """Return after the first change, `restart` called with the path of the first file that changed."""
    while not (changed := sources.changes(before, sources.snapshot(root))):
        wait(LOOK_EVERY_SECONDS)
    restart(changed[0])


def _restart(changed: str) -> None:
    print(f"{changed} changed; restarting the local dev server.", flush=True)
    sys.stderr.flush()
    os._exit(RESTART_REQUEST_RC)
