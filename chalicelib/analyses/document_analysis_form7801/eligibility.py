"""Is the claim within the law's dates and numbers? What code counts from dated facts; a model only argues with them.

Each rule is met, not met or unknown, with the facts that it rests on and where the rule comes from
(`kit/btl_facts.json`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

import msgspec

from chalicelib.analyses.document_analysis_form7801.checks import ADULT_YEARS, age_on, day_of
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.months_of_pay import month_of_pay
from chalicelib.analyses.document_analysis_form7801.work_injury import sign_of_work_injury
from chalicelib.analyses.kit.facts import btl_facts
from chalicelib.analyses.kit.issues import Issue
from chalicelib.cases.model import DocumentText

Status = Literal["met", "not_met", "unknown"]

RETIREMENT_YEARS: Mapping[str, int] = {"זכר": 67, "נקבה": 65}
"""Women born before 1970 retire between 62 and 65; the later age only keeps code from saying "not met" too early."""
WAITING_DAYS = 90
SHORT_WAITING_DAYS = 30
RETROACTIVE_MONTHS = 12
PAYSLIPS = 15
_MONTHS_A_YEAR = 12
_PAYSLIP = re.compile(r"תלוש|payslip|pay slip|salary slip", re.IGNORECASE)
_EMPLOYERS_LETTER = re.compile(r"אישור העסקה|מכתב מעסיק|employment letter|letter of employment", re.IGNORECASE)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: its stable name, whether it is met, the facts by name, and its source."""

    rule: str
    status: Status
    facts: Mapping[str, Any]
    source: str


def eligibility(
    form: Form, *, texts: Sequence[DocumentText], transcript: str, today: date
) -> tuple[list[dict[str, Any]], list[Issue]]:
    """Every rule, in a fixed order, and an issue for an age past retirement."""
    age, issues = _age(form, today)
    onset = day_of(form["disability_info"]["disability_start_date"])
    rules = [
        age,
        _waiting(onset, today),
        _retroactive(onset, today),
        _payslips(form, texts, today),
        _work_injury((page.text for text in texts for page in text.pages), transcript),
    ]
    return [msgspec.to_builtins(rule) for rule in rules], issues


def _rule(name: str, status: Status, **facts: Any) -> Rule:
    source = f"{btl_facts().source} ({btl_facts().as_of})"
    return Rule(rule=name, status=status, facts={k: v for k, v in facts.items() if v is not None}, source=source)


def _age(form: Form, today: date) -> tuple[Rule, list[Issue]]:
    personal = form["personal_info"]
    birth = day_of(personal["date_of_birth"])
    if birth is None or birth > today:
        return _rule("age_18_to_retirement", "unknown"), []
    age = age_on(birth, today)
    limit = RETIREMENT_YEARS.get(personal["gender"], max(RETIREMENT_YEARS.values()))
    status: Status = "met" if ADULT_YEARS <= age < limit else "not_met"
    rule = _rule("age_18_to_retirement", status, date_of_birth=birth.isoformat(), age=age, retirement_age=limit)
    if age < limit:
        return rule, []
    message = (
        f"Born on {birth.isoformat()}, the claimant is {age}: past retirement age ({limit}) on the day of the claim."
    )
    params = {"age": age, "limit": limit}
    return rule, [
        Issue(field="personal_info.date_of_birth", code="claimant_past_retirement", message=message, params=params)
    ]


def _waiting(onset: date | None, today: date) -> Rule:
    """Day 91 after the onset (31 at an incapacity of 100 % for half a year)."""
    if onset is None or onset > today:
        return _rule("waiting_period", "unknown")
    first = onset + timedelta(days=WAITING_DAYS)
    status: Status = "met" if today >= first else "not_met"
    short = onset + timedelta(days=SHORT_WAITING_DAYS)
    return _rule("waiting_period", status, onset=onset.isoformat(), day_91=first.isoformat(), day_31=short.isoformat())


def _retroactive(onset: date | None, today: date) -> Rule:
    """Months that are already lost, because a claim reaches back twelve months only."""
    if onset is None or onset > today:
        return _rule("retroactive_months", "unknown")
    first = onset + timedelta(days=WAITING_DAYS)
    months = max(0, (today.year - first.year) * _MONTHS_A_YEAR + today.month - first.month)
    lost = max(0, months - RETROACTIVE_MONTHS)
    return _rule(
        "retroactive_months",
        "not_met" if lost else "met",
        onset=onset.isoformat(),
        months_payable=min(months, RETROACTIVE_MONTHS),
        months_left=max(0, RETROACTIVE_MONTHS - months),
        months_lost=lost,
    )


def _payslips(form: Form, texts: Sequence[DocumentText], today: date) -> Rule:
    """Payslips of fifteen months, or an employer's letter; only for somebody who was employed."""
    kinds = {record["employment_type"] for record in form["employment_history"]["employment_records"]}
    if not kinds or kinds == {"self_employed"}:
        return _rule("payslips", "unknown" if not kinds else "met", required=0)
    slips = [text for text in texts if _is(text, _PAYSLIP)]
    months = {month_of_pay(page.text, today=today) for text in slips for page in text.pages} - {None}
    letters = sum(_is(text, _EMPLOYERS_LETTER) for text in texts)
    status: Status = "met" if len(months) >= PAYSLIPS or letters else "not_met"
    return _rule("payslips", status, months_present=len(months), required=PAYSLIPS, employers_letters=letters)


def _is(text: DocumentText, words: re.Pattern[str]) -> bool:
    document = text.document
    first = text.pages[0].text[:400] if text.pages else ""
    return any(words.search(where) for where in (document.file_name, document.document_type or "", first))


def _work_injury(texts: Iterable[str], transcript: str) -> Rule:
    """Signs of an injury at work: then another branch of the Institute pays first."""
    words = sign_of_work_injury(texts, transcript)
    return _rule("no_work_injury", "not_met" if words else "unknown", words=words)
