"""How old is a source? A document's own date where it has one, else the day of its upload; the day of the call.

Its own date is one that a label calls so ("תאריך:", "תאריך הביקור", "Date"), else the newest day that it names: nobody
writes of a later one than the day of writing, appointments aside, which lie after the upload. Nobody writes on the day
of birth either: what names no other day is as old as its upload.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from chalicelib.analyses.kit.dates import days_with_spans
from chalicelib.analyses.kit.label_words import DATE_LABELS, Span, date_spans, nearest_label
from chalicelib.analyses.kit.stamp import israeli_day
from chalicelib.analyses.kit.untrusted import CALL_ID
from chalicelib.cases.model import DocumentText

_LABEL = re.compile(
    r"(?:(?:^|[\s|])תאריך(?: ה?(?:ביקור|בדיקה|מכתב|מסמך|דוח|הפקה|הנפקה))?|נכתב ב|הופק ב"
    r"|(?:^|\s)date(?: of (?:visit|issue|report|letter|examination))?|issued on|dated)\s*:?\s*$",
    re.IGNORECASE,
)

_LABEL_WITHIN = 120


def document_dates(texts: Iterable[DocumentText], *, today: date) -> Mapping[str, date]:
    """The day of each document, by its id."""
    return {text.document.id: _date_of(text, today) for text in texts}


def call_date(call: Mapping[str, Any] | None) -> Mapping[str, date]:
    """The day of the call under its id; empty when it has no time (ISO 8601, without a zone UTC)."""
    for name in ("startedAt", "endedAt", "createdAt"):
        try:
            moment = datetime.fromisoformat((call or {})[name])
        except (KeyError, TypeError, ValueError):
            continue
        return {CALL_ID: israeli_day(moment if moment.tzinfo else moment.replace(tzinfo=UTC))}
    return {}


def _date_of(text: DocumentText, today: date) -> date:
    uploaded = min(today, israeli_day(text.document.uploaded_at))
    labelled: list[date] = []
    named: list[date] = []
    for page in text.pages:
        above = ""
        for line in page.text.splitlines():
            for day, span in days_with_spans(line, today=today):
                if day > uploaded:
                    continue
                if _LABEL.search(line[max(0, span[0] - _LABEL_WITHIN) : span[0]]):
                    labelled.append(day)
                elif not _is_of_birth(line, above, span, today):
                    named.append(day)
            above = line
    return max(labelled or named, default=uploaded)


def _is_of_birth(line: str, above: str, span: Span, today: date) -> bool:
    """True when the label nearest to a day says so; far away on a long line none does."""
    start = max(0, span[0] - _LABEL_WITHIN)
    near, at = line[start : span[1] + _LABEL_WITHIN], (span[0] - start, span[1] - start)
    heading = above if len(above) <= _LABEL_WITHIN else ""
    return nearest_label(DATE_LABELS, near, heading, at, values=date_spans(near, today=today)) == "birth"
