"""Do these words deny a condition, only suspect it, or speak of a relative? Then they do not say that it is there.

A condition's name is looked for in each clause of the words. When every mention of it stands under a cue of denial,
suspicion or family in its clause, the words do not support the condition. Words that do not name it are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.analyses.kit.normalise import comparable

_NAMES: Mapping[str, tuple[str, ...]] = {
    "chronic_pain": (r"כאב\w*\s+כרוני", r"chronic\s+(?:\w+\s+){0,2}pain"),
    "fibromyalgia": ("פיברומיאלגי", "fibromyalgi"),
    "anxiety": ("חרדה", "חרדתי", "anxiety", "panic"),
    "depression": ("דיכאון", "דכאון", "depressi"),
    "neurological_disorder": (
        *("נוירולוגי", "רדיקולופתי", "נוירופתי", "אפילפסי", "טרשת נפוצה"),
        *("neurolog", "radiculopath", "neuropath", "epilep", "sclerosis"),
    ),
    "mental_disorder": (
        *("הפרעה נפשית", "הפרעות נפשיות", "מחלת נפש", "סכיזופרני", "פסיכוז"),
        *("mental disorder", "mental illness", "schizophren", "psychos"),
    ),
    "hearing_impairment": (
        "ליקוי שמיעה",
        "לקות שמיעה",
        "ירידה בשמיעה",
        "חירש",
        "hearing loss",
        "hearing impair",
        "deaf",
    ),
    "vision_impairment": ("ליקוי ראי", "לקות ראי", "ירידה בראי", "עיוור", "vision loss", "visual impair", "blind"),
    "heart_disease": (
        *("מחלת לב", "מחלות לב", "אי ספיקת לב", "אוטם", "לב איסכמית"),
        *("heart disease", "heart failure", "cardiac", "infarct", "coronary"),
    ),
    "respiratory_disease": ("ריאה", "ריאות", "אסטמה", "asthma", "copd", "respiratory", "lung"),
    "kidney_disease": ("מחלת כלי", "כליה", "כליות", "kidney", "renal"),
    "diabetes": ("סוכרת", "סכרת", "diabet"),
    "cancer": (
        *("סרטן", "גידול ממאיר", "ממאירות", "קרצינומה", "לימפומה"),
        *("cancer", "malignan", "carcinoma", "lymphoma", "tumor", "tumour"),
    ),
}
_DENIAL = (
    *("ללא", "בלי", "אין", "אינו", "אינה", "לא", "שולל", "שוללת", "נשלל", "נשללה", "נשללו"),
    *("no", "not", "without", "deny", "denies", "denied", "negative for", "never", "nor"),
)
_SUSPICION = (
    *("חשד", "לחשד", "בחשד", "לשלול", "בירור", "לבירור", "לברר", "סיכון", "אולי", "ייתכן", "יתכן"),
    *("suspect", "suspects", "suspected", "suspicion of", "rule out", "r/o", "possible", "risk of"),
    *("maybe", "perhaps", "possibly"),
)
_RELATIVE = "אבא|אמא|אחותי|אחי|בעלי|אשתי|סבא|סבתא|הבן|הבת"
_FAMILY = (
    *("אם", "האם", "אמה", "אמו", "אב", "האב", "אביה", "אביו", "אחות", "אחותה", "אחותו", "אחיה", "אחיו"),
    *("סבתא", "סבתה", "סבתו", "סבא", "דוד", "דודה", "הוריה", "הוריו", "משפחתי", "משפחתית", "במשפחה"),
    *("mother", "father", "sister", "brother", "grandmother", "grandfather", "family", "maternal", "paternal"),
    # As claimants speak. "My mother helps me" says nothing of an illness of hers.
    rf"ל(?:{_RELATIVE})",
    rf"(?:{_RELATIVE})(?: שלי)? (?:נפטר|מת|חול|סבל|סובל|אובח)\w*",
    r"my (?:husband|wife|dad|mom|mum|son|daughter) (?:died|has|had|suffer|was diagnosed)\w*",
)
_AFTER = (
    *("שלילי", "שלילית", "אין", "לא", "נשלל", "נשללה", "ללא"),
    *("negative", "none", "no", "denied", "excluded", "ruled out"),
)
_CLAUSE_END = re.compile(r"[.;\n!?]|(?<!\w)(?:אך|אבל|אולם|but|however)(?!\w)")
_CUE_BEFORE = re.compile(rf"(?<!\w)[ושכ]?(?:{'|'.join((*_DENIAL, *_SUSPICION, *_FAMILY))})(?!\w)")
_CUE_AFTER = re.compile(rf"^\w*[\s:\-,(]{{0,4}}(?:{'|'.join(_AFTER)})(?!\w)")


def denies(condition: str, text: str) -> bool:
    """True when the words name the condition (a member of `disability_types`) and nowhere say that it is there."""
    if condition not in _NAMES:
        return False
    name = "|".join(_NAMES[condition])
    clauses = _CLAUSE_END.split(comparable(text).casefold())
    mentions = [(clause, match) for clause in clauses for match in re.finditer(name, clause)]
    return bool(mentions) and all(
        _CUE_BEFORE.search(clause[: match.start()]) or _CUE_AFTER.match(clause[match.end() :])
        for clause, match in mentions
    )
