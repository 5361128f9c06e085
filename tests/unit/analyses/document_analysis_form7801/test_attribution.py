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


OTHER_LAYOUTS = {
    "spoken": """AI: ספר לי על העבודה
User: הייתי מלגזן במחסני ברוש, ממאי 2014 עד יולי 2019.
AI: איך זה התחיל?
User: ב-9 במרץ 2025 התמוטטתי ופינו אותי באמבולנס.""",
    "printed": """עמותת צעדים קטנים ע"ר
ההיסטוריה בארגון: מועד קליטה 4.11.2013. התפקיד הסתיים ביום 28.2.2025.
שכר ברוטו לתשלום 7,640 ניכויים 1,020
תאריך קבלה תאריך שחרור
18.6.2025 27.6.2025
פלאפון
055-1234567
המבוטח/ת ניב ארזי
חשבון בנק מס' 778899
ת"ז 12 סניף הבנק 044, acct. 556677""",
    "cells": """דו"ח מעביד לשנת 2024
מועסק | 6.7.2018 | 5.4.2024
סניף חשבון
714 20304050
אל: לאומי (10) | סניף 333
User: שכבתי במעלה-הדס""",
    "letter": """בעל החשבון: זיו נבו
דירה: משעול הברוש 3, נתיבות
הגב' נבו הקימה את נגריית עץ-חלום. היא נפצעה שם.
השותפות נגמרה ב-1.3.2024.""",
    "medical": """סיכום מאושפז, פרטים מלאים
Rotem Karni MD, consultant
בין 8.9.2024""",
    "misread": """Emp1oyee: LEVI NOA  Start of emp1oyment: 07.05.2016
שס מלא: נועה לוי
Bank: lnternational""",
}


def judged_in(layout: str, path: str, value: Any, quote: str) -> list[str]:
    document_id = "call" if layout == "spoken" else "d1"
    text = OTHER_LAYOUTS[layout]
    there = sources("" if layout == "spoken" else text, call=text if layout == "spoken" else "")
    entries = [evidence(path, quote, document_id=document_id)]
    found = ground(a_form_with(path, value), entries, sources=there, shown=frozenset(), today=TODAY)
    return [issue.code for issue in found.issues if issue.field == path]


SPOKEN, LAYOFF = "ממאי 2014 עד יולי 2019", "התפקיד הסתיים ביום 28.2.2025"
LAYOUT_RIGHT = [
    ("spoken", f"{RECORD}.start_date", "2014-05-01", SPOKEN),
    ("spoken", f"{RECORD}.end_date", "2019-07-31", SPOKEN),
    ("spoken", "disability_info.disability_start_date", "2025-03-09", "ב-9 במרץ 2025 התמוטטתי ופינו אותי באמבולנס"),
    ("spoken", f"{RECORD}.position_title", "מלגזן", "הייתי מלגזן במחסני ברוש"),
    ("printed", f"{RECORD}.start_date", "2013-11-04", "מועד קליטה 4.11.2013"),
    ("printed", f"{RECORD}.end_date", "2025-02-28", LAYOFF),
    ("printed", f"{RECORD}.employer_name", 'עמותת צעדים קטנים ע"ר', 'עמותת צעדים קטנים ע"ר'),
    ("printed", f"{RECORD}.monthly_salary_gross", 7_640.0, "ברוטו לתשלום 7,640"),
    ("printed", f"{STAY}.admission_date", "2025-06-18", "18.6.2025 27.6.2025"),
    ("printed", f"{STAY}.discharge_date", "2025-06-27", "18.6.2025 27.6.2025"),
    ("printed", "personal_info.phone", "0551234567", "055-1234567"),
    ("printed", "personal_info.full_name", "ניב ארזי", "המבוטח/ת ניב ארזי"),
    ("printed", "bank_details.account_number", "778899", "חשבון בנק מס' 778899"),
    ("printed", "bank_details.account_number", "556677", "acct. 556677"),
    ("printed", "bank_details.branch_number", "044", "סניף הבנק 044"),
    ("cells", "bank_details.branch_number", "714", "714 20304050"),
    ("cells", "bank_details.account_number", "20304050", "714 20304050"),
    ("cells", "bank_details.bank_code", "10", "לאומי (10)"),
    ("cells", f"{STAY}.hospital_name", "מעלה-הדס", "שכבתי במעלה-הדס"),
    ("letter", "personal_info.address", "משעול הברוש 3", "דירה: משעול הברוש 3, נתיבות"),
    ("letter", "personal_info.city", "נתיבות", "דירה: משעול הברוש 3, נתיבות"),
    ("letter", f"{RECORD}.employer_name", "נגריית עץ-חלום", "הגב' נבו הקימה את נגריית עץ-חלום"),
    ("medical", f"{STAY}.admission_date", "2024-09-08", "בין 8.9.2024"),
    ("medical", f"{DOCTOR}.name", "Rotem Karni MD", "Rotem Karni MD, consultant"),
    ("misread", f"{RECORD}.start_date", "2016-05-07", "Start of emp1oyment: 07.05.2016"),
    ("misread", "personal_info.full_name", "נועה לוי", "שס מלא: נועה לוי"),
    ("misread", "bank_details.bank_name", "International", "Bank: lnternational"),
]
LAYOUT_WRONG = [
    ("spoken", f"{RECORD}.end_date", "2014-05-31", SPOKEN),
    ("spoken", f"{RECORD}.start_date", "2019-07-01", SPOKEN),
    ("spoken", f"{RECORD}.start_date", "2018-07-01", SPOKEN),
    ("spoken", f"{DOCTOR}.last_visit_date", "2025-03-09", "ב-9 במרץ 2025 התמוטטתי ופינו אותי באמבולנס"),
    ("spoken", f"{RECORD}.start_date", "2025-03-09", "ב-9 במרץ 2025 התמוטטתי ופינו אותי באמבולנס"),
    ("printed", f"{RECORD}.end_date", "2013-11-04", "מועד קליטה 4.11.2013"),
    ("printed", f"{RECORD}.start_date", "2025-02-28", LAYOFF),
    ("printed", f"{DOCTOR}.last_visit_date", "2025-06-18", "18.6.2025 27.6.2025"),
    ("printed", f"{STAY}.discharge_date", "2025-06-18", "18.6.2025 27.6.2025"),
    ("printed", f"{STAY}.hospital_name", 'עמותת צעדים קטנים ע"ר', 'עמותת צעדים קטנים ע"ר'),
    ("printed", f"{DOCTOR}.phone", "0551234567", "055-1234567"),
    ("printed", f"{DOCTOR}.name", "ניב ארזי", "המבוטח/ת ניב ארזי"),
    ("printed", "bank_details.bank_code", "044", "סניף הבנק 044"),
    ("cells", "bank_details.branch_number", "20304050", "714 20304050"),
    ("cells", f"{STAY}.hospital_name", "לאומי", "לאומי (10)"),
    ("medical", f"{RECORD}.start_date", "2024-09-08", "בין 8.9.2024"),
    ("medical", "personal_info.full_name", "Rotem Karni MD", "Rotem Karni MD, consultant"),
    ("misread", f"{DOCTOR}.last_visit_date", "2016-05-07", "Start of emp1oyment: 07.05.2016"),
    ("misread", f"{DOCTOR}.name", "נועה לוי", "שס מלא: נועה לוי"),
]


@pytest.mark.parametrize(("layout", "path", "value", "quote"), LAYOUT_RIGHT)
def test_other_wordings_and_layouts_mark_no_true_value(layout: str, path: str, value: Any, quote: str) -> None:
    assert judged_in(layout, path, value, quote) == []


@pytest.mark.parametrize(("layout", "path", "value", "quote"), LAYOUT_WRONG)
def test_other_wordings_and_layouts_show_a_moved_value(layout: str, path: str, value: Any, quote: str) -> None:
    assert judged_in(layout, path, value, quote) == ["evidence_mismatch"]


def test_a_date_from_the_letter_of_another_employer_is_seen() -> None:
    first, second = "מאפיית השיבולת", "נגריית אלה"
    letters = (f"{first}\nעבד אצלנו מיום 1.2.2010", f"{second}\nהועסק מיום 5.6.2015")
    records = [a_record(employer_name=name, start_date="2015-06-05") for name in (first, second)]
    paths = [f"employment_history.employment_records[{number}].start_date" for number in (0, 1)]
    entries = [evidence(path, "הועסק מיום 5.6.2015", document_id="d2") for path in paths]

    found = ground(a_form(records=records), entries, sources=sources(*letters), shown=frozenset(), today=TODAY)

    reasons = {issue.field: issue.params["reason"] for issue in found.issues if issue.field in paths}
    assert reasons[paths[0]] == "other_item"
