"""A form is scored field by field: what is right, wrong, missed and invented, list items matched by what they share."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from evals.cases import load_case
from evals.scoring import Tally, by_pattern, compare_forms, leaves_of, tally

EXPECTED = load_case("sample_case").expected
FORM: dict[str, Any] = EXPECTED["form_7801"]


def changed(**changes: Any) -> dict[str, Any]:
    """The expected form with `section__field` replaced."""
    form = copy.deepcopy(FORM)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place: Any = form
        for step in parents:
            place = place[int(step) if step.isdecimal() else step]
        place[last] = value
    return form


def not_right(form: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.path, one.verdict) for one in compare_forms(form, EXPECTED) if one.verdict != "right"]


def test_the_expected_form_is_right_throughout() -> None:
    comparisons = compare_forms(FORM, EXPECTED)

    assert {one.verdict for one in comparisons} == {"right"}
    assert len(comparisons) > 40


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"personal_info__id_number": "000000018"}, [("personal_info.id_number", "wrong")]),
        ({"personal_info__id_number": ""}, [("personal_info.id_number", "missed")]),
        ({"bank_details__iban": "IL310108000000000654321"}, [("bank_details.iban", "invented")]),
        (
            {"disability_info__disability_types__cancer": True},
            [("disability_info.disability_types.cancer", "invented")],
        ),
        (
            {"disability_info__disability_types__back_problems": False},
            [("disability_info.disability_types.back_problems", "missed")],
        ),
        ({"personal_info__full_name": "תמר"}, []),  # the case wants it to contain this
        ({"bank_details__account_type": "other"}, []),  # either will do
        ({"disability_info__treating_physicians__0__name": "אורן בדיוני"}, []),  # a title more or less
        (
            {"employment_history__total_employment_months": 3},
            [("employment_history.total_employment_months", "wrong")],
        ),
    ],
)
def test_one_field_that_differs_is_told_by_how(change: dict[str, Any], outcome: list[tuple[str, str]]) -> None:
    assert not_right(changed(**change)) == outcome


def test_list_items_in_another_order_are_still_right() -> None:
    form = changed()
    form["employment_history"]["employment_records"].reverse()

    assert not_right(form) == []


def test_an_item_that_nobody_expected_is_invented_and_disturbs_no_other() -> None:
    form = changed()
    stays = form["disability_info"]["hospitalizations"]
    stays.insert(0, {**dict.fromkeys(stays[0], ""), "hospital_name": "שלא היה"})

    assert not_right(form) == [("disability_info.hospitalizations[+].hospital_name", "invented")]


def test_an_item_that_is_not_there_is_missed_with_all_its_fields() -> None:
    form = changed(disability_info__hospitalizations=[])

    verdicts = not_right(form)

    assert {verdict for _, verdict in verdicts} == {"missed"}
    assert len(verdicts) == 7


def test_what_the_case_says_not_to_compare_is_not_compared() -> None:
    expected = {**EXPECTED, "form_7801": changed(personal_info__email=None)}

    assert "personal_info.email" not in [one.path for one in compare_forms(FORM, expected)]


def test_rates_follow_from_the_counts() -> None:
    # 6 right, 2 wrong, 1 missed, 2 invented: 6 of 10 filled are right, 6 of 9 expected were found
    one = Tally(right=6, wrong=2, missed=1, invented=2)

    assert one.precision == pytest.approx(0.6)
    assert one.recall == pytest.approx(6 / 9)
    assert (Tally().precision, Tally().recall) == (None, None)


def test_tallies_are_kept_by_field_and_the_conditions_are_one() -> None:
    comparisons = compare_forms(changed(disability_info__disability_types__cancer=True), EXPECTED)

    rows = dict(leaves_of(by_pattern(comparisons)))

    assert rows["disability_info.disability_types"] == Tally(right=4, invented=1)
    assert rows["employment_history.employment_records[].start_date"] == Tally(right=2)
    assert tally(comparisons).right == sum(row.right for row in rows.values())
