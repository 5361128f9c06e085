"""How is everything measured? `make eval`, or `python -m evals [--case NAME]… [--quick] [--docs] [--out FOLDER]`.

Prints tables, writes report.html and tables.md; with --docs the tables of docs/analyses.md, too. Ends with 1 when a
planted mistake got through or an attack broke something that code decides, with 2 when a case does not exist.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from evals.cases import case_names, load_cases
from evals.measure import Measurement, measure_cases, measure_robustness
from evals.models import answering_models
from evals.page import report_page
from evals.tables import all_tables, with_tables
from infra.local.environment import ROOT

OUT = ROOT / "build" / "eval"
DOCS = ROOT / "docs" / "analyses.md"


def main(arguments: Sequence[str], *, environ: Mapping[str, str], now: datetime) -> int:
    """Measures and reports; the exit status."""
    wanted = _parsed(arguments)
    unknown = sorted(set(wanted.case) - set(case_names()))
    if unknown:
        print(f"There is no case {', '.join(unknown)}; there are {', '.join(case_names())}.", file=sys.stderr)
        return 2
    cases = load_cases(wanted.case)
    with answering_models(environ) as answering:
        scores = measure_cases(cases, answering, say=_say)
    robustness = None if wanted.quick else measure_robustness(cases, say=_say)
    measurement = Measurement(
        openai_name=answering.openai_name,
        anthropic_name=answering.anthropic_name,
        is_emulated=answering.is_emulated,
        cases=tuple(scores),
        robustness=robustness,
    )
    page = _written(measurement, wanted.out, command=" ".join(["python -m evals", *arguments]), now=now)
    if wanted.docs:
        DOCS.write_text(with_tables(DOCS.read_text(encoding="utf-8"), all_tables(measurement)), encoding="utf-8")
    print(f"\nThe report: {page}")
    return 0 if robustness is None or robustness.holds else 1


def _written(measurement: Measurement, folder: Path, *, command: str, now: datetime) -> Path:
    """The report, written beside its tables, which are printed too."""
    text = "\n\n".join(f"### {heading}\n\n{table}" for heading, table in all_tables(measurement).items())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tables.md").write_text(f"{text}\n", encoding="utf-8")
    page = folder / "report.html"
    page.write_text(report_page(measurement, at=now, command=command), encoding="utf-8")
    print(f"\n{text}")
    return page


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument("--case", action="append", default=[], help="measure this case only; may be repeated")
    parser.add_argument("--quick", action="store_true", help="only the cases, without planted mistakes and attacks")
    parser.add_argument("--docs", action="store_true", help="write the tables into docs/analyses.md, too")
    parser.add_argument("--out", type=Path, default=OUT, help=f"where the report goes; default {OUT.relative_to(ROOT)}")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], environ=os.environ, now=datetime.now(UTC)))
