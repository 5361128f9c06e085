"""What did a change do to the package? Its size and the API's cold start, compared with the package of another commit.

    python -m benchmarks.package_change COMMIT      e.g. 6a62825, the last one without decoders of documents

Both zips are made as `make package` makes them (the other commit in its own worktree) and polled in fresh processes
that know nothing but the zip. Ends with 1 when the API loads a decoder; `make package` refuses a zip over its limits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from benchmarks.fresh_process import ROUNDS, polled_function
from infra.deploy.cold_start import ColdStart, measure
from infra.deploy.package import make_package, own_architecture
from infra.local.environment import ROOT

DECODERS = frozenset({"pypdfium2", "PIL", "pi_heif", "striprtf", "pypdf"})
STAGE = "staging"


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """One package: its sizes in MB, and its first poll."""

    name: str
    zipped_mb: float
    unzipped_mb: float
    first_poll: ColdStart

    @property
    def decoders(self) -> list[str]:
        """The decoders that answering a poll has loaded."""
        return sorted(DECODERS & {module.partition(".")[0] for module in self.first_poll.modules})


def main(arguments: Sequence[str]) -> int:
    """Prints both; the exit status."""
    if len(arguments) != 1:
        sys.exit(__doc__)
    [commit] = arguments
    now = make_package(stage=STAGE, architecture=own_architecture()).archive.path
    with TemporaryDirectory() as folder, polled_function() as asked:
        editions = [_edition(commit, _package_of(commit, Path(folder) / "other"), asked), _edition("now", now, asked)]
    print("| package | zipped | unzipped | first poll | compared with importing chalice + boto3 | decoders loaded |")
    print("|---|---:|---:|---:|---:|---|")
    for one in editions:
        poll = one.first_poll
        print(
            f"| {one.name} | {one.zipped_mb:.1f} MB | {one.unzipped_mb:.1f} MB | {poll.poll_seconds * 1000:.0f} ms | "
            f"{poll.ratio:.2f} × | {', '.join(one.decoders) or 'none'} |"
        )
    return int(bool(editions[-1].decoders))


def _package_of(commit: str, tree: Path) -> Path:
    """The zip of another commit, made there with this environment's tools."""
    add = ["git", "worktree", "add", "--quiet", "--detach", str(tree), commit]
    subprocess.run(add, cwd=ROOT, check=True)
    try:
        command = [sys.executable, "-m", "infra.deploy.package", "--stage", STAGE, "--architecture", own_architecture()]
        subprocess.run(command, cwd=tree, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(tree)})
        [made] = (tree / "build" / "package").glob("*/deployment.zip")
        return made.rename(tree.parent / "deployment.zip")
    finally:
        remove = ["git", "worktree", "remove", "--force", str(tree)]
        subprocess.run(remove, cwd=ROOT, check=True)


def _edition(name: str, archive: Path, asked: Mapping[str, Any]) -> Edition:
    with zipfile.ZipFile(archive) as opened:
        unzipped = sum(entry.file_size for entry in opened.infolist())
    return Edition(
        name=name,
        zipped_mb=archive.stat().st_size / 1e6,
        unzipped_mb=unzipped / 1e6,
        first_poll=measure(archive, **asked, rounds=ROUNDS),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
