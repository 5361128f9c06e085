"""Two rules about conditions that code holds over the model."""

from __future__ import annotations

from typing import Any

from chalicelib.analyses.form7801.answer import Evidence
from chalicelib.analyses.form7801.conditions import Conditions, settled_conditions
from tests.unit.analyses.form7801.forms import a_form, evidence, sources

TYPES = "disability_info.disability_types"
REPORT = """לא ידועה סוכרת.
סוכרת סוג 2 מאוזנת.
פסיכיאטר: ד"ר לב. אבחנה: דיכאון מז'ורי.
דיכאון קל."""
CALL = "User: יש לי דיכאון, אבל לא הייתי אצל פסיכיאטר"


def settled(*entries: Evidence, **types: bool) -> Conditions:
    leaves: dict[str, Any] = {f"disability_info__disability_types__{name}": value for name, value in types.items()}
    return settled_conditions(a_form(**leaves), entries, sources=sources(REPORT, call=CALL))


def types_of(done: Conditions) -> list[str]:
    return [name for name, value in done.form["disability_info"]["disability_types"].items() if value]


def test_a_condition_that_its_own_words_deny_is_false() -> None:
    done = settled(evidence(f"{TYPES}.diabetes", "לא ידועה סוכרת"), diabetes=True)

    assert types_of(done) == []
    assert [(issue.field, issue.code) for issue in done.issues] == [(f"{TYPES}.diabetes", "condition_denied")]
    assert [quote.quote for quote in done.issues[0].quotes] == ["לא ידועה סוכרת"]


def test_one_quote_that_says_so_keeps_it_true() -> None:
    entries = (evidence(f"{TYPES}.diabetes", "לא ידועה סוכרת"), evidence(f"{TYPES}.diabetes", "סוכרת סוג 2"))

    done = settled(*entries, diabetes=True)

    assert types_of(done) == ["diabetes"]
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
