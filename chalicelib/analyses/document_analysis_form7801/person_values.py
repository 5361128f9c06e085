"""How are values written that a person sets? Normalised, checked and computed as those of an analysis.

The rules of the working form (`cases.working_form.model.FormRules`). Nothing here loads pydantic: it runs in requests.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from chalicelib.analyses.document_analysis_form7801.checks import CHECK_CODES, check_form, first_possible_day
from chalicelib.analyses.document_analysis_form7801.compute import (
    SORTED_BY,
    WORK_CODES,
    completion_percentage,
    employment_issues,
    employment_months,
    with_stays_computed,
)
from chalicelib.analyses.document_analysis_form7801.difference import same_number
from chalicelib.analyses.document_analysis_form7801.fields import (
    COMPUTED_PATTERNS,
    EMPLOYMENT,
    FIELDS,
    LISTS,
    WHOLE_NUMBERS,
    JsonForm,
    Kind,
    Leaf,
    choices,
    is_filled,
    value_at,
)
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.normalise import normalised_value
from chalicelib.analyses.document_analysis_form7801.same_item import IDENTITY, is_same_item
from chalicelib.analyses.kit.issues import issues_json
from chalicelib.documents.normalise import same_text, words
from chalicelib.errors import WrongValue

LONGEST_VALUE = 500
LONGEST_DESCRIPTION = 4000
LARGEST_NUMBER = 10**9

_LONG = frozenset({"disability_info.primary_disability_description"})
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ONLY_DIGITS = re.compile(r"[\d\s./\-]*\d[\d\s./\-]*")
_SECTIONS = ("personal_info", "employment_history", "disability_info", "bank_details", "medical_waiver")


class PersonValues:
    """The FormRules of form 7801."""

    sections: Sequence[str] = _SECTIONS
    lists: Sequence[str] = LISTS
    patterns: Sequence[str] = tuple(FIELDS)
    computed_patterns = COMPUTED_PATTERNS

    def blank(self) -> JsonForm:
        """The form with nothing in it."""
        form: JsonForm = {"form_version": "1.0", "submission_date": "", "form_status": "draft"}
        form |= {section: {} for section in _SECTIONS}
        for pattern, kind in FIELDS.items():
            if "[]" not in pattern:
                _put(form, pattern, _blank(pattern, kind))
        for list_path in LISTS:
            _put(form, list_path, [])
        form["employment_history"]["total_employment_months"] = 0
        form["medical_waiver"]["waiver_version"] = "1.0"
        for section in _SECTIONS:
            form[section]["section_confirmed"] = False
        form["metadata"] = {
            "all_sections_confirmed": False,
            "completion_percentage": 0,
            **dict.fromkeys(("created_at", "updated_at", "submitted_at", "case_id", "user_id"), ""),
            "language": "hebrew",
            "document_extraction_confidence": 0.0,
        }
        return form

    def blank_item(self, list_path: str) -> dict[str, Any]:
        """An item of a list with nothing in it."""
        start = f"{list_path}[]."
        return {
            pattern.removeprefix(start): _blank(pattern, kind)
            for pattern, kind in FIELDS.items()
            if pattern.startswith(start)
        }

    def form_of(self, analysis: Mapping[str, Any]) -> JsonForm:
        """The form in an analysis, whichever release wrote it: what does not fit is blank."""
        found = analysis.get("form_7801")
        form = self.blank()
        for pattern in FIELDS:
            if "[]" not in pattern:
                _take(_inside(found, pattern), pattern, into=form)
        for list_path in LISTS:
            items = _inside(found, list_path)
            _put(
                form,
                list_path,
                [self._item(list_path, item) for item in items if isinstance(item, Mapping)]
                if isinstance(items, list)
                else [],
            )
        metadata = _inside(found, "metadata")
        if isinstance(metadata, Mapping):
            form["metadata"] |= {name: metadata[name] for name in form["metadata"] if name in metadata}
        return form

    def value(self, pattern: str, value: Any, *, today: date) -> Any:
        """The value of a field as an analysis would have written it. Raises: WrongValue."""
        kind = FIELDS[pattern]
        if kind is Kind.FLAG:
            if not isinstance(value, bool):
                raise WrongValue("must be true or false", "not_yes_no")
            return value
        if kind is Kind.NUMBER:
            return _number(pattern, value)
        if not isinstance(value, str):
            raise WrongValue("must be a string", "not_text")
        text: str = normalised_value(
            Leaf(path=pattern, kind=kind, value=_CONTROL_CHARACTERS.sub(" ", value)), today=today
        )
        if kind is Kind.CHOICE and text not in choices(pattern):
            allowed = sorted(choices(pattern) - {""})
            raise WrongValue(f"must be one of: {', '.join(allowed)}; or empty", "not_a_choice", allowed=allowed)
        longest = LONGEST_DESCRIPTION if pattern in _LONG else LONGEST_VALUE
        if len(text) > longest:
            raise WrongValue(f"must have at most {longest} characters", "too_long", longest=longest)
        return text

    def is_filled(self, value: Any) -> bool:
        """False for what stands for unknown."""
        return is_filled(value)

    def says_otherwise(self, mine: Any, theirs: Any) -> bool:
        """True when the second value is no unknown, and not only another way to write the first one."""
        if not is_filled(theirs) or mine == theirs:
            return False
        if not isinstance(mine, str) or not isinstance(theirs, str):
            return True
        if _ONLY_DIGITS.fullmatch(mine) and _ONLY_DIGITS.fullmatch(theirs):
            return not same_number(mine, theirs)
        return not (words(mine) and same_text(mine, theirs))

    def identity(self, list_path: str, item: Mapping[str, Any]) -> Sequence[str]:
        """What identifies an item: employer and start, name and specialty, hospital and admission."""
        return [" ".join(words(str(item.get(name, "")))) for name in IDENTITY[list_path]]

    def is_same_item(self, list_path: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
        """True when both items are one thing, as when answers of a model are merged."""
        return is_same_item(list_path, first, second)

    def order(self, list_path: str, items: Sequence[Mapping[str, Any]]) -> Sequence[int]:
        """Newest first, undated ones last."""
        key = SORTED_BY[list_path]
        return sorted(
            range(len(items)), key=lambda place: first_possible_day(items[place][key]) or date.min, reverse=True
        )

    def completed(self, form: JsonForm, *, today: date) -> JsonForm:
        """The form with months, days and the share of filled fields."""
        new = cast(JsonForm, with_stays_computed(cast(Form, form))[0])
        new["employment_history"]["total_employment_months"] = employment_months(value_at(new, EMPLOYMENT), today=today)
        # Only what the form counts: the marks of confirmed sections are no fields.
        counted = {
            **new,
            **{name: {k: v for k, v in new[name].items() if k != "section_confirmed"} for name in _SECTIONS},
        }
        new["metadata"]["completion_percentage"] = completion_percentage(cast(Form, counted))
        return new

    def issues(self, form: JsonForm, *, today: date) -> Sequence[Mapping[str, Any]]:
        """What is wrong with the values; `field` names items by number."""
        typed = cast(Form, form)
        return issues_json((*employment_issues(typed, today=today), *check_form(typed, today=today)))

    def is_check(self, code: str) -> bool:
        """True for the code of an issue that `issues` finds."""
        return code in CHECK_CODES or code in WORK_CODES

    def _item(self, list_path: str, found: Mapping[str, Any]) -> dict[str, Any]:
        item = self.blank_item(list_path)
        return {
            name: found[name] if _fits(f"{list_path}[].{name}", found.get(name)) else blank
            for name, blank in item.items()
        }


def _blank(pattern: str, kind: Kind) -> Any:
    if kind is Kind.FLAG:
        return False
    if kind is Kind.NUMBER:
        return 0 if pattern in WHOLE_NUMBERS else 0.0
    return ""


def _fits(pattern: str, value: Any) -> bool:
    kind = FIELDS[pattern]
    if kind is Kind.FLAG:
        return isinstance(value, bool)
    if kind is Kind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _number(pattern: str, value: Any) -> int | float:
    whole = pattern in WHOLE_NUMBERS
    if isinstance(value, bool) or not isinstance(value, int | float) or (whole and value % 1):
        if whole:
            raise WrongValue("must be a whole number", "not_whole_number")
        raise WrongValue("must be a number", "not_number")
    if abs(value) > LARGEST_NUMBER:
        raise WrongValue(f"must be at most {LARGEST_NUMBER:,}", "number_too_large", most=LARGEST_NUMBER)
    return int(value) if whole else float(value)


def _inside(found: Any, path: str) -> Any:
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return copy.deepcopy(found)


def _take(value: Any, pattern: str, *, into: JsonForm) -> None:
    if _fits(pattern, value):
        _put(into, pattern, value)


def _put(form: JsonForm, path: str, value: Any) -> None:
    *owners, last = path.split(".")
    place: Any = form
    for name in owners:
        place = place.setdefault(name, {})
    place[last] = value
