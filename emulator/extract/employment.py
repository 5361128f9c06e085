"""Where did the claimant work? Records from employers' letters and payslips, completed by what the call tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from emulator.extract.dates import DateHit, find_dates
from emulator.extract.found import Entry, Found
from emulator.extract.labels import GAP, first_piece, label, strict_label, texts_after
from emulator.extract.numbers import amounts
from emulator.extract.sources import Line, Source, documents

_PAPER = re.compile(
    r"אישור (?:על )?(?:ה)?העסקה|אישור מעסיק|הרינו לאשר|תלוש (?:ה)?שכר|תלוש משכורת|employment (?:letter"
    r"|confirmation|certificate)|pay ?slip|salary slip|to whom it may concern|אישור עבודה",
    re.IGNORECASE,
)
_EMPLOYED = re.compile(
    r"(?<![א-ת])(?:הועסקה?|מועסקת?|עובדת?|עבדה?|העסקת\S+)(?![א-ת])|(?<!\w)(?:employed|worked|works|working|employment)(?!\w)",
    re.IGNORECASE,
)
_EMPLOYER_LABEL = strict_label(r"(?:שם )?(?:ה)?מעסיק|שם (?:ה)?חברה|employer(?: name)?|company(?: name)?")
_COMPANY = re.compile(
    r"(?P<value>[^,|()\d]{2,50}?(?:בע\"מ|Ltd\.?|Inc\.?|LLC))|(?P<public>(?:עיריית|עמותת|רשת|מועצה|משרד)\s+[^,|()\d]{2,30})"
)
_POSITION = re.compile(
    r"(?:בתפקיד(?: של)?|תפקיד\s*:|position\s*:|job title\s*:|(?:employed|worked|works"
    r"|working)(?: \w+){0,2} as (?:an? )?|in the position of )\s*(?P<value>[^,.;:|()\d]{2,50})",
    re.IGNORECASE,
)
_POSITION_END = re.compile(r"\s+(?:from|since|at|with|מיום|החל|ב?משרה)(?!\w).*$", re.IGNORECASE)
_START_LABEL = label(
    r"תאריך תחילת (?:ה)?(?:עבודה|העסקה)|תחילת (?:ה)?(?:עבודה|העסקה)|(?:employment )?start date|date of hire|hired on"
)
_END_LABEL = label(
    r"תאריך (?:סיום|הפסקת) (?:ה)?(?:עבודה|העסקה)|סיום (?:ה)?(?:עבודה|העסקה)|(?:employment )?end date"
    r"|termination date|last day of work"
)
_TYPES = (
    ("self_employed", re.compile(r"עצמאית?(?![א-ת])|עוסק (?:מורשה|פטור)|self[- ]employed|freelance", re.IGNORECASE)),
    (
        "part_time",
        re.compile(
            r"משרה חלקית|חלקי(?:ת)? משרה|חצי משרה|part[- ]time|(?<!\d)(?:25|30|40|50|60|70|75|80) ?%", re.IGNORECASE
        ),
    ),
    ("full_time", re.compile(r"משרה מלאה|full[- ]time|(?<!\d)100 ?%", re.IGNORECASE)),
)
_GROSS = re.compile(r"ברוטו|gross", re.IGNORECASE)
_YEARLY = re.compile(r"שנתי|annual|yearly", re.IGNORECASE)
_UNTIL = re.compile(r"(?:ו?עד|until|till|to|through|-|–)\s*(?:ל?יום|ל?תאריך|the)?\s*$", re.IGNORECASE)

Record = Entry


def written_records(sources: Sequence[Source]) -> list[Record]:
    """One record for each employer that letters and payslips name; later papers fill what earlier ones left open."""
    found: list[Record] = []
    for source in documents(sources):
        record = _record(source) if _PAPER.search(source.text) else Entry()
        if "employer_name" in record or "start_date" in record:
            merge_record(found, record)
    return found


def merge_record(found: list[Record], record: Record) -> None:
    """Adds the record, or completes the one of the same employer."""
    for known in found:
        if same_employer(known, record):
            known.absorb(record)
            return
    found.append(record)


def same_employer(first: Record, second: Record) -> bool:
    """True when the names share most of their words, or when one is unnamed and both began in the same month."""
    if "employer_name" in first and "employer_name" in second:
        ours, theirs = _name_words(first), _name_words(second)
        return bool(ours and theirs) and len(ours & theirs) * 2 >= min(len(ours), len(theirs)) + 1
    starts = [str(record["start_date"].value)[:7] for record in (first, second) if "start_date" in record]
    return len(starts) == 2 and starts[0] == starts[1]


def employment_type(text: str) -> str:
    """`self_employed`, `part_time`, `full_time`, or "" when the text does not say."""
    return next((name for name, pattern in _TYPES if pattern.search(text)), "")


def period_of(text: str, hits: Sequence[DateHit]) -> dict[str, DateHit]:
    """Which of these dates begins and which ends a job: by the word before each, else by their order."""
    period: dict[str, DateHit] = {}
    for hit in hits:
        ends = bool(_UNTIL.search(text[: hit.start])) or "start_date" in period
        period.setdefault("end_date" if ends else "start_date", hit)
    return period


def _record(source: Source) -> Record:
    record = Entry()
    employer = next(_employers(source), None)
    if employer:
        record["employer_name"] = employer
    for found in _positions(source):
        record.setdefault("position_title", found)
    for field, found in _periods(source):
        record.setdefault(field, found)
    for line in source.lines:
        kind = employment_type(line.text)
        if kind:
            record.setdefault("employment_type", Found(kind, line))
    for found in _gross(source):
        record.setdefault("monthly_salary_gross", found)
    return record


def _employers(source: Source) -> Iterator[Found]:
    yield from texts_after(source, _EMPLOYER_LABEL)
    for line in source.lines:
        match = _COMPANY.search(line.text)
        if match:
            value = (match.group("value") or match.group("public")).strip()
            yield Found(GAP.split(value)[0], line, value)


def _positions(source: Source) -> Iterator[Found]:
    for line in source.lines:
        for match in _POSITION.finditer(line.text):
            value = _POSITION_END.sub("", first_piece(match.group("value")))
            yield Found(value, line, value)


def _periods(source: Source) -> Iterator[tuple[str, Found]]:
    for line in source.lines:
        for field, name in (("start_date", _START_LABEL), ("end_date", _END_LABEL)):
            for match in name.finditer(line.text):
                for hit in find_dates(line.text[match.end() :])[:1]:
                    yield field, Found(hit.as_named, line)
    for text, line, next_line in _pairs(source):
        verb = _EMPLOYED.search(line.text)
        hits = [hit for hit in find_dates(text) if verb and hit.start > verb.start()][:2]
        for field, hit in period_of(text, hits).items():
            where = line if hit.start < len(line.text) else next_line
            yield field, Found(hit.as_named, where, text[hit.start : hit.end])


def _pairs(source: Source) -> Iterator[tuple[str, Line, Line]]:
    """Every line with the one it may go on in."""
    for line, following in zip(source.lines, [*source.lines[1:], source.lines[-1]], strict=True):
        closed = line.text.rstrip().endswith(".") or following is line
        yield (line.text if closed else f"{line.text} {following.text}"), line, following


def _gross(source: Source) -> Iterator[Found]:
    for line in source.lines:
        for match in _GROSS.finditer(line.text):
            sums = [value for value in amounts(line.text[match.end() :]) if value >= 500]
            if sums and not _YEARLY.search(line.text):
                yield Found(int(sums[0]) if sums[0].is_integer() else sums[0], line, match.group())


def _name_words(record: Record) -> set[str]:
    name = str(record["employer_name"].value).lower()
    return {word for word in re.findall(r"[\wא-ת]{2,}", name) if word not in ("בע", "ltd", "חברת", "inc", "רשת")}
