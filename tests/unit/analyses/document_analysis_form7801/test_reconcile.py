"""What code makes of the model's answers, as a whole."""

from __future__ import annotations

from typing import Any

from chalicelib.analyses.document_analysis_form7801.reconcile import Reconciled, reconcile
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, a_form, a_stay, sources

STAYS = "disability_info.hospitalizations"
LETTER = 'רמב"ם, התקבלה 10/02/2026, שוחררה 14/02/2026'
REPORT = 'רמב"ם, התקבלה 10/02/2026, שוחררה 20/02/2026'


def answer(document_id: str, discharge_date: str, quote: str) -> dict[str, Any]:
    stay = a_stay(hospital_name='רמב"ם', admission_date="2026-02-10", discharge_date=discharge_date)
    entry = {"field": f"{STAYS}[0].discharge_date", "document_id": document_id, "page": 1, "quote": quote}
    return {"form_7801": a_form(stays=[stay]), "evidence": [entry], "contradictions": []}


def differences(second_quote: str) -> list[tuple[str, int]]:
    answers = [answer("d1", "2026-02-14", LETTER), answer("d2", "2026-02-20", second_quote)]
    reconciled: Reconciled = reconcile(answers, sources=sources(LETTER, REPORT), shown=frozenset(), today=TODAY)
    return [(issue.field, len(issue.quotes)) for issue in reconciled.issues if issue.code == "sources_differ"]


def test_a_difference_between_batches_is_told_once_with_its_quotes() -> None:
    assert differences(REPORT) == [(f"{STAYS}[0].discharge_date", 2)]


def test_a_difference_whose_quote_does_not_stand_is_told_too() -> None:
    assert differences("stands nowhere") == [(f"{STAYS}[0].discharge_date", 0)]
