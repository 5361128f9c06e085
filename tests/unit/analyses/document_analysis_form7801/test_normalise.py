"""Values have one way of writing; what cannot be read stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analyses.document_analysis_form7801.fields import FIELDS, Leaf, leaves, pattern_of
from chalicelib.analyses.document_analysis_form7801.normalise import (
    normalised_form,
    normalised_value,
    number_named,
    value_from_text,
)
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, a_form, a_record

RECORD = "employment_history.employment_records[0]"
VALUES = [
    # field, read, written: why
    ("personal_info.id_number", "422", "000000422"),  # padded to 9
    ("personal_info.id_number", "00000042-2", "000000422"),
    ("personal_info.id_number", "423", "423"),  # a wrong check digit: kept as read
    ("personal_info.phone", "+972-50-0000422", "0500000422"),
    ("personal_info.phone", "1-700-500", "1-700-500"),  # no Israeli number: kept
    ("personal_info.phone", "٠٥٠٠٠٠٠٤٢٢", "0500000422"),  # Arabic digits
    ("personal_info.id_number", "۴۲۲", "000000422"),  # Persian ones
    ("personal_info.postal_code", "３５００００１", "3500001"),  # wide ones
    ("bank_details.account_number", "١٢٣٤٥٦", "123456"),
    ("disability_info.hospitalizations[0].hospitalization_id", "٢٠٢٦-٧", "2026-7"),
    ("personal_info.date_of_birth", "14.7.1984", "1984-07-14"),
    ("personal_info.date_of_birth", "1984", "1984"),  # a year is no day: kept
    ("personal_info.email", " Tamar@Example.COM ", "tamar@example.com"),
    ("personal_info.postal_code", "35000 01", "3500001"),
    ("personal_info.postal_code", "35000", "35000"),
    ("personal_info.full_name", "  תמר \n דוגמא ", "תמר דוגמא"),
    ("bank_details.iban", "il39 0126 0000 0000 0123 456", "IL390126000000000123456"),
    ("bank_details.iban", "IL00 0126", "IL00 0126"),
    (f"{RECORD}.start_date", "2018-09", "2018-09-01"),  # work dated by months begins with one
    (f"{RECORD}.end_date", "אוגוסט 2018", "2018-08-31"),  # and ends with one
    ("disability_info.disability_start_date", "2026-02", "2026-02"),  # no day is guessed elsewhere
    ("personal_info.number_of_children", 2, 2),
]


@pytest.mark.parametrize(("path", "read", "written"), VALUES)
def test_a_value_has_one_way_of_writing(path: str, read: Any, written: Any) -> None:
    leaf = Leaf(path=path, kind=FIELDS[pattern_of(path)], value=read)

    assert normalised_value(leaf, today=TODAY) == written


def test_a_whole_form_is_normalised_and_twice_changes_nothing() -> None:
    form = a_form(personal_info__phone="050-0000422", records=[a_record(start_date="1.9.2018")])

    once = normalised_form(form, today=TODAY)

    assert once["personal_info"]["phone"] == "0500000422"
    assert once["employment_history"]["employment_records"][0]["start_date"] == "2018-09-01"
    assert normalised_form(once, today=TODAY) == once
    assert [leaf.path for leaf in leaves(once)] == [leaf.path for leaf in leaves(form)]


def from_text(path: str, text: str) -> Any:
    return value_from_text(text, Leaf(path=path, kind=FIELDS[pattern_of(path)], value=None), today=TODAY)


def test_a_value_is_read_from_words() -> None:
    assert from_text(f"{RECORD}.monthly_salary_gross", "9,400 ₪") == 9400
    assert from_text(f"{RECORD}.monthly_salary_gross", "בין 9,000 ל-10,000") is None
    assert repr(from_text("personal_info.number_of_children", "3 ילדים")) == "3"  # and not 3.0
    assert from_text("personal_info.number_of_children", "2.5") is None
    assert from_text("disability_info.disability_types.cancer", "true") is True
    assert from_text("disability_info.disability_types.cancer", "לא") is False
    assert from_text("personal_info.phone", "050-0000422") == "0500000422"


def test_a_number_is_read_only_when_it_is_the_only_one() -> None:
    assert number_named("4") == 4
    assert number_named("9,400.50 ₪") == 9400.5
    assert number_named("none") is None
    assert number_named("4 or 5") is None
