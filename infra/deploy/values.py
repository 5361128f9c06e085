"""Can what an operator gives to a deploy be used? Asked before anything is packaged or changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.settings import SettingsError, read_settings
from infra.deploy.template import merge_template
from infra.problem import Problem

LONGEST_WATCH_MINUTES = 180
"""CloudFormation's own limit."""


def refuse_unusable(stage: str, *, parameters: Mapping[str, str]) -> None:
    """CloudFormation takes values that the functions refuse, and then no request is answered and no job runs.

    `parameters` are the values that the stack will have; what is not among them has its default.
    Raises: Problem naming every parameter that chalicelib/settings.py refuses.
    """
    template = merge_template(stage)
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    named = {variable: value["Ref"] for variable, value in variables.items() if set(value) == {"Ref"}}
    values = {**_defaults(template), **parameters, **dict.fromkeys(template["Resources"], "made by the stack")}
    environ = {variable: values[name] for variable, name in named.items() if name in values}
    try:
        read_settings({**environ, "STAGE": stage})
    except SettingsError as exc:
        _, *problems = str(exc).splitlines()
        lines = "\n".join(_of_parameters(problem, named) for problem in problems)
        raise Problem(f"The functions would refuse these values, and answer nothing:\n{lines}") from exc


def watched_minutes(text: str, *, default: int) -> int:
    """How long alarms may undo a deploy: the minutes in the text, the default when it is empty. Raises: Problem."""
    if not text.strip():
        return default
    if not text.strip().isdecimal() or int(text) > LONGEST_WATCH_MINUTES:
        raise Problem(f"WATCH is a whole number of minutes, 0 (none) to {LONGEST_WATCH_MINUTES}, not {text!r}.")
    return int(text)


def _defaults(template: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: str(one["Default"]) for name, one in template["Parameters"].items() if "Default" in one}


def _of_parameters(problem: str, named: Mapping[str, str]) -> str:
    """The sentence about variables as one about the parameters that they come from."""
    return re.sub(r"\b[A-Z][A-Z_]+\b", lambda found: named.get(found[0], found[0]), problem)
