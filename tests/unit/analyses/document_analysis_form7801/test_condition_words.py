"""A quote must at least speak of the condition it is to prove: by any of the words that go with it."""

from __future__ import annotations

import pytest

from chalicelib.analyses.document_analysis_form7801.condition_words import speaks_of
from chalicelib.analyses.document_analysis_form7801.schema import DisabilityTypes

# As reports and speakers name each condition.
SAID = {
    "chronic_pain": ["כאב גב תחתון כרוני", "2. Chronic low back pain", "הכול כואב לי"],
    "limited_mobility": ["הליכה בצליעה קלה", "walks with a cane", "אני לא מצליחה ללכת", "נעזרת בכיסא גלגלים"],
    "fibromyalgia": ["אובחנה פיברומיאלגיה", "Fibromyalgia"],
    "anxiety": ["הפרעת חרדה מוכללת (F41.1)", "panic attacks", "GAD"],
    "depression": ["הפרעה דיכאונית מג'ורית", "דכאון", "MAJOR DEPRESSIVE DISORDER", "F33.2"],
    "back_problems": ["פריצת דיסק L4-L5", "כאבי גב", "lumbar spinal stenosis", "בגב", "סכיאטיקה"],
    "joint_problems": ["דלקת מפרקים שגרונית", "Rheumatoid arthritis", "קרע במיניסקוס", "שחיקה בברכיים"],
    "neurological_disorder": ["רדיקולופתיה L5", "טרשת נפוצה", "polyneuropathy", "אירוע מוחי", "CVA 2024"],
    "mental_disorder": ["סכיזופרניה", "PTSD", "הפרעה דו קוטבית", "דיכאון, פסיכיאטר", "borderline personality"],
    "hearing_impairment": ["ירידה בשמיעה דו צדדית", "Bilateral sensorineural hearing loss", "אני לא שומעת"],
    "vision_impairment": ["ירידה בראייה", "glaucoma", "עיוורון בעין ימין", "retinopathy"],
    "heart_disease": ["אוטם בשריר הלב", "אי ספיקת לב", "STEMI", "מחלת לב איסכמית", "LVEF 30%"],
    "respiratory_disease": ["COPD GOLD III", "מחלת ריאות חסימתית", "אסתמה", "אני לא נושמת כמו שצריך"],
    "kidney_disease": ["אי ספיקת כליות סופנית", "דיאליזה 3 פעמים בשבוע", "ESRD", "CKD stage 4"],
    "diabetes": ["סוכרת סוג 2", "NIDDM", "HbA1c 8.4%", "מטופלת באינסולין"],
    "cancer": ["סרטן שד", "adenocarcinoma", "לימפומה", "כימותרפיה", "גידול ממאיר"],
}
ELSEWHERE = "תאריך הביקור: 28/05/2026, שכר ברוטו 9,400, בנק הפועלים סניף 600, Haifa"


def test_every_condition_of_the_form_but_the_open_one_has_its_words() -> None:
    assert set(SAID) == set(DisabilityTypes.model_fields) - {"other"}


@pytest.mark.parametrize(("condition", "text"), [(name, text) for name, texts in SAID.items() for text in texts])
def test_words_that_go_with_a_condition_speak_of_it(condition: str, text: str) -> None:
    assert speaks_of(condition, text)


@pytest.mark.parametrize("condition", SAID)
def test_words_about_something_else_do_not(condition: str) -> None:
    assert not speaks_of(condition, ELSEWHERE)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("אבחנה: סרטן המעי הגס, לאחר כריתה", {"cancer"}),
        ("Discharge summary, insight poor, heart regular", {"heart_disease"}),  # no disc, no sight, no hearing
        ("בברכה, טלפון נייד 050", set()),  # no knee, no mobility
        ("Date of visit", set()),
    ],
)
def test_words_that_only_look_alike_speak_of_nothing(text: str, spoken: set[str]) -> None:
    assert {name for name in SAID if speaks_of(name, text)} == spoken


@pytest.mark.parametrize(("condition", "text"), [("other", "כל דבר"), ("cancer", "рак груди"), ("cancer", "12.3.2024")])
def test_what_cannot_be_judged_is_let_be(condition: str, text: str) -> None:
    assert speaks_of(condition, text)
