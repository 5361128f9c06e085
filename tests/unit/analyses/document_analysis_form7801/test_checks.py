"""Whatever code can check, it checks; a failure is an issue, and the value stays."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from chalicelib.analyses.document_analysis_form7801.checks import age_on, check_form
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, a_form, a_physician, a_record, a_stay

RECORD = "employment_history.employment_records[0]"
STAY = "disability_info.hospitalizations[0]"
PHYSICIAN = "disability_info.treating_physicians[0]"


def found(**leaves: Any) -> list[tuple[str, str]]:
    return [(issue.field, issue.code) for issue in check_form(a_form(**leaves), today=TODAY)]


def test_an_empty_form_has_no_issues() -> None:
    assert found(records=[a_record()], physicians=[a_physician()], stays=[a_stay()]) == []


def test_a_good_form_has_no_issues() -> None:
    issues = found(
        personal_info__id_number="000000422",
        personal_info__date_of_birth="1984-07-14",
        personal_info__phone="0500000422",
        personal_info__email="tamar@example.com",
        personal_info__postal_code="3500001",
        bank_details__bank_code="12",
        bank_details__branch_number="600",
        bank_details__account_number="123456",
        bank_details__iban="IL390126000000000123456",
        disability_info__disability_start_date="2026-02-03",
        records=[a_record(start_date="2018-09-01", end_date="2026-04-30", monthly_salary_gross=9400.0)],
        physicians=[a_physician(phone="048000042", last_visit_date="2026-05-28")],
        stays=[a_stay(admission_date="2026-02-10", discharge_date="2026-02-10")],
    )

    assert issues == []


MALFORMED = [
    # field, value, code: why
    ("personal_info.id_number", "000000423", "id_number_invalid"),  # 4 + 4 + 3 = 11
    ("personal_info.id_number", "422", "id_number_invalid"),  # not written with 9 digits
    ("personal_info.phone", "0512", "phone_invalid"),
    ("personal_info.postal_code", "12345", "postal_code_invalid"),
    ("personal_info.email", "tamar@example", "email_invalid"),
    ("personal_info.date_of_birth", "1984", "date_invalid"),
    ("personal_info.date_of_birth", "19840714", "date_invalid"),  # ISO 8601, but not the form's way
    ("personal_info.date_of_birth", "2018-W36-6", "date_invalid"),  # a day of a week
    ("personal_info.number_of_children", -1, "number_invalid"),
    ("personal_info.number_of_children", 9400, "number_invalid"),
    ("bank_details.bank_code", "7777", "bank_number_invalid"),
    ("bank_details.branch_number", "סניף 600", "bank_number_invalid"),
    ("bank_details.iban", "IL400126000000000123456", "iban_invalid"),
]


@pytest.mark.parametrize(("path", "value", "code"), MALFORMED)
def test_a_malformed_value_is_an_issue_and_stays(path: str, value: Any, code: str) -> None:
    form = a_form(**{path.replace(".", "__"): value})
    before = copy.deepcopy(form)

    issues = check_form(form, today=TODAY)

    assert [(issue.field, issue.code) for issue in issues] == [(path, code)]
    assert str(value) in issues[0].message or code == "number_invalid"
    assert form == before


def test_a_salary_that_no_month_has_is_an_issue() -> None:
    assert found(records=[a_record(monthly_salary_gross=9_400_000.0)]) == [
        (f"{RECORD}.monthly_salary_gross", "number_invalid")
    ]


ADULTS = [
    # birth, codes: age on 2026-06-10
    ("2008-06-10", []),  # 18 today
    ("2008-06-11", ["claimant_not_adult"]),  # 18 tomorrow
    ("2026-06-11", ["date_in_future"]),  # not born yet
]


@pytest.mark.parametrize(("birth", "codes"), ADULTS)
def test_the_claimant_is_an_adult(birth: str, codes: list[str]) -> None:
    assert [code for _, code in found(personal_info__date_of_birth=birth)] == codes


def test_work_begins_after_birth_and_ends_after_it_began_and_not_in_the_future() -> None:
    birth = {"personal_info__date_of_birth": "1984-07-14"}

    assert found(**birth, records=[a_record(start_date="1984-07-14")]) == [
        (f"{RECORD}.start_date", "date_before_birth")
    ]
    assert found(records=[a_record(start_date="2020-01-02", end_date="2020-01-01")]) == [
        (f"{RECORD}.end_date", "dates_out_of_order")
    ]
    assert found(records=[a_record(start_date="2020-01-01", end_date="2020-01-01")]) == []
    assert found(records=[a_record(start_date="2020-01-01", end_date="2026-06-11")]) == [
        (f"{RECORD}.end_date", "date_in_future")
    ]
    assert found(records=[a_record(end_date="2026-06-10")]) == []


def test_a_stay_ends_after_its_admission_and_is_over() -> None:
    assert found(stays=[a_stay(admission_date="2026-02-14", discharge_date="2026-02-10")]) == [
        (f"{STAY}.discharge_date", "dates_out_of_order")
    ]
    assert found(stays=[a_stay(admission_date="2027-02-14")]) == [(f"{STAY}.admission_date", "date_in_future")]


def test_a_visit_lies_after_birth_and_not_in_the_future() -> None:
    birth = {"personal_info__date_of_birth": "1984-07-14"}

    assert found(**birth, physicians=[a_physician(last_visit_date="1980-01-01")]) == [
        (f"{PHYSICIAN}.last_visit_date", "date_before_birth")
    ]
    assert found(physicians=[a_physician(last_visit_date="2026-06-11")]) == [
        (f"{PHYSICIAN}.last_visit_date", "date_in_future")
    ]


def test_a_disability_may_begin_with_birth() -> None:
    birth = {"personal_info__date_of_birth": "1984-07-14"}

    assert found(**birth, disability_info__disability_start_date="1984-07-14") == []
    assert found(**birth, disability_info__disability_start_date="1984-07-13") == [
        ("disability_info.disability_start_date", "date_before_birth")
    ]


def test_a_valid_iban_agrees_with_bank_branch_and_account() -> None:
    iban = {"bank_details__iban": "IL390126000000000123456"}

    assert found(**iban, bank_details__bank_code="012", bank_details__branch_number="600") == []
    assert found(**iban, bank_details__branch_number="999", bank_details__account_number="12-3457") == [
        ("bank_details.branch_number", "iban_differs"),
        ("bank_details.account_number", "iban_differs"),
    ]


AGES = [
    (date(1984, 7, 14), date(2026, 6, 10), 41),  # the birthday is still to come
    (date(1984, 6, 10), date(2026, 6, 10), 42),  # today is the birthday
    (date(2008, 2, 29), date(2026, 2, 28), 17),  # born on a leap day
    (date(2008, 2, 29), date(2026, 3, 1), 18),
]


@pytest.mark.parametrize(("birth", "day", "years"), AGES)
def test_an_age_is_counted_in_full_years(birth: date, day: date, years: int) -> None:
    assert age_on(birth, day) == years
