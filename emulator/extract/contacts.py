"""Where does the claimant live, and how are they reached? Never a clinic's, a ward's or an employer's number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from emulator.extract.found import Found
from emulator.extract.labels import strict_label, texts_after
from emulator.extract.numbers import spoken_digits
from emulator.extract.persons import Readings
from emulator.extract.sources import Source, documents
from emulator.extract.speech import answers, sentences

PHONE = re.compile(r"(?<![\d/.-])(?P<value>(?:\+972[- ]?|0)\d{1,2}[- ]?\d{3}[- ]?\d{4})(?![\d/])")
_MOBILE = re.compile(r"^(?:\+972[- ]?|0)5")
_PHONE_LABEL = re.compile(
    r"(?<!\w)(?:טלפון|נייד|סלולרי|פלאפון|טל'|phone|mobile|cell(?:ular)?|tel)(?!\w)", re.IGNORECASE
)
_INSTITUTION = re.compile(
    r"(?:טלפון|טל'|phone|tel\.?)\s*:?\s*(?:ה)?(?:מרפאה|מחלקה|משרד|מעסיק|מעבדה|מוקד|מזכירות|בית|clinic|department|ward|office|employer|hospital)"
    r"|(?:clinic|department|ward|office|employer|hospital|surgery)(?:'s)?\s+(?:phone|tel)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NOT_THEIRS = re.compile(
    r"@(?:clinic|hospital|office|info)|^(?:info|office|hr|contact|payroll|clinic|ward)@", re.IGNORECASE
)
_POSTAL = re.compile(
    r"(?:מיקוד|zip(?: code)?|postal code|postcode)\s*:?\s*(?:הוא\s+)?(?P<value>\d{7})(?!\d)", re.IGNORECASE
)
_SEVEN_DIGITS = re.compile(r"(?<![\d/.-])(?P<value>\d{7})(?![\d/-])")
_ADDRESS_LABEL = strict_label(r"כתובת(?: מגורים)?|מען|(?:home )?address")
_ADDRESS_TOPIC = re.compile(r"כתובת|איפה את(?:ה)? גר|היכן את(?:ה)? גר|address|where do you live", re.IGNORECASE)
_PHONE_TOPIC = re.compile(r"טלפון|נייד|phone|mobile", re.IGNORECASE)
_STREET_LEAD = re.compile(
    r"^(?:כן,?\s+)?(?:אני גרה? )?(?:ב?(?:רחוב|רח')\s+|(?:I live (?:at|in)|it's)\s+)?", re.IGNORECASE
)
_FLAT = re.compile(r"(\d+)\s*,?\s*(?:דירה|apt\.?|apartment|flat)\s*(\d+)", re.IGNORECASE)


def contact_readings(sources: Sequence[Source]) -> Readings:
    """Every reading of address and contacts by field name, documents first."""
    readings: Readings = {field: [] for field in ("address", "city", "postal_code", "phone", "email")}
    for source in documents(sources):
        for found in texts_after(source, _ADDRESS_LABEL):
            _add_address(readings, found)
    for answer in answers(sources):
        if _ADDRESS_TOPIC.search(answer.question):
            _add_address(readings, Found(sentences(answer.corrected)[0] if answer.corrected else "", answer.line))
    readings["postal_code"] += _postal_codes(sources)
    readings["phone"] += _phones(sources)
    readings["email"] += _emails(sources)
    return readings


def _add_address(readings: Readings, found: Found) -> None:
    """`האלה 12/5, חיפה 3500001` gives street, city and postal code."""
    text = _FLAT.sub(r"\1/\2", found.value)
    postal = _SEVEN_DIGITS.search(text)
    if postal:
        readings["postal_code"].append(Found(postal.group("value"), found.line))
        text = text[: postal.start()] + text[postal.end() :]
    parts = [part.strip(" .,") for part in text.split(",") if part.strip(" .,")]
    if not parts or not re.search(r"\d", parts[0]):
        return
    readings["address"].append(Found(_STREET_LEAD.sub("", parts[0]), found.line, parts[0]))
    city = re.sub(r"\s*\d+$", "", parts[-1]) if len(parts) > 1 else ""
    if city and not re.search(r"\d", city):
        readings["city"].append(Found(city, found.line, city))


def _postal_codes(sources: Sequence[Source]) -> Iterator[Found]:
    for source in documents(sources):
        for line in source.lines:
            for match in _POSTAL.finditer(line.text):
                yield Found(match.group("value"), line, match.group("value"))
    for answer in answers(sources):
        match = _POSTAL.search(answer.corrected) or (
            _SEVEN_DIGITS.search(answer.corrected)
            if re.search(r"מיקוד|כתובת|zip|postal|address", answer.question)
            else None
        )
        if match:
            yield Found(match.group("value"), answer.line, match.group("value"))


def _phones(sources: Sequence[Source]) -> Iterator[Found]:
    for source in documents(sources):
        for line in source.lines:
            if _PHONE_LABEL.search(line.text) and not _INSTITUTION.search(line.text):
                mobiles = [match for match in PHONE.finditer(line.text) if _MOBILE.search(match.group("value"))]
                yield from (Found(match.group("value"), line, match.group("value")) for match in mobiles)
    for answer in answers(sources):
        if answer.about(_PHONE_TOPIC):
            written = [match.group("value") for match in PHONE.finditer(answer.text)]
            spoken = spoken_digits(answer.text, at_least=9)
            said = written[-1] if written else spoken if spoken and spoken.startswith("0") else None
            if said:
                yield Found(said, answer.line, said)


def _emails(sources: Sequence[Source]) -> Iterator[Found]:
    for source in documents(sources):
        for line in source.lines:
            for match in _EMAIL.finditer(line.text):
                if not _NOT_THEIRS.search(match.group()):
                    yield Found(match.group(), line, match.group())
    for answer in answers(sources):
        for match in _EMAIL.finditer(answer.text):
            yield Found(match.group(), answer.line, match.group())


def labelled_phone(source: Source, name: re.Pattern[str]) -> Found | None:
    """The number that stands on a line with this label, or None."""
    for line in source.lines:
        if name.search(line.text):
            for match in PHONE.finditer(line.text):
                return Found(match.group("value"), line, match.group("value"))
    return None


def institution_phone(source: Source) -> Found | None:
    """The number of a clinic or ward that a document names as such, or None."""
    return labelled_phone(source, _INSTITUTION)
