"""Which dates does this text name? Written, spoken, in ranges; with the year of the conversation where none is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import msgspec

from emulator.extract.numbers import spoken_number, words_of

_HEBREW_MONTHS = [
    "ינואר",
    "פברואר",
    "מרץ",
    "אפריל",
    "מאי",
    "יוני",
    "יולי",
    "אוגוסט",
    "ספטמבר",
    "אוקטובר",
    "נובמבר",
    "דצמבר",
]
_ENGLISH_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTHS = {name: number for number, name in enumerate(_HEBREW_MONTHS, 1)} | {"מרס": 3}
_MONTH = "|".join(_MONTHS)
_ENGLISH = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?"
)
_YEAR = r"(?:,?\s+(?:of\s+)?(?:ה?שנה,?\s+|שנת\s+|this year,?\s+)?(?P<year>(?:19|20)\d\d))?"
_WRITTEN = (
    re.compile(r"(?<![\d/.-])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"),
    re.compile(
        r"(?<![\d/.])(?P<day>\d{1,2})(?P<sep>[/.])(?P<month>\d{1,2})(?P=sep)(?P<year>(?:19|20)?\d\d)(?!\d|[/.]\d)"
    ),
    re.compile(r"(?<![\d/.-])(?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>(?:19|20)\d\d)(?!\d)"),
)
_RANGE = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})\s?[-–]\s?(?=(?P<last>\d{1,2})(?P<sep>[/.])(?P<month>\d{1,2})(?P=sep)(?P<year>(?:19|20)?\d\d)(?!\d))"
)
_SPOKEN = re.compile(
    rf"(?P<before>(?:[\w]+\s+){{0,3}}[\w]+)?(?:\s+|-|^)(?P<prefix>[בלמ]|ה)?-?(?P<month>{_MONTH})(?![א-ת]){_YEAR}"
)
_DAY_FIRST = re.compile(
    rf"(?<!\w)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<month>{_ENGLISH})\.?{_YEAR}(?!\w)", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    rf"(?<!\w)(?P<month>{_ENGLISH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d){_YEAR}", re.IGNORECASE
)
_MONTH_ONLY = re.compile(rf"(?<!\w)(?P<month>{_ENGLISH})\.?,?\s+(?P<year>(?:19|20)\d\d)", re.IGNORECASE)


class DateHit(msgspec.Struct, frozen=True, kw_only=True):
    """A date in a text. `whole_month` when only month and year were named: then `day` is the month's first.

    `year_assumed` when no year was named.
    """

    day: date
    start: int
    end: int
    whole_month: bool = False
    year_assumed: bool = False

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def as_named(self) -> str:
        """The date as precisely as it was named: `2018-09-01`, or `2018-09` for a whole month."""
        return self.iso[:7] if self.whole_month else self.iso


def find_dates(text: str, *, year: int | None = None) -> list[DateHit]:
    """Every date of the text in the order it stands. `year` completes dates that name none; without it they are left
    out, as are days that no calendar has."""
    taken: list[DateHit] = []
    for hit in (*_range_starts(text), *_written(text), *_spoken(text, year), *_english(text, year)):
        if all(hit.end <= other.start or hit.start >= other.end for other in taken):
            taken.append(hit)
    return sorted(taken, key=lambda hit: hit.start)


def latest_year(text: str) -> int | None:
    """The latest year that a full date of the text names: what a speaker means by a date without one."""
    years = [int(match) for match in re.findall(r"(?<!\d)(20\d\d)(?!\d)", text)]
    return max((year for year in years if year < 2100), default=None)


def _range_starts(text: str) -> Iterator[DateHit]:
    """The first day of `10-14/02/2026`; the second is an ordinary date."""
    for match in _RANGE.finditer(text):
        yield from _hit(match.group("year"), match.group("month"), match.group("first"), span=match.span())


def _written(text: str) -> Iterator[DateHit]:
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            yield from _hit(match.group("year"), match.group("month"), match.group("day"), span=match.span())


def _spoken(text: str, year: int | None) -> Iterator[DateHit]:
    """`שלושה בפברואר השנה, 2026`, `10 בפברואר`, `מספטמבר 2018`."""
    for match in _SPOKEN.finditer(text):
        said_year = match.group("year") or _spoken_year(text[match.end() :])
        month = str(_MONTHS[match.group("month")])
        day, position = _day_before(match)
        span = (position, match.end())
        if day:
            yield from _in_year(said_year, year, month, str(day), span=span)
        elif match.group("year"):
            yield from _hit(match.group("year"), month, "1", span=span, whole_month=True)


def _day_before(match: re.Match[str]) -> tuple[int | None, int]:
    """The day said in the words before a month's name, and where it begins."""
    before = match.group("before") or ""
    words = list(re.finditer(r"\w+", before))
    for index, word in enumerate(words):
        said = [re.sub(r"^ב(?=.{2})", "", item.group()) for item in words[index:]]
        number = spoken_number(said)
        if number and number[1] == len(said) and 1 <= number[0] <= 31:
            return number[0], match.start("before") + word.start()
    return None, match.start("month")


def _spoken_year(text: str) -> int | None:
    """`שמונים וארבע` after a month is 1984."""
    words = words_of(text[:40].split(".")[0])
    number = spoken_number(words)
    return 1900 + number[0] if number and 30 <= number[0] <= 99 else None


def _english(text: str, year: int | None) -> Iterator[DateHit]:
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            month, day = _english_month(match), match.group("day")
            yield from _in_year(match.group("year"), year, month, day, span=match.span())
    for match in _MONTH_ONLY.finditer(text):
        yield from _hit(match.group("year"), _english_month(match), "1", span=match.span(), whole_month=True)


def _english_month(match: re.Match[str]) -> str:
    return str(_ENGLISH_MONTHS.index(match.group("month")[:3].lower()) + 1)


def _in_year(
    said: str | int | None, assumed: int | None, month: str, day: str, *, span: tuple[int, int]
) -> Iterator[DateHit]:
    """The hit in the year that was said, else in the assumed one; without either none."""
    if said:
        yield from _hit(str(said), month, day, span=span)
    elif assumed:
        for hit in _hit(str(assumed), month, day, span=span):
            yield msgspec.structs.replace(hit, year_assumed=True)


def _hit(year: str, month: str, day: str, *, span: tuple[int, int], whole_month: bool = False) -> Iterator[DateHit]:
    """The hit, or nothing when no calendar has that day. Two digits of a year: 00-39 are 20xx, the rest 19xx."""
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 40 else 1900)
    try:
        named = date(full, int(month), int(day))
    except ValueError:
        return
    yield DateHit(day=named, start=span[0], end=span[1], whole_month=whole_month)
