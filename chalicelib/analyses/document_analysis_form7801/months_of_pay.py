"""Which month does a payslip pay? The first that the page names without a day, else one named from its first day to
its last: the day somebody began to work, or of the printing, is no month of pay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from chalicelib.analyses.kit.dates import days_in, first_day, last_day, months_with_spans

_CENTURY = 2000
_YEAR_FIRST = re.compile(r"(?<![\d./\-])(?P<year>20\d\d)-(?P<month>0[1-9]|1[0-2])(?![\d./\-])")
_SHORT_YEAR = re.compile(
    r"(?:חודש|עבור|תקופה|משכורת|שכר|month|period|for)[\s:]*"
    r"(?P<month>0?[1-9]|1[0-2])[/.\-](?P<year>\d\d)(?![\d./\-])",
    re.IGNORECASE,
)
"""Only its label tells such a month from other numbers."""


def month_of_pay(text: str, *, today: date) -> date | None:
    """The month that a page's text says it pays, by its first day; None: it names no month."""
    named = [(place[0], month) for month, place in months_with_spans(text, today=today)]
    for pattern in (_YEAR_FIRST, _SHORT_YEAR):
        for match in pattern.finditer(text):
            year = int(match["year"])
            named.append((match.start("month"), first_day(year % 100 + _CENTURY, int(match["month"]))))
    return min(named)[1] if named else max(_whole_months(text, today), default=None)


def _whole_months(text: str, today: date) -> Iterator[date]:
    days = days_in(text, today=today)
    yield from (day for day in days if day.day == 1 and last_day(day.year, day.month) in days)
