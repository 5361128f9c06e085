"""What is given to `make` means what it says. Only read: `make --dry-run` carries nothing out."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from infra.local.environment import ROOT

OFF = ("0", "no", "off", "false", "False", "NO", "")
SWITCHES = [("deploy", "YES", "--yes"), ("redrive", "DRY_RUN", "--dry-run"), ("status", "JSON", "--json")]


def command(target: str, *variables: str) -> str:
    """The last command of the target, on one line."""
    done = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "--old-file=.venv/.ready", target, "STAGE=staging", *variables],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.replace("\\\n", " ").strip().splitlines()[-1]


@pytest.mark.parametrize(("target", "variable", "option"), SWITCHES)
def test_a_switch_that_is_said_to_be_off_is_off(target: str, variable: str, option: str) -> None:
    assert [value for value in OFF if option in command(target, f"{variable}={value}").split()] == []


@pytest.mark.parametrize(("target", "variable", "option"), SWITCHES)
def test_any_other_value_turns_it_on(target: str, variable: str, option: str) -> None:
    assert [
        value for value in ("1", "yes", "true") if option not in command(target, f"{variable}={value}").split()
    ] == []


def test_every_switch_of_the_makefile_is_read_in_this_way() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.findall(r"\$\(if \$\(([A-Z_]+)\),--[a-z-]+\)", text) == []
