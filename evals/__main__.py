"""How everything is measured: `make eval`, or `python -m evals [--case NAME]… [--quick] [--write]`.

Prints tables; with --write the tables about code go into docs/analyses.md, too. Ends with 1 when a planted mistake got
through or an attack broke something that code decides, with 2 when a case does not exist.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from pathlib import Path

from evals.cases import EvalCase, case_names, load_cases
from evals.measure import Measurement, Say, measure_cases, measure_robustness
from evals.providers import answering_models, recorded, replayed
from evals.recordings import FOLDER, notice, recorded_models, recording_of
from evals.tables import case_tables, published_tables, with_tables
from infra.local.environment import ROOT

NOBODY = "nobody"
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
        if environ.get("RECORD"):
            day = date.today().isoformat()  # the day where the command runs
            scores = measure_cases(cases, lambda case: recorded(answering, case.name, day=day), say=_say)
        else:
            scores = measure_cases(cases, lambda _: answering.models, say=_say)
    robustness = None if wanted.quick else measure_robustness(cases, say=_say)
    measurement = Measurement(
        openai_name=answering.openai_name,
        anthropic_name=answering.anthropic_name,
        is_emulated=answering.is_emulated,
        cases=tuple(scores),
        robustness=robustness,
    )
    print(notice())
    _print({heading: table for one in replays(cases, say=_say) for heading, table in case_tables(one).items()})
    published = published_tables(robustness) if robustness else {}
    _print({**case_tables(measurement), **published})
    if wanted.write and published:
        DOCS.write_text(with_tables(DOCS.read_text(encoding="utf-8"), published), encoding="utf-8")
    return 0 if robustness is None or robustness.holds else 1


def replays(cases: Sequence[EvalCase], *, say: Say, folder: Path = FOLDER) -> Iterator[Measurement]:
    """What recorded answers are worth today, each structured model with a model that works in turns. A question that
    was not recorded is a run that failed: not_recorded."""
    structured, in_turns = recorded_models("answers", folder), recorded_models("turns", folder)
    for openai, anthropic in zip_longest(structured, in_turns, fillvalue=NOBODY):
        yield _replay(openai, anthropic, cases, say=say, folder=folder)


def _replay(openai: str, anthropic: str, cases: Sequence[EvalCase], *, say: Say, folder: Path) -> Measurement:
    there = [case for case in cases if any(recording_of(m, case.name, folder).day for m in (openai, anthropic))]
    say(f"Replaying {openai} and {anthropic}")
    scores = measure_cases(there, lambda case: replayed(openai, anthropic, case.name, folder=folder), say=say)
    return Measurement(
        openai_name=_recorded_name(openai, there, folder),
        anthropic_name=_recorded_name(anthropic, there, folder),
        is_emulated=False,
        cases=tuple(scores),
        robustness=None,
    )


def _recorded_name(model: str, cases: Sequence[EvalCase], folder: Path) -> str:
    days = sorted(filter(None, (recording_of(model, case.name, folder).day for case in cases)))
    return f"{model}, recorded {days[-1]}" if days else f"{model}, not recorded"


def _print(tables: Mapping[str, str]) -> None:
    for heading, table in tables.items():
        print(f"\n### {heading}\n\n{table}")


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
