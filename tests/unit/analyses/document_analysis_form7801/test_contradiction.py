"""A quote that stands may still say something else than the field it was given for."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analyses.document_analysis_form7801.contradiction import contradicts
from chalicelib.analyses.document_analysis_form7801.fields import FIELDS, Leaf, pattern_of
from tests.unit.analyses.document_analysis_form7801.forms import TODAY

RECORD = "employment_history.employment_records[0]"
STAY = "disability_info.hospitalizations[0]"
CASES: list[tuple[str, Any, str, bool]] = [
    # field, value, quote, contradicts: why
    ("personal_info.date_of_birth", "1984-07-14", "תאריך לידה: 14/07/1984", False),
    ("personal_info.date_of_birth", "1984-07-15", "תאריך לידה: 14/07/1984", True),
    ("personal_info.date_of_birth", "1984-07-14", "ארבעה עשר ביולי שמונים וארבע", False),  # spoken: nothing to compare
    (f"{STAY}.admission_date", "2026-02-10", "אושפזה 10-14/02/2026", False),  # the first day of a range
    (f"{STAY}.admission_date", "2026-02-11", "אושפזה 10-14/02/2026", True),
    (f"{STAY}.admission_date", "unknown", "תאריך קבלה: 10.02.2026", False),  # no day: the checks report it
    (f"{RECORD}.start_date", "2018-09-01", "מספטמבר 2018", False),  # a month names no day
    (f"{STAY}.admission_date", "2019-05-10", "L4-L5 decompression 2019", False),  # no December
    (f"{STAY}.admission_date", "2019-05-10", "admitted Dec 2019", True),
    ("personal_info.id_number", "000000422", "ת.ז. 000000422", False),
    ("personal_info.id_number", "000000422", "ת.ז. 422", False),  # zeros in front do not count
    ("personal_info.id_number", "000000423", "ת.ז. 000000422", True),
    ("personal_info.id_number", "000000422", "אפס אפס אפס, ארבע שתיים שתיים", False),
    ("personal_info.phone", "0500000422", "טלפון: 050-0000422", False),  # separators do not count
    ("personal_info.phone", "0500000422", "טלפון: +972-50-0000422", False),
    ("personal_info.phone", "0500000423", "טלפון: 050-0000422", True),
    ("personal_info.phone", "0500000422", "هاتف ٠٥٠٠٠٠٠٤٢٢", False),  # nor whose digits they are
    ("personal_info.phone", "0500000423", "هاتف ٠٥٠٠٠٠٠٤٢٢", True),
    ("bank_details.branch_number", "600", "חשבון 12-600-123456", False),  # a part of a joined number
    ("bank_details.branch_number", "999", "סניף 600", True),
    ("bank_details.bank_code", "12", "בנק הפועלים (12)", False),
    ("bank_details.account_number", "123456", "12-600-123456", False),
    (f"{RECORD}.monthly_salary_gross", 9400.0, "ברוטו 9,400 ₪", False),
    (f"{RECORD}.monthly_salary_gross", 39400.0, "ברוטו 9,400 ₪", True),
    (f"{RECORD}.monthly_salary_gross", 9400.0, 'שכר יסוד 8,600.00 | סה"כ ברוטו 9,400.00', False),
    (f"{RECORD}.monthly_salary_gross", 9400.0, "תשעת אלפים ארבע מאות, משנת 2018", False),  # a year is no amount
    ("personal_info.number_of_children", 2, "ילדים: 2", False),
    ("personal_info.number_of_children", 2, "ילדים: 3", True),
    ("personal_info.number_of_children", 2, "שני ילדים, הגדול בן 11", False),  # said in words
    ("personal_info.number_of_children", 5, "נשוי, 2 בנים ו-3 בנות", False),  # counted apart
    ("personal_info.number_of_children", 3, "יש לי בן ו-2 בנות", False),
    ("personal_info.number_of_children", 3, "2 sons and a daughter", False),
    ("personal_info.number_of_children", 4, "נשוי, 2 בנים ו-3 בנות", True),
    ("personal_info.number_of_children", 3, "נשוי לבת זוג, 2 בנות", True),
    ("personal_info.email", "tamar@example.com", "המייל Tamar@Example.com", False),
    ("personal_info.email", "tamar@example.com", "המייל other@example.com", True),
    ("personal_info.email", "tamar@example.com", "תמר שטרודל אקזמפל", False),
    ("personal_info.city", "חיפה", "גרה בחיפה", False),  # a letter glued in front
    ("personal_info.city", "חיפה", "גרה בעכו", True),
    ("personal_info.city", "Haifa", "גרה בחיפה", False),  # another script: the same name, as far as code can tell
    ("personal_info.full_name", "תמר דוגמא", "שם: תמר דוגמא ת.ז. 000000422", False),
    ("personal_info.full_name", "תמר דוגמא", "Tamar Example", True),  # who claims is copied, not transliterated
    ("personal_info.full_name", "Mallory", "שם המטופלת: תמר דוגמא", True),
    ("personal_info.full_name", "תמר כהן", "שם המטופלת: תמר דוגמא", True),  # a part of a name is another name
    ("bank_details.account_holder_name", "תמר דוגמא", "על שם תמר כהן", True),
    ("disability_info.disability_types.cancer", True, "סרטן שד משמאל", False),
    ("disability_info.disability_types.cancer", True, "פריצת דיסק L4-L5", True),  # speaks of something else
    ("disability_info.disability_types.other", True, "פריצת דיסק L4-L5", False),  # of anything
    ("disability_info.disability_types.heart_disease", False, "פריצת דיסק", False),  # nothing is claimed
    ("medical_waiver.waiver_accepted", True, "כן, אני מסכימה", False),  # no condition
    ("personal_info.gender", "נקבה", "נשואה", False),  # choices are read, not copied
    ("disability_info.primary_disability_description", "פריצת דיסק", "כאב גב", False),  # descriptions too
]


@pytest.mark.parametrize(("path", "value", "quote", "expected"), CASES)
def test_a_quote_contradicts_only_what_it_names(path: str, value: Any, quote: str, expected: bool) -> None:
    leaf = Leaf(path=path, kind=FIELDS[pattern_of(path)], value=value)

    assert contradicts(leaf, quote, today=TODAY) is expected
