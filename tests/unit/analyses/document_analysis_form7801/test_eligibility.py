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


def test_signs_of_an_injury_at_work_are_named() -> None:
    found = rules(a_form(), transcript="AI: מה קרה?\nUser: הייתה לי תאונת עבודה במחסן.")["no_work_injury"]

    assert (found["status"], found["facts"]["words"]) == ("not_met", "User: הייתה לי תאונת עבודה במחסן.")
    assert rules(a_form())["no_work_injury"]["status"] == "unknown"


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


@pytest.mark.parametrize("previous", [None, {}, {"form_7801": None}, "text"])
def test_without_a_previous_result_nothing_has_changed(previous: Any) -> None:
    assert changes_since(previous, a_form(personal_info__city="לוד"), evidence=[], documents=[]) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("תאריך: 02/03/2026\nילידת 14/07/1984", date(2026, 3, 2)),
        ("תאריך הביקור: 28/05/2026\nאושפזה 10/02/2026", date(2026, 5, 28)),
        ("נבדק ביום 05/04/2026, תור הבא 01/12/2026", date(2026, 4, 5)),  # the appointment is after the upload
        ("ללא תאריך", date(2026, 6, 1)),  # the day of the upload
    ],
)
def test_a_document_is_as_old_as_it_says_else_as_its_upload(text: str, day: date) -> None:
    document = msgspec.structs.replace(a_document("d1"), uploaded_at=datetime(2026, 6, 1, 12, tzinfo=UTC))

    assert document_dates([a_text(document, text)], today=TODAY) == {"d1": day}
