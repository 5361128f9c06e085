"""Texts of no prepared case: what is labelled is read, in both languages, and nothing else."""

from __future__ import annotations

import pytest

from emulator.answers.labelled import find_date, labelled_values
from emulator.answers.sources import LONGEST_QUOTE_CHARACTERS, Line, read_sources
from tests.unit.emulator.prompts import a_call, a_document

HEBREW = """שם המטופלת: דנה לוי        ת.ז.: 000000018
תאריך לידה: 17/02/1979      מין: נקבה      מצב משפחתי: נשואה
כתובת: הגפן 3, חיפה 3300014     טלפון: 050-0000018
טלפון המרפאה: 04-8000001
סניף: 600   חשבון: 123456
אבחנה: דלקת פרקים"""
ENGLISH = """Employer: Example Ltd.
Position: clerk
Start date: 1 February 2019
End date: 2026-02-28
Gross monthly salary: 5,600 ILS"""


def _values(*texts: str) -> dict[str, object]:
    prompt = "\n".join(a_document(text, document_id=f"d{number}") for number, text in enumerate(texts, start=1))
    return {fact.field: fact.value for fact in labelled_values(read_sources(prompt)).form}


def test_labels_of_both_languages_are_read() -> None:
    found = _values(HEBREW, ENGLISH)

    assert found == {
        "personal_info.full_name": "דנה לוי",
        "personal_info.id_number": "000000018",
        "personal_info.date_of_birth": "1979-02-17",
        "personal_info.gender": "נקבה",
        "personal_info.marital_status": "married",
        "personal_info.address": "הגפן 3",
        "personal_info.city": "חיפה",
        "personal_info.postal_code": "3300014",
        "personal_info.phone": "050-0000018",
        "bank_details.branch_number": "600",
        "bank_details.account_number": "123456",
        "disability_info.primary_disability_description": "דלקת פרקים",
        "employment_history.employment_records[0].employer_name": "Example Ltd",
        "employment_history.employment_records[0].position_title": "clerk",
        "employment_history.employment_records[0].start_date": "2019-02-01",
        "employment_history.employment_records[0].end_date": "2026-02-28",
        "employment_history.employment_records[0].monthly_salary_gross": 5600,
    }


def test_each_document_that_names_a_stay_is_one() -> None:
    found = _values("תאריך קבלה: 10.02.2026   תאריך שחרור: 14.02.2026", "מחלקה: עיניים", "תאריך קבלה: 01.03.2026")

    assert found["disability_info.hospitalizations[0].discharge_date"] == "2026-02-14"
    assert found["disability_info.hospitalizations[1].admission_date"] == "2026-03-01"
    assert "disability_info.hospitalizations[0].department" not in found


def test_sentences_are_not_understood() -> None:
    call = read_sources(a_call("מה שמך?", "דנה לוי, נשואה, גרה בחיפה, אושפזתי ב-10 בפברואר 2026."))

    assert labelled_values(call).form == ()


def test_the_first_source_that_names_a_field_is_quoted() -> None:
    (fact,) = labelled_values(
        read_sources(a_document("ת.ז.: 000000018", document_id="a") + a_document("ת.ז.: 000000026"))
    ).form

    assert (fact.value, fact.source, fact.quote) == ("000000018", "a", "ת.ז.: 000000018")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ביום 03/02/2026 עד 4.5.2026", "2026-02-03"),
        ("3 בפברואר 2026", "2026-02-03"),
        ("10 October 2025", "2025-10-10"),
        ("2026-02-03", "2026-02-03"),
        ("31/02/2026", ""),
        ("10 בפברואר", ""),
    ],
)
def test_full_dates_are_read_day_first(text: str, found: str) -> None:
    assert find_date(text) == found


def test_pages_and_sources_are_told_apart() -> None:
    prompt = '<document id="a&amp;b" name="x">\n<page number="2">\none\n</page>\n</document>\n' + a_call("q", "answer")

    sources = read_sources(f"not evidence\n{prompt}")

    assert [source.id for source in sources] == ["a&b", "call"]
    assert [(line.page, line.text) for line in sources[0].lines] == [(2, "one")]


def test_without_any_fence_all_text_is_read() -> None:
    assert [line.text for line in read_sources("just text")[0].lines] == ["just text"]
    assert read_sources("AI: a\nUser: b")[0].is_call


def test_a_long_line_is_quoted_in_whole_words_around_the_value() -> None:
    line = Line(source_id="d", page=1, text="start " + "word " * 100 + "needle " + "word " * 100)

    quote = line.quote("needle")

    assert "needle" in quote
    assert len(quote) <= LONGEST_QUOTE_CHARACTERS
    assert quote.startswith("word")
