"""MiniStack whose functions' processes share one unpacked package.

    build/ministack/bin/python infra/local/patches/ministack_packages.py        instead of build/ministack/bin/ministack

MiniStack 1.5.33 unpacks a function's package again for each process that it starts. Casework's has 14,000 files: each
start cost seconds of the only Python process that answers all requests, and at the end hundreds of thousands of files
took minutes to delete. AWS starts a function from a package that is unpacked already.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import threading
from pathlib import Path
from zipfile import ZipFile

_lock = threading.Lock()
_unpacked: dict[frozenset[tuple[str, int, int]], str] = {}


def share_unpacked_packages() -> None:
    """Unpack each package once; a process's own directory is a link to it. Doing it twice changes nothing."""
    unpack = ZipFile.extractall

    def extractall(archive: ZipFile, path: str | None = None, members: None = None, pwd: bytes | None = None) -> None:
        if path is None or Path(path).name != "code" or Path(archive.filename or "").name != "code.zip":
            unpack(archive, path, members, pwd)
            return
        contents = frozenset((entry.filename, entry.CRC, entry.file_size) for entry in archive.infolist())
        with _lock:
            if contents not in _unpacked:
                shared = tempfile.mkdtemp(prefix="ministack-package-")
                unpack(archive, shared)
                _unpacked[contents] = shared
        Path(path).rmdir()
        Path(path).symlink_to(_unpacked[contents])
        os.unlink(str(archive.filename))  # noqa: PTH108  # 60 MB of each process that nobody reads again

    ZipFile.extractall = extractall  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    share_unpacked_packages()
    sys.exit(importlib.import_module("ministack.app").main())
