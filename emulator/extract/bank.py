"""Which account is to be paid? Bank, branch, account and holder, from deposit lines, forms and the call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from emulator.extract.found import Found
from emulator.extract.labels import first_piece
from emulator.extract.persons import Readings
from emulator.extract.sources import Source, documents
from emulator.extract.speech import Answer, answers

_BANK_NAMES = (
    r"בנק\s+(?:ה?פועלים|לאומי|דיסקונט|(?:ה)?מזרחי(?:[ -]טפחות)?|ה?בינלאומי|יהב|מרכנתיל|ירושלים|מסד|אוצר החייל"
    r"|הדואר|[א-ת]+)"
    r"|(?:Bank\s+(?:Hapoalim|Leumi|Discount|Mizrahi(?:[ -]Tefahot)?|Yahav|Jerusalem|[A-Z][a-z]+)|[A-Z][a-z]+ Bank)"
)
_FIELDS = {
    "bank_name": re.compile(rf"(?P<value>{_BANK_NAMES})"),
    "bank_code": re.compile(
        rf"(?:{_BANK_NAMES})\s*\((?P<value>\d{{1,3}})\)|(?:קוד בנק|מספר בנק|bank (?:code"
        rf"|number))\s*:?\s*(?P<code>\d{{1,3}})",
        re.IGNORECASE,
    ),
    "branch_number": re.compile(
        r"(?<![א-ת])(?:ב?סניף|branch)(?: (?:מס'|מספר|no\.?|number))?\s*:?\s*(?P<value>\d{1,4})(?!\d)", re.IGNORECASE
    ),
    "account_number": re.compile(
        r"(?<![א-ת])(?:ל?חשבון|ח-ן|account)(?: (?:בנק|מס'|מספר|no\.?"
        r"|number))*\s*:?\s*(?P<value>\d[\d/-]{3,11}\d)(?!\d)",
        re.IGNORECASE,
    ),
    "account_holder_name": re.compile(
        r"(?:על שם|ע\"ש|שם בעל החשבון\s*:?|(?:account holder|in the name of)\s*:?)\s+(?P<value>[^\d|.;]{3,40})",
        re.IGNORECASE,
    ),
    "iban": re.compile(r"(?P<value>IL\d{2}(?:[ -]?\d{3,4}){4,6}\d{0,3})"),
    "account_type": re.compile(
        r"(?P<value>עו\"ש|עובר ושב|חשבון שוטף|checking|current account|חסכון|חיסכון|savings)", re.IGNORECASE
    ),
}
_SAVINGS = re.compile(r"ח(?:י)?סכון|savings", re.IGNORECASE)
_BANK_LINE = re.compile(r"בנק|סניף|חשבון|IBAN|bank|branch|account", re.IGNORECASE)
_OWN_NAME = re.compile(r"על שמי|על השם שלי|in my name|my own name", re.IGNORECASE)


def bank_readings(sources: Sequence[Source]) -> Readings:
    """Every reading of the bank account by field name, documents first."""
    readings: Readings = {field: [] for field in _FIELDS}
    for source in documents(sources):
        for line in source.lines:
            if _BANK_LINE.search(line.text):
                for field, pattern in _FIELDS.items():
                    readings[field] += [
                        Found(_clean(field, match), line, match.group()) for match in pattern.finditer(line.text)
                    ][:1]
    for answer in answers(sources):
        if answer.about(_BANK_LINE):
            for field, found in _said(answer):
                readings[field].append(found)
    return readings


def says_own_name(sources: Sequence[Source]) -> Answer | None:
    """The answer in which the claimant calls the account their own, or None."""
    return next((answer for answer in answers(sources) if _OWN_NAME.search(answer.text)), None)


def _said(answer: Answer) -> Iterator[tuple[str, Found]]:
    """The last of each that was said: `סניף 999... רגע, סניף 600` is 600."""
    for field, pattern in _FIELDS.items():
        matches = [match for match in pattern.finditer(answer.text) if not _OWN_NAME.search(match.group())]
        if matches:
            yield field, Found(_clean(field, matches[-1]), answer.line, matches[-1].group())


def _clean(field: str, match: re.Match[str]) -> str:
    groups = match.groupdict()
    value = groups.get("value") or groups.get("code") or ""
    if field == "iban":
        return re.sub(r"[ -]", "", value)
    if field == "account_holder_name":
        return first_piece(value)
    if field == "account_type":
        return "savings" if _SAVINGS.search(value) else "checking"
    return value
