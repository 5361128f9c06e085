"""How everything is measured: `make eval`, or `python -m evals [--case NAME]… [--quick] [--write]`.

Prints tables; with --write the tables about code go into docs/analyses.md, too. Ends with 1 when a planted mistake got
through or an attack broke something that code decides, with 2 when a case does not exist.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date

from evals.cases import case_names, load_cases
from evals.measure import Measurement, measure_cases, measure_robustness
from evals.providers import answering_models
from evals.recordings import notice
from evals.tables import case_tables, published_tables, with_tables
from infra.local.environment import ROOT

DOCS = ROOT / "docs" / "analyses.md"


def main(arguments: Sequence[str], *, environ: Mapping[str, str]) -> int:
    """Measures and reports; the exit status."""
    wanted = _parsed(arguments)
    unknown = sorted(set(wanted.case) - set(case_names()))
    if unknown:
        print(f"There is no case {', '.join(unknown)}; there are {', '.join(case_names())}.", file=sys.stderr)
        return 2
    cases = load_cases(wanted.case)
    with answering_models(environ) as answering:
        # What the emulator answers is worth no file.
        keep = bool(environ.get("RECORD")) and bool(environ.get("OPENAI_API_KEY"))
        day = date.today().isoformat() if keep else None  # the day where the command runs
        scores = measure_cases(cases, answering, say=_say, record_on=day)
    robustness = None if wanted.quick else measure_robustness(cases, say=_say)
    measurement = Measurement(
        openai_name=answering.openai_name,
        anthropic_name=answering.anthropic_name,
        is_emulated=answering.is_emulated,
        cases=tuple(scores),
        robustness=robustness,
    )
    print(notice())
    published = published_tables(robustness) if robustness else {}
    for heading, table in {**case_tables(measurement), **published}.items():
        print(f"\n### {heading}\n\n{table}")
    if wanted.write and published:
        DOCS.write_text(with_tables(DOCS.read_text(encoding="utf-8"), published), encoding="utf-8")
    return 0 if robustness is None or robustness.holds else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument("--case", action="append", default=[], help="measure this case only; may be repeated")
    parser.add_argument("--quick", action="store_true", help="only the cases, without planted mistakes and attacks")
    parser.add_argument("--write", action="store_true", help="write the tables about code into docs/analyses.md, too")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], environ=os.environ))
