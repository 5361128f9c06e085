"""Which words label a value as what? Hebrew and English, as forms, letters and interviews put them beside values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from chalicelib.analyses.kit.dates import days_with_spans

Labels = Mapping[str, re.Pattern[str]]
FROM, UNTIL = "from", "until"


def _labels(**texts: str) -> Labels:
    """Patterns of words that may have one of Hebrew's prefixes, in any case."""
    return {name: re.compile(rf"(?<![\w])[ובהלמשכ]{{0,2}}(?:{text})", re.IGNORECASE) for name, text in texts.items()}


DATE_LABELS = _labels(
    birth=r"תאריך לידה|לידה|יליד|ילידת|נולד|ת\. ?ל\.|born|birth|dob",
    visit=r"ביקור|ביקר|בדיק|נבדק|ראה אותי|ראתה אותי|מעקב|טיפל|הייתי אצל|פעם אחרונה|visit|examin|seen|check-?up",
    stay=r"אושפז|אשפוז|מאושפז|תאריך קבלה|התקבל|קבלה|שחרור|שוחרר|admi(?:ssion|tted)|discharg|hospitali[sz]",
    work=r"הועסק|מועסק|העסקה|מעסיק|עבד|עובד|עבודה|לעבוד|תפקיד|פוטר|התפטר|שכר"
    r"|employ|work|job|position|salary|hired|laid off",
    onset=r"תאונ|נפצע|נפגע|פציע|נפילה|נפל|אירוע|התקף|התחיל(?:ו|ה)? ה?כאב|החל(?:ו|ה)? ה?כאב|תחילת ה?נכות|תחילת ה?מחלה"
    r"|אי כושר|מגבלה|onset|accident|injur|fell|incapacit|symptoms",
    waiver=r"ויתור|סודיות|הסכמה|waiver|consent",
    issued=r"תאריך ה?(?:מכתב|מסמך|הנפקה|דוח|דו\"ח)|נכתב|הופק|(?:^|\s)תאריך ?:|issued|date ?:",
)
DATE_SIDES: Labels = {
    FROM: re.compile(
        r"מיום|מתאריך|החל מ|מאז|(?<!\w)מ-?\s?$|תחילת|התחל|קבלה|התקבל|נכנס"
        r"|since|from|start|admission|admitted|joined|hired",
        re.IGNORECASE,
    ),
    UNTIL: re.compile(
        r"(?<!\w)ו?עד(?!\w)|סיום|הפסק|סיימ|היום האחרון|שחרור|שוחרר|יצאתי|יצא |פוטר|התפטר"
        r"|until|till|end(?:ed)?\b|left|discharge|last day|(?<!\w)to(?!\w)",
        re.IGNORECASE,
    ),
}
NAME_LABELS = _labels(
    person=r"שם ה?(?:מטופלת?|מבוטחת?|תובעת?|חולה|עובדת?|נבדקת?|מלא)|שמך|שם(?= ?:)|שם פרטי|שם משפחה"
    r"|קוראים לי|הגב'|גב'|מר (?=[א-ת])|patient|claimant|full name|your name|my name|mr\.?|mrs\.?|ms\.?|name(?= ?:)",
    holder=r"בעלת? ה?חשבון|על שם|על שמי|account holder|account name|in the name of",
    place=r"כתובת|רחוב|רח'|שדרות|שד'|מתגורר|גר ב|גרה ב|גר(?:ה)?(?= )|איפה את|היכן את|עיר"
    r"|יישוב|address|street|live|city|town",
    employer=r"מעסיק|בעלת? ה?עסק|עסק בשם|owner of|business"
    r"|חברת|חברתנו|חברה|מפעל|הועסק(?:ה)? ב|עבד(?:ה|תי)? ב|מקום ה?עבודה|איפה עבד|במה עבד"
    r"|במה את|employer|company|employed (?:by|at|with)|work(?:ed)? (?:for|at)|workplace|where .{0,12}work",
    position=r"תפקיד|כ(?=[א-ת]{3,} ב)|במשרת|position|job title|role|as an?(?= )",
    physician=r"ד\"ר|דר'|פרופ'?|רופאה?|רופא מטפל|מנתח|dr\.?|prof\.?|physician|doctor|surgeon|audiologist",
    hospital=r"בית ה?חולים|ביה\"ח|מרכז רפואי|המרכז הרפואי|אושפז|אשפוז|hospital|medical cent",
    bank=r"בנק|bank",
    clinic=r"מרפאת|מרפאה|קופת חולים|clinic",
)
NAME_SHAPES = {
    "title": re.compile(r"(?<!\w)(?:ד\"ר|דר'|פרופ'?|dr\.?|prof\.?)(?= )", re.IGNORECASE),
    "hospital": re.compile(r"בית ה?חולים|ביה\"ח|ה?מרכז ה?רפואי|hospital|medical cent", re.IGNORECASE),
    "company": re.compile(r"בע\"מ|(?<!\w)(?:ltd|inc|llc)\b", re.IGNORECASE),
    "bank": re.compile(r"(?<!\w)בנק|\bbank\b", re.IGNORECASE),
    "street": re.compile(r"\d|רחוב|רח'|שדרות|שד'|ת\.ד|street|avenue|road|p\.?o\.? box", re.IGNORECASE),
}
PHONE_LABELS = _labels(
    other=r"מרפא|קליניקה|מזכירות|בית ה?חולים|ביה\"ח|מכון|מעבד|רופא|ד\"ר|פרופ|פקס|מעסיק|חברה|חברתנו|סניף"
    r"|לשכה|משרד|מוקד|clinic|hospital|office|doctor|dr\.|fax|employer|company|branch",
    own=r"כתובת|נייד|טלפון שלך|הטלפון שלי|מה מספר|וטלפון|מטופלת?|ת\.?\"?ז|מייל"
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
    account=r"חשבון|ח-ן|account",
    bank=r"בנק|bank",
)
_IN_RANGE = re.compile(r"\s?(?:[-–—]|עד|ועד|to|until)\s?(?:ל?יום|ל?תאריך)?\s?")


def nearest_label(labels: Labels, line: str, above: str, at: tuple[int, int]) -> str:
    """The label nearest to the value; "" when there is none."""
    found = [(match.start(), match.end(), name) for name, label in labels.items() for match in label.finditer(line)]
    before = [(end, start, name) for start, end, name in found if start < at[0]]
    if before:
        return max(before)[2]
    inside = [(start, name) for start, _, name in found if start >= at[0]]
    if inside:
        return min(inside)[1]
    higher = [(match.end(), name) for name, label in labels.items() for match in label.finditer(above)]
    return max(higher)[1] if higher else ""


def date_side(line: str, at: tuple[int, int], *, today: date) -> str:
    """Whether the date begins or ends something: as its place in a range says, or the word right before it."""
    spans = sorted(span for _, span in days_with_spans(line, today=today))
    before = [end for _, end in spans if end <= at[0]]
    after = [start for start, _ in spans if start >= at[1]]
    if before and _IN_RANGE.fullmatch(line[max(before) : at[0]]):
        return UNTIL
    if after and _IN_RANGE.fullmatch(line[at[1] : min(after)]):
        return FROM
    words_before = line[max(before, default=0) : at[0]]
    found = [(match.end(), side) for side, cue in DATE_SIDES.items() for match in cue.finditer(words_before)]
    return max(found)[1] if found else ""
