"""Which conditions does the claimant have? Keywords, unless their clause negates, suspects or tells of a relative."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from emulator.extract.found import Found
from emulator.extract.labels import label
from emulator.extract.sources import Line, Source, documents
from emulator.extract.speech import answers

_KEYWORDS: Mapping[str, str] = {
    "chronic_pain": r"כאב(?:ים)?(?: \S+){0,2} כרוני(?:ים)?|כאב קבוע|תסמונת כאב|chronic (?:\w+ ){0,3}pain|CRPS",
    "limited_mobility": r"צליעה|הליכון|כי?סא גלגלים|מוגבלות (?:ב)?(?:תנועה|ניידות|הליכה)|קושי בהליכה|מתקש\S+ ללכת|קביים"
    r"|limited mobility|reduced mobility|wheelchair|walks? with (?:a )?(?:cane|walker|limp)|limping|crutches"
    r"|unable to walk",
    "fibromyalgia": r"פיברומיאלגיה|fibromyalgia",
    "anxiety": r"חרדה|חרדתית?|anxiety|panic disorder",
    "depression": r"דיכאון|דכאון|דיכאונית?|depressi(?:on|ve)",
    "back_problems": r"פריצת דיסק|בלט(?:י)? דיסק|כאב(?:י)? גב|עמוד שדרה מותני|סקוליוזיס|ספונדילו\S+|היצרות תעלה"
    r"|dis[ck] herniation|herniated dis[ck]|(?:low(?:er)? )?back pain|lumbago|sciatica|spinal stenosis"
    r"|scoliosis|spondyl\w+",
    "joint_problems": r"אוסטאוארתריטיס|ארתרוזיס|דלקת מפרקים|דלקת פרקים|שחיקת סחוס|קרע במיניסקוס|החלפת (?:ברך"
    r"|ירך|מפרק)|קרע בשרוול"
    r"|arthritis|osteoarthrosis|meniscal? tear|meniscus tear|(?:knee|hip|joint) replacement|rotator cuff",
    "neurological_disorder": r"רדיקולופתיה|נוירופתיה|טרשת נפוצה|אפילפסיה|פרקינסון|שבץ מוחי|אירוע מוחי|מיגרנ\S+"
    r"|radiculopathy|neuropathy|multiple sclerosis|epilep\w+|parkinson\S*|stroke|migraine|CVA",
    "mental_disorder": r"סכיזופרניה|הפרעה דו.?קוטבית|פוסט.?טראומ\S+|הפרעת אישיות|פסיכוזה|הפרעה נפשית"
    r"|schizophreni\w+|bipolar|PTSD|post.?traumatic|personality disorder|psychosis|mental disorder",
    "hearing_impairment": r"ירידה בשמיעה|לקות שמיעה|חירשות|כבד(?:ת|ות)? שמיעה|שמיעה|hearing (?:loss|impairment)"
    r"|deafness|hearing",
    "vision_impairment": r"ירידה בראייה|לקות ראייה|עיוורון|גלאוקומה|רטינופתיה|ראייה"
    r"|vision loss|visual impairment|blindness|glaucoma|retinopathy|vision",
    "heart_disease": r"מחלת לב|מחלות לב|אי ספיקת לב|אוטם(?: בשריר הלב)?|תעוקת לב|פרפור"
    r"|heart (?:disease|failure|attack)|myocardial infarction|coronary|angina|atrial fibrillation",
    "respiratory_disease": r"אסתמה|אסטמה|מחלת ריאות?|מחלת ריאה|COPD|asthma|(?:chronic )?(?:lung|pulmonary"
    r"|respiratory) disease|emphysema",
    "kidney_disease": r"אי ספיקת כליות|מחלת כליות?|מחלת כליה|דיאליזה|kidney (?:disease|failure)"
    r"|renal (?:disease|failure|insufficiency)|dialysis",
    "diabetes": r"סו?כרת|diabet\w+|IDDM|NIDDM",
    "cancer": r"סרטן|גידול ממאיר|ממאירות|קרצינומה|לימפומה|לוקמיה|מלנומה|cancer|carcinoma|malignan\w+|lymphoma"
    r"|leuk[a]?emia|melanoma",
}
_PATTERNS = {
    name: re.compile(rf"(?<![א-תA-Za-z])(?:[הובלמ]{{0,2}})(?:{words})(?![א-תa-z])", re.IGNORECASE)
    for name, words in _KEYWORDS.items()
}
_ABSENT_REST = re.compile(
    r"ללא|אין|לא ידוע\S*|שולל\S*|נשלל\S*|בלי|הוצא מכלל|לא נמצא\S*|לא אובחנ\S*"
    r"|(?<!\w)(?:no|denies|without|negative for|ruled out|not known|absence of)(?!\w)",
    re.IGNORECASE,
)
_ABSENT_NEAR = re.compile(
    r"(?<![א-ת])(?:לא|אינ[והם]\S*)(?![א-ת])[^,]{0,25}$|(?<!\w)not(?!\w)[^,]{0,25}$", re.IGNORECASE
)
_AFFIRMED_AGAIN = re.compile(
    r"סובל\S*|אובח[ןנ]\S*|ידוע[הת]? כ|אך|אבל|but|however|suffers|diagnosed|with known", re.IGNORECASE
)
_DOUBT = re.compile(
    r"חשד|לברר|לשלול|בירור|ייתכן|ספק|suspect\w*|suspicion|possible|rule out|r/o|query|\?", re.IGNORECASE
)
_RELATIVE = re.compile(
    r"אבי[והה]|אימ[והה]|אמ[וה](?![א-ת])|אביה|אמה|האב|האם(?! )|אחות[והה]|אחי[והה]|סבת?[ואה]|סיפור משפחתי|במשפחה|משפחתית?"
    r"|family history|father|mother|brother|sister|grand(?:mother|father)|maternal|paternal",
    re.IGNORECASE,
)
_NORMAL_AFTER = re.compile(r"^[^.;]{0,25}(?:תקינ\S*|שמור\S*|normal|intact|unremarkable|preserved)", re.IGNORECASE)
_SENSES = ("hearing_impairment", "vision_impairment")
_LOSS = re.compile(
    r"ירידה|לקות|חירש|כבד|עיוור|גלאוקומה|רטינופתיה|loss|impair|deaf|blind|glaucoma|retinopathy", re.IGNORECASE
)
_DIAGNOSED = re.compile(
    r"אובח[ןנ]|אבחנו|אמרו לי|יש לי|סובל|מאובחנ|קיבלתי אבחנה|diagnos|I have|I suffer|suffering|told me", re.IGNORECASE
)
_REPORTED = re.compile(
    r"^.*?(?:אמרו לי(?: ש)?|אבחנו (?:לי|אצלי)|אובחנתי (?:עם|כ)|יש לי|told me(?: that)?|diagnosed with|I have)\s+",
    re.IGNORECASE,
)
_PSYCHIATRIST = re.compile(r"פסיכיאטר|psychiatr", re.IGNORECASE)
_DIAGNOSIS_LABEL = label(r"אבחנ(?:ה|ות)(?: (?:בשחרור|עיקרית|ראשית))?|(?:discharge |primary |main )?diagnos[ei]s")


def condition_readings(sources: Sequence[Source]) -> dict[str, Found]:
    """The first line that asserts each condition, by its name in the form; absent conditions are left out."""
    found: dict[str, Found] = {}
    for line, text in _medical_texts(sources):
        for clause in _clauses(text):
            for name in _asserted(clause):
                found.setdefault(name, Found(True, line, clause))
    stated = diagnoses(sources)
    if stated and not found:
        found["other"] = Found(True, stated[0].line, stated[0].around)
    depression = found.get("depression")
    if depression and any(_PSYCHIATRIST.search(source.text) for source in documents(sources)):
        found.setdefault("mental_disorder", depression)
    return found


def diagnoses(sources: Sequence[Source]) -> list[Found]:
    """What stands after "diagnosis", documents in order; a diagnosis that goes on in the next lines is one."""
    found = []
    for source in documents(sources):
        for index, line in enumerate(source.lines):
            match = _DIAGNOSIS_LABEL.search(line.text)
            if match and not _DOUBT.search(line.text[: match.start()]):
                rest = line.text[match.end() :].strip()
                stated = rest or (source.lines[index + 1].text if index + 1 < len(source.lines) else "")
                stated_line = line if rest else source.lines[min(index + 1, len(source.lines) - 1)]
                if len(stated) > 3:
                    found.append(Found(_without_numbering(stated), stated_line, stated[:80]))
    return found


def said_diagnoses(sources: Sequence[Source]) -> list[Found]:
    """The claimant's sentences that report a diagnosis."""
    return [
        Found(_REPORTED.sub("", sentence).strip(" ."), answer.line, sentence)
        for answer in answers(sources)
        for sentence in _clauses(answer.text)
        if _DIAGNOSED.search(sentence) and any(_asserted(sentence))
    ]


def is_doubtful(text: str) -> bool:
    """True when the text only suspects."""
    return bool(_DOUBT.search(text))


def _medical_texts(sources: Sequence[Source]) -> Iterator[tuple[Line, str]]:
    for source in documents(sources):
        for line in source.lines:
            yield line, line.text
    for found in (Found(sentence, answer.line) for answer in answers(sources) for sentence in _clauses(answer.text)):
        if _DIAGNOSED.search(found.value):
            yield found.line, found.value


def _clauses(text: str) -> list[str]:
    return [
        clause.strip()
        for clause in re.split(r"(?<=\D)[.;!](?=\s|$)|(?<=[A-Za-z0-9])\.\s+(?=\D)|\n", text)
        if clause.strip()
    ]


def _asserted(clause: str) -> Iterator[str]:
    for name, pattern in _PATTERNS.items():
        if any(_holds(clause, match, name) for match in pattern.finditer(clause)):
            yield name


def _holds(clause: str, match: re.Match[str], name: str) -> bool:
    before = clause[: match.start()]
    scope = before
    for affirmed in _AFFIRMED_AGAIN.finditer(before):
        if not re.search(r"לא\s*$|not\s*$", before[: affirmed.start()]):
            scope = before[affirmed.end() :]
    if _ABSENT_REST.search(scope) or _ABSENT_NEAR.search(scope):
        return False
    if _DOUBT.search(clause) or _RELATIVE.search(before) or _NORMAL_AFTER.search(clause[match.end() :]):
        return False
    return name not in _SENSES or bool(_LOSS.search(match.group()))


def _without_numbering(text: str) -> str:
    return re.sub(r"^\s*(?:\d\s*[.)]\s*)|\s*\.\d\s*$", "", re.sub(r"\s+\d[.)]\s+", "; ", text)).strip(" .;:")
