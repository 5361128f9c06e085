"""Which jobs does the claimant tell of? Spoken employment history, newest first, with the last salary and last day."""

from __future__ import annotations

import re
from collections.abc import Sequence

from emulator.extract.dates import find_dates
from emulator.extract.employment import Record, employment_type, merge_record, period_of, written_records
from emulator.extract.found import Entry, Found
from emulator.extract.numbers import amounts, spoken_amount
from emulator.extract.sources import Source
from emulator.extract.speech import Answer, answers

_WORK_TOPIC = re.compile(
    r"במה עבד|איפה עבד|היכן עבד|מקומות עבודה|תעסוק|מה (?:את|אתה) עוש|where did you work|what (?:was your"
    r"|did you do)|employment|previous jobs?|your job",
    re.IGNORECASE,
)
_TODAY_TOPIC = re.compile(
    r"עובדת? היום|עדיין עובד|מתי הפסקת|still work|working (?:now|today)|stop(?:ped)? working", re.IGNORECASE
)
_BEFORE = re.compile(
    r"(?:ו?לפני (?:זה|כן)|קודם(?: לכן)?|before (?:that|this)|previously|prior to that)[,:]?\s*", re.IGNORECASE
)
_LEAD = re.compile(
    r"^(?:כן,?|לא,?|אז,?)?\s*(?:אני )?(?:הייתי|עבדתי(?: בתור)?|אני עובדת?|I (?:was|worked as|work as|am)"
    r"|as)?\s*(?:an? |כ(?=[א-ת]{3}))?",
    re.IGNORECASE,
)
_SELF_EMPLOYED = re.compile(r"^(?:עצמאית?|self[- ]employed)(?:,| as (?:an? )?)?\s*", re.IGNORECASE)
_LAST_DAY = re.compile(
    r"(?:היום האחרון|יום (?:ה)?עבודה (?:ה)?אחרון|עבדתי עד|הפסקתי|פוטרתי|last day|stopped(?: working)?|until|let go)",
    re.IGNORECASE,
)
_EARNED = re.compile(r"הרווחתי|השתכרתי|שכר|משכורת|ברוטו|earned|salary|gross|made", re.IGNORECASE)
_NET = re.compile(r"נטו|(?<!\w)net(?!\w)|take.home", re.IGNORECASE)


def employment_records(sources: Sequence[Source], *, year: int | None) -> list[Record]:
    """All records, newest first: papers outrank speech, speech completes them."""
    found = written_records(sources)
    told = [record for answer in answers(sources) for record in _told(answer, year=year)]
    for record in told:
        merge_record(found, record)
    ordered = sorted(
        found, key=lambda record: str(record["start_date"].value) if "start_date" in record else "", reverse=True
    )
    if ordered:
        _complete(ordered[0], sources, year=year)
    return ordered


def _told(answer: Answer, *, year: int | None) -> list[Record]:
    if not _WORK_TOPIC.search(answer.question):
        return []
    records = []
    for part in _BEFORE.split(answer.corrected):
        hits = find_dates(part, year=year)[:2]
        record = _place(part[: hits[0].start] if hits else part, answer)
        for field, hit in period_of(part, hits).items():
            record[field] = Found(hit.as_named, answer.line)
        kind = employment_type(part)
        if kind:
            record["employment_type"] = Found(kind, answer.line)
        if "employer_name" in record or kind == "self_employed":
            records.append(record)
    return records


def _place(text: str, answer: Answer) -> Record:
    """Position and employer: `אחראית משמרת במחסן של X`, `קופאית בסופר-דמיון`, `a driver at X`."""
    words = _without_lead(text)
    words = _SELF_EMPLOYED.sub("", words).strip(" .,")
    for pattern in (
        r"^(?P<position>.+?)\s+(?:של|אצל)\s+(?P<employer>.+)$",
        r"^(?P<position>.+?)\s+(?:at|for|with)\s+(?P<employer>.+)$",
        r"^(?P<position>.+)\s+ב-?(?:חברת |רשת )?(?P<employer>[א-ת\"].+)$",
    ):
        match = re.match(pattern, words)
        if match:
            return Entry(
                {
                    "position_title": Found(match.group("position").strip(" ,"), answer.line, match.group("position")),
                    "employer_name": Found(match.group("employer").strip(" .,"), answer.line, match.group("employer")),
                }
            )
    if words != _without_lead(text) and words:
        return Entry({"position_title": Found(words, answer.line, words)})
    return Entry()


def _without_lead(text: str) -> str:
    return re.sub(
        r"[\s,]*\b(?:from|since|מ|החל)-?$", "", _LEAD.sub("", text.strip()).strip(" .,-"), flags=re.IGNORECASE
    ).strip(" .,")


def _complete(newest: Record, sources: Sequence[Source], *, year: int | None) -> None:
    """The last day and the last salary that the claimant names belong to the newest job."""
    for answer in answers(sources):
        asked_today = bool(_TODAY_TOPIC.search(answer.question))
        hits = find_dates(answer.corrected, year=year)
        if hits and asked_today and _LAST_DAY.search(answer.corrected):
            newest.absorb({"end_date": Found(hits[-1].as_named, answer.line)})
        if (
            _EARNED.search(answer.text)
            and not _NET.search(answer.text)
            and (asked_today or _EARNED.search(answer.question))
        ):
            salary = _salary(answer.corrected)
            if salary:
                newest.absorb({"monthly_salary_gross": Found(salary, answer.line)})


def _salary(text: str) -> int | None:
    earned = _EARNED.search(text)
    written = [
        int(value)
        for value in amounts(text[earned.start() :] if earned else text)
        if value >= 1000 and value not in range(1990, 2040)
    ]
    spoken = spoken_amount(text)
    return written[-1] if written else spoken if spoken and spoken >= 1000 else None
