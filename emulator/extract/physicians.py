"""Who treats the claimant? Physicians a report names as treating, with licence, specialty, clinic and last visit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from emulator.extract.contacts import institution_phone
from emulator.extract.dates import find_dates
from emulator.extract.found import Entry, Found
from emulator.extract.labels import GAP, label
from emulator.extract.sources import Source, documents
from emulator.extract.speech import answers

_WORD = r"[א-ת][א-ת'\"-]+"
_DOCTOR = re.compile(
    rf"(?P<name>(?:ד\"ר|פרופ'|Dr\.?|Prof\.?)\s+(?:{_WORD}(?:\s+{_WORD}){{0,2}}|[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+){{0,2}}))"
)
_TREATING = re.compile(
    r"רופאה? (?:ה)?מטפלת?|מטפל(?:ת)?:|treating (?:physician|doctor)|attending|family (?:physician|doctor)"
    r"|רופאת? (?:ה)?משפחה|רופאה? בודקת?|examin(?:ing|ed by)",
    re.IGNORECASE,
)
_NOT_TREATING = re.compile(r"משחרר|מפנה|discharg|referr|radiolog|רדיולוג", re.IGNORECASE)
_LICENCE = re.compile(
    r"(?:מ\.?ר\.?|מס' רישיון|מספר רישיון|רישיון(?: מס')?|licen[cs]e(?: (?:no\.?|number))?"
    r"|lic\.?)\s*:?\s*(?P<value>\d[\d-]{2,9}\d)",
    re.IGNORECASE,
)
_SPECIALTY = re.compile(
    r"(?:מומח(?:ה|ית) (?:ל|ב)-?|specialist in |consultant in |specialty:\s*|התמחות:\s*)(?P<value>[^,.;:\d|()]{3,40})",
    re.IGNORECASE,
)
_PROFESSIONS = re.compile(
    r"(?<![א-ת])(?P<value>(?:אורתופד|נוירולוג|פסיכיאטר|קרדיולוג|ראומטולוג|אונקולוג|פנימא|נפרולוג"
    r"|אנדוקרינולוג)(?:ית|י)?|רופאת? (?:ה)?משפחה)(?![א-ת])"
    r"|(?<!\w)(?P<english>orthop(?:a)?edi(?:st|c surgeon)|neurologist|psychiatrist|cardiologist|rheumatologist"
    r"|oncologist|family physician|nephrologist|pulmonologist)(?!\w)",
    re.IGNORECASE,
)
_CLINIC = re.compile(
    r"מרפאת?|קופת חולים|קליני\S+|מכון|מרכז רפואי|clinic|health (?:services|centre|center)|HMO|medical", re.IGNORECASE
)
_VISIT = label(r"תאריך (?:ה)?(?:ביקור|בדיקה|טיפול)|ביקור מתאריך|(?:date of )?(?:visit|examination)(?: date)?")
_HMO = re.compile(
    r"קופת חולים|קופה|כללית|מכבי|מאוחדת|לאומית|HMO|health fund|Clalit|Maccabi|Meuhedet|Leumit", re.IGNORECASE
)
_PRIVATE = re.compile(r"פרטית?(?![א-ת])|private", re.IGNORECASE)
_PUBLIC = re.compile(r"ציבורית?|בית (?:ה)?חולים|ממשלתי|public|hospital", re.IGNORECASE)
_DOCTOR_TOPIC = re.compile(r"רופא|מטפל|doctor|physician|treat", re.IGNORECASE)

Fields = Entry


def physicians(sources: Sequence[Source], *, year: int | None) -> list[Fields]:
    """Each treating physician as readings by field name; what the call adds fills gaps and makes new entries."""
    found: list[Fields] = []
    for source in documents(sources):
        for fields in _written(source):
            _merge(found, fields)
    for fields in _said(sources, year=year):
        _merge(found, fields)
    return found


def _written(source: Source) -> Iterator[Fields]:
    clinic: Fields | None = None
    for index, line in enumerate(source.lines):
        doctor = _DOCTOR.search(line.text)
        if not doctor or _NOT_TREATING.search(line.text) or not _TREATING.search(line.text):
            continue
        following = source.lines[index + 1] if index + 1 < len(source.lines) else line
        fields = Entry({"name": Found(_name(doctor), line, doctor.group("name"))})
        for field, pattern in (("physician_id", _LICENCE), ("specialty", _SPECIALTY)):
            for where in (line, following):
                match = pattern.search(where.text)
                if match and field not in fields:
                    fields[field] = Found(match.group("value").strip(), where, match.group("value"))
        profession = _PROFESSIONS.search(line.text[doctor.end() :])
        if "specialty" not in fields and profession:
            fields["specialty"] = Found(profession.group(), line, profession.group())
        clinic = _clinic(source) if clinic is None else clinic
        yield Entry(fields | clinic)


def _clinic(source: Source) -> Fields:
    """Where the document comes from: its letterhead, the clinic's number and the day of the visit."""
    fields = Entry()
    head = source.lines[0]
    if _CLINIC.search(head.text):
        name = re.split(r",|\(", GAP.split(head.text)[0])[0].strip(" -–")
        fields["clinic_name"] = Found(name, head, name)
        kind = clinic_type(head.text)
        if kind:
            fields["clinic_type"] = Found(kind, head, name)
    phone = institution_phone(source)
    if phone:
        fields["phone"] = phone
    for line in source.lines:
        match = _VISIT.search(line.text)
        hits = find_dates(line.text[match.end() :]) if match else []
        if hits and "last_visit_date" not in fields:
            fields["last_visit_date"] = Found(hits[0].iso, line)
    return fields


def clinic_type(text: str) -> str:
    """`private`, `hmo` or `public`; "" when the text does not say."""
    for kind, pattern in (("private", _PRIVATE), ("hmo", _HMO), ("public", _PUBLIC)):
        if pattern.search(text):
            return kind
    return ""


def _said(sources: Sequence[Source], *, year: int | None) -> Iterator[Fields]:
    for answer in answers(sources):
        doctor = _DOCTOR.search(answer.corrected) if _DOCTOR_TOPIC.search(answer.question) else None
        if doctor is None:
            continue
        fields = Entry({"name": Found(_name(doctor), answer.line, doctor.group("name"))})
        profession = _PROFESSIONS.search(answer.text)
        if profession:
            fields["specialty"] = Found(profession.group(), answer.line, profession.group())
        if clinic_type(answer.text):
            fields["clinic_type"] = Found(clinic_type(answer.text), answer.line)
        hits = find_dates(answer.text, year=year)
        if hits:
            fields["last_visit_date"] = Found(hits[-1].iso, answer.line)
        yield fields


def _name(doctor: re.Match[str]) -> str:
    return doctor.group("name").strip(" ,")


def _merge(found: list[Fields], fields: Fields) -> None:
    for known in found:
        if _surname(known["name"].value) == _surname(fields["name"].value):
            _update(known, fields)
            return
    found.append(fields)


def _update(known: Fields, fields: Fields) -> None:
    for field, reading in fields.items():
        newer = field == "last_visit_date" and field in known and reading.value > known[field].value
        if field not in known or (newer and not reading.was_said):
            known[field] = reading


def _surname(name: Any) -> str:
    return str(name).split()[-1].lower()
