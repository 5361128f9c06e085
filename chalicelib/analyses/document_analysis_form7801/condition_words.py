"""Do these words speak of that condition at all? A quote that holds none of its words cannot prove it.

Wide on purpose, unlike the names of `negation`: findings, treatments and codes that go with a condition. Words that
speak of it may still deny it; that is for `negation` to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.analyses.kit.normalise import comparable

# Parts of words, wherever they stand.
_MOOD = "דיכאו דכאו depress dysthym דיסתימ"
_FEAR = "חרד פאניק anxi panic"
_PARTS: Mapping[str, str] = {
    "chronic_pain": "כאב כואב pain neuralg fibromyalg פיברומיאלג",
    "limited_mobility": "צליע צולע הליכ ללכת הולכ קביים גלגלים ניידות תנוע מוגבל לעמוד מדרגות"
    " walk limp crutch wheelchair mobility movement stairs",
    "fibromyalgia": "פיברומיאלג fibromyalg",
    "anxiety": _FEAR,
    "depression": _MOOD,
    "back_problems": "דיסק שדרה מותני סכיאטי סקוליו ספונדיל תעלה back spine spinal lumb sciatic scolio spondyl verteb",
    "joint_problems": "מפרק פרקים ארתר ברכי ירכ ירך כתפ כתף מיניסקוס סחוס"
    " arthr joint knee shoulder menisc cartilage rotator",
    "neurological_disorder": "נוירו רדיקול אפילפס טרשת פרקינסון שבץ מוחי מיגר עצבי שורש פרכוס"
    " neuro radicul epilep sclerosis parkinson stroke migrain nerve seizure palsy",
    "mental_disorder": f"נפש פסיכ סכיזו קוטבי אישיות טראומ psych schizo bipolar mental personality {_MOOD} {_FEAR}",
    "hearing_impairment": "שמיע שומע חירש טינטון אוזנ אוזן hearing deaf tinnit audio",
    "vision_impairment": "ראיה ראייה רואה עיני עין עיוור גלאוקומ רטינ קטרקט"
    " vision visual eyes blind glaucom retin cataract",
    "heart_disease": "לבבי אוטם צנתור תעוק פרפור מסתמ מסתם קרדי cardi heart coronar infarct angina fibrillat valv",
    "respiratory_disease": "ריאה ריאות ריאתי נשימ נושמ אסתמ אסטמ חמצן asthma pulmon lung respir breath oxygen emphysem",
    "kidney_disease": "כליה כליות כלייתי דיאליז נפרו קריאטינין kidney renal dialys nephro creatinin",
    "diabetes": "סוכרת סכרת אינסולין diabet insulin",
    "cancer": "סרטן ממאיר קרצינומ לימפומ לוקמ מלנומ גרור אונקול כימותר גידול"
    " cancer malign carcinom lymphom leuk melanom tumor tumour metasta oncolog chemo sarcom",
}
# Whole words, in Hebrew with a letter or two glued in front.
_WHOLE: Mapping[str, str] = {
    "chronic_pain": "ache aches crps",
    "limited_mobility": "מקל cane stand gait",
    "anxiety": "gad f40 f41",
    "depression": "mdd f32 f33 f34",
    "back_problems": r"גב dis[ck]s? [clts]\d{1,2}",
    "joint_problems": "ברך hip hips",
    "neurological_disorder": "cva ms",
    "mental_disorder": r"ptsd f[2-6]\d",
    "hearing_impairment": "hear hears ear ears",
    "vision_impairment": "eye sight eyesight",
    "heart_disease": "לב stemi lvef",
    "respiratory_disease": "copd",
    "kidney_disease": "ckd esrd",
    "diabetes": r"niddm iddm (?:hb)?a1c",
}
_READABLE = re.compile(r"[א-תa-z]", re.IGNORECASE)


def speaks_of(condition: str, text: str) -> bool:
    """False when the text, in Hebrew or Latin letters, holds no word that goes with the condition.

    True for a condition without a list of words (`other`) and for text in other letters: that is not judged.
    """
    plain = comparable(text)
    pattern = _PATTERNS.get(condition)
    return pattern is None or not _READABLE.search(plain) or pattern.search(plain) is not None


def _pattern(condition: str) -> re.Pattern[str]:
    parts = "|".join(_PARTS[condition].split())
    whole = "|".join(_WHOLE.get(condition, "").split())
    either = rf"{parts}|(?<![^\W_])[הובלמכש]{{0,2}}(?:{whole})(?![^\W_])" if whole else parts
    return re.compile(either, re.IGNORECASE)


_PATTERNS = {condition: _pattern(condition) for condition in _PARTS}
