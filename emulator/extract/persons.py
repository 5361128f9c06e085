"""Who is the claimant? Identity, family, address and ways to reach them, from documents and from the call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from emulator.extract.dates import find_dates
from emulator.extract.found import Found
from emulator.extract.labels import GAP, label, strict_label, texts_after, values_near
from emulator.extract.numbers import spoken_digits, spoken_number, words_of
from emulator.extract.sources import Source, documents
from emulator.extract.speech import answers, sentences

_NAME_LABEL = strict_label(
    r"שם ה?(?:מטופלת?|חולה|מבוטחת?|נבדקת?|עובדת?|תובעת?)|שם מלא|שם פרטי ומשפחה|שם העובדת?|שם"
    r"|(?:patient|claimant|employee|insured)(?:'s)?(?: name)?|full name|name of (?:patient|employee|claimant)|name"
)
_TITLED = re.compile(
    r"(?<!\w)(?:הגב'|גב'|מר|Mr\.?|Mrs\.?|Ms\.?)\s+(?P<name>[^\d,:;|]{3,40}?),?\s+(?:\(?ת\.?\"?ז|נושא|ID(?!\w)|I\.D)"
)
_ID_LABEL = label(
    r"ת\.?\"?ז|תעודת (?:ה)?זהות|מספר (?:ה)?זהות|מס' זהות|ID(?: number| no| card)?|identity (?:number|no|card)|I\.D"
)
_ID = re.compile(r"(?<![\d/.-])(?P<value>\d{5,9}(?:-\d)?)(?![\d/-]|\.\d)")
_ID_TOPIC = re.compile(r"זהות|ת\"ז|identity|ID number", re.IGNORECASE)
_BIRTH_LABEL = label(
    r"תאריך (?:ה)?לידה|ת\. לידה|יליד(?:ת)?|נולדה?|נולדתי|date of birth|D\.?O\.?B|born(?: on)?|birth ?date"
)
_GENDER = strict_label(r"מין|מגדר|sex|gender")
_FEMALE = re.compile(
    r"(?<!\w)(?:הגב'|גב'|המטופלת|ילידת|המבוטחת|העובדת|אושפזה|Mrs\.?|Ms\.?|female|נקבה)(?!\w)", re.IGNORECASE
)
_MALE = re.compile(r"(?<!\w)(?:מר|המטופל|יליד|המבוטח|העובד|אושפז|Mr\.?|male|זכר)(?!\w)", re.IGNORECASE)
_GENDERED_STATUS = re.compile(r"(?<!\w)(?:נשואה|רווקה|גרושה|אלמנה|נשוי|רווק|גרוש|אלמן)(?!\w)")
_MARITAL = {
    "married": r"נשוא[הי]|נשואים|married",
    "single": r"רווקה?|single|unmarried|never married",
    "divorced": r"גרושה?|divorced",
    "widowed": r"אלמנה?|widow(?:ed|er)?",
}
_FAMILY_TOPIC = re.compile(r"מצב (?:ה)?משפחתי|משפחה|נשוא|ילדים|marital|married|children|family", re.IGNORECASE)
_NO_CHILDREN = re.compile(r"(?:אין (?:לי |לנו )?|ללא |בלי |no |without )(?:ילדים|children|kids)", re.IGNORECASE)
_CHILDREN = re.compile(r"(?P<count>[\w]+)\s+(?:ילדים|ילדות|children|kids)(?!\w)", re.IGNORECASE)
_ONE_CHILD = re.compile(r"(?:ילד אחד|ילדה אחת|בן אחד|בת אחת|one child)", re.IGNORECASE)
_CHILDREN_LABEL = re.compile(
    r"(?:(?:מספר )?ילדים|(?:number of )?children)\s*:\s*(?P<count>\d+)|נשואה?\s*\+\s*(?P<plus>\d+)", re.IGNORECASE
)
_SKIPPED = re.compile(r"^(?:כן|לא|אז|שלום|yes|no|well)[,.\s]+", re.IGNORECASE)
_NAME_TOPIC = re.compile(r"שם מלא|השם שלך|מה שמך|איך קוראים לך|full name|your name", re.IGNORECASE)
_NAME_LEAD = re.compile(r"^(?:קוראים לי|שמי|השם שלי(?: הוא)?|אני|my name is|I am|I'm|it's|this is)\s+", re.IGNORECASE)

Readings = dict[str, list[Found]]


def personal_readings(sources: Sequence[Source], *, year: int | None) -> Readings:
    """Every reading of identity and family by field name, documents first."""
    rules: dict[str, Callable[[Sequence[Source]], Iterator[Found]]] = {
        "full_name": _names,
        "id_number": _ids,
        "date_of_birth": lambda read: _births(read, year=year),
        "gender": _genders,
        "marital_status": _marital,
        "number_of_children": _children,
    }
    return {field: list(rule(sources)) for field, rule in rules.items()}


def _names(sources: Sequence[Source]) -> Iterator[Found]:
    for source in documents(sources):
        for found in texts_after(source, _NAME_LABEL):
            if _is_name(found.value):
                yield found
        for line in source.lines:
            for match in _TITLED.finditer(line.text):
                yield Found(match.group("name").strip(), line, match.group("name"))
    for answer in answers(sources):
        if _NAME_TOPIC.search(answer.question):
            name = _NAME_LEAD.sub("", _SKIPPED.sub("", sentences(answer.corrected)[0])) if answer.corrected else ""
            if _is_name(name):
                yield Found(name.strip(" ,"), answer.line, name)


def _is_name(text: str) -> bool:
    return 2 <= len(text.split()) <= 5 and not re.search(r"[\d:|@]", text)


def _ids(sources: Sequence[Source]) -> Iterator[Found]:
    for source in documents(sources):
        for found in values_near(source, _ID_LABEL, _ID):
            yield Found(found.value.replace("-", ""), found.line, found.value)
    for answer in answers(sources):
        if answer.about(_ID_TOPIC):
            written = [match.group("value") for match in _ID.finditer(answer.text)]
            said = written[-1].replace("-", "") if written else spoken_digits(answer.text, at_least=5)
            if said:
                yield Found(said, answer.line, said)


def _births(sources: Sequence[Source], *, year: int | None) -> Iterator[Found]:
    for source in documents(sources):
        for line in source.lines:
            for match in _BIRTH_LABEL.finditer(line.text):
                after, before = (
                    find_dates(GAP.split(line.text[match.end() :])[0]),
                    find_dates(line.text[: match.start()]),
                )
                for hit in after[:1] or before[-1:]:
                    yield Found(hit.iso, line, match.group())
    for answer in answers(sources):
        if _BIRTH_LABEL.search(answer.question) or _BIRTH_LABEL.search(answer.text):
            hits = [hit for hit in find_dates(answer.text, year=year) if hit.day.year < (year or 9999)]
            if hits:
                yield Found(hits[-1].iso, answer.line)


def _genders(sources: Sequence[Source]) -> Iterator[Found]:
    """What a label says; only where none does, what the grammar of titles and participles says."""
    labelled = [found for source in documents(sources) for found in texts_after(source, _GENDER)]
    stated = [
        Found("נקבה" if word.startswith(("נקבה", "אישה", "f")) else "זכר", found.line)
        for found in labelled
        if (word := found.value.lower()).startswith(("נקבה", "אישה", "f", "זכר", "גבר", "m"))
    ]
    yield from stated or _grammatical_genders(sources)


def _grammatical_genders(sources: Sequence[Source]) -> Iterator[Found]:
    for source in documents(sources):
        for line in source.lines:
            female, male = _FEMALE.search(line.text), _MALE.search(line.text)
            if bool(female) != bool(male):
                yield Found("נקבה" if female else "זכר", line)
    for answer in answers(sources):
        status = _GENDERED_STATUS.search(answer.text)
        if status and _FAMILY_TOPIC.search(answer.question):
            yield Found("נקבה" if status.group().endswith(("אה", "קה", "שה", "נה")) else "זכר", answer.line)


def _marital(sources: Sequence[Source]) -> Iterator[Found]:
    status_label = strict_label(r"מצב משפחתי|marital status|family status")
    for source in documents(sources):
        for found in texts_after(source, status_label):
            yield from _statuses(found)
    for answer in answers(sources):
        if answer.about(_FAMILY_TOPIC):
            yield from _statuses(Found(answer.corrected, answer.line))


def _statuses(found: Found) -> Iterator[Found]:
    for status, words in _MARITAL.items():
        if re.search(rf"(?<!\w)(?<!לא )(?<!not )(?:{words})(?!\w)", found.value, re.IGNORECASE):
            yield Found(status, found.line, found.value)


def _children(sources: Sequence[Source]) -> Iterator[Found]:
    for source in documents(sources):
        for line in source.lines:
            for match in _CHILDREN_LABEL.finditer(line.text):
                yield Found(int(match.group("count") or match.group("plus")), line, match.group())
    for answer in answers(sources):
        if answer.about(_FAMILY_TOPIC):
            count = _children_said(answer.corrected)
            if count is not None:
                yield Found(count, answer.line)


def _children_said(text: str) -> int | None:
    if _NO_CHILDREN.search(text):
        return 0
    for match in _CHILDREN.finditer(text):
        number = spoken_number(words_of(match.group("count")))
        if number:
            return number[0]
    return 1 if _ONE_CHILD.search(text) else None
