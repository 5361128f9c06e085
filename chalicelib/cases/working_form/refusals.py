"""Which places of a request for changes are wrong, and why? All are collected, so that an answer names them all."""

from __future__ import annotations

from typing import Any

from chalicelib.cases.working_form.model import FormRules
from chalicelib.errors import FieldProblem, InvalidRequest, Reason

UNCHANGED = "Nothing was changed. `errors` names each wrong place."


class Refusals:
    """What is wrong with one request."""

    def __init__(self, rules: FormRules) -> None:
        self._rules = rules
        self._problems: list[FieldProblem] = []

    def add(self, pointer: str, message: str, code: Reason, **params: Any) -> None:
        """Note that the place is wrong."""
        self._problems.append(FieldProblem(pointer, message, code, params))

    def raise_if_any(self) -> None:
        """Raises: InvalidRequest naming every place that is wrong."""
        if self._problems:
            raise InvalidRequest(UNCHANGED, problems=tuple(self._problems))

    def is_settable(self, pattern: str, *, pointer: str) -> bool:
        """Whether a person may set the fields of this pattern; noted if not."""
        if pattern in self._rules.computed_patterns:
            self.add(pointer, "is computed from other fields; change those", "computed_field")
        elif pattern.endswith(".section_confirmed"):
            self.add(pointer, "is set by `confirm` and `unconfirm`", "set_by_confirm")
        elif pattern not in self._rules.patterns:
            self.add(pointer, "is no field of the form that can be set", "unknown_field")
        else:
            return True
        return False

    def is_list(self, name: str, *, pointer: str) -> bool:
        """Whether the form has this list; noted if not."""
        if name not in self._rules.lists:
            self.add(pointer, f"must be one of: {', '.join(self._rules.lists)}", "unknown_list")
        return name in self._rules.lists

    def is_section(self, section: str, *, pointer: str) -> bool:
        """Whether the form has this section; noted if not."""
        if section not in self._rules.sections:
            self.add(pointer, f"must be one of: {', '.join(self._rules.sections)}", "unknown_section")
        return section in self._rules.sections
