"""How old is a source? A document's own date where it has one, else the day of its upload; the day of the call.

Its own date is one that a label calls so ("תאריך:", "תאריך הביקור", "Date"), else the newest day that it names: nobody
writes of a later one than the day of writing, appointments aside, which lie after the upload.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from chalicelib.analyses.kit.dates import days_with_spans
from chalicelib.analyses.kit.stamp import israeli_day
from chalicelib.analyses.kit.untrusted import CALL_ID
from chalicelib.cases.model import DocumentText

_LABEL = re.compile(
    r"(?:(?:^|[\s|])תאריך(?: ה?(?:ביקור|בדיקה|מכתב|מסמך|דוח|הפקה|הנפקה))?|נכתב ב|הופק ב"
    r"|(?:^|\s)date(?: of (?:visit|issue|report|letter|examination))?|issued on|dated)\s*:?\s*$",
    re.IGNORECASE,
)


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
        for line in page.text.splitlines():
            for day, (start, _) in days_with_spans(line, today=today):
                if day <= uploaded:
                    named.append(day)
                    if _LABEL.search(line[:start]):
                        labelled.append(day)
    return max(labelled or named, default=uploaded)
