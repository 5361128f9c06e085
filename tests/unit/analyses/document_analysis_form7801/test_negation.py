"""Denied, suspected and a relative's conditions are not the claimant's."""

from __future__ import annotations

import pytest

from chalicelib.analyses.document_analysis_form7801.negation import Told, denies, told

DENIED = [
    ("fibromyalgia", "ללא ממצאים המעידים על פיברומיאלגיה."),
    ("diabetes", "לא ידועה סוכרת, מחלת לב, כליה או ריאה."),
    ("heart_disease", "לא ידועה סוכרת, מחלת לב, כליה או ריאה."),
    ("kidney_disease", "לא ידועה סוכרת, מחלת לב, כליה או ריאה."),
    ("respiratory_disease", "לא ידועה סוכרת, מחלת לב, כליה או ריאה."),
    ("diabetes", "סוכרת: אין"),
    ("diabetes", "סוכרת - שלילי"),
    ("cancer", "ממאירות נשללה"),
    ("cancer", "חשד לגידול ממאיר"),
    ("depression", "אין עדות לדיכאון"),
    ("diabetes", "האם חולה בסוכרת, האב ביתר לחץ דם"),
    ("diabetes", "היסטוריה משפחתית של סוכרת"),
    ("cancer", "Family history of breast cancer"),
    ("diabetes", "Denies diabetes, asthma"),
    ("respiratory_disease", "Denies diabetes, asthma"),
    ("heart_disease", "no known cardiac disease"),
    ("neurological_disorder", "rule out radiculopathy"),
    ("fibromyalgia", "אמרו לי שאולי יש גם פיברומיאלגיה, צריך לבדוק."),
    ("fibromyalgia", "ייתכן שמדובר בפיברומיאלגיה"),
    ("fibromyalgia", "Perhaps fibromyalgia"),
    ("cancer", "לאמא היה סרטן שד ולאחותי סרטן שחלה."),
    ("mental_disorder", "לאבא שלי הייתה סכיזופרניה."),
    ("heart_disease", "בעלי נפטר מאוטם"),
    ("cancer", "My husband died of cancer."),
    ("diabetes", "אינה סובלת מסוכרת"),
    ("depression", "לא אובחן דיכאון"),
    ("diabetes", "אין לי סוכרת"),
    ("depression", "She has never been diagnosed with depression"),
    ("diabetes", "Mother of the patient has diabetes"),
    ("depression", "אמה סובלת מדיכאון"),
    ("depression", "אמא של המטופלת סובלת מדיכאון"),
    ("depression", "ללא סוכרת, דיכאון או חרדה"),  # the list ends with its "or"
    ("diabetes", "סוכרת: לא ידועה, יתר לחץ דם: כן"),
    ("cancer", "עובד כרגיל. ללא ממאירות\nבהמשך מעקב"),
]

SAID = [
    ("diabetes", "סוכרת סוג 2 מאוזנת"),
    ("diabetes", "חולה בסוכרת. ללא סיבוכים."),  # the denial is of something else
    ("diabetes", "ללא אלרגיות; סוכרת מ-2015"),  # another clause
    ("depression", "לא הייתה אלימה, אך סובלת מדיכאון"),  # after "but"
    ("fibromyalgia", "ללא ממצאים בעבר. כיום פיברומיאלגיה מאובחנת"),
    ("neurological_disorder", "EMG: רדיקולופתיה L5 שמאל, כרונית"),
    ("chronic_pain", "2. Chronic low back pain"),
    ("diabetes", "האם סובלת מסוכרת. גם המטופלת חולה בסוכרת"),  # one mention is hers
    ("diabetes", "אמא שלי עוזרת לי, יש לי סוכרת"),  # she helps, the illness is the speaker's
    ("back_problems", "ללא כאבי גב"),  # a condition without a list of names is not judged
    ("diabetes", "ללא מחלות רקע"),  # not named
    ("cancer", ""),
    # What stands after the name denies something else.
    ("diabetes", "סוכרת לא מאוזנת"),
    ("diabetes", "חולה בסוכרת, לא מאוזנת"),
    ("diabetes", "סוכרת ללא סיבוכים"),
    ("diabetes", "Type 2 diabetes, no retinopathy"),
    ("cancer", "Breast cancer, no metastases"),
    ("cancer", "סרטן שד, אין גרורות"),
    ("respiratory_disease", "אסתמה לא מאוזנת"),
    ("heart_disease", "אי ספיקת לב ללא שיפור"),
    ("heart_disease", "מצב לאחר אוטם שריר הלב ללא סיבוכים"),
    ("diabetes", "אסתמה: לא, סוכרת: כן"),
    # What stands before it is cut off from it.
    ("depression", "נשואה, אם לשלושה ילדים, סובלת מדיכאון"),
    ("depression", "Single mother of two, diagnosed with major depression"),
    ("depression", "המטופלת לא עובדת מאז 2024 עקב דיכאון"),
    ("depression", "He has not worked since 2023 because of depression"),
    ("depression", "מתגוררת עם אביה ואחותה, מאובחנת עם דיכאון"),
    ("anxiety", "אינה ישנה בלילות בשל הפרעת חרדה קשה"),
    ("diabetes", "נשואה, לא מעשנת, סוכרת סוג 2"),
    ("hearing_impairment", "לא שומע באוזן ימין, חירש לחלוטין"),
    ("depression", "אינו עובד וסובל מדיכאון"),
    ("depression", "The family doctor diagnosed depression"),
    ("diabetes", "AI: האם יש לך סוכרת?"),  # a question, not a mother
    ("diabetes", "אין אלרגיות\nסוכרת סוג 2"),  # another line
]

UNCLEAR = [
    ("depression", "Past history: no diabetes, no hypertension, depression"),  # only two of three have their "no"
    ("depression", "אין סוכרת, דיכאון"),
    ("diabetes", "ללא מחלות רקע למעט סוכרת"),
    ("depression", "אין ספק שמדובר בדיכאון"),
    ("kidney_disease", "אין תפקוד כליות, מטופלת בדיאליזה"),
    ("fibromyalgia", "לא חלה הטבה בפיברומיאלגיה"),
    ("diabetes", "ללא סיבוכי סוכרת"),
    ("diabetes", "ללא אלרגיות, סוכרת מ-2015"),
    ("diabetes", "Diabetes complications: none"),
    ("depression", "מתגוררת עם אמה, דיכאון קשה"),
    ("depression", "מתגוררת עם אמה הסובלת מדיכאון"),
    ("depression", "אביה נפטר בגיל 50, סבל מדיכאון"),
    ("anxiety", "לאחר שהתייאש משיפור אין מנוס מחרדה"),
]


@pytest.mark.parametrize(("condition", "text"), DENIED)
def test_these_words_do_not_say_that_the_claimant_has_it(condition: str, text: str) -> None:
    assert denies(condition, text)


@pytest.mark.parametrize(("condition", "text"), SAID)
def test_these_words_say_so_or_leave_it_open(condition: str, text: str) -> None:
    assert told(condition, text) in (Told.SAID, Told.UNNAMED)


@pytest.mark.parametrize(("condition", "text"), UNCLEAR)
def test_of_these_words_one_cannot_tell(condition: str, text: str) -> None:
    assert told(condition, text) is Told.UNCLEAR
