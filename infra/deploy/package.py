"""What is the package? One zip for all functions and one template, in build/package/<stage>-<architecture>.

python -m infra.deploy.package --stage staging --architecture arm64
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import zipfile
from pathlib import Path

import msgspec

from infra.deploy import licences
from infra.deploy.archive import Archive, write_archive
from infra.deploy.chalice_package import ROOT, run_chalice
from infra.deploy.template import STAGES, finished
from infra.deploy.wheels import checked_wheels, refuse_unlocked
from infra.problem import Problem

DEPLOYED_ARCHITECTURE = "arm64"
ARCHITECTURES = ("arm64", "x86_64")
BUILD = ROOT / "build" / "package"
HASHES = ROOT / "requirements.hashes.txt"


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package in its directory: `template` names the zip beside it as the code of each function."""

    directory: Path
    archive: Archive

    @property
    def template(self) -> Path:
        """The SAM template, as JSON."""
        return self.directory / "template.json"


def make_package(*, stage: str, architecture: str, build: Path = BUILD) -> Package:
    """Make the package of a stage. Raises: Problem."""
    directory = build / f"{stage}-{architecture}"
    # One work directory per architecture: the stages share what was built of the dependencies.
    work = build / f"work-{architecture}"
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    refuse_unlocked(requirements, HASHES.read_text(encoding="utf-8"))
    pip = checked_wheels(HASHES, architecture=architecture, directory=work / "wheels")
    chalice = run_chalice(stage=stage, architecture=architecture, requirements=requirements, work=work, pip=pip)
    archive = write_archive(chalice.archive, directory / "deployment.zip")
    package = Package(directory=directory, archive=archive)
    template = finished(chalice.template, stage=stage)
    package.template.write_text(json.dumps(template, indent=1, sort_keys=True), encoding="utf-8")
    return package


def make_template(*, stage: str, architecture: str, build: Path = BUILD) -> Path:
    """Write only the template, to `build`/template-<stage>.json; the zip is not made. Raises: Problem."""
    chalice = run_chalice(stage=stage, architecture=architecture, requirements="", work=build / "work-template")
    path = build / f"template-{stage}.json"
    template = finished(chalice.template, stage=stage)
    path.write_text(json.dumps(template, indent=1, sort_keys=True), encoding="utf-8")
    return path


def own_architecture() -> str:
    """The architecture of this machine, by Lambda's name; only its package runs here."""
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def main() -> None:
    """Package one stage, and say what came out."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploy.package", description="Package Casework for AWS.")
    parser.add_argument("--stage", choices=STAGES, default="staging")
    parser.add_argument("--architecture", choices=ARCHITECTURES, default=DEPLOYED_ARCHITECTURE)
    parser.add_argument("--write", action="store_true", help=f"write {licences.FILE} from the package")
    arguments = parser.parse_args()
    try:
        package = make_package(stage=arguments.stage, architecture=arguments.architecture)
    except Problem as problem:
        sys.exit(str(problem))
    archive = package.archive
    if arguments.write:
        with zipfile.ZipFile(archive.path) as opened:
            (ROOT / licences.FILE).write_bytes(opened.read(licences.FILE))
    print(f"{package.template.relative_to(ROOT)}\n{archive.path.relative_to(ROOT)}")
    print(f"  sha256 {archive.sha256}")
    print(f"  {archive.zipped_bytes / 1e6:.1f} MB zipped, {archive.unzipped_bytes / 1e6:.1f} MB unzipped; most of it:")
    for name, size in archive.largest:
        print(f"    {size / 1e6:5.1f} MB  {name}")


if __name__ == "__main__":
    main()
