"""Since when is the claimant disabled, and did it happen at work? The event a report or the speaker dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from emulator.extract.dates import DateHit, find_dates
from emulator.extract.found import Found
from emulator.extract.labels import GAP, label
from emulator.extract.sources import Line, Source, documents
from emulator.extract.speech import answers

_ONSET_LABEL = label(
    r"תאריך (?:ה)?(?:פגיעה|פציעה|תאונה|אירוע|תחילת (?:ה)?(?:נכות|מחלה|תסמינים))|מועד (?:ה)?(?:פגיעה|תאונה"
    r"|פציעה)|תחילת (?:ה)?(?:מחלה|נכות|תסמינים)"
    r"|(?:date of |disability )?(?:onset|injury|accident)(?: date)?|symptoms? (?:since|began|started)"
)
_HISTORY = re.compile(r"מחלה נוכחית|אנמנזה|רקע למחלה|תיאור המקרה|present illness|history|HPI", re.IGNORECASE)
_EVENT = re.compile(
    r"(?<![א-ת])(?:הרימ[הו]?|הרים|נפל[הו]?|נפגע[הו]?|נפצע[הו]?|תאונ\S+|החל[הו]?|התחיל[הו]?|חש[הו]?|לקה|לקתה"
    r"|עבר[הו]? אירוע|אובחנ[הו]?|אובחן|ממועד|מאז)(?![א-ת])"
    r"|(?<!\w)(?:since|fell|injured|injury|accident|began|started|onset|lifted|lifting|diagnosed|collapsed)(?!\w)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"מתי (?:זה |הכ[ול]{1,2} |הכאבים )?(?:התחיל|קרה|נפגע)|ממתי|when did (?:it|this|the)|since when", re.IGNORECASE
)
_AT_WORK_TOPIC = re.compile(r"בזמן (?:ה)?עבודה|בעבודה|תאונת עבודה|at work|work accident|on the job", re.IGNORECASE)
_AT_WORK = re.compile(
    r"תאונת עבודה|בזמן (?:ה)?עבודה|במשמרת|(?:הרים|הרימה|נפל|נפלה|נפגע|נפגעה|נפצעה?)\S*[^.]{0,25}(?:בעבודת\S+"
    r"|בעבודה|במחסן|במפעל|באתר)"
    r"|work accident|(?:at|during) work|on the job|on (?:my |his |her )?shift|workplace (?:accident|injury)",
    re.IGNORECASE,
)
_NOT = re.compile(r"(?<![א-ת])(?:לא|אינה?)(?![א-ת])|(?<!\w)(?:not?|wasn't)(?!\w)", re.IGNORECASE)


def onset_readings(sources: Sequence[Source], *, year: int | None) -> list[Found]:
    """Every date that a document labels or tells as the beginning, then what the claimant says it was."""
    return [*_labelled(sources), *_told(sources), *_said(sources, year=year)]


def work_accident(sources: Sequence[Source]) -> Found | None:
    """The line that says it happened at work, or None."""
    for source in documents(sources):
        for line in source.lines:
            match = _AT_WORK.search(line.text)
            if match and not _NOT.search(line.text[max(0, match.start() - 12) : match.start()]):
                return Found(match.group(), line, match.group())
    for answer in answers(sources):
        asked = _AT_WORK_TOPIC.search(answer.question) and re.match(r"\s*(?:כן|yes)(?!\w)", answer.text, re.IGNORECASE)
        told = _AT_WORK.search(answer.text)
        if asked or (told and not _NOT.search(answer.text[: told.start()])):
            return Found(answer.text, answer.line, answer.text[:60])
    return None


def _labelled(sources: Sequence[Source]) -> Iterator[Found]:
    for source in documents(sources):
        for line in source.lines:
            for match in _ONSET_LABEL.finditer(line.text):
                for hit in find_dates(GAP.split(line.text[match.end() :])[0])[:1]:
                    if hit.start < 25:
                        yield _found(hit, line, match.end())


def _told(sources: Sequence[Source]) -> Iterator[Found]:
    """The first date of a history that tells an event; `ביום 03/02/2026 הרימה ארגז`."""
    for source in documents(sources):
        for line in source.lines:
            if _HISTORY.search(line.text) and (hits := find_dates(line.text)):
                near = line.text[max(0, hits[0].start - 40) : hits[0].end + 40]
                if _EVENT.search(near):
                    yield _found(hits[0], line, 0)


def _said(sources: Sequence[Source], *, year: int | None) -> Iterator[Found]:
    for answer in answers(sources):
        if _WHEN.search(answer.question) or _ONSET_LABEL.search(answer.text):
            for hit in find_dates(answer.corrected, year=year)[-1:]:
                yield Found(hit.as_named, answer.line, answer.corrected[hit.start : hit.end])


def _found(hit: DateHit, line: Line, offset: int) -> Found:
    return Found(hit.iso, line, line.text[offset + hit.start : offset + hit.end])
