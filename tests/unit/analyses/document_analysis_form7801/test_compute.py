"""What code computes, with the arithmetic beside each case."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analyses.document_analysis_form7801.compute import (
    complete_form,
    completion_percentage,
    confidence,
    employment_issues,
    employment_months,
    fields_to_ground,
    language_of,
    sorted_form,
    stay_days,
    with_stays_computed,
)
from chalicelib.analyses.document_analysis_form7801.fields import mapped
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, a_form, a_physician, a_record, a_stay

MONTHS = [
    # records as (start, end), months: arithmetic (today is 2026-06-10)
    ([("2018-09-01", "2026-04-30"), ("2012-03-01", "2018-08-31")], 170),  # 92 + 78
    ([("2018-09-30", "2018-10-01")], 2),  # two months are touched by two days
    ([("2018-09-01", "2018-09-30")], 1),
    ([("2018-01-01", "2018-06-30"), ("2018-04-01", "2018-08-31")], 8),  # 6 + 5 - 3 counted twice
    ([("2026-05-15", "")], 2),  # no end: until today, May and June
    ([("2026-07-01", "")], 0),  # begins after today
    ([("", "2020-01-01")], 0),  # no start: ignored
    ([("2020-05-01", "2020-04-01")], 0),  # ends before it begins
    ([("2026-05-01", "2027-05-01")], 2),  # an end after today counts until today
    ([("2020", "2021-01-01")], 0),  # a start that is no day
    ([("2020-01-01", "unknown")], 1),  # an end that is no day: the month of the start is certain
    ([("2018-09-01", "2020")], 17),  # at least until January 2020: 4 + 12 + 1
    ([("2026-01-01", "היום")], 6),  # to today, in June
    ([], 0),
]


@pytest.mark.parametrize(("spans", "months"), MONTHS)
def test_employment_counts_distinct_calendar_months(spans: list[tuple[str, str]], months: int) -> None:
    records = [a_record(start_date=start, end_date=end) for start, end in spans]

    assert employment_months(records, today=TODAY) == months


STAYS = [
    ("2026-02-10", "2026-02-14", 4),  # 14 - 10
    ("2026-02-10", "2026-02-10", 0),  # out on the same day
    ("2024-02-28", "2024-03-01", 2),  # over a leap day
    ("2026-02-14", "2026-02-10", None),  # out of order
    ("2026-02-10", "", None),
    ("", "2026-02-10", None),
]


@pytest.mark.parametrize(("admission", "discharge", "days"), STAYS)
def test_a_stay_lasts_from_admission_to_discharge(admission: str, discharge: str, days: int | None) -> None:
    assert stay_days(a_stay(admission_date=admission, discharge_date=discharge)) == days


def test_a_stated_length_gives_way_to_the_computed_one_with_an_issue() -> None:
    stays = [
        a_stay(admission_date="2026-02-10", discharge_date="2026-02-14", length_of_stay_days=5),
        a_stay(admission_date="2025-02-10", discharge_date="2025-02-14", length_of_stay_days=4),
        a_stay(admission_date="2024-02-10", discharge_date="2024-02-14"),
        a_stay(admission_date="2023-02-10", length_of_stay_days=3),
        a_stay(admission_date="2022-02-10", discharge_date="2022-02-01", length_of_stay_days=77),
        a_stay(),
    ]

    form, issues = with_stays_computed(a_form(stays=stays))

    lengths = [stay["length_of_stay_days"] for stay in form["disability_info"]["hospitalizations"]]
    assert lengths == [4, 4, 4, 0, 0, 0]  # the last three cannot be computed
    assert [(issue.field, issue.code) for issue in issues] == [
        ("disability_info.hospitalizations[0].length_of_stay_days", "computed_differently"),
        ("disability_info.hospitalizations[3].length_of_stay_days", "length_not_computable"),
        ("disability_info.hospitalizations[4].length_of_stay_days", "length_not_computable"),
    ]
    assert "3 days are stated" in issues[1].message


COMPLETION: list[tuple[dict[str, Any], int]] = [
    # filled, percent of 22: 11 personal, 7 bank, onset, description, a record, a physician
    ({}, 0),
    ({"personal_info__city": "חיפה"}, 5),  # 1 / 22 = 4.5
    ({"personal_info__number_of_children": 2, "bank_details__iban": "x"}, 9),  # 2 / 22
    ({"records": [a_record(), a_record()], "physicians": [a_physician()]}, 9),  # two records count once
    ({"disability_info__disability_start_date": "2026-02-03", "stays": [a_stay()]}, 5),  # stays do not count
    ({"medical_waiver__waiver_accepted": True}, 0),
]


@pytest.mark.parametrize(("filled", "percent"), COMPLETION)
def test_completion_is_the_share_of_22_things(filled: dict[str, Any], percent: int) -> None:
    assert completion_percentage(a_form(**filled)) == percent


def test_a_full_form_is_complete() -> None:
    form = mapped(a_form(records=[a_record()], physicians=[a_physician()]), lambda leaf: "x")

    assert completion_percentage(form) == 100


def test_confidence_is_the_share_of_filled_fields_that_are_grounded() -> None:
    form = a_form(
        personal_info__city="חיפה",
        personal_info__phone="0500000422",
        disability_info__disability_types__back_problems=True,
        stays=[a_stay(length_of_stay_days=4)],
    )

    # three fields need evidence: the length of stay is computed
    assert fields_to_ground(form) == [
        "personal_info.city",
        "personal_info.phone",
        "disability_info.disability_types.back_problems",
    ]
    assert confidence(form, ["personal_info.city"]) == 0.33  # 1 / 3
    assert confidence(form, fields_to_ground(form)) == 1.0
    assert confidence(form, ["personal_info.email"]) == 0.0
    assert confidence(a_form(), []) == 0.0


def test_lists_are_sorted_newest_first_and_paths_follow() -> None:
    form = a_form(
        records=[a_record(start_date="2012-03-01"), a_record(start_date=""), a_record(start_date="2018-09-01")],
        physicians=[a_physician(last_visit_date="2025-01-01"), a_physician(last_visit_date="2026-01-01")],
        stays=[a_stay(admission_date="2026-02-10"), a_stay(admission_date="2020-02-10")],
    )

    done = sorted_form(form)

    records = done.form["employment_history"]["employment_records"]
    assert [record["start_date"] for record in records] == ["2018-09-01", "2012-03-01", ""]
    path = "employment_history.employment_records"
    assert done.path(f"{path}[0].start_date") == f"{path}[1].start_date"
    assert done.path(f"{path}[2]") == f"{path}[0]"
    assert done.path("disability_info.treating_physicians[1].name") == "disability_info.treating_physicians[0].name"
    assert (
        done.path("disability_info.hospitalizations[1].department") == "disability_info.hospitalizations[1].department"
    )
    assert done.path("personal_info.city") == "personal_info.city"


def test_more_than_ten_items_keep_their_paths_apart() -> None:
    records = [a_record(start_date=f"20{year:02}-01-01") for year in range(12)]

    done = sorted_form(a_form(records=records))

    # item 1 (2001) goes to place 10, item 11 (2011) to place 0
    assert done.path("employment_history.employment_records[1].start_date").endswith("[10].start_date")
    assert done.path("employment_history.employment_records[11].start_date").endswith("[0].start_date")


def test_the_complete_form_has_everything_that_code_fixes() -> None:
    form = a_form(personal_info__city="חיפה", records=[a_record(start_date="2026-05-01")])

    complete = complete_form(
        form,
        grounded=["personal_info.city"],
        today=TODAY,
        language="hebrew",
        case_id="case-1",
        user_id="owner-1",
        created_at="2026-06-10T09:30:00.000000Z",
        updated_at="2026-06-10T09:31:00.000000Z",
    )

    assert (complete["form_version"], complete["form_status"], complete["submission_date"]) == ("1.0", "draft", "")
    assert complete["medical_waiver"] == {
        "waiver_accepted": False,
        "waiver_date": "",
        "waiver_version": "1.0",
        "section_confirmed": False,
    }
    assert complete["employment_history"]["total_employment_months"] == 2  # May and June
    assert complete["metadata"] == {
        "all_sections_confirmed": False,
        "completion_percentage": 9,  # the city and a record: 2 / 22
        "created_at": "2026-06-10T09:30:00.000000Z",
        "updated_at": "2026-06-10T09:31:00.000000Z",
        "submitted_at": "",
        "case_id": "case-1",
        "user_id": "owner-1",
        "language": "hebrew",
        "document_extraction_confidence": 0.5,  # of city and start date, the city
    }
    sections = ("personal_info", "employment_history", "disability_info", "bank_details", "medical_waiver")
    assert [complete[section]["section_confirmed"] for section in sections] == [False] * 5


def test_the_language_is_that_of_most_letters() -> None:
    assert language_of("שלום L4-L5") == "hebrew"
    assert language_of("Discharge summary, כרמל") == "english"
    assert language_of("2026") == "hebrew"


def test_an_end_that_cannot_be_read_or_is_missing_is_an_issue() -> None:
    records = [
        a_record(start_date="2018-09-01", end_date="2020"),
        a_record(start_date="2021-01-01", end_date=""),
        a_record(start_date="2026-03-01", end_date=""),  # after the disability began: the claimant works
        a_record(start_date="2021-01-01", end_date="היום"),
        a_record(start_date="2021-01-01", end_date="2021-02-01"),
    ]
    form = a_form(records=records, disability_info__disability_start_date="2026-02-03")

    issues = employment_issues(form, today=TODAY)

    assert [issue.code for issue in issues] == ["employment_end_unclear", "employment_end_missing"]
    assert {issue.field for issue in issues} == {"employment_history.total_employment_months"}
