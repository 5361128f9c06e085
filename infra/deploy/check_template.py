"""Is what would be deployed as it should be? Asked of the templates of both stages, without AWS.

python -m infra.deploy.check_template [--cfn-lint PROGRAM]
python -m infra.deploy.check_template --released    # a release is made: remember its tables
"""

from __future__ import annotations

import argparse
import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from infra.deploy.checks import alarms, api, functions, live, permissions, release, storage
from infra.deploy.checks.view import Template
from infra.deploy.package import BUILD, DEPLOYED_ARCHITECTURE, make_template
from infra.deploy.released import RELEASED, tables_of
from infra.deploy.template import STAGES
from infra.problem import Problem

Rule = Callable[[Template], Iterator[str]]

REGIONS = ("us-east-1", "eu-west-1", "il-central-1")
"""Where the linter asks whether every resource type and property is there."""


def rules() -> Mapping[str, Rule]:
    """Every public function of the rule modules, by its name."""
    return {
        name: rule
        for module in (permissions, functions, storage, api, live, alarms, release)
        for name, rule in _public(module)
    }


def findings(template: Mapping[str, Any], *, stage: str) -> Sequence[str]:
    """What is wrong with the template, `rule: what`; empty when nothing is."""
    view = Template(template, stage=stage)
    return [f"{name}: {found}" for name, rule in rules().items() for found in rule(view)]


def main() -> None:
    """Check both stages; exit code 1 with everything that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploy.check_template", description="Check the templates.")
    parser.add_argument("--cfn-lint", type=Path, help="the linter's program, in a separate environment")
    parser.add_argument("--released", action="store_true", help="remember these tables as those of the last release")
    arguments = parser.parse_args()
    if arguments.released:
        _remember_tables()
        return
    wrong = 0
    for stage in STAGES:
        try:
            path = make_template(stage=stage, architecture=DEPLOYED_ARCHITECTURE, build=BUILD)
        except Problem as problem:
            sys.exit(str(problem))
        found = [*findings(json.loads(path.read_text(encoding="utf-8")), stage=stage)]
        found += _linted(path, program=arguments.cfn_lint) if arguments.cfn_lint else []
        wrong += len(found)
        print(f"{stage}: {len(rules())} rules and the linter, {len(found)} findings")
        print("".join(f"  {line}\n" for line in found), end="")
    sys.exit(1 if wrong else 0)


def _remember_tables() -> None:
    tables = {}
    for stage in STAGES:
        path = make_template(stage=stage, architecture=DEPLOYED_ARCHITECTURE, build=BUILD)
        view = Template(json.loads(path.read_text(encoding="utf-8")), stage=stage)
        tables[stage] = tables_of(view)
    RELEASED.write_text(json.dumps(tables, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _linted(path: Path, *, program: Path) -> list[str]:
    done = subprocess.run(
        [str(program), "--format", "parseable", "--regions", *REGIONS, "--template", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    output = (done.stdout + done.stderr).strip().splitlines()
    return [f"cfn-lint: {line}" for line in output] if done.returncode else []


def _public(module: ModuleType) -> Iterator[tuple[str, Rule]]:
    for name, rule in inspect.getmembers(module, inspect.isfunction):
        if rule.__module__ == module.__name__ and not name.startswith("_"):
            yield name, rule


if __name__ == "__main__":
    main()
