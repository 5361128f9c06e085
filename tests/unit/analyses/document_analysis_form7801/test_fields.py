"""Paths name the form's leaves; reading and replacing them leaves the form that was given alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from chalicelib.analyses.document_analysis_form7801.compute import complete_form
from chalicelib.analyses.document_analysis_form7801.fields import (
    DISABILITY_TYPES,
    FIELDS,
    Kind,
    Leaf,
    canonical_path,
    displayed,
    is_filled,
    leaves,
    mapped,
    pattern_of,
    value_at,
    with_value,
)
from chalicelib.analyses.document_analysis_form7801.form import Form
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, a_form, a_physician, a_record, a_stay

FULL = a_form(records=[a_record(), a_record()], physicians=[a_physician()], stays=[a_stay()])


def test_every_leaf_has_its_path() -> None:
    paths = [leaf.path for leaf in leaves(FULL)]

    assert "employment_history.employment_records[1].start_date" in paths
    assert "disability_info.disability_types.cancer" in paths
    assert len(paths) == len(set(paths))


def test_a_leaf_is_read_and_replaced_by_its_path() -> None:
    before = copy.deepcopy(FULL)
    path = "employment_history.employment_records[1].start_date"

    changed = with_value(FULL, path, "2018-09-01")

    assert value_at(changed, path) == "2018-09-01"
    assert before == FULL
    with pytest.raises(LookupError):
        value_at(FULL, "employment_history.employment_records[2].start_date")


def test_all_leaves_can_be_changed_at_once() -> None:
    changed = mapped(FULL, lambda leaf: "x" if leaf.kind is Kind.DATE else leaf.value)

    dates = [leaf for leaf in leaves(changed) if leaf.kind is Kind.DATE]
    assert {leaf.value for leaf in dates} == {"x"}
    assert not any(leaf.is_filled for leaf in leaves(changed) if leaf.kind is not Kind.DATE)


PATHS = [
    ("personal_info.city", "personal_info.city"),
    ("form_7801.personal_info.city", "personal_info.city"),
    ("$.form_7801.personal_info.city", "personal_info.city"),
    ("employment_history.employment_records.0.end_date", "employment_history.employment_records[0].end_date"),
    ("employment_history.employment_records[0]", "employment_history.employment_records[0]"),
    (" personal_info.city ", "personal_info.city"),
    ("the city", None),
    ("", None),
    ("personal_info..city", None),
]


@pytest.mark.parametrize(("written", "path"), PATHS)
def test_a_path_is_read_as_models_write_it(written: str, path: str | None) -> None:
    assert canonical_path(written) == path


def test_a_pattern_has_no_numbers() -> None:
    assert pattern_of("a.b[12].c") == "a.b[].c"
    assert Leaf(path="a[3].b", kind=Kind.TEXT, value="").pattern == "a[].b"


@pytest.mark.parametrize("value", ["", "  ", 0, 0.0, False, [], None])
def test_what_stands_for_unknown_is_not_filled(value: object) -> None:
    assert not is_filled(value)


@pytest.mark.parametrize("value", ["x", 1, 0.5, True, [1]])
def test_everything_else_is_filled(value: object) -> None:
    assert is_filled(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (9400.0, "9,400"),
        (9400.5, "9,400.5"),
        (2, "2"),
        ("600", "600"),
        (True, "True"),
        ("", ""),
        (float("nan"), "nan"),
        (1e300, f"{int(1e300):,}"),
    ],
)
def test_a_value_is_displayed_as_people_write_it(value: object, shown: str) -> None:
    assert displayed(value) == shown


def _typed_leaves(shape: Any, path: str) -> Iterator[str]:
    """The leaves of a typed form, by their patterns."""
    for name, kind in get_type_hints(shape).items():
        inner = f"{path}.{name}" if path else name
        if get_origin(kind) is list:
            yield from _typed_leaves(get_args(kind)[0], f"{inner}[]")
        elif is_typeddict(kind):
            yield from _typed_leaves(kind, inner)
        else:
            yield inner


def test_the_typed_form_and_the_table_of_fields_agree() -> None:
    conditions = {pattern for pattern in FIELDS if pattern.startswith(DISABILITY_TYPES)}

    assert {*_typed_leaves(Form, ""), *conditions} - {DISABILITY_TYPES} == set(FIELDS)


SALARY = "employment_history.employment_records[0].monthly_salary_gross"


def completed(form: Form) -> Any:
    facts = {"language": "hebrew", "case_id": "c", "user_id": "u", "created_at": "", "updated_at": ""}
    return complete_form(form, grounded=(), today=TODAY, **facts)


@pytest.mark.parametrize(
    "changed",
    [
        {**FULL, "more": 1},
        {**FULL, "bank_details": {**FULL["bank_details"], "more": ""}},
        {name: section for name, section in FULL.items() if name != "bank_details"},
        with_value(FULL, "personal_info.gender", "x"),
        {**FULL, "disability_info": {**FULL["disability_info"], "disability_types": {"cancer": True}}},
    ],
    ids=["member", "inner member", "section", "value", "conditions"],
)
def test_a_form_of_another_shape_is_a_defect(changed: Any) -> None:
    with pytest.raises((ValueError, KeyError)):
        completed(changed)


def test_a_whole_number_may_come_with_a_point_and_an_amount_without_one() -> None:
    changed: Any = with_value(with_value(FULL, "personal_info.number_of_children", 2.0), SALARY, 9400)

    complete = completed(changed)

    assert repr(complete["personal_info"]["number_of_children"]) == "2"
    assert repr(value_at(complete, SALARY)) == "9400.0"
