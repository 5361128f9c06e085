"""Measure everything and print every row.

python -m benchmarks                   all parts, about seven minutes on an idle machine of two cores
python -m benchmarks --write           the same, and write docs/performance.md
python -m benchmarks handler growth    only these
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks.measure import PARTS, Part
from benchmarks.processes import PEERS_PYTHON, ROOT
from benchmarks.rows import between, table

PAGE = ROOT / "docs" / "performance.md"
CHART = ROOT / "docs" / "images" / "performance.png"
NUMBERS = ROOT / "build" / "bench.json"
BEGIN, END = "<!-- begin: written by make bench -->\n", "<!-- end -->\n"


def main() -> None:
    """Measure; exit 1 when a row is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="measure only these")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md; needs all parts")
    asked = parser.parse_args()
    wanted = asked.part or list(PARTS)
    if asked.write and set(wanted) != set(PARTS):
        parser.error("--write needs all parts")
    began, parts = time.monotonic(), dict[str, Part]()
    for name in wanted:
        print(f"{name} …", file=sys.stderr, flush=True)
        parts[name] = PARTS[name]()
        shown = (table(parts[name].rows) if parts[name].rows else "", parts[name].shown)
        print("\n\n".join(filter(None, shown)), end="\n\n", flush=True)
    if asked.write:
        _write(parts, seconds=time.monotonic() - began)
    missed = [row.what for part in parts.values() for row in part.rows if not row.met]
    if missed:
        sys.exit("missed: " + "; ".join(missed))


def _write(parts: Mapping[str, Part], *, seconds: float) -> None:
    NUMBERS.write_text(json.dumps({name: msgspec.to_builtins(part.numbers) for name, part in parts.items()}))
    CHART.parent.mkdir(exist_ok=True)
    subprocess.run([str(PEERS_PYTHON), "-m", "benchmarks.charts", str(NUMBERS), str(CHART)], cwd=ROOT, check=True)
    written = between(PAGE.read_text(encoding="utf-8"), BEGIN, _page(parts, seconds=seconds), END)
    PAGE.write_text(written, encoding="utf-8")


def _page(parts: Mapping[str, Part], *, seconds: float) -> str:
    made = f"`make bench`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, in {seconds / 60:.1f} minutes, on {_machine()}."
    rows = [row for part in parts.values() for row in part.rows]
    met = f"{sum(row.met for row in rows)} of {len(rows)} rows are met."
    shown = [part.shown for part in parts.values() if part.shown]
    return "\n\n".join([made, met, table(rows), *shown]) + "\n"


def _machine() -> str:
    described = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in described if line.startswith("model name")), "")
    parts = (
        model or platform.machine(),
        f"{os.cpu_count()} cores",
        f"Python {platform.python_version()}",
        f"load {os.getloadavg()[0]:.1f}",
    )
    return ", ".join(parts)


if __name__ == "__main__":
    main()
