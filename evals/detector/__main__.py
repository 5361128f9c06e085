"""Learns the detector's weights and says how well it does: `make detector`.

    python -m evals.detector [--dry-run]      in its own environment (evals/detector/requirements.txt)

Each group of sets is judged by a model that learned from the others; the threshold is the one that these models would
need to raise an alarm on one clean text in two hundred, most of which were written to look like attacks.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

import chalicelib.analyses.kit.injection.wording
from evals.detector.examples import all_examples
from evals.detector.learning import judged_by_others, learn
from evals.detector.verdict import WRITTEN

TARGET = Path(chalicelib.analyses.kit.injection.wording.__file__).with_name("wording.json")


def main() -> None:
    """Learn, report, write."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.detector", description="Learns the detector of instructions."
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    sets = all_examples()
    verdict = judged_by_others(sets)
    print(f"{'set':<22} {'attacks found':>15} {'clean, alarms':>15}   (judged by the models of the other groups)")
    for row in (*verdict.rows, verdict.everything):
        print(f"{row.name:<22} {f'{row.found}/{row.attacks}':>15} {f'{row.alarms}/{row.clean}':>15}")
    model = learn(sets, threshold=verdict.threshold)
    encoded = msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n"
    print(f"{len(encoded):,} bytes, threshold {model.threshold:.3f}")
    if not arguments.dry_run:
        TARGET.write_bytes(encoded)
        WRITTEN.write_bytes(msgspec.json.format(msgspec.json.encode(verdict), indent=1) + b"\n")
        print(f"written to {TARGET}")


if __name__ == "__main__":
    main()
