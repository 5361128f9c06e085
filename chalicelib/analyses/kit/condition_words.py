"""Which condition do words name, and do those right beside the name raise a doubt? Hints for reports, never verdicts.

A name that the table does not know names nothing, and a doubt is one only right before or right after the name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.documents.normalise import comparable

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
    "heart_disease": r"(?<!ש)לב stemi lvef",
    "respiratory_disease": "copd",
    "kidney_disease": "ckd esrd",
    "diabetes": r"niddm iddm (?:hb)?a1c",
}
_KIN = (
    frozenset({"anxiety", "depression", "mental_disorder"}),
    frozenset(
        {
            *("chronic_pain", "fibromyalgia", "back_problems", "joint_problems", "limited_mobility"),
            "neurological_disorder",
        }
    ),
    frozenset({"heart_disease", "respiratory_disease"}),
)
"""Conditions whose words often go together: naming one is no sign that another was meant."""
_DOUBT_BEFORE = re.compile(
    r"(?:(?<!\w)(?:ללא|אין|שוללת?|מכחישה?|ה?יעדר|העדר|נשללה?|נשללו|לא ידועה?(?: על)?|לא אובחנה?|חשד|לשלול|לשאלת|טרום"
    r"|פרה|סיפור משפחתי של|רקע משפחתי:?|no|denies|without|negative for|r/o|rule out|ruled out|suspected"
    r"|family history of)"
    r"(?: (?:עדות|סימני|סימנים|ממצאי|ממצאים|evidence of|signs of|history of)(?: ה?\w+ים על)?)?[ \-:]{1,2}|\?)"
    r"[ולבהש]{0,2}$",
    re.IGNORECASE,
)
_DOUBT_AFTER = re.compile(
    r"^\w*[ \-:,(]{1,3}(?:נשלל\w*|שלילית?|בסימן שאלה|לא אובחנ\w*|לא נמצא\w*|אין|באם|באב"
    r"|ruled out|negative|denied|excluded)(?!\w)",
    re.IGNORECASE,
)


def names_another(condition: str, text: str) -> bool:
    """True when the text names a condition, but neither this one nor one that often goes with it."""
    named = conditions_named(text)
    kin = {condition}.union(*(group for group in _KIN if condition in group))
    return condition in _PATTERNS and bool(named) and not named & kin


def conditions_named(text: str) -> frozenset[str]:
    """The conditions that a text names, whether it affirms them or not."""
    plain = comparable(text)
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(plain))


def doubts(condition: str, text: str, *, before: str = "", after: str = "") -> bool:
    """True when every mention of the condition in comparable text has a denial, a doubt or a relative right beside it.

    `before` and `after` are what is around the text on its line.
    """
    pattern = _PATTERNS.get(condition)
    line = f"{before}{text}{after}"
    mentions = [
        match
        for match in (pattern.finditer(line) if pattern else ())
        if len(before) <= match.start() < len(before) + len(text)
    ]
    return bool(mentions) and all(
        _DOUBT_BEFORE.search(line[: match.start()]) or _DOUBT_AFTER.search(line[match.end() :]) for match in mentions
    )


def _pattern(condition: str) -> re.Pattern[str]:
    parts = "|".join(_PARTS[condition].split())
    whole = "|".join(_WHOLE.get(condition, "").split())
    either = rf"{parts}|(?<![^\W_])[הובלמכש]{{0,2}}(?:{whole})(?![^\W_])" if whole else parts
    return re.compile(either, re.IGNORECASE)


_PATTERNS = {condition: _pattern(condition) for condition in _PARTS}
