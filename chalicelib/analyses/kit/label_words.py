"""Which words label a value as what? Hebrew and English, as forms, letters and interviews put them beside values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from chalicelib.analyses.kit.dates import days_with_spans, months_with_spans
from chalicelib.analyses.kit.lookalikes import meant_letters

Labels = Mapping[str, re.Pattern[str]]
Span = tuple[int, int]
FROM, UNTIL = "from", "until"


def _labels(**texts: str) -> Labels:
    """Patterns of words that may have one of Hebrew's prefixes, in any case."""
    return {name: re.compile(rf"(?<![\w])[ובהלמשכ]{{0,2}}(?:{text})", re.IGNORECASE) for name, text in texts.items()}


DATE_LABELS = _labels(
    birth=r"תאריך לידה|לידה|יליד|ילידת|נולד|ת\. ?ל\.|born|birth|dob",
    visit=r"ביקור|ביקר|בדיק|נבדק|ראה אותי|ראתה אותי|מעקב|טיפל|הייתי אצל|פעם אחרונה"
    r"|visit|examin|seen|check-?up|(?:clinic|follow-up) review",
    stay=r"אושפז|אי?שפוז|מאושפז|שכב(?:תי|ה)? ב|חדר מיון|למיון|תאריך קבלה|התקבל|נתקבל|קבלה|שחרור|שוחרר"
    r"|admi(?:ssion|tted)|discharg|hospitali[sz]|inpatient|ward",
    work=r"הועסק|מועסק|העסקה|מעסיק|עבד|עובד|עבודה|לעבוד|תפקיד|פוטר|התפטר|שכר"
    r"|משרה|משכורת|חוזה|פרש|מעביד|תקופת ה?שירות|employ|work(?!-?up)|job|position|salary|hired|laid off|resign|contract"
    r"|our service",
    onset=r"תאונ|נפצע|נפגע|פציע|נפילה|נפל|אירוע|התקף|התחיל(?:ו|ה)? ה?כאב|החל(?:ו|ה)? ה?כאב|תחילת ה?(?:נכות|מחלה|ליקוי)"
    r"|אי כושר|מגבלה|מחלה נוכחית|אובחנ|אובחן|אבחנ|אבחון|לקה|לקתה|התמוטט|חלית|חלה ב|החמר|הופיע|פרצה|ביופסי|פתולוגי"
    r"|onset|accident|injur|fell|incapacit|symptoms|diagnos|patholog|biops|collaps|fell ill|deteriorat",
    waiver=r"ויתור|סודיות|הסכמה|waiver|consent",
    issued=r"תאריך ה?(?:מכתב|מסמך|הנפקה|דוח|דו\"ח)|נכתב|הופק|(?:^|\s)תאריך ?:|issued|date ?:",
)
DATE_SIDES: Labels = {
    FROM: re.compile(
        r"מיום|מתאריך|החל מ|מאז|(?<!\w)מ-?\s?$|תחילת|התחל|התחיל|קבלה|[תהנ]תקבל|קליטה|נקלט|נכנס|הגיע|ה?יום ה?ראשון"
        r"|since|from|start|beg[ai]n|commenc|admission|admitted|joined|hired",
        re.IGNORECASE,
    ),
    UNTIL: re.compile(
        r"(?<!\w)ו?עד(?!\w)|סיום|הסתי|הפסק|סיימ|אחרון|שחרור|שוחרר|יצאתי|יצא |לביתו|לביתה|פוטר|התפטר|פרש|עזב"
        r"|until|till|end(?:s|ed)?\b|left|discharge|last (?:working )?day|terminat|resign|(?<!\w)to(?!\w)",
        re.IGNORECASE,
    ),
}
NAME_LABELS = _labels(
    person=r"(?:שם )?ה?(?:מטופל|מבוטח|תובע|עובד|נבדק|עמית|מאושפז)(?:/[תה]|\(ת\)|ת?(?= ?:))"
    r"|פרטי ה?(?:מטופל|מבוטח|תובע|עובד|מועסק|חולה)|לכבוד"
    r"|שם ה?(?:מטופלת?|מבוטחת?|תובעת?|חולה|עובדת?|נבדקת?|מאושפזת?|מלא)"
    r"|שמך|שם(?= ?:)|שם פרטי|שם משפחה"
    r"|קוראים לי|patient|claimant|employee(?= ?:)|full name|your name|my name|name(?= ?:)",
    titled=r"הגב'|גב'|מר(?= [א-ת])|mr\.?|mrs\.?|ms\.?(?= )",
    holder=r"בעלת? ה?חשבון|על שם|על שמי|account holder|account name|in the name of",
    place=r"כתובת|רחוב|רח'|שדרות|שד'|מתגורר|גר ב|גרה ב|גר(?:ה)?(?= )|איפה את|היכן את|עיר(?!\w)"
    r"|יישוב|address|street|live|city|town",
    employer=r"מעסיק|בעלת? ה?עסק|עסק בשם|owner of|business"
    r"|חברת|חברתנו|חברה|מפעל|הועסק(?:ה)? ב|עובדת? ב|עבד(?:ה|תי)? ב|מקום ה?עבודה|איפה עבד|במה עבד"
    r"|במה את|employer|company|employed (?:by|at|with)|work(?:ed)? (?:for|at)|workplace|where .{0,12}work",
    position=r"תפקיד|(?<!\w)כ(?=[א-ת]{3,} ב)|במשרת|position|job title|role|as an?(?= )",
    physician=r"ד\"ר|דר'|פרופ'?|רופאה?|רופא מטפל|מנתח|dr\.?|prof\.?|physician|doctor|surgeon|audiologist"
    r"|consultant|specialist|מומח(?:ה|ית)",
    hospital=r"בית ה?חולים|ביה\"ח|מרכז רפואי|המרכז הרפואי|אושפז|אשפוז|hospital|medical cent",
    bank=r"בנק|bank",
    clinic=r"מרפאת|מרפאה|קופת חולים|clinic",
)
NAME_SHAPES = {
    "title": re.compile(r"(?<!\w)(?:ד\"ר|דר'|פרופ'?|dr\.?|prof\.?)(?= )|\bM\.?D\.?(?!\w)", re.IGNORECASE),
    "hospital": re.compile(r"בית ה?חולים|ביה\"ח|ה?מרכז ה?רפואי|hospital|medical cent", re.IGNORECASE),
    "company": re.compile(
        r"בע\"מ|ע\"ר|(?<!\w)ב?(?:עמותת|עיריית|מועצה (?:אזורית|מקומית)|בית ה?ספר|אוניברסיט\w+|מפעלי|תעשיות|קיבוץ)(?!\w)"
        r"|(?<!\w)(?:ltd|inc|llc|plc|gmbh|municipality|school|university|industries|restaurant|café)\b",
        re.IGNORECASE,
    ),
    "bank": re.compile(
        r"(?<!\w)בנק|\bbank\b|^(?:לאומי|ה?פועלים|דיסקונט|מזרחי(?:[ -]טפחות)?|ה?בינלאומי|מרכנתיל|יהב|אוצר החייל|מסד"
        r"|leumi|hapoalim|discount|mizrahi(?:[ -]tefahot)?|mercantile|yahav)$",
        re.IGNORECASE,
    ),
    "street": re.compile(r"\d|רחוב|רח'|שדרות|שד'|ת\.ד|street|avenue|road|p\.?o\.? box", re.IGNORECASE),
}
PHONE_LABELS = _labels(
    other=r"מרפא|קליניקה|מזכירות|בית ה?חולים|ביה\"ח|מכון|מעבד|רופא|ד\"ר|פרופ|פקס|מעסיק|חברה|חברתנו|סניף"
    r"|לשכה|משרד|מוקד|בירור|clinic|hospital|office|secretar|doctor|dr\.|fax|employer|company|branch",
    own=r"כתובת|נייד|סלולר|פלאפון|טלפון שלך|הטלפון שלי|מה מספר|וטלפון|מטופלת?|ת\.?\"?ז|מייל"
    r"|mobile|cell|home|address|your phone|my (?:phone|number)|patient",
)
NUMBER_LABELS = _labels(
    children=r"ילדים|ילד|בנים|בנות|ילדיי|children|kids|sons?|daughters?",
    gross=r"ברוטו|gross",
    net=r"נטו|לתשלום|net\b|take-home",
    days=r"ימי אשפוז|ימים|לילות|days|nights",
    percent=r"אחוז|%|percent",
)
REFERENCE_LABELS = _labels(
    id=r"ת\.?\"?ז|זהות|i\.?d\.?(?= ?(?:no|number|:|\d))|identity",
    licence=r"מ\. ?ר\.?|מס' רישיון|רישיון|מספר רישוי|licen[cs]e|lic\.",
    case=r"מספר מקרה|מס' מקרה|מקרה|מספר אשפוז|תיק|case (?:no|number)|admission no|encounter|case(?= ?:)",
    branch=r"סניף|branch",
    account=r"חשבון|ח-ן|account|acct|a/c|acc\.",
    bank=r"בנק|bank",
)
_IN_RANGE = re.compile(r"\s?(?:[-–—]|ו?עד|to|until|till|through)\s?(?:ה?ל?יום |ל?תאריך |ל?חודש )?[ולב]?-?\s?")
_IN_LIST = re.compile(r"\s?(?:[,;/]|ו-?|and|&)\s?")
_SENTENCE_END = re.compile(r"(?:(?<=[\w)\"'%]{3})[.!?;]|(?<=\d)\.)\s+(?=[^\W\d])")
_HEADING_END = re.compile(r"[^:|]{0,14}:?\s*")
"""What may follow the last label of a heading: the rest of a word, another column, but no value after a colon."""
_HEADED = re.compile(r"ה|ל|ב?בנק")


def nearest_label(
    labels: Labels,
    line: str,
    above: str,
    at: Span,
    *,
    values: Sequence[Span] = (),
    fitting: frozenset[str] = frozenset(),
) -> str:
    """The label of the value at `at`; "" when there is none.

    The nearest one before it in its sentence; else after it, one that is `fitting` first; else that of the line above,
    if this is a heading or a question. A title ("Mr.") counts only right before the value. A label counts for
    the first of the line's `values` (places of its kind, this one among them) after it, and for the rest of a range or
    list that begins so.
    """
    first = _start_of_range(line, at, values)
    found = _labels_in(labels, line)
    start = max((end.end() for end in _SENTENCE_END.finditer(line) if end.end() <= at[0]), default=0)
    stop = min((end.start() for end in _SENTENCE_END.finditer(line) if end.start() >= at[1]), default=len(line))
    found = [one for one in found if one[2] != "titled" or at[0] - 2 <= one[1] <= at[0]]
    before = [one for one in found if start <= one[0] < at[0] and not _is_taken(one, first, values)]
    after = [one for one in found if at[0] <= one[0] < stop and (one[0] < at[1] or not _is_of_next(one, line, values))]
    after = [one for one in after if one[2] in fitting] or after
    for candidates in (before, after[:1]):
        if candidates:
            return _head(candidates, line)
    higher = [one for one in _labels_in(labels, above) if one[2] != "titled"]
    if not higher or not (above.endswith("?") or _HEADING_END.fullmatch(above[higher[-1][1] :])):
        return ""
    if len(higher) == len(values) > 0:
        return higher[min(sum(start < at[0] for start, _ in values), len(values) - 1)][2]
    return higher[-1][2]


def date_spans(line: str, *, today: date) -> list[Span]:
    """Where a line names days or months, in order."""
    return sorted({span for source in (days_with_spans, months_with_spans) for _, span in source(line, today=today)})


def date_side(line: str, at: Span, *, today: date, above: str = "") -> str:
    """Whether the date begins or ends something: as its place in a range says, or the word right before it, or, in a
    table, the word of its column in the line above."""
    spans = date_spans(line, today=today)
    before = [end for _, end in spans if end <= at[0]]
    after = [start for start, _ in spans if start >= at[1]]
    if before and _IN_RANGE.fullmatch(line[max(before) : at[0]]):
        return UNTIL
    if after and _IN_RANGE.fullmatch(line[at[1] : min(after)]):
        return FROM
    found = _labels_in(DATE_SIDES, line[max(before, default=0) : at[0]])
    if found:
        return max((end, side) for _, end, side in found)[1]
    columns = _labels_in(DATE_SIDES, above)
    in_columns = at in spans and len(columns) == len(spans) and not date_spans(above, today=today)
    return columns[spans.index(at)][2] if in_columns else ""


def _labels_in(labels: Labels, text: str) -> list[tuple[int, int, str]]:
    """Start, end and name of every label of a text, in order; also of those that OCR misread."""
    readings = {text, meant_letters(text)}
    return sorted(
        {
            (match.start(), match.end(), name)
            for reading in readings
            for name, label in labels.items()
            for match in label.finditer(reading)
        }
    )


def _is_taken(label: tuple[int, int, str], first: int, values: Sequence[Span]) -> bool:
    """True when another value comes between the label and the value; that of a place has numbers in it."""
    return label[2] != "place" and any(label[1] <= start and end <= first for start, end in values)


def _is_of_next(label: tuple[int, int, str], line: str, values: Sequence[Span]) -> bool:
    """True when a value follows in the same cell: "10 | סניף 902"."""
    next_value = min((start for start, _ in values if start >= label[1]), default=len(line))
    return next_value < len(line) and not re.search(r"[|;,\n]", line[label[1] : next_value])


def _start_of_range(line: str, at: Span, values: Sequence[Span]) -> int:
    """Where the range or list begins that the value at `at` belongs to."""
    start = at[0]
    for first, end in sorted(values, reverse=True):
        between = line[end:start] if end <= start else ""
        if _IN_RANGE.fullmatch(between) or _IN_LIST.fullmatch(between):
            start = first
    return start


def _head(candidates: Sequence[tuple[int, int, str]], line: str) -> str:
    """The last one, or the word before it that it only describes: "סניף הבנק" is a branch, "ברוטו לתשלום" is gross."""
    start, end, name = max(candidates, key=lambda one: (one[1], one[0]))
    for _, last, head in candidates:
        if head != name and last <= start <= last + 1 and _HEADED.match(line[start:end]) and name in {"bank", "net"}:
            return head
    return name
