"""What code says of the conditions that a model read: doubts, and a psychiatrist's diagnosis. It clears none."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analyses.document_analysis_form7801.answer import Evidence
from chalicelib.analyses.document_analysis_form7801.conditions import Conditions, checked_conditions
from tests.unit.analyses.document_analysis_form7801.forms import a_form, evidence, sources

TYPES = "disability_info.disability_types"
REPORT = """לא ידועה סוכרת.
סוכרת סוג 2 מאוזנת.
פסיכיאטר: ד"ר לב. אבחנה: דיכאון מז'ורי.
דיכאון קל.
ללא ממצאים המעידים על פיברומיאלגיה.
אין תפקוד כליות, מטופלת בדיאליזה
אין עדות לממצא המעיד על
סרטן שד.
אלרגיות: אין
אסתמה קשה
סוכרת ללא איזון"""
CALL = "User: יש לי דיכאון, אבל לא הייתי אצל פסיכיאטר"


def settled(*entries: Evidence, **types: bool) -> Conditions:
    leaves: dict[str, Any] = {f"disability_info__disability_types__{name}": value for name, value in types.items()}
    return checked_conditions(a_form(**leaves), entries, sources=sources(REPORT, call=CALL))


def types_of(done: Conditions) -> list[str]:
    return [name for name, value in done.form["disability_info"]["disability_types"].items() if value]


def test_a_condition_that_its_own_words_seem_to_deny_stays_and_is_reported() -> None:
    done = settled(evidence(f"{TYPES}.diabetes", "לא ידועה סוכרת"), diabetes=True)

    assert types_of(done) == ["diabetes"]
    assert [(issue.field, issue.code) for issue in done.issues] == [(f"{TYPES}.diabetes", "condition_unclear")]
    assert [quote.quote for quote in done.issues[0].quotes] == ["לא ידועה סוכרת"]


def test_a_condition_that_is_only_suspected_is_an_issue() -> None:
    done = checked_conditions(a_form(), (), sources=sources(REPORT), suspected={"diabetes": {"suspected"}})

    assert types_of(done) == []
    assert [(issue.field, issue.code) for issue in done.issues] == [(f"{TYPES}.diabetes", "condition_suspected")]


def test_one_quote_that_says_so_keeps_it_true() -> None:
    entries = (evidence(f"{TYPES}.diabetes", "לא ידועה סוכרת"), evidence(f"{TYPES}.diabetes", "סוכרת סוג 2"))

    done = settled(*entries, diabetes=True)

    assert types_of(done) == ["diabetes"]
    assert done.issues == ()


def test_a_denial_that_the_quote_leaves_out_is_reported() -> None:
    done = settled(evidence(f"{TYPES}.fibromyalgia", "פיברומיאלגיה"), fibromyalgia=True)

    assert types_of(done) == ["fibromyalgia"]
    assert [(issue.field, issue.code) for issue in done.issues] == [(f"{TYPES}.fibromyalgia", "condition_unclear")]


@pytest.mark.parametrize(
    ("name", "quote"), [("diabetes", "סוכרת ללא"), ("kidney_disease", "אין תפקוד כליות, מטופלת בדיאליזה")]
)
def test_a_denial_of_something_else_raises_no_doubt(name: str, quote: str) -> None:
    done = settled(evidence(f"{TYPES}.{name}", quote), **{name: True})

    assert types_of(done) == [name]
    assert done.issues == ()


def test_a_denial_that_ends_the_line_above_is_of_something_else() -> None:
    done = settled(evidence(f"{TYPES}.respiratory_disease", "אסתמה קשה"), respiratory_disease=True)

    assert types_of(done) == ["respiratory_disease"]
    assert done.issues == ()


def test_words_that_do_not_stand_deny_nothing() -> None:
    done = settled(evidence(f"{TYPES}.cancer", "ללא סרטן"), cancer=True)

    assert types_of(done) == ["cancer"]


def test_a_depression_diagnosed_by_a_psychiatrist_is_a_mental_disorder_too() -> None:
    quote = 'פסיכיאטר: ד"ר לב. אבחנה: דיכאון'

    done = settled(evidence(f"{TYPES}.depression", quote), depression=True)

    assert types_of(done) == ["depression", "mental_disorder"]
    assert [entry.field for entry in done.evidence] == [f"{TYPES}.depression", f"{TYPES}.mental_disorder"]


def test_a_depression_without_a_psychiatrist_is_not() -> None:
    family_doctor = settled(evidence(f"{TYPES}.depression", "דיכאון קל"), depression=True)
    never_seen = settled(
        evidence(f"{TYPES}.depression", "יש לי דיכאון, אבל לא הייתי אצל פסיכיאטר", document_id="call"), depression=True
    )

    assert types_of(family_doctor) == ["depression"]
    assert types_of(never_seen) == ["depression"]


REFERRED = [
    "דיכאון קל. הומלץ על הפניה לפסיכיאטר",
    "דיכאון, הופנתה לפסיכיאטר",
    "דיכאון, ממתינה לתור אצל פסיכיאטרית",
    "Depression, referred to psychiatry",
    "Depression. Advised to see a psychiatrist",
]


@pytest.mark.parametrize("line", REFERRED)
def test_being_sent_to_a_psychiatrist_is_no_diagnosis(line: str) -> None:
    form = a_form(disability_info__disability_types__depression=True)

    done = checked_conditions(form, [evidence(f"{TYPES}.depression", line)], sources=sources(line))

    assert types_of(done) == ["depression"]


def test_a_psychiatrist_who_recommends_has_diagnosed() -> None:
    line = "פסיכיאטרית: דיכאון, הומלץ על טיפול"
    form = a_form(disability_info__disability_types__depression=True)

    done = checked_conditions(form, [evidence(f"{TYPES}.depression", line)], sources=sources(line))

    assert types_of(done) == ["depression", "mental_disorder"]
