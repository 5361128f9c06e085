"""Which condition do words name, and do those right beside the name raise a doubt? Hints for reports, never verdicts.

A name that the table does not know names nothing, and a doubt is one only in the clause of the name: right beside it,
or a few words away where these words can hardly mean something else ("לא אובחנה", "ייתכן", "אמו חולה ב").
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.documents.normalise import comparable

# Parts of words, wherever they stand.
_MOOD = "דיכאו דכאו depress dysthym דיסתימ"
_FEAR = "חרד פאניק anxi panic"
_PARTS: Mapping[str, str] = {
    "chronic_pain": "כאב כואב pain neuralg fibromyalg פיברומיאלג פברומיאלג פיברומאלג",
    "limited_mobility": "צליע צולע הליכ ללכת הולכ קביים גלגלים ניידות תנוע מוגבל לעמוד מדרגות"
    " walk limp crutch wheelchair mobility movement stairs",
    "fibromyalgia": "פיברומיאלג פברומיאלג פיברומאלג fibromyalg",
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
_RELATIVE = (
    r"ו?(?:אי?מו|אי?מה|אביו|אחיו|אחיה|אחותו|אחותה|סבו|סבתו|סבתה|סבתא|דודתו|דודתה|בנו|בנה|בתו|בתה|בעלה|אשתו|הוריו|הוריה"
    r"|ילדיו|ילדיה|בן זוגה|בת זוגו|(?:אח|אחות|אב|אם|בן|בת|דוד|דודה|סב|סבתא) (?:של|מצד) \w+)(?: (?:של|מצד) \w+)?"
)
_BEFORE = (
    # right before the name
    r"(?:(?<!\w)(?:ללא|אין|לא|שוללת?|מכחישה?|ה?יעדר|העדר|נשללה?|נשללו|לא ידועה?(?: על)?|לא אובחנה?|חשד|לשלול|לשאלת"
    r"|טרום|פרה|סיפור משפחתי של|רקע משפחתי:?|no|denies|without|negative for|r/o|rule out|ruled out|suspected|possible"
    r"|probable|family history of)"
    r"(?: (?:עדות|סימני|סימנים|ממצאי|ממצאים|evidence of|signs of|history of)(?: ה?\w+ים על)?)?[ \-:]{1,2}|\?)"
    r"[ולבהשכ]{0,2}",
    r"(?<!\w)שלילי\w* ל|(?<!\w)ב?סיכון(?: מוגבר| גבוה)? (?:לפתח |להתפתחות )?ל?",
    # some words before it
    r"(?<!\w)(?:אין|ללא|בלי) (?:עדו\w+|סימ\w+|ממצא\w*|תלונו\w+|פגיע\w+|הגבל\w+|הפרע\w+|קושי|ירידה|עבר|היסטורי\w+"
    r"|תסמינ\w+) (?P<what>(?:[^\s:]+ ){0,2})\w{0,2}",
    r"(?<!\w)ו?(?:לא|אינו|אינה|איננו|איננה|מעולם לא|טרם) (?:היה |הייתה |היו )?(?:עבר|עברה|אובחנ?\w*|נמצא\w*|תועד\w*"
    r"|סובל\w*|חולה|הוכח\w*|נצפ\w*|הודגמ\w*|אושר\w*|הייתי קורא\w*|עונה|נקבע\w*) (?P<not>(?:[^\s:]+ ){0,4})\w{0,2}",
    r"(?<!\w)(?:שולל|שוללת|מכחיש|מכחישה|denies|denied) (?P<denied>(?:[^\s:]+ ){0,6})\w{0,2}",
    r"(?<!\w)(?:ה?אבחנה ה?מבדלת|יי?תכן|אולי|לא ברור אם|לבירור|לשלילת|may have|might have|query) ?:?"
    r"(?P<maybe>(?:[^\s:]+ ){0,5})\w{0,2}",
    r"(?<!\w)(?:not|never|no) (?:been |had |diagnosed with |evidence of |suffer\w* from |known )+"
    r"(?P<no>(?:[^\s:]+ ){0,3})",
    # a relative who has it
    rf"(?:^|[.;:,] ?){_RELATIVE}(?: -| (?:חול\w+|סובל\w*|מטופל\w*|נפטר\w*|לק(?:ה|תה|ו)|עובר\w*|אובחנ?\w*"
    r"|הי(?:ו|ה|יתה))) (?P<his>(?:[^\s:]+ ){0,4})\w{0,2}",
    r"(?<!\w)(?:mother|father|sister|brother|aunt|uncle|grand\w+|husband|wife|son|daughter|parents?)"
    r" (?:has|had|have|with|suffers?|died) (?P<hers>(?:[^\s:]+ ){0,4})",
)
_DOUBT_BEFORE = re.compile("(?:" + "|".join(_BEFORE) + ")$", re.IGNORECASE)
_IN_FAMILY = re.compile(
    r"(?:סיפור|רקע|אנמנזה|היסטוריה) ה?משפחתית?(?: של|:| -)|family (?:medical )?history(?: of|:| -)", re.IGNORECASE
)
_ANOTHER_MATTER = re.compile(
    r"(?<!\w)(?:עם|על רקע|בחולה|בשל|בגלל|למרות|לאחר|בנוכחות|with|despite|due)(?!\w)", re.IGNORECASE
)
"""A denial or doubt before these words is about what is before them."""
_DOUBT_AFTER = re.compile(
    r"^\w*(?:[ \-:,(]{1,3}(?:נשלל\w*|שלילית?|בסימן שאלה|לא אובחנ\w*|לא נמצא\w*|אין|באם|באב"
    r"|ruled out|negative|denied|excluded)(?!\w)"
    r"| ?[:\-]? (?:[^\s,.;]+ )?[בכ]?(?:תקינ?\w*|שליל\w+|שפיר\w*|גדר הנורמה|טווח הנורמה"
    r"|(?:is |are )?(?:normal|unremarkable|benign))(?!\w)"
    r"| (?:[^\s,.;]+ ){0,2}(?:הופר\w+|נשלל\w*|לא (?:אושר\w*|הוכח\w*)|חלפ?ה? לחלוטין|ללא (?:ממצא|עדו|סימנ)\w*"
    r"|was ruled out)(?!\w)"
    r"| ?: ?(?:לא|אין|no|none|ללא)(?=\s*$)|[ :]*(?:☐ ?כן[ ,/]*[☒☑✓] ?לא|כן ?☐[ ,/]*לא ?[☒☑✓]))",
    re.IGNORECASE,
)
_ASKED_AFTER = re.compile(r"^\w* ?\?(?! ?(?:כן|yes|אכן))", re.IGNORECASE)
_TO_SOMEBODY = re.compile(r"(?<!\w)(?:האם|יש ל[ךכ]ם?|אתה|את|do|did|have|are|you)(?!\w)", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[,.;\n](?!\d)|(?<!\w)(?:אלא|אבל|אך|but)(?!\w)")


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
    return bool(mentions) and all(_is_doubted(line, *match.span()) for match in mentions)


def _is_doubted(line: str, start: int, end: int) -> bool:
    """True when the clause of the mention, or right beside it, holds a hint."""
    clause = max((match.end() for match in _CLAUSE_END.finditer(line, 0, start)), default=0)
    stop = min((match.start() for match in _CLAUSE_END.finditer(line, end)), default=len(line))
    before = line[clause:start].lstrip()
    hint = _DOUBT_BEFORE.search(before)
    if hint and not any(_ANOTHER_MATTER.search(words) for words in hint.groups() if words):
        return True
    if _IN_FAMILY.search(line[line.rfind(".", 0, start) + 1 : start]):
        return True
    asked = _ASKED_AFTER.match(line[end:]) and not _TO_SOMEBODY.search(line[:start])
    return bool(asked or _DOUBT_AFTER.search(line[end:stop]))


def _pattern(condition: str) -> re.Pattern[str]:
    parts = "|".join(_PARTS[condition].split())
    whole = "|".join(_WHOLE.get(condition, "").split())
    either = rf"{parts}|(?<![^\W_])[הובלמכש]{{0,2}}(?:{whole})(?![^\W_])" if whole else parts
    return re.compile(either, re.IGNORECASE)


_PATTERNS = {condition: _pattern(condition) for condition in _PARTS}
