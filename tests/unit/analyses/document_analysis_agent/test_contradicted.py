from __future__ import annotations

from datetime import date

import pytest

from chalicelib.analyses.document_analysis_agent.contradicted import finding_issues
from chalicelib.analyses.document_analysis_agent.notebook import Finding
from tests.fakes.analysis_services import a_document, a_text
from tests.unit.analyses.document_analysis_agent.cases import a_reading

TODAY = date(2026, 6, 10)


def issue_of(finding: str, quote: str, line: str, *, transcript: str = "") -> tuple[str, str] | None:
    """Code and reason of what is reported of a finding with this quote out of this page; None: nothing."""
    source = "call" if transcript else "d1"
    reading = a_reading(a_text(a_document("d1"), line), transcript=transcript)
    found = Finding(text=finding, document_id=source, quote=quote, page=1)
    issues = list(finding_issues([found], reading, today=TODAY))
    assert all(issue.field == "findings[0]" and issue.quotes for issue in issues)
    return (issues[0].code, str(issues[0].params.get("reason", ""))) if issues else None


@pytest.mark.parametrize(
    ("finding", "quote", "line"),
    [
        ("אובחנה פיברומיאלגיה קשה", "המעידים על פיברומיאלגיה", "ללא ממצאים המעידים על פיברומיאלגיה."),
        ("קיים שבר בחוליה", "הודגם שבר", "בצילום לא הודגם שבר."),
        ("סובל מסוכרת", "סוכרת", "המטופל מכחיש סוכרת"),
        ("סרטן בלבלב", "סרטן לבלב", "חשד ל סרטן לבלב, הופנה לבירור"),
        ("Diabetes is documented", "diabetes", "No diabetes. No heart disease."),
        ("Fracture of the wrist", "fracture of the wrist", "X-ray: no fracture of the wrist"),
    ],
)
def test_a_denial_that_the_quote_leaves_out_is_reported(finding: str, quote: str, line: str) -> None:
    assert issue_of(finding, quote, line) == ("evidence_mismatch", "denied")


@pytest.mark.parametrize(
    ("finding", "quote", "line"),
    [
        ("לא נמצא שבר בצילום", "הודגם שבר", "בצילום לא הודגם שבר."),
        ("שוללת סוכרת", "סוכרת", "שוללת סוכרת"),
        ("סובל מסוכרת", "סוכרת", "ללא ספק סוכרת סוג 2"),
        ("סובלת מדיכאון", "סובלת מדיכאון", "לא, סובלת מדיכאון שנים."),
        ("חשד לסרטן לבלב", "סרטן לבלב", "חשד ל סרטן לבלב"),
    ],
)
def test_a_finding_that_says_no_itself_and_a_no_to_something_else_are_left_alone(
    finding: str, quote: str, line: str
) -> None:
    assert issue_of(finding, quote, line) is None


@pytest.mark.parametrize(
    ("finding", "quote", "line"),
    [
        ("נכות רפואית 75%", "נכות רפואית 40% נכות תפקודית 75%", "נכות רפואית 40% נכות תפקודית 75%"),
        ("נכות תפקודית בשיעור 40%", "נכות תפקודית 75%", "נכות רפואית 40% נכות תפקודית 75%"),
        ("עומדת עד 20 דקות", "יושבת עד 20 דקות, עומדת עד 15", "יושבת עד 20 דקות, עומדת עד 15 דקות."),
        ("שכר ברוטו 7,514 ₪", 'סה"כ נטו לתשלום 7,514', 'סה"כ נטו לתשלום 7,514'),
        ("התאונה אירעה ביום 14/07/1984, פציעה", "14/07/1984", "תאריך לידה: 14/07/1984"),
        ("החל לעבוד מיום 30/04/2026", "ועד ליום 30/04/2026", "הועסקה מיום 01/09/2018 ועד ליום 30/04/2026."),
        ("Right ear 82 dB", "right 78 dB, left 82 dB", "Audiometry: right 78 dB, left 82 dB"),
    ],
)
def test_a_number_that_belongs_to_something_else_is_reported(finding: str, quote: str, line: str) -> None:
    assert issue_of(finding, quote, line) == ("evidence_mismatch", "other_label")


@pytest.mark.parametrize(
    ("finding", "quote", "line"),
    [
        ("כושר ההליכה ירד, נכות 65%", "דרגת הנכות נקבעה ל-30%", "דרגת הנכות נקבעה ל-30%"),
        ("השתכרה 12,400 ₪", "ברוטו 9,400 ₪", "ברוטו 9,400 ₪"),
        ("הפסיק לעבוד ביום 31/03/2026", "עבד עד 30/04/2026", "עבד עד 30/04/2026"),
    ],
)
def test_a_number_or_day_that_is_nowhere_in_the_source_is_reported(finding: str, quote: str, line: str) -> None:
    code, reason = issue_of(finding, quote, line) or ("", "")

    assert code == "evidence_mismatch"
    assert reason in ("other_value", "other_label")


def test_words_of_the_assistant_that_nobody_confirms_are_reported() -> None:
    call = "AI: האם יש לך סוכרת?\nUser: לא, ממש לא."

    assert issue_of("יש סוכרת", "יש לך סוכרת", "", transcript=call) == ("evidence_mismatch", "assistant_only")
    assert issue_of("יש סוכרת", "יש לך סוכרת", "", transcript="AI: האם יש לך סוכרת?\nUser: כן, עשר שנים.") is None


def test_a_finding_without_a_word_of_its_lines_is_reported_for_information() -> None:
    line = "יושבת עד 20 דקות, עומדת עד 15 דקות."

    assert issue_of("סרטן לבלב בשלב IV", "יושבת עד 20", line) == ("finding_not_in_quote", "")


@pytest.mark.parametrize(
    ("finding", "quote", "line"),
    [
        ("אבחנה: פריצת דיסק L4-L5 עם לחץ על השורש", "פריצת דיסק L4-L5", "אבחנה: פריצת דיסק L4-L5, לחץ על שורש L5."),
        ("אושפזה 4 ימים, 10-14/02/2026", "אושפזה 10-14/02/2026", "אושפזה 10-14/02/2026 במחלקה אורתופדית"),
        ("בבדיקה מיום 28/05/2026 הוגבלה הכפיפה", "כפיפה 40°", "תאריך הביקור: 28/05/2026\nכפיפה 40°"),
        ("ירידה בשמיעה דו-צדדית", "Bilateral severe hearing loss", "Diagnosis: Bilateral severe hearing loss"),
        ("ההעסקה הסתיימה ביום 30/04/2026", "ועד ליום 30/04/2026", "הועסקה מיום 01/09/2018 ועד ליום 30/04/2026."),
        ("שכר ברוטו של 9,400 ₪ לחודש", "ברוטו 9,400", "שכר ברוטו 9,400, נטו לתשלום 7,514"),
        ("EF 30 %", "LVEF 30%", "אקו לב: LVEF 30%"),
    ],
)
def test_what_the_quote_says_in_other_words_is_no_issue(finding: str, quote: str, line: str) -> None:
    assert issue_of(finding, quote, line) is None


def test_one_place_that_agrees_is_enough() -> None:
    page = "לא הודגם שבר בקרסול.\nבצילום חוזר הודגם שבר בקרסול."

    assert issue_of("שבר בקרסול", "הודגם שבר", page) is None
