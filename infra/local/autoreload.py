"""When does `chalice local` start its server again? When a source of the application has changed, and then only.

Chalice's own watcher looks at every file under the project, .venv and caches included, and dies of one that goes away
while it looks: a file that Python writes bytecode to for a moment is enough. It is silenced; this one takes over.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from chalice.cli.filewatch import RESTART_REQUEST_RC
from chalice.cli.filewatch.stat import StatFileWatcher

from infra.local import sources

LOOK_EVERY_SECONDS = 1.0


def silence_chalices_watcher() -> None:
    """Let Chalice's watcher see no change, from now on."""
    StatFileWatcher._seed_mtime_cache = lambda self, root_dir: None
    StatFileWatcher._single_pass_poll = lambda self, root_dir, callback: None


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
