"""How is a value written in the form? Dates ISO, phones and ids as digits, e-mail lower-case; the rest trimmed.

What cannot be read as what it should be stays as it was read; `checks` then reports it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from chalicelib.analyses.document_analysis_form7801.fields import (
    EMPLOYMENT,
    WHOLE_NUMBERS,
    Kind,
    Leaf,
    mapped,
)
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.israeli import (
    ID_DIGITS,
    is_iban,
    is_id_number,
    is_postal_code,
    local_phone,
)
from chalicelib.analyses.kit.dates import day_named, first_day, last_day, month_named
from chalicelib.documents.normalise import comparable

_WHITE_SPACE = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[\s\-./־–]")
_MARKS = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Of direction and of no width: copied along from phones and documents, seen by nobody. Joiners of emoji stay."""
_CODES = frozenset(
    {
        *(Kind.DATE, Kind.ID, Kind.PHONE, Kind.POSTAL_CODE, Kind.EMAIL, Kind.IBAN),
        *(Kind.BANK_NUMBER, Kind.ACCOUNT, Kind.REFERENCE),
    }
)
_TRUE_WORDS = frozenset({"true", "yes", "כן"})
_WORK_START = f"{EMPLOYMENT}[].start_date"
_WORK_END = f"{EMPLOYMENT}[].end_date"


def normalised_form(form: Form, *, today: date) -> Form:
    """The form with every value in its one way of writing."""
    return mapped(form, lambda leaf: normalised_value(leaf, today=today))


def normalised_value(leaf: Leaf, *, today: date) -> Any:
    """The field's value in its one way of writing, or as it was read when it cannot be that."""
    if not isinstance(leaf.value, str):
        return leaf.value
    text = _WHITE_SPACE.sub(" ", _MARKS.sub("", leaf.value)).strip()
    if leaf.kind in _CODES:
        text = comparable(text)  # one kind of hyphen and of digits
    if leaf.kind is Kind.DATE:
        return _iso_date(text, pattern=leaf.pattern, today=today)
    if leaf.kind is Kind.ID:
        return _id_number(text)
    if leaf.kind is Kind.PHONE:
        return local_phone(text) or text
    if leaf.kind is Kind.POSTAL_CODE:
        digits = _SEPARATORS.sub("", text)
        return digits if is_postal_code(digits) else text
    if leaf.kind is Kind.EMAIL:
        return text.lower()
    if leaf.kind is Kind.IBAN:
        compact = _SEPARATORS.sub("", text).upper()
        return compact if is_iban(compact) else text
    return text


def value_from_text(text: str, leaf: Leaf, *, today: date) -> Any:
    """A field's value from how a model wrote it down ("9,400", "true", "1.9.2018"); None when it cannot be one."""
    if leaf.kind is Kind.FLAG:
        return text.strip().casefold() in _TRUE_WORDS
    if leaf.kind is Kind.NUMBER:
        number = number_named(text)
        if number is None or leaf.pattern not in WHOLE_NUMBERS:
            return number
        return None if number % 1 else int(number)
    return normalised_value(Leaf(path=leaf.path, kind=leaf.kind, value=text), today=today)


def number_named(text: str) -> float | None:
    """The one number in a text ("9,400 ₪" → 9400.0); None when there is none, or more than one."""
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", text)
    return float(numbers[0].replace(",", "")) if len(numbers) == 1 else None


def _iso_date(text: str, *, pattern: str, today: date) -> str:
    """Work that is dated by its months begins on the first day of one and ends on the last day of one."""
    day = day_named(text, today=today)
    month = None if day else month_named(text)
    if month and pattern == _WORK_START:
        day = first_day(*month)
    elif month and pattern == _WORK_END:
        day = last_day(*month)
    return day.isoformat() if day else text


def _id_number(text: str) -> str:
    digits = _SEPARATORS.sub("", text)
    return digits.zfill(ID_DIGITS) if is_id_number(digits) else text
