"""A salary by the year, the day or the hour in the place of the monthly one is seen by the words beside it."""

from __future__ import annotations

import pytest

from chalicelib.analyses.document_analysis_form7801.grounding import ground
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, a_form, a_record, evidence, sources

SALARY = "employment_history.employment_records[0].monthly_salary_gross"


def judged(amount: float, line: str) -> list[str]:
    found = ground(
        a_form(records=[a_record(monthly_salary_gross=amount)]),
        [evidence(SALARY, line)],
        sources=sources(line),
        shown=frozenset(),
        today=TODAY,
    )
    return [issue.code for issue in found.issues if issue.field == SALARY]


@pytest.mark.parametrize(
    ("amount", "line"),
    [
        (112_800.0, "שכר שנתי ברוטו 112,800 ₪"),
        (112_800.0, "שכר ברוטו שנתי: 112,800 ₪"),
        (112_800.0, "הכנסה ברוטו לשנת 2025: 112,800"),
        (112_800.0, "שכר ברוטו: 112,800 ש״ח לשנה"),
        (112_800.75, "שכר ברוטו: 112,800.75 ₪ לשנה"),
        (112_800.0, "הרווחתי 112,800 שקל בשנה"),
        (112_800.0, "שכר שנתי ברוטו 112,800, כלומר 9,400 לחודש"),
        (36.0, "שכר ברוטו לשעה: 36 ₪"),
        (36.0, "36 שקלים לשעה ברוטו"),
        (400.0, "שכר יומי ברוטו 400 ₪"),
        (112_800.0, "Annual gross salary: 112,800 NIS"),
        (112_800.0, "Gross salary 112,800 per year"),
    ],
)
def test_a_salary_of_another_period_is_no_monthly_one(amount: float, line: str) -> None:
    assert judged(amount, line) == ["evidence_mismatch"]


@pytest.mark.parametrize(
    ("amount", "line"),
    [
        (9_400.0, "שכר ברוטו: 9,400 ₪"),
        (9_400.0, "שכר חודשי ממוצע ברוטו לשנת 2025: 9,400"),
        (9_400.0, "שכר שנתי ברוטו 112,800, כלומר 9,400 לחודש"),
        (9_400.0, "שכר שנתי ברוטו 112,800 ₪"),  # a twelfth of it: there are other rules for what is not in the words
        (9_400.0, "בונוס שנתי 5,000, שכר ברוטו 9,400"),
        (9_400.0, "שכר ברוטו 9,400 בונוס שנתי 5,000"),
        (9_400.0, "שכר ברוטו 9,400, חופשה שנתית 12"),
        (9_400.0, "עובדת שעתית, שכר ברוטו 9,400"),
        (6_552.0, "תעריף לשעה 36.00 | שעות 182 | סה״כ ברוטו 6,552.00"),
        (9_400.0, "Gross salary 9,400 a month, annual bonus 5,000"),
    ],
)
def test_a_monthly_salary_beside_other_periods_stays(amount: float, line: str) -> None:
    assert judged(amount, line) == []
