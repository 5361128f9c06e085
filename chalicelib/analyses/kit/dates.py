"""Which day does this text name? Dates as Israeli documents and speakers write them, day before month."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date

_HEBREW_MONTHS = (
    *("ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני"),
    *("יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר", "דצמבר"),
)
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NUMBER = {
    **{name: number for number, name in enumerate(_HEBREW_MONTHS, 1)},
    **{name: number for number, name in enumerate(_ENGLISH_MONTHS, 1)},
    "מרס": 3,
}
_HEBREW_SHORT = {"ינו": 1, "פבר": 2, "אפר": 4, "אוג": 8, "ספט": 9, "אוק": 10, "נוב": 11, "דצמ": 12, "דצ": 12}
_MONTH = (
    "("
    + "|".join(_HEBREW_MONTHS)
    + "|מרס|(?:"
    + "|".join(_HEBREW_SHORT)
    + ")(?=['׳.])|(?:"
    + "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    + r"|nov(?:ember)?|dec(?:ember)?)(?![a-z]))['׳.]?"
)
_DIGIT = re.compile(r"\d")
_YEAR = r"(\d{4}|\d{2})"
_SEPARATOR = r"\s?[./\-]\s?"
_YEARS_AHEAD = 5
"""A document of today may name a day so far ahead ("until 31.12.27"); nobody who claims was born in 1927."""

_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_NO_MORE_DIGITS = r"(?!\d|[./]\d|-\d+(?![\d./\-]))"
"""What may follow a date: another one after a hyphen ("10/02/2026-14/02/2026"), but no lone number."""
_DAY_FIRST = re.compile(rf"(?<![\d./])(\d{{1,2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}{_YEAR}{_NO_MORE_DIGITS}")
_DAY_RANGE = re.compile(rf"(?<![\d./])(\d{{1,2}})\s?[-–]\s?\d{{1,2}}[./](\d{{1,2}})[./]{_YEAR}(?!\d)")
_MONTH_RANGE = re.compile(
    rf"(?<![\d./])(\d{{1,2}})[./](\d{{1,2}})\s?(?:[-–]|עד)\s?\d{{1,2}}[./](\d{{1,2}})[./]{_YEAR}(?!\d)"
)
_DAY_MONTH_NAME = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?[בל]?{_MONTH},?\s+{_YEAR}(?!\d)", re.IGNORECASE
)
_DAY_MONTH_JOINED = re.compile(rf"(?<!\d)(\d{{1,2}})[-./]{_MONTH}[-./]{_YEAR}(?!\d)", re.IGNORECASE)
"""As hospitals' programs print it: 14-JUL-1984."""
_MONTH_NAME_DAY = re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
_MONTHS = (
    re.compile(r"(\d{4})[-./](\d{1,2})"),
    re.compile(r"(\d{1,2})[-./](\d{4})"),
    re.compile(rf"[בל]?{_MONTH},?\s+(\d{{4}})", re.IGNORECASE),
)

_MONTHS_IN_TEXT = (
    re.compile(r"(?<![\d./\-])(?P<month>\d{1,2})[./](?P<year>(?:19|20)\d{2})(?![\d./])"),
    re.compile(
        rf"(?<![^\W\d_])[ובלמשהכ]{{0,2}}(?P<month>{_MONTH}),?\s+(?P<year>(?:19|20)\d{{2}})(?!\d)", re.IGNORECASE
    ),
)


def day_named(text: str, *, today: date) -> date | None:
    """The day that the whole text names, e.g. "14/07/1984", "14.7.84", "1984-07-14", "14 ביולי 1984"; None: no day.

    A year of two digits is one of this century up to some years from `today`, else of the last.
    """
    plain = text.strip().partition("T")[0] if _YEAR_FIRST.match(text.strip()) else text.strip()
    found = list(days_with_spans(plain, today=today))
    return found[0][0] if len(found) == 1 and found[0][1] == (0, len(plain)) else None


def month_named(text: str) -> tuple[int, int] | None:
    """Year and month that the whole text names when it names no day: "2018-09", "09/2018", "ספטמבר 2018"."""
    for pattern in _MONTHS:
        match = pattern.fullmatch(text.strip())
        if match:
            first, second = match.groups()
            month, year = (second, first) if first.isdecimal() and len(first) == 4 else (first, second)
            number = int(month) if month.isdecimal() else _month_number(month)
            return (int(year), number) if 1 <= number <= len(_ENGLISH_MONTHS) else None
    return None


def days_in(text: str, *, today: date) -> frozenset[date]:
    """All days that a text names in full, both ends of a range ("10-14/02/2026") included."""
    return frozenset(day for day, _ in days_with_spans(text, today=today))


def first_day(year: int, month: int) -> date:
    """The first day of a month."""
    return date(year, month, 1)


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def days_with_spans(text: str, *, today: date) -> Iterator[tuple[date, tuple[int, int]]]:
    """All days that a text names in full, each with where it is named."""
    if _DIGIT.search(text) is None:
        return
    for pattern, order in (
        (_YEAR_FIRST, (1, 2, 3)),
        (_DAY_FIRST, (3, 2, 1)),
        (_DAY_RANGE, (3, 2, 1)),
        (_DAY_MONTH_NAME, (3, 2, 1)),
        (_DAY_MONTH_JOINED, (3, 2, 1)),
        (_MONTH_NAME_DAY, (3, 1, 2)),
    ):
        for match in pattern.finditer(text):
            year, month, day = (match.group(index) for index in order)
            found = _day(year, month, day, today)
            if found:
                yield found, match.span()
    for match in _MONTH_RANGE.finditer(text):
        day, month, last_month, year = match.groups()
        started = _full_year(year, today) - (int(month) > int(last_month))
        found = _day(str(started), month, day, today)
        if found:
            yield found, (match.start(), match.start(3))


def months_with_spans(text: str, *, today: date) -> Iterator[tuple[date, tuple[int, int]]]:
    """All months that a text names without a day ("April 2017", "09/2018"), by their first day, with their places."""
    days = [span for _, span in days_with_spans(text, today=today)]
    for pattern in _MONTHS_IN_TEXT:
        for match in pattern.finditer(text):
            month = match["month"].rstrip("'׳.")
            number = int(month) if month.isdecimal() else _month_number(month)
            if 1 <= number <= len(_ENGLISH_MONTHS) and not any(a < match.end() and match.start() < b for a, b in days):
                yield first_day(int(match["year"]), number), (match.start("month"), match.end())


def _day(year: str, month: str, day: str, today: date) -> date | None:
    number = int(month) if month.isdecimal() else _month_number(month)
    try:
        return date(_full_year(year, today), number, int(day))
    except ValueError:
        return None


def _full_year(year: str, today: date) -> int:
    if len(year) == 4:
        return int(year)
    century = today.year // 100 * 100
    return century + int(year) if century + int(year) <= today.year + _YEARS_AHEAD else century - 100 + int(year)


def _month_number(name: str) -> int:
    plain = name.casefold()
    return _MONTH_NUMBER.get(plain) or _HEBREW_SHORT.get(plain) or _MONTH_NUMBER[plain[:3]]
