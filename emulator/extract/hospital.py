"""When was the claimant in hospital? Stays from discharge letters, other reports and the call, as one list."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence

import msgspec

from emulator.extract.dates import DateHit, find_dates
from emulator.extract.found import Entry, Found
from emulator.extract.labels import GAP, label, strict_label, texts_after, values_near
from emulator.extract.sources import Line, Source, documents
from emulator.extract.speech import Answer, answers, sentences

_LETTER = re.compile(
    r"מכתב שחרור|סיכום אשפוז|סיכום שחרור|תעודת שחרור|discharge (?:summary|letter)|hospital(?:i[sz]ation)? summary",
    re.IGNORECASE,
)
_NAME_WORD = r"[א-ת][א-ת'\"]+(?:-[א-ת]+)*(?![א-ת-])"
_NO_NAME = (
    r"(?![במלה]?-?(?:ינואר|פברואר|מרץ|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר|תאריך|יום|מחלקת)"
    r"|עד|בין|לאחר|אחרי|עקב|בגלל|אושפז|התקבל|נכנס|שוחרר|שם|בעיר|בשנת|ויצא|והשתחרר|לפני|כי|עם|על|של)"
)
_HOSPITAL = re.compile(
    rf"(?P<value>(?:בית (?:ה)?חולים|בי\"ח|מרכז רפואי|המרכז הרפואי)\s+{_NAME_WORD}(?:\s+{_NO_NAME}{_NAME_WORD})?"
    r"|(?:[A-Z][\w'-]+\s+){1,3}(?:Hospital|Medical Cent(?:er|re)))"
)
_ADMITTED = label(
    r"תאריך (?:ה)?(?:קבלה|אשפוז|כניסה)|התקבלה? (?:ב|ביום|בתאריך)|(?:date of )?admission(?: date)?"
    r"|admitted(?: on)?|date admitted"
)
_DISCHARGED = label(
    r"תאריך (?:ה)?שחרור|שוחררה?(?: ביום| בתאריך)?|(?:date of )?discharge date|date of discharge"
    r"|discharged(?: on)?|date discharged"
)
_DEPARTMENT = strict_label(r"(?:ה)?מחלקה|department|ward")
_REASON = (
    strict_label(r"סיבת (?:ה)?(?:קבלה|אשפוז)|סיבה לאשפוז"),
    strict_label(r"reason for (?:admission|hospitali[sz]ation)"),
)
_NUMBER = label(
    r"case (?:no\.?|number)|מספר (?:ה)?(?:מקרה|אשפוז)|מס' (?:ה)?(?:מקרה|אשפוז)|admission (?:no\.?|number)"
    r"|hospitali[sz]ation (?:no\.?|number)"
)
_NUMBER_VALUE = re.compile(r"(?P<value>[A-Z]{0,3}-?\d[\d/-]{2,18}\d)")
_LENGTH = label(r"ימי (?:ה)?אשפוז|משך (?:ה)?אשפוז|length of stay|days in hospital")
_DAYS = re.compile(r"(?<![\d/.])(?P<value>\d{1,3})(?![\d/.]\d|\d)")
_MENTION = re.compile(
    r"(?<![א-ת])(?:אושפזה?|אשפוז)(?![א-ת])|(?<!\w)(?:hospitali[sz]ed|admitted|inpatient)(?!\w)", re.IGNORECASE
)
_STAY_TOPIC = re.compile(r"מאושפז|אושפז|אשפוז|בית חולים|hospital", re.IGNORECASE)
_NO = re.compile(r"^\s*(?:לא|no|never)(?![א-ת\w])[,.]?(?!\s*סליחה)", re.IGNORECASE)
_LEFT = re.compile(
    r"(?:ויצאתי|יצאתי|השתחררתי|שוחררתי|עד|until|discharged|left|to)(?: ה?)?(?: ב)?-?\s*(?:on |the "
    r"|ב-?)*(?P<day>\d{1,2})(?![\d/.]\d|\d)",
    re.IGNORECASE,
)

Stay = Entry


def stays(sources: Sequence[Source], *, year: int | None) -> list[Stay]:
    """Each stay as readings by field name, newest first; sources that name the same admission are one stay."""
    found: list[Stay] = []
    letters = [source for source in documents(sources) if _LETTER.search(source.text)]
    others = [source for source in documents(sources) if source not in letters]
    for stay in (
        *(_letter(source) for source in letters),
        *(stay for source in others for stay in _mentions(source)),
        *(stay for answer in answers(sources) for stay in _said(answer, year=year)),
    ):
        _merge(found, stay)
    return sorted(found, key=lambda stay: str(stay["admission_date"].value), reverse=True)


def _letter(source: Source) -> Stay:
    stay = Entry()
    for field, name in (("admission_date", _ADMITTED), ("discharge_date", _DISCHARGED)):
        for found in _dates_after(source, name):
            stay.setdefault(field, found)
    for line in source.lines:
        hospital = _HOSPITAL.search(line.text)
        if hospital:
            stay.setdefault("hospital_name", Found(hospital.group("value").strip(), line, hospital.group()))
    for found in texts_after(source, _DEPARTMENT):
        stay.setdefault("department", found)
    for name in _REASON:
        for found in texts_after(source, name):
            stay.setdefault("reason_for_admission", Found(found.value.split(",")[0], found.line, found.value))
    for found in values_near(source, _LENGTH, _DAYS):
        stay.setdefault("length_of_stay_days", Found(int(found.value), found.line, found.value))
    for found in values_near(source, _NUMBER, _NUMBER_VALUE):
        stay.setdefault("hospitalization_id", found)
    return stay


def _dates_after(source: Source, name: re.Pattern[str]) -> Iterator[Found]:
    for line in source.lines:
        for match in name.finditer(line.text):
            for hit in find_dates(GAP.split(line.text[match.end() :])[0])[:1]:
                if hit.start < 12:
                    yield Found(hit.iso, line, match.group())


def _mentions(source: Source) -> Iterator[Stay]:
    """`אושפזה 10-14/02/2026`: a stay told in another report, when both its days are named."""
    for line in source.lines:
        for match in _MENTION.finditer(line.text):
            hits = [hit for hit in find_dates(line.text[match.end() :]) if hit.start < 60]
            if len(hits) >= 2 and _is_range(line.text[match.end() :], hits):
                yield _stay(hits, line, _HOSPITAL.search(line.text))


def _is_range(text: str, hits: Sequence[DateHit]) -> bool:
    between = text[hits[0].end : hits[1].start]
    return bool(
        re.fullmatch(
            r"\s*(?:[-–]|ו?עד(?: ל)?(?:יום)?|to|until|through|and discharged(?: on)?)?\s*(?:ה-?)?",
            between,
            re.IGNORECASE,
        )
    )


def _said(answer: Answer, *, year: int | None) -> Iterator[Stay]:
    """`בבית החולים כרמלון. נכנסתי ב-10 בפברואר ויצאתי ב-14.`"""
    if not answer.about(_STAY_TOPIC) or (_NO.search(answer.text) and len(sentences(answer.text)) < 2):
        return
    text = answer.corrected
    hits = find_dates(text, year=year)
    if not hits:
        return
    hospitals = list(_HOSPITAL.finditer(text))
    stay = _stay(hits[:2], answer.line, hospitals[-1] if hospitals else None)
    left = _LEFT.search(text, hits[0].end) if len(hits) == 1 else None
    if left and int(left.group("day")) >= hits[0].day.day:
        with contextlib.suppress(ValueError):
            stay["discharge_date"] = Found(hits[0].day.replace(day=int(left.group("day"))).isoformat(), answer.line)
    yield stay


def _stay(hits: Sequence[DateHit], line: Line, hospital: re.Match[str] | None) -> Stay:
    """A stay between these dates. `from December 19 to January 2` began in the year before."""
    admitted, left = hits[0], hits[1] if len(hits) > 1 else None
    if left and admitted.year_assumed and left.day < admitted.day:
        admitted = msgspec.structs.replace(admitted, day=admitted.day.replace(year=admitted.day.year - 1))
    stay = Entry({"admission_date": Found(admitted.iso, line)})
    if left:
        stay["discharge_date"] = Found(left.iso, line)
    if hospital:
        stay["hospital_name"] = Found(hospital.group("value").strip(), line, hospital.group())
    return stay


def _merge(found: list[Stay], stay: Stay) -> None:
    if "admission_date" not in stay:
        return
    for known in found:
        if _overlap(known, stay):
            known.absorb(stay)
            return
    found.append(stay)


def _overlap(first: Stay, second: Stay) -> bool:
    (begun, left), (other_begun, other_left) = _days(first), _days(second)
    return begun <= other_left and other_begun <= left


def _days(stay: Stay) -> tuple[str, str]:
    admitted = str(stay["admission_date"].value)
    return admitted, str(stay["discharge_date"].value) if "discharge_date" in stay else admitted
