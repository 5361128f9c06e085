"""A real value with its real words in the wrong field is seen by the label beside it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.grounding import Grounding, ground
from chalicelib.analyses.kit.claimant_speech import is_claimants_word
from tests.unit.analyses.document_analysis_form7801.forms import (
    TODAY,
    a_form,
    a_physician,
    a_record,
    a_stay,
    evidence,
    sources,
)

LETTER = """מכון דימות, ד"ר רות מעבדה, טלפון המרפאה: 04-8765432
שם המטופל: איתן נחלה   ת.ז. 000000018   תאריך לידה: 02.05.1979
כתובת: רחוב האורן 7, עפולה   נייד: 052-7654321
אושפז 10/02/2026-14/02/2026, בית החולים גליל-דמה
הועסק במפעלי אלון בע"מ מיום 01/03/2012 ועד ליום 31/12/2025, תפקיד: טכנאי
שכר ברוטו: 11,250   נטו לתשלום: 8,900
בנק 12 סניף 600 חשבון 445566"""
CALL = "AI: האם יש לך סוכרת?\nUser: לא, ממש לא.\nAI: אתה גר בעפולה?\nUser: כן, נכון.\nUser: יש לי שלושה ילדים."
RECORD, STAY, DOCTOR = (
    "employment_history.employment_records[0]",
    "disability_info.hospitalizations[0]",
    "disability_info.treating_physicians[0]",
)


def judged(form: Form, path: str, quote: str, document_id: str = "d1") -> list[str]:
    found: Grounding = ground(
        form,
        [evidence(path, quote, document_id=document_id)],
        sources=sources(LETTER, call=CALL),
        shown=frozenset(),
        today=TODAY,
    )
    return [issue.code for issue in found.issues if issue.field == path]


def a_form_with(path: str, value: Any) -> Form:
    name = path.rpartition(".")[2]
    if path.startswith(RECORD):
        return a_form(records=[a_record(**{name: value})])
    if path.startswith(STAY):
        return a_form(stays=[a_stay(**{name: value})])
    if path.startswith(DOCTOR):
        return a_form(physicians=[a_physician(**{name: value})])
    return a_form(**{path.replace(".", "__"): value})


PHONE_LINE = "טלפון המרפאה: 04-8765432"
RIGHT = [
    (f"{DOCTOR}.phone", "048765432", PHONE_LINE),
    ("personal_info.phone", "0527654321", "נייד: 052-7654321"),
    ("personal_info.date_of_birth", "1979-05-02", "תאריך לידה: 02.05.1979"),
    (f"{STAY}.admission_date", "2026-02-10", "אושפז 10/02/2026-14/02/2026"),
    (f"{STAY}.discharge_date", "2026-02-14", "אושפז 10/02/2026-14/02/2026"),
    ("disability_info.disability_start_date", "2026-02-10", "אושפז 10/02/2026-14/02/2026"),
    (f"{RECORD}.start_date", "2012-03-01", "מיום 01/03/2012 ועד ליום 31/12/2025"),
    (f"{RECORD}.end_date", "2025-12-31", "מיום 01/03/2012 ועד ליום 31/12/2025"),
    (f"{RECORD}.monthly_salary_gross", 11_250.0, "שכר ברוטו: 11,250"),
    (f"{RECORD}.employer_name", 'מפעלי אלון בע"מ', 'הועסק במפעלי אלון בע"מ'),
    (f"{STAY}.hospital_name", "בית החולים גליל-דמה", "בית החולים גליל-דמה"),
    ("personal_info.full_name", "איתן נחלה", "שם המטופל: איתן נחלה"),
    ("personal_info.address", "רחוב האורן 7", "כתובת: רחוב האורן 7, עפולה"),
    ("bank_details.branch_number", "600", "סניף 600"),
    ("bank_details.bank_code", "12", "בנק 12"),
]
WRONG = [
    ("personal_info.phone", "048765432", PHONE_LINE),
    (f"{DOCTOR}.phone", "0527654321", "נייד: 052-7654321"),
    (f"{DOCTOR}.last_visit_date", "1979-05-02", "תאריך לידה: 02.05.1979"),
    (f"{STAY}.admission_date", "2026-02-14", "אושפז 10/02/2026-14/02/2026"),
    (f"{STAY}.discharge_date", "2026-02-10", "אושפז 10/02/2026-14/02/2026"),
    (f"{RECORD}.start_date", "2025-12-31", "מיום 01/03/2012 ועד ליום 31/12/2025"),
    (f"{RECORD}.end_date", "2012-03-01", "מיום 01/03/2012 ועד ליום 31/12/2025"),
    (f"{RECORD}.start_date", "2026-02-10", "אושפז 10/02/2026-14/02/2026"),
    ("disability_info.disability_start_date", "2012-03-01", "מיום 01/03/2012 ועד ליום 31/12/2025"),
    (f"{RECORD}.monthly_salary_gross", 8_900.0, "נטו לתשלום: 8,900"),
    ("personal_info.full_name", "בית החולים גליל-דמה", "בית החולים גליל-דמה"),
    (f"{DOCTOR}.name", 'מפעלי אלון בע"מ', 'הועסק במפעלי אלון בע"מ'),
    (f"{STAY}.hospital_name", "עפולה", "כתובת: רחוב האורן 7, עפולה"),
    ("personal_info.address", "עפולה", "כתובת: רחוב האורן 7, עפולה"),
    ("bank_details.branch_number", "12", "בנק 12"),
    ("bank_details.bank_code", "600", "סניף 600"),
]


@pytest.mark.parametrize(("path", "value", "quote"), RIGHT)
def test_a_value_beside_its_own_label_is_grounded(path: str, value: Any, quote: str) -> None:
    assert judged(a_form_with(path, value), path, quote) == []


@pytest.mark.parametrize(("path", "value", "quote"), WRONG)
def test_a_value_beside_another_label_is_a_mismatch(path: str, value: Any, quote: str) -> None:
    assert judged(a_form_with(path, value), path, quote) == ["evidence_mismatch"]


def test_the_same_words_for_two_fields_that_cannot_agree_are_seen() -> None:
    quote = 'הועסק במפעלי אלון בע"מ'
    records = [a_record(employer_name='מפעלי אלון בע"מ'), a_record(employer_name='מפעלי אלון בע"מ')]
    entries = [evidence(f"employment_history.employment_records[{n}].employer_name", quote) for n in (0, 1)]

    found = ground(a_form(records=records), entries, sources=sources(LETTER), shown=frozenset(), today=TODAY)

    assert [issue.code for issue in found.issues] == ["evidence_mismatch"] * 2


def test_the_assistants_question_alone_is_no_evidence() -> None:
    path = "disability_info.disability_types.diabetes"

    assert judged(a_form(disability_info__disability_types__diabetes=True), path, "האם יש לך סוכרת?", "call") == [
        "evidence_mismatch"
    ]


@pytest.mark.parametrize(
    ("quote", "counts"),
    [
        ("האם יש לך סוכרת", False),
        ("אתה גר בעפולה?", True),  # confirmed in the next line
        ("יש לי שלושה ילדים", True),
        ("User: כן, נכון.", True),
        ("AI: האם יש לך סוכרת?", False),
    ],
)
def test_the_claimants_words_are_their_own_lines_and_what_they_confirm(quote: str, counts: bool) -> None:
    assert is_claimants_word(quote, CALL) is counts


def test_a_name_on_two_lines_is_found() -> None:
    text = "שם משפחה: נחלה\nשם פרטי: איתן"
    name = "personal_info.full_name"
    entries = [evidence(name, "שם משפחה: נחלה"), evidence(name, "שם פרטי: איתן")]

    found = ground(
        a_form(personal_info__full_name="איתן נחלה"), entries, sources=sources(text), shown=frozenset(), today=TODAY
    )

    assert found.issues == ()
