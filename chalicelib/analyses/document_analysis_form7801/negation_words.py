"""Which words name a condition, deny one, doubt one or speak of a relative, and which carry that on to a later word?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "chronic_pain": (r"כאב\w*\s+כרוני", r"chronic\s+(?:\w+\s+){0,2}pain"),
    "fibromyalgia": ("פיברומיאלגי", "fibromyalgi"),
    "anxiety": ("חרדה", "חרדתי", "הפרעת חרדה", "anxiety", "panic"),
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
        *("ליקוי שמיעה", "לקות שמיעה", "ירידה בשמיעה", "חירש"),
        *("hearing loss", "hearing impair", "deaf"),
    ),
    "vision_impairment": (
        *("ליקוי ראי", "לקות ראי", "ירידה בראי", "עיוור"),
        *("vision loss", "visual impair", "blind"),
    ),
    "heart_disease": (
        *("מחלת לב", "מחלות לב", "אי ספיקת לב", "אוטם", "לב איסכמית"),
        *("heart disease", "heart failure", "cardiac", "infarct", "coronary"),
    ),
    "respiratory_disease": ("ריאה", "ריאות", "אסטמה", "אסתמה", "asthma", "copd", "respiratory", "lung"),
    "kidney_disease": ("מחלת כלי", "כליה", "כליות", "kidney", "renal"),
    "diabetes": ("סוכרת", "סכרת", "diabet"),
    "cancer": (
        *("סרטן", "גידול ממאיר", "ממאירות", "קרצינומה", "לימפומה"),
        *("cancer", "malignan", "carcinoma", "lymphoma", "tumor", "tumour"),
    ),
}
"""The names of the conditions, as parts of words; of those without any nothing is judged."""

_DENIAL_OF_VERBS = "לא|אינו|אינה|not|never"
_DENIAL = (
    *("ללא", "בלי", "אין", "שולל", "שוללת", "נשלל", "נשללה", "נשללו"),
    *("no", "without", "deny", "denies", "denied", "negative for", "nor"),
)
_SUSPICION = (
    *("חשד", "לחשד", "בחשד", "לשלול", "בירור", "לבירור", "לברר", "סיכון", "אולי", "ייתכן", "יתכן"),
    *("suspect", "suspects", "suspected", "suspicion of", "rule out", "r/o", "possible", "risk of"),
    *("maybe", "perhaps", "possibly"),
)
_HER_CHILDREN = (
    r"(?! ל-?(?:\d|אחד|אחת|שני|שתי|שלוש|ארבע|חמ[שי]|ש[שי]|שבע|שמונ|תשע|עשר|ילד|בן |בת |תאומ|תינוק|קטין)| חד[- ]הורי)"
)
_CHILDREN_OF_HERS = r"(?! (?:of|to) (?:a |an |one|two|three|four|five|six|seven|eight|nine|\d|twin|child|small|young))"
_QUESTION = r"(?! (?:יש|את|אתה|היית|אובחנת|ידוע|ה?יי?תה? ל[ךכ]))"
_RELATIVE = "אבא|אמא|אחותי|אחי|בעלי|אשתי|סבא|סבתא|הבן|הבת"
_FAMILY = (
    *(rf"(?:אם|אב){_HER_CHILDREN}", rf"האם{_QUESTION}", "אמה", "אמו", "האב", "אביה", "אביו"),
    *("אחות", "אחותה", "אחותו", "אחיה", "אחיו", "סבתא", "סבתה", "סבתו", "סבא", "דוד", "דודה"),
    *("הוריה", "הוריו", "(?<!רופא )משפחתי", "משפחתית", "במשפחה"),
    rf"(?:mother|father){_CHILDREN_OF_HERS}",
    *("sister", "brother", "grandmother", "grandfather", "family(?! (?:doctor|physician|medicine|practitioner))"),
    *("maternal", "paternal"),
    # As claimants speak. "My mother helps me" says nothing of an illness of hers.
    rf"ל(?:{_RELATIVE})",
    rf"(?:{_RELATIVE})(?: שלי| של \w+)? (?:נפטר|מת|חול|סבל|סובל|אובח)\w*",
    r"my (?:husband|wife|dad|mom|mum|son|daughter) (?:died|has|had|suffer|was diagnosed)\w*",
)
CUES: Final = re.compile(rf"(?<!\w)[ושכ]?(?:{'|'.join((_DENIAL_OF_VERBS, *_DENIAL, *_SUSPICION, *_FAMILY))})(?!\w)")
"""What denies, doubts or turns to a relative whatever it governs."""
BARE_DENIAL: Final = re.compile(r"[ושכ]?(?:ללא|בלי|אין|no|without)")
"""Of a list under these one cannot tell where it ends ("no hypertension, depression"), but by an "or"."""
OR: Final = re.compile(r"(?<!\w)(?:או|or|nor)(?!\w)")
VERBAL_DENIAL: Final = re.compile(rf"[ושכ]?(?:{_DENIAL_OF_VERBS})")
FAMILY: Final = re.compile(rf"[ושכ]?(?:{'|'.join(_FAMILY)})")

AFTER: Final = "|".join(
    (
        *("שלילי", "שלילית", "אין", "לא", "נשלל", "נשללה", "ללא", "לא ידוע", "לא ידועה", "לא נמצא", "לא נמצאה"),
        *("לא קיים", "לא קיימת", "negative", "none", "no", "denied", "is denied", "excluded", "was excluded"),
        *("ruled out", "was ruled out", "not known", "not found", "not present"),
    )
)
"""What denies the name before it, where nothing follows."""
AFFIRMED: Final = "כן|יש|חיובי|חיובית|קיים|קיימת|yes|positive|present"

CAUSES: Final = re.compile(
    r"(?<!\w)ו?(?:עקב|בשל|בגלל|מחמת|בעקבות|על רקע|כתוצאה מ\w*|because|due to|owing to|as a result|secondary to)(?!\w)"
)
"""What stands before these is an effect; the condition after them is its cause and is there."""

_SUFFERING = (
    r"סובל(?:ת|ים)?|סבל(?:ה)?|חולה|לוקה|מאובחנ(?:ת)?|מאובחן|אובחנ(?:ה|תי|ו)|אובחן|מטופל(?:ת)?|מתמודד(?:ת)?"
    r"|diagnosed|suffers?|suffered|suffering|treated|presents"
)
PREDICATE: Final = re.compile(rf"(?<!\w)(?:{_SUFFERING}|נפטר\w*|מתה?|had|has|died|was)(?!\w)")
NEW_PREDICATE: Final = re.compile(
    r"(?:, ?(?:and |also |she |he |is |was |היא |הוא |אני |גם )*|(?<!\w)and (?:is |was |she |he )?|(?<!\w)ו)"
    rf"(?:{_SUFFERING})(?!\w)"
)
"""Who suffers from something is said anew: what was denied or whose relative was told of before no longer counts."""

_CARRYING = (
    # known, evidence, signs, findings
    *(r"ידוע(?:ה|ים|ות)?", r"עדו(?:ת|יות)", r"סימ[ןנ](?:ים|י)?", r"ממצא(?:ים|י)?", r"מעיד(?:ים|ות|ה)?", "כל", "שום"),
    *("היסטורי(?:ה|ית)", "רקע", r"אבחנ(?:ה|ת|ות)", "אבחון", r"תסמינ(?:ים|י)", r"תלונות?", r"דווח(?:ה|ו)?", r"מדווחת?"),
    *(r"נמצא(?:ה|ו)?", r"נצפ(?:ה|תה|ו)", r"הודגמ(?:ה|ו)", "הודגם", r"קיי(?:ם|מת|מים|מות)", r"ה(?:יה|ייתה|יתה|יו)"),
    *("יש", "גם", "עוד", "לה", "לו", "לי", "על", "של", "או", "עם", "בעבר", "כיום", "מדובר", "מוכר", "מוכרת"),
    *("היא", "הוא", "אני", "המטופל", "המטופלת", "התובע", "התובעת", r"פעיל(?:ה)?", r"משמעותית?", r"קודמ?ת?"),
    *(r"מחל(?:ה|ת|ות)", r"הפרע(?:ה|ת|ות)", "סוג", "שלי", _SUFFERING, r"נפטר(?:ה)?", r"מתה?", r"חל(?:ה|תה)"),
    # other illnesses of a list of them
    *("יתר", "לחץ", "דם", "לב", "כרונית?", "ממאיר", "ממאירה", "שד", "מז'ורי"),
    *("known", "evidence", "signs?", "symptoms?", "findings?", "history", "past", "prior", "previous", "any", "ever"),
    *("of", "for", "from", "to", "with", "in", "or", "and", "nor", "as", "a", "an", "the", "her", "his", "my", "there"),
    *("has", "have", "had", "having", "been", "be", "is", "was", "were", "are", "did", "does", "do", "she", "he", "it"),
    *("patient", "i", "reported?", "reports", "found", "seen", "diagnosis", "died", "significant", "active", "current"),
    *("type", "disease", "disorders?", "illness", "major", "severe", "chronic", "acute", "clinical", "hypertension"),
    *("breast", "colon", "prostate", "skin", "ovarian", "heart", "stroke", "mellitus"),
)
CARRYING: Final = re.compile(rf"[ושהבלמכ]{{0,2}}(?:{'|'.join(_CARRYING)})")
"""Words through which a cue still governs what follows them."""
