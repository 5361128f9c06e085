"""Denied, suspected and a relative's conditions are not the claimant's."""

from __future__ import annotations

import pytest

from chalicelib.analyses.form7801.negation import denies

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
]


@pytest.mark.parametrize(("condition", "text"), DENIED)
def test_these_words_do_not_say_that_the_claimant_has_it(condition: str, text: str) -> None:
    assert denies(condition, text)


@pytest.mark.parametrize(("condition", "text"), SAID)
def test_these_words_say_so_or_leave_it_open(condition: str, text: str) -> None:
    assert not denies(condition, text)
