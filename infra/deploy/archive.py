"""What is in the zip that ships? Chalice's files without those that no function reads, with bytecode, in a fixed form.

Lambda's code directory is read-only and Chalice ships no bytecode, so without it every cold start compiles all that it
imports. Unchecked: nobody compares the bytecode with the source, which never changes once it is deployed. The same
inputs give the same bytes: sorted names, one date, one hash seed, one order of compiling.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from infra.deploy import licences
from infra.problem import Problem

MOST_ZIPPED_BYTES = 46 * 1024 * 1024
"""Lambda takes 50 MB; this is what the package has, with some room. More is a dependency that nobody meant to ship."""

MOST_UNZIPPED_BYTES = 160 * 1024 * 1024
"""Lambda takes 250 MB."""

DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can have
CODE_DIRECTORY = "/var/task"

SERVICES = frozenset({"apigatewaymanagementapi", "dynamodb", "lambda", "logs", "s3", "sqs", "ssm", "sts"})
"""The AWS services whose definitions botocore needs here; the other four hundred are half of Chalice's zip."""

_BOTOCORE = re.compile(r"botocore/data/([^/]+)/")
_NEVER_READ = re.compile(
    r"""
    .*\.py[ci] | .*\.pxd | .*\.[ch] | .*/py\.typed           # typing, headers, bytecode of other machines
    | bin/.* | boto3/data/.* | boto3/examples/.*             # commands; boto3's resources (only clients are used)
    | [^/]+\.dist-info/(RECORD|WHEEL|INSTALLER|REQUESTED|top_level\.txt|sboms/.*|direct_url\.json)
    | (?:[^/]+/)+tests?/.*                                   # tests that some packages ship
    """,
    re.VERBOSE,
)

_COMPILE = """
import compileall, py_compile, sys
directory, shown = sys.argv[1:]
done = compileall.compile_dir(
    directory, maxlevels=30, quiet=1, stripdir=directory, prependdir=shown,
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
sys.exit(not done)
"""


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """The zip that ships: its SHA-256, and its size as it is and unpacked."""

    path: Path
    sha256: str
    zipped_bytes: int
    unzipped_bytes: int
    largest: tuple[tuple[str, int], ...]
    """What takes most of the zip: top-level names and their zipped bytes."""


def write_archive(source: Path, target: Path) -> Archive:
    """Make the zip that ships from Chalice's. Raises: Problem when it is too large or does not compile."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        with zipfile.ZipFile(source) as chalice:
            chalice.extractall(directory, members=[name for name in chalice.namelist() if is_read(name)])
        (directory / licences.FILE).write_text(licences.third_party(directory), encoding="utf-8")
        _compile(directory)
        _zip(directory, target)
    archive = described(target)
    refuse_too_large(archive)
    return archive


def is_read(name: str) -> bool:
    """Whether a function may read the file at run time."""
    service = _BOTOCORE.match(name)
    if service is not None and service[1] not in SERVICES:
        return False
    return _NEVER_READ.fullmatch(name) is None


def described(path: Path) -> Archive:
    """The archive at the path."""
    with zipfile.ZipFile(path) as opened:
        entries = opened.infolist()
    parts: dict[str, int] = {}
    for entry in entries:
        part = entry.filename.split("/", 1)[0]
        parts[part] = parts.get(part, 0) + entry.compress_size
    return Archive(
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        zipped_bytes=path.stat().st_size,
        unzipped_bytes=sum(entry.file_size for entry in entries),
        largest=tuple(sorted(parts.items(), key=lambda part: -part[1])[:8]),
    )


def refuse_too_large(archive: Archive) -> None:
    """Raises: Problem naming what takes the space."""
    if archive.zipped_bytes <= MOST_ZIPPED_BYTES and archive.unzipped_bytes <= MOST_UNZIPPED_BYTES:
        return
    largest = ", ".join(f"{name} {_megabytes(size)}" for name, size in archive.largest)
    raise Problem(
        f"The package is too large: {_megabytes(archive.zipped_bytes)} zipped"
        f" (at most {_megabytes(MOST_ZIPPED_BYTES)}),"
        f" {_megabytes(archive.unzipped_bytes)} unzipped (at most {_megabytes(MOST_UNZIPPED_BYTES)}): {largest}."
    )


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"


def _compile(directory: Path) -> None:
    # A process of its own: what it compiled before, and its hash seed, would show in the bytecode.
    done = subprocess.run(
        [sys.executable, "-c", _COMPILE, str(directory), CODE_DIRECTORY],
        cwd=directory,
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Problem(f"The package does not compile:\n{done.stdout}{done.stderr}")


def _zip(directory: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in _files(directory):
            entry = zipfile.ZipInfo(path.relative_to(directory).as_posix(), date_time=DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=9)
    unfinished.replace(target)


def _files(directory: Path) -> Iterable[Path]:
    return sorted((path for path in directory.rglob("*") if path.is_file()), key=lambda path: path.as_posix())
