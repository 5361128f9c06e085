"""Hints only: what words name, and whether a doubt is right beside a name."""

from __future__ import annotations

import pytest

from chalicelib.analyses.kit.condition_words import doubts, names_another

PLAIN = [
    ("hearing_impairment", "חרשות דו-צדדית"),
    ("cancer", "מיאלומה נפוצה"),
    ("cancer", "הודג'קין שלב III"),  # "a stage", not "of a heart"
    ("heart_disease", "CABG 2019, CHF NYHA III"),
    ("neurological_disorder", "מחלת אלצהיימר"),
    ("mental_disorder", "הפרעה טורדנית כפייתית (OCD)"),
    ("diabetes", "T2DM"),
    ("vision_impairment", "ניוון מקולרי"),
    ("joint_problems", "ארטריטיס ראומטואידית"),
    ("limited_mobility", "קטיעת רגל מתחת לברך"),
    ("back_problems", "היצרות ספינלית"),
    ("depression", "הפרעה במצב הרוח"),
    ("other", "תסמונת נדירה"),
    ("fibromyalgia", "כאב מפושט, פברומיאלגיה"),  # as many write it
    ("fibromyalgia", "דיכאון ופיברומאלגיה"),
]


@pytest.mark.parametrize(("condition", "text"), PLAIN)
def test_a_diagnosis_that_the_table_does_not_know_names_nothing_else(condition: str, text: str) -> None:
    assert not names_another(condition, text)


@pytest.mark.parametrize(
    ("condition", "text"),
    [("diabetes", "סרטן השד"), ("cancer", "סוכרת סוג 2"), ("kidney_disease", "פריצת דיסק L4-L5")],
)
def test_words_that_name_another_condition_alone_are_seen(condition: str, text: str) -> None:
    assert names_another(condition, text)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("diabetes", "ללא סוכרת"),
        ("diabetes", "המטופל מכחיש סוכרת"),
        ("diabetes", "ללא עדות לסוכרת"),
        ("diabetes", "סוכרת - נשללה בבירור"),
        ("diabetes", "טרום סוכרת"),
        ("cancer", "ביופסיה: חשד לסרטן"),
        ("fibromyalgia", "פיברומיאלגיה בסימן שאלה"),
        ("depression", "R/O depression"),
    ],
)
def test_a_denial_or_a_doubt_right_beside_the_name_is_a_hint(condition: str, text: str) -> None:
    assert doubts(condition, text)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("cancer", "מרקרים שליליים לסרטן"),
        ("heart_disease", "מעולם לא עבר צנתור או אוטם"),
        ("diabetes", "אינה סובלת מיתר לחץ דם או סוכרת"),
        ("depression", "אולי יש כאן דיכאון"),
        ("joint_problems", "צילום מפרקי הירך תקין"),
        ("cancer", "אחותו נפטרה מסרטן"),
        ("heart_disease", "היסטוריה משפחתית: סבתה, שני דודים, אוטם"),
        ("hearing_impairment", "אין תלונות לגבי השמיעה"),
        ("diabetes", "סוכרת?"),
        ("kidney_disease", "Her sister has kidney failure"),
        ("back_problems", "lumbar spine unremarkable"),
    ],
)
def test_words_of_the_same_clause_that_deny_or_speak_of_a_relative_are_hints(condition: str, text: str) -> None:
    assert doubts(condition, text)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("diabetes", "שולל כאבים בחזה על רקע סוכרת"),
        ("heart_disease", "אולי יוחמר, עם אי ספיקת לב"),
        ("cancer", "סרטן ריאה, לא נמצאו גרורות"),
        ("depression", "אמו דואגת לו. דיכאון קשה"),
        ("anxiety", "לא ישנה בלילות מרוב חרדה"),
        ("diabetes", "יש לך סוכרת?"),  # the claimant's answer decides
        ("diabetes", "סוכרת? כן"),
    ],
)
def test_a_hint_of_another_clause_or_matter_is_none(condition: str, text: str) -> None:
    assert not doubts(condition, text)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("diabetes", "דוד סובל מסוכרת מזה עשר שנים"),
        ("diabetes", "מרפאת מאיר כפר סבא: סוכרת סוג 2"),
        ("diabetes", "במעקב אחות סוכרת"),
        ("diabetes", "אם סוכרת לא מאוזנת יש לפנות למיון"),
        ("diabetes", "לא מטופל בסוכרת כנדרש, HbA1c 11"),
        ("depression", "אין שיפור בדיכאון"),
        ("depression", "לדברי אמו סובל מדיכאון"),
        ("cancer", "ללא גרורות. סרטן מעי גס"),
    ],
)
def test_words_farther_away_are_none(condition: str, text: str) -> None:
    assert not doubts(condition, text)
