"""Does anybody know of a hole in what ships? Asked of OSV, for every pin of requirements.hashes.txt.

python -m infra.deploy.audit --pip-audit PROGRAM

Where OSV cannot be reached, this says so with the date and ends well: a gate without network is no proof of anything.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60


class Hole(msgspec.Struct, frozen=True, kw_only=True):
    """One advisory about one pin; `fixed_in` are versions without it."""

    name: str
    version: str
    advisory: str
    fixed_in: tuple[str, ...]


def main() -> None:
    """Print what is known; exit code 1 when there is a hole."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy.audit", description="Check for known vulnerabilities."
    )
    parser.add_argument("--pip-audit", type=Path, required=True, help="the program, in a separate environment")
    arguments = parser.parse_args()
    report, said = _report(arguments.pip_audit)
    lines, code = verdict(report, said=said, on=datetime.now(UTC).date().isoformat())
    print("\n".join(lines))
    sys.exit(code)


def verdict(report: bytes | None, *, said: str, on: str) -> tuple[Sequence[str], int]:
    """What to print, and the exit code. `report` is pip-audit's JSON; None: it made none, and `said` why."""
    if report is None:
        reason = (said.strip().splitlines() or ["no answer"])[-1]
        return [f"NOT CHECKED on {on}: the advisories cannot be reached ({reason})."], 0
    found = msgspec.json.decode(report)["dependencies"]
    skipped = [one["name"] for one in found if "skip_reason" in one]
    if skipped:
        return [f"NOT CHECKED on {on}: nothing is known about {', '.join(skipped)}."], 0
    holes = list(_holes(found))
    if not holes:
        return [f"{len(found)} packages, no known vulnerability on {on}."], 0
    lines = [
        f"{hole.name} {hole.version}: {hole.advisory}, fixed in {', '.join(hole.fixed_in) or 'no version'}"
        for hole in holes
    ]
    return [*lines, "Raise the versions in pyproject.toml, then `make lock`."], 1


def _holes(found: Sequence[Any]) -> Sequence[Hole]:
    return [
        Hole(name=one["name"], version=one["version"], advisory=hole["id"], fixed_in=tuple(hole["fix_versions"]))
        for one in found
        for hole in one["vulns"]
    ]


def _report(program: Path) -> tuple[bytes | None, str]:
    with TemporaryDirectory() as name:
        output = Path(name) / "report.json"
        try:
            done = subprocess.run(
                [
                    *(str(program), "--requirement", str(ROOT / "requirements.hashes.txt")),
                    *("--require-hashes", "--disable-pip", "--vulnerability-service", "osv"),
                    *("--format", "json", "--output", str(output), "--progress-spinner", "off"),
                ],
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None, f"no answer within {SECONDS} seconds"
        return (output.read_bytes() if output.exists() else None), done.stderr


if __name__ == "__main__":
    main()
