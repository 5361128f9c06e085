"""What code counts of the claim's rules, what changed since the last analysis, and how old documents are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from chalicelib.analyses.document_analysis_form7801.changes import changes_since
from chalicelib.analyses.document_analysis_form7801.document_dates import document_dates
from chalicelib.analyses.document_analysis_form7801.eligibility import eligibility
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.months_of_pay import month_of_pay
from chalicelib.documents.normalise import comparable
from tests.fakes.analysis_services import a_document, a_text
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, a_form, a_record

RECORD = "employment_history.employment_records[0]"


def rules(form: Form, *texts: Any, transcript: str = "") -> dict[str, dict[str, Any]]:
    found, _ = eligibility(form, texts=texts, transcript=transcript, today=TODAY)
    return {rule["rule"]: rule for rule in found}


@pytest.mark.parametrize(
    ("birth", "gender", "status"),
    [
        ("1984-07-14", "נקבה", "met"),
        ("2010-01-01", "זכר", "not_met"),  # 16
        ("1950-01-01", "זכר", "not_met"),  # 76: past retirement
        ("1960-01-01", "זכר", "met"),  # 66
        ("1960-01-01", "נקבה", "not_met"),  # 66
        ("", "זכר", "unknown"),
    ],
)
def test_the_claimant_is_of_age_and_before_retirement(birth: str, gender: str, status: str) -> None:
    form = a_form(personal_info__date_of_birth=birth, personal_info__gender=gender)

    assert rules(form)["age_18_to_retirement"]["status"] == status


def test_an_age_past_retirement_is_an_issue() -> None:
    form = a_form(personal_info__date_of_birth="1950-01-01", personal_info__gender="זכר")

    _, issues = eligibility(form, texts=(), transcript="", today=TODAY)

    assert [(issue.code, issue.weight) for issue in issues] == [("claimant_past_retirement", "blocking")]


@pytest.mark.parametrize(
    ("onset", "waiting", "left", "lost"),
    [
        # TODAY is 2026-06-10
        ("2026-06-01", "not_met", 12, 0),  # day 91 is 2026-08-30
        ("2026-03-12", "met", 12, 0),  # day 91 is 2026-06-10 itself
        ("2025-09-12", "met", 6, 0),  # day 91 is 2025-12-11: 6 months behind
        ("2024-09-12", "met", 0, 6),  # day 91 is 2024-12-11: 18 months, 12 of them payable
    ],
)
def test_the_waiting_period_and_the_retroactive_months(onset: str, waiting: str, left: int, lost: int) -> None:
    found = rules(a_form(disability_info__disability_start_date=onset))

    assert found["waiting_period"]["status"] == waiting
    facts = found["retroactive_months"]["facts"]
    assert (facts["months_left"], facts["months_lost"]) == (left, lost)
    assert found["retroactive_months"]["status"] == ("not_met" if lost else "met")


def test_payslips_are_counted_by_their_months() -> None:
    form = a_form(records=[a_record(employment_type="full_time")])
    slips = [
        a_text(a_document(f"d{month}", file_name=f"תלוש {month}.txt"), f"תלוש שכר לחודש {month:02}/2026")
        for month in (1, 2, 2)
    ]

    found = rules(form, *slips)["payslips"]

    assert (found["status"], found["facts"]["months_present"], found["facts"]["required"]) == ("not_met", 2, 15)
    letter = a_text(a_document("d9", file_name="אישור העסקה.pdf"), "הרינו לאשר")
    assert rules(form, *slips, letter)["payslips"]["status"] == "met"


@pytest.mark.parametrize(
    "text",
    [
        "תלוש שכר לחודש 03/2026",
        "תלוש שכר\nתחילת עבודה: 01/09/2018\nלחודש 03/2026",  # the start of work is no month of pay
        "תלוש שכר\nהודפס: 02.04.2026\nתלוש שכר לחודש מרץ 2026",
        "תלוש שכר לחודש 3/26",
        "תלוש שכר 2026-03, הופק 2026-04-02",
        "תלוש שכר\nתקופה: 01/03/2026 - 31/03/2026\nתחילת עבודה: 01/09/2018",
        "Payslip for March 2026, employed since 1 September 2018",
    ],
)
def test_a_payslip_pays_the_month_that_it_names(text: str) -> None:
    form = a_form(records=[a_record(employment_type="full_time")])
    slips = [a_text(a_document("d1"), text), a_text(a_document("d2"), "תלוש שכר לחודש 03/2026")]

    assert rules(form, *slips)["payslips"]["facts"]["months_present"] == 1
    assert month_of_pay(text, today=TODAY) == date(2026, 3, 1)


@pytest.mark.parametrize("text", ["תלוש שכר", "תלוש שכר, הודפס 02/04/2026", "תלוש שכר, דרגה 5/26"])
def test_a_payslip_without_a_month_pays_none(text: str) -> None:
    assert month_of_pay(text, today=TODAY) is None


def test_signs_of_an_injury_at_work_are_named() -> None:
    found = rules(a_form(), transcript="AI: מה קרה?\nUser: הייתה לי תאונת עבודה במחסן.")["no_work_injury"]

    assert (found["status"], found["facts"]["words"]) == ("not_met", "User: הייתה לי תאונת עבודה במחסן.")
    assert rules(a_form())["no_work_injury"]["status"] == "unknown"


@pytest.mark.parametrize(
    "call",
    [
        "AI: האם מדובר בתאונת עבודה?\nUser: לא, ממש לא.",
        "AI: זה קרה בזמן העבודה?\nUser: לא, בבית.",
        "AI: אז זו לא תאונת עבודה, נכון?\nUser: נכון.",
        "AI: קיבלת דמי פגיעה?\nUser: מה זה?",
        "User: לא הייתה תאונת עבודה.",
        "User: זו לא הייתה תאונת עבודה, זו מחלה.",
        "User: לא נפגעתי בעבודה.",
        "User: התחיל בלי שום תאונת עבודה.",
    ],
)
def test_an_injury_that_is_asked_for_or_denied_in_the_call_is_no_sign(call: str) -> None:
    assert rules(a_form(), transcript=call)["no_work_injury"]["status"] == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "תאונת עבודה: לא",
        "תאונת עבודה - לא.",
        "לא מדובר בתאונת עבודה",
        "מדובר במחלה ולא\nבתאונת עבודה.",
        "המטופל שולל תאונת עבודה",
        "ללא תאונת עבודה או תאונת דרכים",
        "האם נפגע בעבודה? ☐ כן ☒ לא",
        "☐ תאונת עבודה ☐ תאונת דרכים ☒ מחלה",
        "האם מדובר במחלת מקצוע?",
        "This was not a work accident.",
    ],
)
def test_an_injury_that_a_document_denies_or_only_asks_for_is_no_sign(text: str) -> None:
    assert rules(a_form(), a_text(a_document("d1"), text))["no_work_injury"]["status"] == "unknown"


@pytest.mark.parametrize(
    "call",
    [
        "AI: זה קרה בזמן העבודה?\nUser: כן, במשמרת.",
        "AI: האם זו תאונת עבודה?\nUser: כן.",
        "AI: זו תאונת עבודה?\nUser: לא יודעת, נפלתי בעבודה מסולם.",
        "User: לא דיווחתי על תאונת העבודה.",
        "User: נפגעתי בדרך לעבודה.",
        "User: עברתי תאונת דרכים קשה בדרך מהעבודה.",
        "הייתה לי תאונת עבודה",  # a transcript without speakers
    ],
)
def test_what_the_claimant_says_of_an_injury_at_work_is_a_sign(call: str) -> None:
    assert rules(a_form(), transcript=call)["no_work_injury"]["status"] == "not_met"


@pytest.mark.parametrize(
    "text",
    [
        "כאב כרוני בכתף ימין מאז תאונת-עבודה ביום 05/08/2024.",
        "האם נפגע בעבודה? כן, ביום 05/08/2024",
        "לא עובד מאז 2024. נפגע בעבודה.",
        "ללא חבלת ראש. תאונת עבודה לפני שנה.",
        "תאונת עבודה - לא דווחה למעסיק",
        "☒ תאונת עבודה ☐ מחלה",
        "Injured at work in 2024",
    ],
)
def test_what_a_document_says_of_an_injury_at_work_is_a_sign(text: str) -> None:
    found = rules(a_form(), a_text(a_document("d1"), text))["no_work_injury"]

    assert (found["status"], found["facts"]["words"]) == ("not_met", comparable(text))


def test_every_rule_names_its_source() -> None:
    assert all("National Insurance Law" in rule["source"] for rule in rules(a_form()).values())


def test_what_differs_from_the_previous_result_is_named_with_the_new_document() -> None:
    before = {
        "form_7801": {
            **a_form(personal_info__city="חיפה", personal_info__phone="0500000000", records=[a_record()]),
            "metadata": {"created_at": "2026-05-01T00:00:00.000000Z"},
        }
    }
    now = a_form(personal_info__city="לוד", personal_info__phone="0511111111")
    old = msgspec.structs.replace(a_document("d1"), uploaded_at=datetime(2026, 4, 1, tzinfo=UTC))
    new = msgspec.structs.replace(a_document("d2"), uploaded_at=datetime(2026, 6, 1, tzinfo=UTC))
    evidence = [
        {"field": "personal_info.city", "document_id": "d2"},
        {"field": "personal_info.phone", "document_id": "d1"},
    ]

    changes = {one["field"]: one for one in changes_since(before, now, evidence=evidence, documents=[old, new])}

    assert changes["personal_info.city"] == {
        "field": "personal_info.city",
        "before": "חיפה",
        "after": "לוד",
        "document_id": "d2",
    }
    assert changes["personal_info.phone"]["document_id"] is None
    assert len(changes) == 2


def changed(before: Form, now: Form) -> list[tuple[str, Any, Any]]:
    changes = changes_since({"form_7801": before}, now, evidence=[], documents=[])
    return [(one["field"], one["before"], one["after"]) for one in changes]


def test_what_is_unknown_of_a_new_or_a_missing_item_is_no_change() -> None:
    without, with_one = a_form(records=[]), a_form(records=[a_record(employer_name="לוגיסטיקה")])

    assert changed(without, with_one) == [(f"{RECORD}.employer_name", "", "לוגיסטיקה")]
    assert changed(with_one, without) == [(f"{RECORD}.employer_name", "לוגיסטיקה", None)]


def test_items_that_nothing_tells_apart_keep_their_changes() -> None:
    before = a_form(records=[a_record(position_title="קופאית"), a_record(position_title="סדרנית")])
    now = a_form(records=[a_record(position_title="מלצרית"), a_record(position_title="סדרנית")])

    assert changed(before, now) == [(f"{RECORD}.position_title", "קופאית", "מלצרית")]


@pytest.mark.parametrize("previous", [None, {}, {"form_7801": None}, "text"])
def test_without_a_previous_result_nothing_has_changed(previous: Any) -> None:
    assert changes_since(previous, a_form(personal_info__city="לוד"), evidence=[], documents=[]) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("תאריך: 02/03/2026\nילידת 14/07/1984", date(2026, 3, 2)),
        ("תאריך הביקור: 28/05/2026\nאושפזה 10/02/2026", date(2026, 5, 28)),
        ("נבדק ביום 05/04/2026, תור הבא 01/12/2026", date(2026, 4, 5)),  # the appointment is after the upload
        (
            "ספח תעודת זהות\nתאריך לידה: 14/07/1984\nכתובת: האלה 12, לוד",
            date(2026, 6, 1),
        ),  # nobody wrote at their birth
        ("ת.ז. 000000018 | תאריך לידה\n14/07/1984", date(2026, 6, 1)),
        ("יליד 14.7.1984, החשבון נפתח ב-01/03/2010", date(2010, 3, 1)),
        ("Date of birth: 14/07/1984", date(2026, 6, 1)),
        ("ללא תאריך", date(2026, 6, 1)),  # the day of the upload
    ],
)
def test_a_document_is_as_old_as_it_says_else_as_its_upload(text: str, day: date) -> None:
    document = msgspec.structs.replace(a_document("d1"), uploaded_at=datetime(2026, 6, 1, 12, tzinfo=UTC))

    assert document_dates([a_text(document, text)], today=TODAY) == {"d1": day}
