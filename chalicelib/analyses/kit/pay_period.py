"""For which time is an amount paid? A wage by the year, the day or the hour is none by the month."""

from __future__ import annotations

import re
from collections.abc import Sequence

Span = tuple[int, int]

_PAY = r"(?:שכר\w*|משכורת\w*|הכנס(?:ה|ות)|ברוטו|תעריף|סה\"כ|סך|gross|salary|income|pay|wages?|rate|total)"
_OTHER = r"(?:שנתית?|לשנה|לשנת (?:ה?מס )?(?:19|20)\d\d|שעתית?|לשעה|יומית?|ליום|annual(?:ly)?|yearly|hourly|daily)"
_BETWEEN = r"[\s:\-]+(?:[^\W\d]+[\s:\-]+){0,2}?"
_BEFORE = re.compile(
    rf"(?<!\w)[ובהלמשכ]{{0,2}}(?:{_PAY}{_BETWEEN}ה?{_OTHER}|{_OTHER}{_BETWEEN}{_PAY})(?!\w)", re.IGNORECASE
)
_AFTER = re.compile(
    r"(?:\.\d+)?\s*(?:₪|ש\"ח|שקל(?:ים)?|nis|ils)?\s*(?:ברוטו|gross)?\s*[(/,]?\s*"
    r"(?:לשנה|בשנה|שנתית?|לשעה|בשעה|ליום|(?:a|per|an) (?:year|annum|hour|day)|annually|yearly|hourly|daily)(?!\w)",
    re.IGNORECASE,
)
_BY_THE_MONTH = re.compile(r"חודש|לח'|ממוצע|month|average", re.IGNORECASE)
_CELL_END = re.compile(r"[;|]|[,.](?!\d)")


def is_of_another_period(line: str, at: Span, *, values: Sequence[Span]) -> bool:
    """True when the words of the amount at `at`, before it in its part of the line or right after it, name another
    time than a month. `values` are the places of all amounts of the line."""
    start = max((end for _, end in values if end <= at[0]), default=0)
    start = max((end.end() for end in _CELL_END.finditer(line, start, at[0])), default=start)
    before, after = line[start : at[0]], line[at[1] :]
    by_the_month = _BY_THE_MONTH.search(before)
    return bool(_AFTER.match(after) or (_BEFORE.search(before) and not by_the_month))
