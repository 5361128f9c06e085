"""Chalice's file watcher, silenced; infra/local/autoreload.py takes over.

Chalice 1.34 looks at every file under the project, .venv and caches included, restarts on any of them
(https://github.com/aws/chalice/issues/857), and dies of one that goes away while it looks
(https://github.com/aws/chalice/issues/1320): a file that Python writes bytecode to for a moment is enough.
"""

from __future__ import annotations

from chalice.cli.filewatch.stat import StatFileWatcher


def silence_chalices_watcher() -> None:
    """Let Chalice's watcher see no change, from now on."""
    StatFileWatcher._seed_mtime_cache = lambda self, root_dir: None
    StatFileWatcher._single_pass_poll = lambda self, root_dir, callback: None
