"""The demo compares forms strictly and counts only what was extracted."""

from __future__ import annotations

import json

import pytest

from clients.demo.sample import DIRECTORY, DOCUMENTS, Comparison, compare, filled_fields, value_at

EXPECTED = json.loads((DIRECTORY / "expected.json").read_text(encoding="utf-8"))["form_7801"]


def test_the_expected_form_matches_itself_in_every_exact_field():
    comparisons = compare(EXPECTED)

    assert len(comparisons) == 18
    assert all(row.matches for row in comparisons)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (False, 0),  # an empty number is no answer to a yes-or-no question
        (4, "4"),
        ("000000422", "422"),
        (False, None),
    ],
)
def test_a_value_of_another_type_does_not_match(expected, found):
    assert not Comparison(field="f", expected=expected, found=found).matches


def test_a_number_matches_however_json_writes_it():
    assert Comparison(field="f", expected=9400, found=9400.0).matches


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b", 1),
        ("list[1].c", 3),
        ("list[2].c", None),
        ("a.b.c", None),
        ("missing", None),
    ],
)
def test_a_value_is_found_by_its_path(path, value):
    assert value_at({"a": {"b": 1}, "list": [{"c": 2}, {"c": 3}]}, path) == value


def test_empty_fields_and_those_that_code_sets_are_not_found_fields():
    form = {
        "form_version": "1.0",
        "personal_info": {"full_name": "x", "city": "", "number_of_children": 0, "section_confirmed": True},
        "employment_history": {"employment_records": [{"employer_name": "y", "start_date": ""}]},
        "metadata": {"language": "hebrew"},
        "medical_waiver": {"waiver_version": "1.0", "waiver_accepted": False},
    }

    assert filled_fields(form) == ["personal_info.full_name", "employment_history.employment_records[0].employer_name"]


def test_the_sample_documents_are_one_pdf_and_two_texts():
    assert [document.content_type for document in DOCUMENTS] == ["application/pdf", "text/plain", "text/plain"]
    assert all((DIRECTORY / document.file).stat().st_size for document in DOCUMENTS)
