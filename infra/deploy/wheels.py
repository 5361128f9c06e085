"""Which files of the dependencies go into the package? Those whose hashes are locked, downloaded and checked first.

`requirements.hashes.txt` has the pins of `requirements.txt` with the hashes of every file that the index offered when
they were locked (`make lock`). pip refuses any other file; Chalice then packages from the checked ones only.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.problem import Problem

LOWEST_GLIBC, LAMBDAS_GLIBC = 17, 26
"""Lambda's Python 3.11 runs on Amazon Linux 2, glibc 2.26; wheels for an older one run there too."""

_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)


def checked_wheels(hashes: Path, *, architecture: str, directory: Path) -> Mapping[str, str]:
    """Download what is locked, for this machine and for the architecture, into `directory`; pip's environment for it.

    Raises: Problem when a file is not the one that was locked.
    """
    # pip reads the first platform list for this machine: Chalice resolves with it before it fetches for the other.
    _download(hashes, directory=directory, platforms=())
    glibc = range(LOWEST_GLIBC, LAMBDAS_GLIBC + 1)
    machine = _MACHINES[architecture]
    tags = [f"manylinux2014_{machine}", *(f"manylinux_2_{minor}_{machine}" for minor in glibc)]
    _download(hashes, directory=directory, platforms=tags)
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(directory)}


def pins(text: str) -> Mapping[str, str]:
    """The versions in a requirements file by their names, as PEP 503 writes these."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in _PIN.findall(text)}


def refuse_unlocked(requirements: str, hashes: str) -> None:
    """Raises: Problem naming what one file pins and the other does not."""
    wanted, locked = pins(requirements), pins(hashes)
    different = sorted(name for name in {*wanted, *locked} if wanted.get(name) != locked.get(name))
    if different:
        raise Problem(
            f"requirements.hashes.txt does not lock what requirements.txt pins: {', '.join(different)}."
            " Run `make lock`."
        )


def _download(hashes: Path, *, directory: Path, platforms: tuple[str, ...] | list[str]) -> None:
    elsewhere = [part for tag in platforms for part in ("--platform", tag)]
    version = ["--python-version", "3.11", "--implementation", "cp"] if platforms else []
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "--no-deps", "--only-binary", ":all:", "--dest", str(directory)),
            *(*version, *elsewhere, "--requirement", str(hashes)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Problem(f"The dependencies are not the ones that were locked:\n{done.stderr}")
