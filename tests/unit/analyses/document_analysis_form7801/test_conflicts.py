"""A document outranks speech; every difference that really stands in the sources is an issue with both quotes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.analyses.document_analysis_form7801.answer import Contradiction, Evidence
from chalicelib.analyses.document_analysis_form7801.conflicts import Resolved, resolved
from chalicelib.analyses.document_analysis_form7801.document_dates import call_date
from chalicelib.analyses.document_analysis_form7801.fields import value_at
from tests.unit.analyses.document_analysis_form7801.forms import (
    TODAY,
    a_form,
    a_stay,
    an_answer,
    contradiction,
    evidence,
    sources,
)

BRANCH = "bank_details.branch_number"
SALARY = "employment_history.employment_records[0].monthly_salary_gross"
BOTH = sources("סניף 600 חשבון 123456\nסוכרת: אין\nגרושה", "סניף 700", call="User: סניף 999\nUser: יש לי סוכרת")
WRITTEN = evidence(BRANCH, "סניף 600")
SAID = evidence(BRANCH, "סניף 999", document_id="call")


def resolve(entry: Contradiction, *standing: Evidence, **leaves: Any) -> Resolved:
    return resolved(an_answer(a_form(**leaves), *standing, contradictions=(entry,)), sources=BOTH, today=TODAY)


def test_a_document_outranks_what_was_said() -> None:
    done = resolve(contradiction(BRANCH, "600", "סניף 600"), SAID, bank_details__branch_number="999")

    assert value_at(done.form, BRANCH) == "600"
    assert done.evidence == (WRITTEN,)
    [issue] = done.issues
    assert (issue.field, issue.code) == (BRANCH, "sources_differ")
    assert issue.message == "Sources differ: 999 and 600. The form holds 600."
    assert [(quote.document_id, quote.quote) for quote in issue.quotes] == [("call", "סניף 999"), ("d1", "סניף 600")]


def test_what_was_said_does_not_outrank_a_document() -> None:
    entry = contradiction(BRANCH, "999", "סניף 999", document_id="call")

    done = resolve(entry, WRITTEN, bank_details__branch_number="600")

    assert value_at(done.form, BRANCH) == "600"
    assert [issue.code for issue in done.issues] == ["sources_differ"]


def test_documents_that_differ_leave_the_form_as_it_is() -> None:
    entry = contradiction(BRANCH, "700", "סניף 700", document_id="d2")

    done = resolve(entry, WRITTEN, bank_details__branch_number="600")

    assert value_at(done.form, BRANCH) == "600"
    assert done.issues[0].message == "Sources differ: 600 and 700. The form holds 600."


def test_a_contradiction_whose_words_do_not_stand_is_ignored() -> None:
    done = resolve(contradiction(BRANCH, "500", "סניף 500"), SAID, bank_details__branch_number="999")

    assert value_at(done.form, BRANCH) == "999"
    assert done.issues == ()


def test_a_contradiction_whose_words_say_something_else_is_ignored() -> None:
    done = resolve(contradiction(BRANCH, "500", "סניף 600"), SAID, bank_details__branch_number="999")

    assert value_at(done.form, BRANCH) == "999"
    assert done.issues == ()


def test_the_same_value_in_other_writing_is_no_difference() -> None:
    done = resolve(
        contradiction("personal_info.full_name", "תמר  דוגמא", "סניף 600"), personal_info__full_name="תמר דוגמא"
    )

    assert done.issues == ()


def test_a_speakers_correction_is_no_difference() -> None:
    entry = contradiction(BRANCH, "600", "יש לי סוכרת", document_id="call")

    done = resolve(entry, SAID, bank_details__branch_number="999")

    assert value_at(done.form, BRANCH) == "999"
    assert done.issues == ()


def test_a_document_that_says_no_outranks_a_spoken_yes() -> None:
    field = "disability_info.disability_types.diabetes"
    said = evidence(field, "יש לי סוכרת", document_id="call")

    done = resolve(contradiction(field, "false", "סוכרת: אין"), said, disability_info__disability_types__diabetes=True)

    assert value_at(done.form, field) is False
    assert [issue.code for issue in done.issues] == ["sources_differ"]


def test_a_choice_is_replaced_only_by_a_choice() -> None:
    field = "personal_info.marital_status"

    good = resolve(contradiction(field, "divorced", "גרושה"), personal_info__marital_status="married")
    bad = resolve(contradiction(field, "גרושה", "גרושה"), personal_info__marital_status="married")

    assert value_at(good.form, field) == "divorced"
    assert value_at(bad.form, field) == "married"
    assert bad.issues == ()


def test_half_a_child_is_no_other_value() -> None:
    entry = contradiction("personal_info.number_of_children", "2.5", "גרושה")

    assert resolve(entry, personal_info__number_of_children=2).issues == ()


def test_what_code_computes_is_left_to_it() -> None:
    entry = contradiction("disability_info.hospitalizations[0].length_of_stay_days", "600", "סניף 600")

    assert resolve(entry, stays=[a_stay(length_of_stay_days=4)]).issues == ()


def test_a_contradiction_of_an_empty_field_says_nothing() -> None:
    assert resolve(contradiction(BRANCH, "600", "סניף 600")).issues == ()
    assert resolve(contradiction("employment_history", "x", "סניף 600")).issues == ()


@pytest.mark.parametrize(
    ("dates", "kept"),
    [
        ({"d1": date(2019, 5, 1), "d2": date(2026, 5, 1)}, "לוד"),  # a letter of 2019 gives way to one of 2026
        ({"d1": date(2026, 5, 1), "d2": date(2019, 5, 1)}, "חיפה"),
        ({}, "חיפה"),
    ],
)
def test_of_two_documents_the_newer_one_counts_for_an_address(dates: dict[str, date], kept: str) -> None:
    path = "personal_info.city"
    pages = sources("כתובת: הנביאים 5, חיפה", "כתובת: הרצל 3, לוד")
    entry = contradiction(path, "לוד", "כתובת: הרצל 3, לוד", document_id="d2")
    answer = an_answer(
        a_form(personal_info__city="חיפה"), evidence(path, "כתובת: הנביאים 5, חיפה"), contradictions=(entry,)
    )

    done = resolved(answer, sources=pages, today=TODAY, dates=dates)

    assert done.form["personal_info"]["city"] == kept
    assert [issue.code for issue in done.issues] == ["sources_differ"]


PHONE = "personal_info.phone"
SPOKEN_PHONE = sources("טלפון 050-1111111\nחשבון 123456", call="User: המספר שלי 052-2222222\nUser: חשבון 654321")


@pytest.mark.parametrize(
    ("document_day", "call_day", "kept"),
    [
        (date(2024, 5, 1), date(2026, 6, 9), "0522222222"),  # over a year older than the call
        (date(2026, 3, 1), date(2026, 6, 9), "0501111111"),
        (date(2024, 5, 1), None, "0501111111"),  # nobody knows when the call was
    ],
)
@pytest.mark.parametrize("first", ["call", "d1"])
def test_the_claimants_word_counts_more_than_an_outdated_document(
    first: str, document_day: date, call_day: date | None, kept: str
) -> None:
    quotes = {"d1": ("0501111111", "טלפון 050-1111111"), "call": ("0522222222", "המספר שלי 052-2222222")}
    other = "d1" if first == "call" else "call"
    answer = an_answer(
        a_form(personal_info__phone=quotes[first][0]),
        evidence(PHONE, quotes[first][1], document_id=first),
        contradictions=(contradiction(PHONE, *quotes[other], document_id=other),),
    )
    dates = {"d1": document_day} | ({"call": call_day} if call_day else {})

    done = resolved(answer, sources=SPOKEN_PHONE, today=TODAY, dates=dates)

    assert value_at(done.form, PHONE) == kept
    assert [issue.code for issue in done.issues] == ["sources_differ"]


def test_an_account_number_is_better_written_than_said() -> None:
    account = "bank_details.account_number"
    said = contradiction(account, "654321", "חשבון 654321", document_id="call")
    answer = an_answer(
        a_form(bank_details__account_number="123456"), evidence(account, "חשבון 123456"), contradictions=(said,)
    )
    dates = {"d1": date(2020, 1, 1), "call": date(2026, 6, 9)}

    done = resolved(answer, sources=SPOKEN_PHONE, today=TODAY, dates=dates)

    assert value_at(done.form, account) == "123456"


@pytest.mark.parametrize(
    ("call", "day"),
    [
        ({"createdAt": "2026-06-09T22:30:00.000Z"}, {"call": date(2026, 6, 10)}),  # after midnight in Israel
        ({"startedAt": 5, "endedAt": "2026-06-09T10:00:00"}, {"call": date(2026, 6, 9)}),
        ({"createdAt": "yesterday"}, {}),
        (None, {}),
    ],
)
def test_a_call_has_the_day_that_it_says(call: dict[str, Any] | None, day: dict[str, date]) -> None:
    assert call_date(call) == day
